"""Monthly series of a comparison as quantiles: what the charts of bands over time show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from contraflow.report.labels import Labels
from contraflow.report.numbers import MILLION, is_money
from contraflow.report.outcomes import CATALOGUE, Outcome, unit_of
from contraflow.report.quantiles import bands, first_difference

if TYPE_CHECKING:
    from contraflow.analysis import Comparison


def values_of(dataset: xr.Dataset, name: str) -> NDArray[np.float64]:
    """Return a variable as float64, draws first, its time second, its places (if any) last."""
    return np.asarray(dataset[name].transpose("draw", ...).values, dtype=np.float64)


def chart_unit(variable: xr.DataArray) -> tuple[str, float]:
    """Return the unit of a chart's axis and the factor for it; sums of money are in millions."""
    unit, factor = unit_of(str(variable.attrs.get("units", "")))
    return (f"million {unit}", factor * MILLION) if is_money(unit) else (unit, factor)


def monthly_outcomes(comparison: Comparison) -> list[Outcome]:
    """Return the catalogued outcomes that both results recorded by month, in the catalogue's order."""
    scenario, baseline = comparison.scenario.dataset, comparison.baseline.dataset
    return [
        outcome
        for outcome in CATALOGUE
        if outcome.variable in scenario
        and outcome.variable in baseline
        and "month" in scenario[outcome.variable].dims
    ]


def campaign_start(comparison: Comparison) -> int | None:
    """Return the index of the first month in which the scenario differs from its baseline, or None."""
    starts = []
    for outcome in monthly_outcomes(comparison):
        start = first_difference(
            values_of(comparison.scenario.dataset, outcome.variable),
            values_of(comparison.baseline.dataset, outcome.variable),
        )
        if start is not None:
            starts.append(start)
    return min(starts, default=None)


def observed_homicides(comparison: Comparison, months: list[str]) -> dict[str, list[list[float]]]:
    """Return recorded homicides as [month index, count] pairs by territory; the sum under the key ``""``.

    A month counts towards the sum only where every territory has a record.
    """
    table = getattr(comparison.case, "homicides", None)
    if table is None or not len(table):
        return {}
    position = {month: index for index, month in enumerate(months)}
    stamp = table["year"].astype(int).astype(str) + "-" + table["month"].astype(int).astype(str).str.zfill(2)
    known = pd.DataFrame(
        {"territory": table["territory"].astype(str), "at": stamp.map(position), "n": table["homicides"]}
    ).dropna()
    wide = known.pivot_table(index="at", columns="territory", values="n", aggfunc="sum").sort_index()
    total = wide.dropna().sum(axis=1)
    columns = {str(name): wide[name].dropna() for name in wide.columns} | {"": total}
    return {
        name: [[int(at), float(value)] for at, value in column.items()]  # type: ignore[call-overload]
        for name, column in columns.items()
    }


def outcome_series(comparison: Comparison, labels: Labels, months: list[str]) -> list[dict[str, Any]]:
    """Return every recorded monthly outcome with its places: the total, then the largest first.

    Places of an outcome that has no total (prices, stages) stay in the order of the case.

    Parameters
    ----------
    comparison
        Scenario and baseline with the same draws in the same order.
    labels
        Names of places.
    months
        The months of the results, "YYYY-MM".

    Returns
    -------
    list of dict
        One an outcome: `id`, `label`, `section`, `unit`, and `series`, each with `place`, `label`, the
        quantiles of `bands`, and `observed` where the case has a record.
    """
    observed = observed_homicides(comparison, months)
    packed = []
    for outcome in monthly_outcomes(comparison):
        unit, factor = chart_unit(comparison.scenario.dataset[outcome.variable])
        scenario = values_of(comparison.scenario.dataset, outcome.variable) * factor
        baseline = values_of(comparison.baseline.dataset, outcome.variable) * factor
        if scenario.ndim == 2:
            places, scenario, baseline = [""], scenario[..., None], baseline[..., None]
        else:
            dimension = comparison.scenario.dataset[outcome.variable].dims[-1]
            places = [str(place) for place in comparison.scenario.dataset[dimension].values]
        rows = []
        if outcome.total and len(places) > 1:
            rows.append(("", labels.total(outcome), scenario.sum(axis=-1), baseline.sum(axis=-1)))
        size = np.nan_to_num(np.abs(baseline).mean(axis=(0, 1)))
        order = np.argsort(-size, kind="stable") if outcome.total else range(len(places))
        for index in order:
            if scenario[..., index].any() or baseline[..., index].any():
                place = places[index]
                name = labels.of(outcome.dimension, place) if place else labels.outcome(outcome)
                rows.append((place, name, scenario[..., index], baseline[..., index]))
        series = []
        for place, name, after, before in rows:
            entry: dict[str, Any] = {"place": place, "label": name, **bands(after, before)}
            if outcome.variable == "homicides" and observed.get(place):
                entry["observed"] = observed[place]
            series.append(entry)
        if series:
            packed.append(
                {
                    "id": outcome.variable,
                    "label": labels.outcome(outcome),
                    "section": outcome.section,
                    "unit": unit,
                    "series": series,
                }
            )
    return packed


def yearly_sums(monthly: NDArray[np.float64], months: list[str]) -> tuple[list[int], NDArray[np.float64]]:
    """Sum months into the calendar years that are complete.

    Parameters
    ----------
    monthly
        Shape (draw, month, place).
    months
        Labels of the second axis, "YYYY-MM".

    Returns
    -------
    tuple
        The complete years, and their sums with shape (draw, year, place).
    """
    stamps = np.array([int(month[:4]) for month in months])
    years = [int(year) for year in np.unique(stamps) if (stamps == year).sum() == 12]
    sums = [monthly[:, stamps == year].sum(axis=1) for year in years]
    return years, np.stack(sums, axis=1) if sums else np.zeros((monthly.shape[0], 0, monthly.shape[2]))
