"""Do gains fall? Income of the trade, its stages and each group, with and without the campaign, by horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from contraflow.analysis.claims.decide import thirds
from contraflow.analysis.claims.effects import INCOMES, income, percent
from contraflow.analysis.claims.evidence import Evidence
from contraflow.analysis.claims.period import Period, read_period

if TYPE_CHECKING:
    from contraflow.analysis.claims.runs import Runs
    from contraflow.case import Case

HORIZONS = (6, 12, 24, 36)
"""Months since the end of the common history over which income is summed."""
SPLIT = ("trade", "focus", "groups")
"""Incomes whose dependence on what is believed is shown."""
MOST = 0.9
"""Share of draws in which an income must be positive for its change to be given in per cent."""
ELASTICITY = "mean elasticity of demand"
NAMES = {
    "trade": "what users pay (the whole trade)",
    "focus": "what the trade earns in {country}",
    "groups": "all armed groups, every income",
    "group-tolls": "all armed groups, tolls on the trade",
}


@dataclass(frozen=True)
class Gain:
    """Income over a horizon with the campaign and without it.

    Attributes
    ----------
    item, name, kind
        Id, words, and ``total``, ``stage`` or ``group``.
    months
        Horizon.
    baseline
        Median income without the campaign, USD.
    change
        5, 25, 50, 75 and 95 % quantiles of the change, USD.
    percent
        The same in per cent of the baseline, over the draws in which that is positive; not a number where
        those are too few.
    p_fall
        Probability that it falls.
    """

    item: str
    name: str
    kind: str
    months: int
    baseline: float
    change: tuple[float, ...]
    percent: tuple[float, ...]
    p_fall: float


@dataclass(frozen=True)
class Dependence:
    """How a change of income depends on a belief, by thirds of its draws.

    Attributes
    ----------
    item, months
        Income and horizon.
    parameter
        Belief the draws are split by.
    cuts
        Values between the thirds.
    medians, p_falls
        Median change in per cent and probability of a fall, in the lowest, middle and highest third.
    """

    item: str
    months: int
    parameter: str
    cuts: tuple[float, float]
    medians: tuple[float, ...]
    p_falls: tuple[float, ...]


@dataclass(frozen=True)
class Corner:
    """The change in one cell of a split by two beliefs at once, each into thirds (0, 1, 2)."""

    item: str
    months: int
    elasticity: int
    pass_through: int
    draws: int
    median: float
    p_fall: float


@dataclass(frozen=True)
class Gains:
    """The answer on gains.

    Attributes
    ----------
    scenario, baseline
        What is compared.
    rows
        Every income and horizon.
    dependence, corners
        How the totals depend on demand, pass-through and routing; empty where the draws of the
        parameters are not at hand.
    """

    scenario: str
    baseline: str
    rows: tuple[Gain, ...]
    dependence: tuple[Dependence, ...]
    corners: tuple[Corner, ...]


def gains(runs: Runs) -> Gains:
    """Compare incomes with and without the case's default scenario.

    Parameters
    ----------
    runs : Runs

    Returns
    -------
    Gains
    """
    case = runs.case
    after, before = runs.of(case.default_scenario), runs.of(case.default_baseline)
    periods = [p for h in HORIZONS if (p := read_period(f"{h}m", case, "horizon")).inside(case)]
    rows = [
        _gain(item, name, kind, period, after, before)
        for item, name, kind in _items(case, before)
        for period in periods
    ]
    dependence, corners = _splits(runs, after, before, periods)
    return Gains(case.default_scenario, case.default_baseline, tuple(rows), dependence, corners)


def _items(case: Case, before: xr.Dataset) -> list[tuple[str, str, str]]:
    country = Evidence(case).country(str(case.meta["focus_country"]))
    items = [(name, NAMES[name].replace("{country}", country), "total") for name in INCOMES]
    items += [(str(s), f"stage: {str(s).replace('-', ', ')}", "stage") for s in before["stage"].to_numpy()]
    names = dict(zip(case.groups["id"], case.groups["name"], strict=True))
    earns = before["income_group"].sel(month=slice(str(case.history_end), None)).max(["draw", "month"])
    items += [
        (str(g), names[str(g)], "group") for g in before["group"].to_numpy() if float(earns.sel(group=g)) > 0
    ]
    return items


def _sides(item: str, period: Period, after: xr.Dataset, before: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    new, old = (
        income(d, item).sel(month=period.span).sum("month", dtype=float).to_numpy() for d in (after, before)
    )
    return new, old


def _gain(item: str, name: str, kind: str, period: Period, after: xr.Dataset, before: xr.Dataset) -> Gain:
    new, old = _sides(item, period, after, before)
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    earning = old > 0
    known = float(earning.mean()) >= MOST
    relative = percent(new[earning], old[earning]) if known else np.full(old.shape, np.nan)
    return Gain(
        item,
        name,
        kind,
        period.months,
        float(np.median(old)),
        tuple(float(q) for q in np.quantile(new - old, levels)),
        tuple(float(q) for q in np.quantile(relative, levels)),
        float(np.mean(new < old)),
    )


def _splits(
    runs: Runs, after: xr.Dataset, before: xr.Dataset, periods: list[Period]
) -> tuple[tuple[Dependence, ...], tuple[Corner, ...]]:
    drawn = runs.parameters()
    spending = before["market_spending"].mean("month")
    markets = [str(m) for m in spending["market"].to_numpy()]
    if not all(f"elasticity[{m}]" in drawn for m in markets) or "pass_through" not in drawn:
        return (), ()
    weight = (spending / spending.sum("market")).to_numpy()
    elasticity = sum(weight[:, i] * drawn[f"elasticity[{m}]"] for i, m in enumerate(markets))
    beliefs = {ELASTICITY: np.asarray(elasticity), "pass_through": drawn["pass_through"]}
    beliefs |= {"theta": drawn["theta"]} if "theta" in drawn else {}
    rows, corners = [], []
    for item in SPLIT:
        for period in (p for p in periods if p.months in (12, periods[-1].months)):
            change = percent(*_sides(item, period, after, before))
            for name, values in beliefs.items():
                cuts, parts = thirds(values)
                rows.append(Dependence(item, period.months, name, cuts, *_read(change, parts)))
            corners += _corners(item, period.months, change, beliefs[ELASTICITY], beliefs["pass_through"])
    return tuple(rows), tuple(corners)


def _read(change: np.ndarray, parts: list[np.ndarray]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    filled = [change[part] for part in parts]
    return (
        tuple(float(np.median(x)) if x.size else float("nan") for x in filled),
        tuple(float(np.mean(x < 0)) if x.size else float("nan") for x in filled),
    )


def _corners(item: str, months: int, change: np.ndarray, one: np.ndarray, two: np.ndarray) -> list[Corner]:
    made = []
    for i, a in enumerate(thirds(one)[1]):
        for j, b in enumerate(thirds(two)[1]):
            (median,), (p_fall,) = _read(change, [a & b])
            made.append(Corner(item, months, i, j, int((a & b).sum()), median, p_fall))
    return made
