"""What else happened: events of the table that overlap the months looked at."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from contraflow.analysis.evaluate.measures import MEASURES, Measure

#: Months before the start from which something may still be at work.
BEFORE = 2
#: More events than this of one kind are told in one line.
MANY = 4


@dataclass(frozen=True)
class Other:
    """Something else that happened.

    Attributes
    ----------
    when, kind, words
        Date or dates, kind of event, and what it was.
    shared
        Treated territories it names; empty for one abroad or without a place.
    measure
        Whether somebody decided it, so that it could have an effect of its own.
    """

    when: str
    kind: str
    words: str
    shared: tuple[str, ...]
    measure: bool


def others(
    measure: Measure, known: dict[str, Measure], first: pd.Period, last: pd.Period
) -> tuple[Other, ...]:
    """List events in the same territories, or without one, that touch the months looked at.

    Parameters
    ----------
    measure
        The one that is judged; it is left out.
    known
        All events, by id.
    first, last
        Months looked at.
    """
    found = []
    for item in known.values():
        end = item.end or item.start
        touches = end.ordinal >= first.ordinal - BEFORE and item.start.ordinal <= last.ordinal
        if item.id == measure.id or not touches:
            continue
        shared = tuple(name for name in measure.territories if name in item.territories)
        if shared or not item.territories:
            found.append((item, shared))
    by_kind: dict[str, list[tuple[Measure, tuple[str, ...]]]] = {}
    for item, shared in found:
        by_kind.setdefault(item.kind if not shared else item.id, []).append((item, shared))
    told = []
    for group in by_kind.values():
        if len(group) > MANY:
            item = group[0][0]
            when = f"{_when(item)} to {_when(group[-1][0])}"
            words = f"{len(group)} events, the first: {item.description}"
            told.append((item.first, Other(when, item.kind, words, (), item.kind in MEASURES)))
        else:
            for item, shared in group:
                made = Other(_when(item), item.kind, item.description, shared, item.kind in MEASURES)
                told.append((item.first, made))
    return tuple(other for _, other in sorted(told, key=lambda pair: pair[0]))


def _when(item: Measure) -> str:
    start = item.first.isoformat() if item.precise else item.first.isoformat()[:7]
    return start if item.last is None else f"{start} to {item.last.isoformat()}"
