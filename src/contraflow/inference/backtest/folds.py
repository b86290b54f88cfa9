"""Folds: an origin, a horizon, and how much of what came after is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contraflow.errors import ContraflowError
from contraflow.inference.backtest.series import Series

ORIGINS = ("2021-12", "2022-12", "2023-12", "2024-12")
HORIZONS = (6, 12, 24)
#: Share of a window's steps that must be recorded for the window to be scored: 11 months of 12 are enough.
ENOUGH = 0.9
#: Recorded steps that a place must have up to the origin, by steps in a year; with fewer years exponential
#: smoothing cannot be fitted.
HISTORY = {12: 36, 1: 7}
_LONGEST = 60


@dataclass(frozen=True)
class Fold:
    """One window of one series after one origin.

    Attributes
    ----------
    origin
        Last month that a forecaster may see.
    horizon
        Months ahead.
    steps
        Steps of the series in the horizon.
    places
        Mask of the places that are scored: recorded at the origin, with enough of a past, and in the window.
    recorded
        Shape (place,): steps recorded in the window.
    why_not
        Why nothing is scored, in words; empty if something is.
    """

    origin: pd.Period
    horizon: int
    steps: int
    places: np.ndarray
    recorded: np.ndarray
    why_not: str = ""


def steps_of(series: Series, horizon: int) -> int:
    """Return the steps of a series in a horizon of months; a part of a year is no step."""
    return horizon * series.season // 12


def ready(series: Series, origin: pd.Period) -> np.ndarray:
    """Return the mask of the places that can be forecast: recorded at the origin, with enough of a past."""
    past = series.until(origin).values
    if not len(past):
        return np.zeros(len(series.places), dtype=bool)
    return np.isfinite(past[-1]) & (np.isfinite(past).sum(axis=0) >= HISTORY[series.season])


def fold(series: Series, origin: pd.Period, horizon: int) -> Fold:
    """Return one fold of a series, with the reason if it cannot be scored."""
    steps = steps_of(series, horizon)
    nothing = np.zeros(len(series.places), dtype=bool)
    none = np.zeros(len(series.places), dtype=int)
    if steps == 0:
        return Fold(origin, horizon, 0, nothing, none, f"a year is longer than {horizon} months")
    if series.season == 1 and origin.month != 12:
        return Fold(origin, horizon, steps, nothing, none, "a yearly series needs an origin in December")
    able = ready(series, origin)
    if not able.any():
        return Fold(origin, horizon, steps, able, none, f"too short a record up to {origin}")
    recorded = np.isfinite(series.after(origin, steps)).sum(axis=0)
    scored = able & (recorded >= ENOUGH * steps)
    if scored.any():
        return Fold(origin, horizon, steps, scored, recorded)
    words = "year" if series.season == 1 else "month"
    most = int(recorded[able].max())
    why = f"of the {steps} {words}{'s' if steps > 1 else ''} after {origin}, {most or 'none'} recorded"
    return Fold(origin, horizon, steps, scored, recorded, why)


def folds(series: Series, origins: Sequence[pd.Period], horizons: Sequence[int]) -> Iterator[Fold]:
    """Yield every fold of a series, those that cannot be scored with the reason."""
    for origin in origins:
        for horizon in horizons:
            yield fold(series, origin, horizon)


def read_origins(words: Sequence[str], record: Series) -> tuple[pd.Period, ...]:
    """Return origins as months, in order, each once.

    Parameters
    ----------
    words
        Months as YYYY-MM.
    record
        A monthly series that says what can be an origin.

    Raises
    ------
    ContraflowError
        If a month is not one, or leaves nothing before or after it.
    """
    place = "--origins"
    if not words:
        raise ContraflowError(place, "no origin is given", f"write months, such as {','.join(ORIGINS)}")
    first = record.periods[min(HISTORY[12], len(record.periods)) - 1]
    last = record.periods[-1] - 1
    made = set()
    for word in words:
        try:
            if len(word) != 7:
                raise ValueError(word)
            month = pd.Period(word, "M")
        except ValueError:
            raise ContraflowError(place, f"'{word}' is not a month", "write it YYYY-MM") from None
        if not first <= month <= last:
            remedy = f"choose from {first} ({HISTORY[12]} months of record) to {last} (one month to score)"
            raise ContraflowError(place, f"{word} leaves too little record before or after it", remedy)
        made.add(month)
    return tuple(sorted(made))


def read_horizons(numbers: Sequence[int | str]) -> tuple[int, ...]:
    """Return horizons in months, in order, each once.

    Raises
    ------
    ContraflowError
        If one is not a whole number of months from 1 to 60.
    """
    place = "--horizons"
    if not numbers:
        raise ContraflowError(place, "no horizon is given", "write months, such as 6,12,24")
    made = set()
    for number in numbers:
        try:
            months = int(number)
        except ValueError:
            months = 0
        if not 1 <= months <= _LONGEST:
            raise ContraflowError(place, f"'{number}' is not a horizon", f"write months from 1 to {_LONGEST}")
        made.add(months)
    return tuple(sorted(made))
