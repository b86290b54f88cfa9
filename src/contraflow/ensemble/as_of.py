"""A case as it stood at the end of a year: nothing the record says later is used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from contraflow.ensemble.build import Model
from contraflow.model.drivers import Drivers
from contraflow.model.structure import Structure

MIDDLE = 7
"""Month from which a yearly figure leans on the next year's, as figures are interpolated between mid-years."""


def as_of(model: Model, year: int) -> Model:
    """Forget what came after a year: production, demand and shares stay as they were, walks start from there.

    Base-year tables (prices, shares, losses) are beliefs and stay; they were drawn up with the whole record in
    sight, which no cut undoes.

    Parameters
    ----------
    model : Model
    year : int
        Last calendar year that is known.

    Returns
    -------
    Model
        With the same months and members.
    """
    structure = model.structure
    record, months = structure.record, _numbers(structure)
    last = 12 * year + MIDDLE - 1
    after = np.clip((months - (12 * (year + 1))) / 12.0 + 0.5 / 12.0, 0.0, None)
    record = record._replace(
        published=_held(record.published, months, last),
        known=np.where(months < 12 * (year + 1), record.known, 0.0),
        years_after=np.where(record.known > 0, after, np.minimum(record.years_after, after)),
        appetite=_held(record.appetite, months, last),
    )
    return replace(
        model,
        structure=replace(structure, record=record),
        tables=replace(model.tables, walk_from=min(year, int(model.tables.years[-1]))),
    )


def held(drivers: Drivers, model: Model, year: int) -> Drivers:
    """Drivers whose effort stays where it was in the middle of a year."""
    return replace(
        drivers, effort=_held(np.asarray(drivers.effort), _numbers(model.structure), 12 * year + MIDDLE - 1)
    )


def first_years(model: Model, year: int) -> Model:
    """Only the months up to the end of a year, for fitting; without the groups, which the trade does not need."""
    structure = model.structure
    months = int((_numbers(structure) < 12 * (year + 1)).sum())
    years = tuple(y for y in structure.names["year"] if int(y) <= year)
    names = structure.names | {"month": structure.names["month"][:months], "year": years, "cell": ()}
    cells, none = structure.cells, np.zeros(0, dtype=int)
    return replace(
        model,
        structure=replace(
            structure,
            record=type(structure.record)(*(x[:months] for x in structure.record)),
            names=names,
            cells=replace(
                cells,
                group=none,
                territory=none,
                weight=np.zeros(0),
                feud=cells.feud[:, :0, :0],
                background=cells.background[:, :0, :0],
                child=none,
                parent=none,
            ),
            anchor=None,
        ),
        tables=replace(model.tables, years=model.tables.years[: len(years)]),
        members=model.members | {"month": names["month"], "year": years, "cell": ()},
    )


def _numbers(structure: Structure) -> np.ndarray:
    return np.array([12 * m.year + m.month - 1 for m in map(pd.Period, structure.names["month"])])


def _held(values: np.ndarray, months: np.ndarray, last: int) -> np.ndarray:
    """Values that stay at month `last` from there on."""
    position = np.minimum(np.arange(len(months)), np.searchsorted(months, last, "right") - 1)
    return values[np.maximum(position, 0)]
