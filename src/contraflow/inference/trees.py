"""What a fit found, as trees in ArviZ's standard: draws, priors, what was seen and what would have been."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import stats

from contraflow.inference import priors
from contraflow.inference.posterior import fitted_to
from contraflow.inference.record import log_likelihood
from contraflow.inference.sampler import Draws
from contraflow.inference.store import provenance, to_tree
from contraflow.model.symbols import SPEC

if TYPE_CHECKING:
    from contraflow.case import Case
    from contraflow.inference.calibrate import TradeFit
    from contraflow.inference.killings import KillingsFit

PRIOR_DRAWS = 1000
"""Draws of the prior that a posterior is compared with."""
REPLICATES = 100
"""Draws of each chain of killings that what would have been recorded is kept of."""


def trade_tree(case: Case, fit: TradeFit) -> xr.DataTree:
    """Posterior of the trade, with every series of its record.

    Seizures in tonnes, prices in USD/kg, shares as shares; a series that has no figure in a year has NaN there.
    """
    rows = fit.problem.record
    years = sorted(set(rows.year.tolist()))
    odds = np.isin(rows.quantity, ("share", "transit"))
    observed, predictive, likely = {}, {}, {}
    logs = np.asarray(log_likelihood(rows, fit.said, fit.error))
    for name in dict.fromkeys(rows.name):
        mine = np.flatnonzero([n == name for n in rows.name])
        column = [years.index(year) for year in rows.year[mine]]
        seen = np.full(len(years), np.nan)
        seen[column] = rows.value[mine]
        said, density = (np.full((*fit.replicated.shape[:2], len(years)), np.nan) for _ in range(2))
        density[..., column] = logs[..., mine]
        said[..., column] = np.where(
            odds[mine], 1.0 / (1.0 + np.exp(-fit.replicated[..., mine])), np.exp(fit.replicated[..., mine])
        )
        observed[name], predictive[name], likely[name] = seen, said, density
    members = fit.problem.model.members
    names = [name for name in fit.values if fit.values[name].size]
    before = priors.sample(case.parameters, members, range(PRIOR_DRAWS), fit.info["settings"]["seed"], names)
    return to_tree(
        Draws({name: fit.values[name] for name in names}, fit.stats, fit.info),
        observed=observed,
        predictive=predictive,
        log_likelihood=likely,
        prior={name: np.moveaxis(before[name], -1, 0) for name in names},
        attrs=provenance({"tables": fitted_to(case)}, case=case.name, fit="trade", last_year=max(years)),
        dims={name: list(SPEC[name].dims) for name in names} | {key: ["fitted_year"] for key in observed},
        coords={dim: list(members[dim]) for name in names for dim in SPEC[name].dims}
        | {"fitted_year": years},
    )


def killings_tree(case: Case, fit: KillingsFit, seed: int) -> xr.DataTree:
    """Posterior of killings: scalars, deviations, and counts by territory as they would have been recorded."""
    rng = np.random.default_rng(seed)
    panel = fit.panel
    scalars = [name for name in fit.samples if name in SPEC and fit.samples[name].ndim == 1]
    moving = [name for name in scalars if np.ptp(fit.samples[name]) > 0]
    walk = ["recruitment_walk"] if "recruitment_walk" in fit.samples else []
    values = {name: fit.by_chain(name) for name in (*moving, *walk, "national_deviation")}
    rate = fit.expected() * panel.incomplete[:, None]
    size = fit.samples["dispersion"][:, None, None]
    counts = rng.poisson(rate * rng.gamma(size, 1.0 / size, rate.shape)).astype(np.int32)
    density = stats.nbinom.logpmf(panel.counts, size, size / (size + rate))
    said, logs = (x.reshape(fit.chains, -1, *x.shape[1:])[:, -REPLICATES:] for x in (counts, density))
    observed = {f"homicides {t}": panel.counts[:, i].astype(float) for i, t in enumerate(panel.territories)}
    predictive, likely = (
        {f"homicides {t}": x[..., i] for i, t in enumerate(panel.territories)} for x in (said, logs)
    )
    years = fit.inputs.structure.names["year"]
    before = priors.sample(case.parameters, {"year": years}, range(PRIOR_DRAWS), seed, [*moving, *walk])
    months = [str(month) for month in panel.months]
    return to_tree(
        Draws(values, fit.stats, {"settings": fit.info} | fit.info),
        observed=observed,
        predictive=predictive,
        log_likelihood=likely,
        prior={name: np.moveaxis(before[name], -1, 0) for name in (*moving, *walk)},
        attrs=provenance({"tables": fitted_to(case)}, case=case.name, fit="killings", until=months[-1]),
        dims={"national_deviation": ["month"]}
        | {name: ["year"] for name in walk}
        | {key: ["month"] for key in observed},
        coords={"month": months, "year": list(years)},
    )
