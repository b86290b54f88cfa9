"""What differs between two scenarios: the measures, and the months and places of the drivers they change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contraflow.case.model import Case
from contraflow.scenario.compile import compile_arrays
from contraflow.scenario.kinds import KINDS
from contraflow.scenario.model import Measure, Scenario

_MEASURE_COLUMNS = ["change", "kind", "places", "start", "end", "value", "was", "source"]
_DRIVER_COLUMNS = ["driver", "place", "from", "to", "a_low", "a_high", "b_low", "b_high"]


@dataclass(frozen=True)
class ScenarioDiff:
    """The difference of two scenarios.

    Attributes
    ----------
    measures
        One row a measure: ``added`` (in b only), ``removed`` (in a only) or ``changed`` (same kind,
        places and start; ``was`` says how).
    drivers
        One row a driver, place and run of months in which they differ, with the least and greatest value in
        each; empty unless a case was given.
    """

    measures: pd.DataFrame
    drivers: pd.DataFrame

    @property
    def empty(self) -> bool:
        """Whether the two do the same."""
        return self.measures.empty and self.drivers.empty


def diff(a: Scenario, b: Scenario, case: Case | None = None) -> ScenarioDiff:
    """Compare two scenarios.

    Parameters
    ----------
    a, b
        The scenarios; b is described relative to a.
    case
        Their case; if given, the drivers are compared too.

    Returns
    -------
    ScenarioDiff
    """
    drivers = _driver_rows(case, a, b) if case is not None else []
    return ScenarioDiff(
        pd.DataFrame(_measure_rows(a, b), columns=_MEASURE_COLUMNS),
        pd.DataFrame(drivers, columns=_DRIVER_COLUMNS),
    )


def _measure_rows(a: Scenario, b: Scenario) -> list[list]:
    """Match measures by what they do, then by kind, places and start."""
    both = Counter(m.action for m in a.measures) & Counter(m.action for m in b.measures)
    removed, added = _without(a.measures, both), _without(b.measures, both)
    waiting: dict[tuple, list[Measure]] = {}
    for measure in removed:
        waiting.setdefault(measure.action[:3], []).append(measure)
    rows = []
    for measure in added:
        matches = waiting.get(measure.action[:3])
        if matches:
            old = matches.pop(0)
            rows.append(_row("changed", measure, f"{old.value:g} to {old.end}"))
        else:
            rows.append(_row("added", measure, ""))
    rows += [_row("removed", measure, "") for left in waiting.values() for measure in left]
    return sorted(rows, key=lambda row: (row[1], row[3], row[2]))


def _without(measures: tuple[Measure, ...], common: Counter) -> list[Measure]:
    """Drop as many of each measure as both scenarios have."""
    left = Counter(common)
    kept = []
    for measure in measures:
        if left[measure.action] > 0:
            left[measure.action] -= 1
        else:
            kept.append(measure)
    return kept


def _row(change: str, measure: Measure, was: str) -> list:
    """Write one measure as a row."""
    places = ", ".join(measure.places)
    return [
        change,
        measure.kind,
        places,
        str(measure.start),
        str(measure.end),
        measure.value,
        was,
        measure.source,
    ]


def _driver_rows(case: Case, a: Scenario, b: Scenario) -> list[list]:
    """Find the runs of months in which the drivers differ."""
    first, second = compile_arrays(case, a), compile_arrays(case, b)
    months = [str(month) for month in case.months]
    rows = []
    for kind in KINDS.values():
        left, right = first[kind.driver], second[kind.driver]
        for column, place in enumerate(case.members(kind.dimension)):
            differs = np.concatenate([[False], left[:, column] != right[:, column], [False]])
            edges = np.flatnonzero(differs[1:] != differs[:-1])
            for start, stop in zip(edges[::2], edges[1::2], strict=True):
                was, now = left[start:stop, column], right[start:stop, column]
                rows.append(
                    [
                        kind.driver,
                        place,
                        months[start],
                        months[stop - 1],
                        was.min(),
                        was.max(),
                        now.min(),
                        now.max(),
                    ]
                )
    return rows
