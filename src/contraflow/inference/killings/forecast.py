"""Continue a fit: the groups go on under a scenario, deviations fade as their memory says."""

from __future__ import annotations

import numpy as np

from contraflow.errors import ContraflowError
from contraflow.inference.killings.fit import KillingsFit, mechanism_of
from contraflow.inference.killings.inputs import under
from contraflow.scenario import Scenario

PRISON_MONTHS = 60
"""Past months from which killings in prison are drawn: five years hold quiet months and massacres."""


def forecast(
    fit: KillingsFit,
    months: int,
    scenario: Scenario | str | None = None,
    seed: int = 0,
    expected: bool = False,
    prisons: bool = False,
) -> np.ndarray:
    """Forecast killings after the panel's end.

    Parameters
    ----------
    fit : KillingsFit
    months : int
        Months ahead.
    scenario : Scenario or str, optional
        What is done after the panel's end. By default nothing new: measures in force stay in force, relations
        between groups and all indices stay as they were.
    seed : int
    expected : bool
        Give expected killings instead of simulated counts.
    prisons : bool
        Add killings in prison, drawn as whole months (all territories together) from the last
        `PRISON_MONTHS` months.

    Returns
    -------
    numpy.ndarray, shape (draw, month, territory)
    """
    counted = len(fit.panel.months)
    horizon = fit.inputs.structure.months - counted
    if not 1 <= months <= horizon:
        raise ContraflowError(
            "months", f"{months} cannot be forecast", f"give 1 to {horizon} (the case's end)"
        )
    given = fit.inputs if scenario is None else under(fit.inputs, scenario, counted)
    rng = np.random.default_rng(seed)
    log_rate = mechanism_of(fit, counted + months, given)[:, counted:] + _continued(fit, months, rng)
    rate = np.exp(np.minimum(log_rate, 20.0))
    prison = 0
    if prisons:
        past = fit.panel.prison[-PRISON_MONTHS:]
        prison = past[rng.integers(len(past), size=rate.shape[:2])]
        if expected:
            prison = np.broadcast_to(past.mean(axis=0), rate.shape)
    if expected:
        return rate + prison
    size = fit.samples["dispersion"][:, None, None]
    return rng.poisson(rate * rng.gamma(size, 1.0 / size, rate.shape)) + prison


def _continued(fit: KillingsFit, months: int, rng: np.random.Generator) -> np.ndarray:
    """Deviations of the months ahead, shape (draw, month, territory)."""
    national = fit.samples["national_deviation"][:, -1]
    own = fit.samples["territory_deviation"][:, -1]
    total = np.empty((len(own), months, own.shape[1]))
    keep_n, keep_d = fit.samples["national_persistence"], fit.samples["territory_persistence"][:, None]
    size_n, size_d = fit.samples["national_scale"], fit.samples["territory_scale"][:, None]
    for month in range(months):
        national = keep_n * national + size_n * rng.standard_normal(national.shape)
        own = keep_d * own + size_d * rng.standard_normal(own.shape)
        total[:, month] = national[:, None] + own
    return total
