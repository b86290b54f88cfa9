"""From draws to what the page shows: bands, tables, dollars, displacement, drivers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contraflow.model.outcomes import ALL
from contraflow.report.outcomes import CATALOGUE, Outcome, unit_of
from contraflow.web.beliefs import Scalars
from contraflow.web.packed import pack, quantiles

Arrays = Mapping[str, NDArray[np.float32]]
"""Outcomes by name: shape (month, place, draw), or (month, draw)."""

SERIES = (
    "delivered", "seized_gross", "destroyed", "price", "homicides", "income_focus", "income_group", "income_territory",
    "income_stage", "market_spending", "corridor_flow", "transit_share", "produced", "farmgate", "members",
    "enforcement_cost",
)  # fmt: skip
"""Outcomes with bands over time."""
ONLY_DOLLARS = ("toll_group",)
"""Recorded for the picture of dollars alone."""
SHOWN: tuple[Outcome, ...] = tuple(outcome for outcome in CATALOGUE if outcome.variable in SERIES)
MILLION = 1e-6


def with_total(name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return an outcome with its total, where it has one, before its places; shape (month, place, draw)."""
    if values.ndim == 2:
        return values[:, None]
    outcome = next(one for one in CATALOGUE if one.variable == name)
    if outcome.total and values.shape[1] > 1:
        return np.concatenate([values.sum(axis=1, keepdims=True), values], axis=1)
    return values


def bands(
    arrays: Arrays, before: Arrays | None = None, wanted: Collection[str] = ()
) -> dict[str, dict[str, object]]:
    """Return packed quantiles of every wanted series (of all: none named), or of its paired difference from `before`."""
    packed = {}
    for outcome in SHOWN:
        name = outcome.variable
        if wanted and name not in wanted:
            continue
        values = arrays[name] if before is None else arrays[name] - before[name]
        packed[name] = pack(quantiles(with_total(name, values)) * np.float32(unit_factor(name)))
    return packed


def unit_factor(name: str) -> float:
    """Return what a recorded value is multiplied by for the page's unit; sums of money are in millions."""
    unit, factor = unit_of(ALL[name].unit)
    return factor * (MILLION if unit.startswith("USD a ") else 1.0)


def places_of(name: str, ids: list[str], total: bool) -> list[str]:
    """Return the ids along the second axis of a series: "" is its total, or the whole of one without places."""
    return ids if not total else ["", *ids]


def window_means(arrays: Arrays, steps: slice) -> dict[str, NDArray[np.float64]]:
    """Return every series over a window, with its total; flows are yearly; shape (place, draw)."""
    means = {}
    for outcome in SHOWN:
        name = outcome.variable
        yearly = 12.0 if ALL[name].unit.endswith("/month") else 1.0
        mean = arrays[name][steps].mean(axis=0, dtype=np.float64, keepdims=True)
        means[name] = with_total(name, mean)[0] * (yearly * unit_factor(name))
    return means


def table(after: Mapping[str, NDArray], before: Mapping[str, NDArray]) -> dict[str, dict[str, object]]:
    """Return quantiles over draws of each series in a window: baseline, scenario, difference, difference in %.

    Each is packed with shape (5, place); percentages are not-a-number where a draw of the baseline is zero.
    """
    new, old = (np.concatenate([found[name] for name in after]) for found in (after, before))
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(
            (np.abs(old) > 0).all(axis=-1, keepdims=True), 100.0 * (new - old) / np.abs(old), np.nan
        )
    found = np.moveaxis(quantiles(np.stack([old, new, new - old, percent]).astype(np.float32)), 0, 1)
    ends = np.cumsum([len(values) for values in after.values()])
    return {
        name: pack(one) for name, one in zip(after, np.split(found, ends[:-1], axis=-1), strict=True)
    }


def tornado(
    after: Mapping[str, NDArray], before: Mapping[str, NDArray], scalars: Scalars, wanted: Collection[str] = ()
) -> dict:
    """Return the drivers of the difference of each wanted series' total (or first place); of all: none named."""
    names = [name for name in after if not wanted or name in wanted]
    if not names or all(after[name] is before[name] for name in after):
        return {name: [] for name in names}
    change = np.stack([after[name][0] - before[name][0] for name in names])
    return dict(zip(names, scalars.drivers(change), strict=True))


def dollars(
    arrays: Arrays, steps: slice, ids: Mapping[str, tuple[str, ...]]
) -> dict[str, list[dict[str, Any]]]:
    """Return the parts of the dollars in a window, in million USD, each with its mean, 5, 50 and 95 % over draws."""
    parts = {}
    for key, name, dimension in (
        ("markets", "market_spending", "market"),
        ("stages", "income_stage", "stage"),
        ("groups", "toll_group", "group"),
    ):
        sums = arrays[name][steps].sum(axis=0, dtype=np.float64) * MILLION
        q = quantiles(sums.astype(np.float32))
        four = np.stack([sums.mean(axis=-1), q[0], q[2], q[4]], axis=-1)
        parts[key] = [
            {"id": place, "value": [float(f"{number:.5g}") for number in row]}
            for place, row, some in zip(ids[dimension], four, sums.any(axis=-1), strict=True)
            if some
        ]
    return parts


def displaced(
    after: NDArray, before: NDArray, corridors: tuple[str, ...], touched: set[str]
) -> list[dict[str, Any]]:
    """Return the change of tonnes a year over each exit corridor, the sum first (with an empty id).

    Parameters
    ----------
    after, before
        Tonnes a year, shape (corridor, draw).
    corridors
        Ids of the rows.
    touched
        Those on which the scenario acts.

    Returns
    -------
    list of dict
        `share`: of what shrinking corridors lose, the part that this one (or, in the sum, all growing ones) gains.
    """
    change = after - before
    growth = np.maximum(change, 0.0)
    removed = np.maximum(-change, 0.0).sum(axis=0)
    some = removed > 0
    old, new, gained = (np.concatenate([x.sum(axis=0, keepdims=True), x]) for x in (before, after, growth))
    median_old, median_new = np.median(old, axis=-1), np.median(new, axis=-1)
    changes = quantiles((new - old).astype(np.float32)).T.tolist()
    shares = quantiles((gained[:, some] / removed[some]).astype(np.float32)).T.tolist() if some.any() else None
    return [
        {
            "place": place,
            "touched": place in touched if place else bool(touched),
            "baseline": float(median_old[row]),
            "scenario": float(median_new[row]),
            "change": changes[row],
            "share": shares[row] if shares else None,
        }
        for row, place in enumerate(("", *corridors))
    ]
