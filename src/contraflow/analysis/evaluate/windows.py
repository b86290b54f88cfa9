"""The windows in which an effect is read: while a measure was in force, and 3, 6 and 12 months after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from contraflow.analysis.evaluate.measures import Measure
from contraflow.analysis.evaluate.record import Record
from contraflow.errors import ContraflowError

#: Lengths of the windows after the end, or after the start of a measure without an end, in months.
AFTER = (3, 6, 12)
#: A month counts as one of the measure's if it was in force on at least this share of its days.
HALF = 0.5
#: Fewest months of record before the eve that anything is fitted to.
FIT = 36


@dataclass(frozen=True)
class Window:
    """Months over which killings are added up.

    Attributes
    ----------
    name, label
        Short name, and words.
    first, last
        Positions among the months forecast, `last` included.
    wanted
        Months that the window has if the record is long enough.
    """

    name: str
    label: str
    first: int
    last: int
    wanted: int

    @property
    def months(self) -> int:
        """Months the window has."""
        return self.last - self.first + 1

    @property
    def words(self) -> str:
        """Label, with a remark if the record ends inside it."""
        return self.label if self.months == self.wanted else f"{self.label} ({self.months} on record)"


@dataclass(frozen=True)
class Span:
    """What is forecast and what is added up.

    Attributes
    ----------
    origin
        Position in the record of the first month forecast; the eve is the month before.
    horizon
        Months forecast.
    exposure
        Share of each month's days with the measure in force, shape (month,).
    windows
        The windows; the first is the one the verdict is about.
    mixed
        Positions of months that were partly under the measure and are in no window.
    """

    origin: int
    horizon: int
    exposure: np.ndarray
    windows: tuple[Window, ...]
    mixed: tuple[int, ...]


def span(measure: Measure, record: Record) -> Span:
    """Lay the windows of a measure over the record.

    Parameters
    ----------
    measure
        The measure.
    record
        The record it is judged by.

    Returns
    -------
    Span

    Raises
    ------
    ContraflowError
        If the record does not reach into the measure, or there is too little of it before.
    """
    origin = record.index(measure.start)
    known = np.flatnonzero(~np.isnan(record.counts).all(1))
    newest = record.months[int(known[-1])]
    place = f"event {measure.id}"
    if measure.start > newest:
        value = f"it began in {measure.start}, after the newest month that can be used, {newest}"
        raise ContraflowError(place, value, "give newer counts with --data FILE")
    if origin < FIT:
        value = f"only {max(origin, 0)} months of record lie before it, {FIT} are needed"
        remedy = f"choose a measure of {record.months[0] + FIT} or later, or give earlier counts with --data"
        raise ContraflowError(place, value, remedy)
    left = record.index(newest) - origin + 1
    longest = AFTER[-1] + (0 if measure.end is None else measure.end.ordinal - measure.start.ordinal + 1)
    horizon = min(left, longest)
    months = pd.period_range(measure.start, periods=horizon, freq="M")
    exposure = measure.exposure(months)
    if measure.end is None:
        windows = _since(measure, horizon, exposure)
    else:
        windows = _during_and_after(measure, horizon, exposure)
    if not windows:
        value = f"the record ends in {newest}, before a month that was mostly under the measure"
        raise ContraflowError(place, value, "give newer counts with --data FILE")
    covered = {month for window in windows for month in range(window.first, window.last + 1)}
    mixed = tuple(k for k in range(horizon) if k not in covered and exposure[k] > 0)
    return Span(origin, horizon, exposure, windows, mixed)


def _during_and_after(measure: Measure, horizon: int, exposure: np.ndarray) -> tuple[Window, ...]:
    """Return the window in force and those after it."""
    assert measure.end is not None
    length = measure.end.ordinal - measure.start.ordinal + 1
    inside = measure.exposure(pd.period_range(measure.start, periods=length, freq="M"))
    held = np.flatnonzero(inside >= HALF)
    if not held.size:
        held = np.array([int(np.argmax(inside))])
    first, last = int(held[0]), int(held[-1])
    if first >= horizon:
        return ()
    windows = [Window("during", "while in force", first, min(last, horizon - 1), last - first + 1)]
    for months, shorter in zip(AFTER, (0, *AFTER), strict=False):
        if length + shorter < horizon:
            stop = min(length + months, horizon) - 1
            windows.append(Window(f"after-{months}", f"{months} months after", length, stop, months))
    return tuple(windows)


def _since(measure: Measure, horizon: int, exposure: np.ndarray) -> tuple[Window, ...]:
    """Return the windows from the start of a measure that has no end on record."""
    first = 0 if exposure[0] >= HALF else 1
    if first >= horizon:
        return ()
    return tuple(
        Window(f"first-{months}", f"first {months} months", first, min(first + months, horizon) - 1, months)
        for months, shorter in zip(AFTER, (0, *AFTER), strict=False)
        if first + shorter < horizon
    )
