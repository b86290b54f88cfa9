"""Flows for the map and the Sankey: tonnes by edge and year, dollars from market to farmgate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from contraflow.report.labels import Labels
from contraflow.report.numbers import MILLION, plain
from contraflow.report.quantiles import bands
from contraflow.report.series import values_of, yearly_sums

if TYPE_CHECKING:
    from contraflow.analysis import Comparison

GROUPS_SHOWN = 5


def edge_years(comparison: Comparison) -> dict[str, Any]:
    """Return yearly quantiles of tonnes shipped and lost on every edge; empty where not recorded."""
    packed: dict[str, Any] = {}
    for key, name in (("flow", "edge_flow"), ("lost", "edge_lost")):
        if name in comparison.scenario.dataset and name in comparison.baseline.dataset:
            packed[key] = bands(
                values_of(comparison.scenario.dataset, name), values_of(comparison.baseline.dataset, name)
            )
            packed["years"] = [int(year) for year in comparison.scenario.dataset["year"].values]
            packed["ids"] = [str(edge) for edge in comparison.scenario.dataset["edge"].values]
    return packed


def homicide_years(comparison: Comparison, months: list[str]) -> dict[str, Any]:
    """Return yearly quantiles of homicides by territory; empty where they were not recorded."""
    if "homicides" not in comparison.scenario.dataset or "homicides" not in comparison.baseline.dataset:
        return {}
    years, scenario = yearly_sums(values_of(comparison.scenario.dataset, "homicides"), months)
    _, baseline = yearly_sums(values_of(comparison.baseline.dataset, "homicides"), months)
    ids = [str(place) for place in comparison.scenario.dataset["territory"].values]
    return {"years": years, "ids": ids, **bands(scenario, baseline)}


def _summary(sums: NDArray[np.float64]) -> list[float]:
    """Return mean, 5 %, median and 95 % quantile over draws; sums has shape (draw,)."""
    return plain(np.array([sums.mean(), *np.quantile(sums, (0.05, 0.5, 0.95))]))


def _dollars(dataset: xr.Dataset, labels: Labels, steps: slice) -> dict[str, Any]:
    """Return the parts of one scenario's Sankey in million USD over `steps`: markets, stages, groups."""
    parts: dict[str, Any] = {}
    named = (("markets", "market_spending", "market"), ("stages", "income_stage", "stage"))
    for key, name, dimension in (*named, ("groups", "toll_group", "group")):
        if name in dataset:
            sums = values_of(dataset, name)[:, steps].sum(axis=1) * MILLION
            ids = [str(place) for place in dataset[dimension].values]
            parts[key] = [
                {"id": place, "label": labels.of(dimension, place), "value": _summary(sums[:, index])}
                for index, place in enumerate(ids)
            ]
    if "groups" in parts:
        ranked = sorted(parts["groups"], key=lambda part: (-part["value"][0], part["id"]))
        parts["groups"] = [part for part in ranked if part["value"][0] > 0]
        if len(parts["groups"]) > GROUPS_SHOWN:
            kept = {part["id"] for part in parts["groups"][:GROUPS_SHOWN]}
            rest = [index for index, place in enumerate(dataset["group"].values) if str(place) not in kept]
            sums = values_of(dataset, "toll_group")[:, steps, rest].sum(axis=(1, 2)) * MILLION
            other = {"id": "", "label": f"{len(rest)} other groups", "value": _summary(sums)}
            parts["groups"] = [*parts["groups"][:GROUPS_SHOWN], other]
    return parts


def money(comparison: Comparison, labels: Labels, months: list[str]) -> dict[str, Any]:
    """Return the dollars of the comparison's first window by market, stage and group.

    Each part carries its mean over draws, because only means add up, and its 5 %, 50 % and 95 % quantiles.
    Empty where stages or markets were not recorded.
    """
    needed = {"market_spending", "income_stage"}
    if not needed <= set(comparison.scenario.dataset) or not needed <= set(comparison.baseline.dataset):
        return {}
    window = comparison.windows[0]
    steps = slice(months.index(str(window.first)), months.index(str(window.last)) + 1)
    return {
        "start": months[steps][0],
        "end": months[steps][-1],
        "scenario": _dollars(comparison.scenario.dataset, labels, steps),
        "baseline": _dollars(comparison.baseline.dataset, labels, steps),
    }
