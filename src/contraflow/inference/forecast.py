"""Forecasts of the trade from a fit up to an origin: seizures by jurisdiction, street prices by country.

The fit of a fold is one small ensemble (`contraflow.inference.ensembles`). After the origin, production, demand and
effort stay as they were and the walks of shares, effort and losses go on from their priors: what they add is the width
of the forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from contraflow.case import Case
from contraflow.ensemble.as_of import as_of, held
from contraflow.ensemble.build import build
from contraflow.ensemble.run import simulate_ensemble
from contraflow.errors import ContraflowError
from contraflow.inference import trade
from contraflow.inference.calibrate import last_year
from contraflow.inference.ensembles import Fitter
from contraflow.inference.posterior import Posterior, draw_beliefs
from contraflow.inference.record import DEGREES
from contraflow.scenario import compile_drivers, load_scenario

MEMBERS = 160
"""Members of the ensemble fitted at an origin."""
DRAWS = 480
"""Draws of a forecast: each member with several futures."""


@dataclass(frozen=True)
class _Known:
    """A case as recorded at an origin; two copies of it are the same."""

    case: Case = field(compare=False)
    digest: str
    rows: int

    @classmethod
    def of(cls, case: Case) -> _Known:
        return cls(case, case.digest, len(case.calibration))


def approximate(case: Case, year: int, members: int = MEMBERS, seed: int = 0) -> Posterior:
    """Posterior of the trade at the end of a year, from one ensemble.

    Parameters
    ----------
    case : Case
    year : int
        Last year that is known.
    members, seed : int
    """
    problem = trade.problem(case, year)
    fitter = Fitter(problem, seed)
    values = fitter.values(fitter.ensemble(0, members))
    return Posterior(values, dict(problem.model.members), {"method": "smoother", "last_year": year}, "")


@lru_cache(maxsize=8)
def _ahead(
    known: _Known, year: int, draws: int, seed: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Seizures and prices of every year with nothing new after a year, and the draws they come from."""
    case = known.case
    posterior = approximate(case, year, seed=seed)
    model = as_of(build(case, anchored=False), year)
    drivers = held(compile_drivers(case, load_scenario(case, case.default_baseline)), model, year)
    drawn: dict[str, np.ndarray] = {}

    def sample(chosen: range) -> dict[str, np.ndarray]:
        return draw_beliefs(case, model.members, chosen, seed, posterior)

    (result,) = simulate_ensemble(model, [drivers], sample, draws, ("seized_gross", "price"))
    drawn = {name: sample(range(draws))[name] for name in ("reporting_error", "consignment")}
    months = np.array([m.year for m in case.months])
    after = {
        name: np.stack([values[:, months == y].mean(axis=1) for y in sorted(set(months))], axis=1)
        for name, values in result.items()
    }
    return after | {"jurisdiction": np.array(model.structure.names["jurisdiction"])}, drawn


def forecast_seizures(
    case: Case, until: pd.Period, years: int, places: Sequence[str], samples: int, seed: int
) -> np.ndarray:
    """Gross tonnes that jurisdictions would record in the years after an origin.

    Parameters
    ----------
    case : Case
        As recorded at the origin.
    until : pandas.Period
        The origin, a month.
    years : int
        Years ahead.
    places : sequence of str
        Jurisdictions.
    samples, seed : int

    Returns
    -------
    numpy.ndarray, shape (sample, year, place)
        With the noise of recording: Student t errors of the log, lumpier where little is seized.
    """
    year = _origin(case, until, years)
    draws = min(samples, DRAWS)
    result, drawn = _ahead(_Known.of(case), year, draws, seed)
    row = {name: i for i, name in enumerate(result["jurisdiction"])}
    first = year + 1 - case.start.year
    said = result["seized_gross"][:, first : first + years][:, :, [row[p] for p in places]] * 12.0
    said = np.maximum(said, 1e-6)
    spread = np.sqrt(
        drawn["reporting_error"][:, None, None] ** 2 + drawn["consignment"][:, None, None] / said
    )
    rng = np.random.default_rng(seed)
    return said * np.exp(np.minimum(spread, 2.0) * rng.standard_t(DEGREES, said.shape))


def forecast_prices(
    case: Case, until: pd.Period, years: int, places: Sequence[str], samples: int, seed: int
) -> np.ndarray:
    """Street prices that countries would record: the last one, moved as their market's, with their past noise.

    The model has four markets and no countries; a country's own errors are those that its price made about no
    change, over as many years, pooled over countries.

    Parameters
    ----------
    places : sequence of str
        Countries by name, as the observations write them.

    Returns
    -------
    numpy.ndarray, shape (sample, year, place)
    """
    from contraflow.inference.backtest.series import prices

    year = _origin(case, until, years)
    draws = min(samples, DRAWS)
    result, _ = _ahead(_Known.of(case), year, draws, seed)
    history = prices(case)
    logs = np.log(history.values)
    at = year - case.start.year
    change = np.log(result["price"][:, at + 1 : at + 1 + years] / result["price"][:, at : at + 1])
    rng = np.random.default_rng(seed)
    made = np.full((draws, years, len(places)), np.nan)
    errors = {h: (logs[h:] - logs[:-h])[np.isfinite(logs[h:] - logs[:-h])] for h in range(1, years + 1)}
    for i, place in enumerate(places):
        column = logs[:, history.places.index(place)]
        known = np.flatnonzero(np.isfinite(column))
        if not len(known):
            continue
        market = _market(case, place)
        for h in range(1, years + 1):
            noise = rng.choice(errors[h] - errors[h].mean(), draws)
            made[:, h - 1, i] = np.exp(column[known[-1]] + change[:, h - 1, market] + noise)
    return made


def _market(case: Case, place: str) -> int:
    """Position of the market a country buys in: its own where a market names it, else the first in Europe."""
    names = build(case, anchored=False).structure.names["market"]
    labels = dict(zip(case.nodes["id"], case.nodes["name"], strict=True))
    for i, name in enumerate(names):
        if place in str(labels[name]):
            return i
    europe = [i for i, name in enumerate(names) if "Europe" in str(labels[name])]
    return europe[0] if europe else 0


def _origin(case: Case, until: pd.Period, years: int) -> int:
    year = last_year(case, str(until))
    if year is None or year + years > case.end.year:
        raise ContraflowError(
            "origin", f"{years} years after {until} are not simulated", f"the case ends in {case.end}"
        )
    return year
