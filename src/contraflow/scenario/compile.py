"""A scenario to monthly drivers: day by day first, so that a part of a month counts by its share of days."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from contraflow.case.model import Case
from contraflow.scenario.kinds import KINDS, Kind
from contraflow.scenario.model import Scenario

if TYPE_CHECKING:
    from contraflow.model.drivers import Drivers


def compile_drivers(case: Case, scenario: Scenario) -> Drivers:
    """Compile a scenario to the drivers of the model.

    Parameters
    ----------
    case
        The case, for the months, the axes and the record of effort.
    scenario
        One of its scenarios.

    Returns
    -------
    Drivers
        Arrays of float64, month by place.
    """
    from contraflow.model.drivers import Drivers

    return Drivers(**compile_arrays(case, scenario))


def compile_arrays(case: Case, scenario: Scenario) -> dict[str, np.ndarray]:
    """Compile a scenario to arrays by driver, without importing the model.

    Parameters
    ----------
    case, scenario
        As in `compile_drivers`.

    Returns
    -------
    dict
        Arrays of shape (month, place) by driver.
    """
    arrays = {}
    for kind in KINDS.values():
        # Sorted by value, so that on any one day the same numbers meet in the same order however a measure is
        # cut into pieces and wherever it stands in the file: the same actions give the same bits.
        measures = sorted((m for m in scenario.measures if m.kind == kind.name), key=lambda m: m.value)
        actions, places = tuple(m.action for m in measures), tuple(case.members(kind.dimension))
        arrays[kind.driver] = _monthly(kind, actions, places, str(case.start), str(case.end)).copy()
    arrays["effort"] = arrays["effort"] * _effort_record(case)
    return arrays


@lru_cache
def _calendar(start: str, end: str) -> tuple[np.ndarray, np.datetime64]:
    """First day of each month, counted from that of the first, and the day after the last; that first day."""
    days = np.arange(np.datetime64(start, "M"), np.datetime64(end, "M") + 1)
    starts = days.astype("datetime64[D]").astype(int)
    stop = (days[-1] + 1).astype("datetime64[D]").astype(int)
    return np.append(starts, stop) - starts[0], np.datetime64(int(starts[0]), "D")


@lru_cache(maxsize=128)  # of a scenario that is moved, one kind of measure is
def _monthly(
    kind: Kind, actions: tuple[tuple, ...], places: tuple[str, ...], start: str, end: str
) -> np.ndarray:
    """Combine the measures of one kind.

    Parameters
    ----------
    actions
        Of the measures, in the order in which they meet.
    places
        Ids along the axis.
    start, end
        First and last month.
    """
    bounds, epoch = _calendar(start, end)
    columns = {name: column for column, name in enumerate(places)}
    days, months = int(bounds[-1]), len(bounds) - 1
    monthly = np.full((months, len(columns)), kind.neutral)
    touched = sorted({columns[place] for _, where, *_ in actions for place in where})
    if not touched:
        return monthly
    # Rows are months where a measure falls on one day, and days elsewhere.
    cells = np.full((months if kind.pulse else days, len(touched)), kind.neutral)
    for _, where, since, until, value in actions:
        first = int((np.datetime64(since, "D") - epoch).astype(int))
        last = int((np.datetime64(until, "D") - epoch).astype(int))
        if kind.pulse:
            first = last = int(np.searchsorted(bounds, first, side="right")) - 1
        for place in where:
            cell = slice(first, last + 1), touched.index(columns[place])
            cells[cell] = _combine(kind, cells[cell], value)
    if kind.pulse:
        monthly[:, touched] = cells
        return monthly
    if kind.combine == "add" and kind.high is not None:
        cells = np.minimum(cells, kind.high)
    # The mean as first day + mean deviation from it: exact in every month in which nothing changes.
    first_days = cells[bounds[:-1]]
    lengths = np.diff(bounds)
    deviation = cells - np.repeat(first_days, lengths, axis=0)
    monthly[:, touched] = first_days + np.add.reduceat(deviation, bounds[:-1], axis=0) / lengths[:, None]
    return monthly


def _combine(kind: Kind, cells: np.ndarray, value: float) -> np.ndarray:
    """Let a measure meet those before it."""
    if kind.combine == "multiply":
        return cells * value
    if kind.combine == "add":
        return cells + value
    if kind.combine == "max":
        return np.maximum(cells, value)
    return 1.0 - (1.0 - cells) * (1.0 - value)


def _effort_record(case: Case) -> np.ndarray:
    """Return the recorded effort, month by theatre.

    A year without a row takes the last one before it (the first one, before them all); a theatre without
    rows is at its base-year level, 1.
    """
    years = case.months.year.to_numpy()
    record = np.ones((len(years), len(case.theatres)))
    theatres, known, index = (case.effort[name].to_numpy() for name in ("theatre", "year", "index"))
    for column, theatre in enumerate(case.members("theatre")):
        (rows,) = np.nonzero(theatres == theatre)
        if rows.size:
            order = rows[np.argsort(known[rows])]
            position = np.searchsorted(known[order], years, side="right") - 1
            record[:, column] = index[order][np.maximum(position, 0)]
    return record
