"""The measure that is judged: a row of the events table, of a user's own, or dates and places given by hand."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from contraflow.analysis.evaluate.tables import read_events
from contraflow.case import Case
from contraflow.case.cells import split_keys, suggest
from contraflow.case.schema import DATE_PATTERN
from contraflow.errors import ContraflowError

#: Kinds of events that somebody decided, and so could have an effect of their own on what is judged.
MEASURES = (
    "state_of_exception", "curfew", "curfew_change", "internal_armed_conflict", "military_zone",
    "military_offensive", "network_takedown", "joint_operation", "joint_strike", "campaign",
    "prison_opening", "decree", "designation", "agreement", "sanctions", "referendum", "trade_measure",
)  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A dated measure and the territories it was for.

    Attributes
    ----------
    id, kind, title, description
        Its name in the table, what it is, and words.
    first, last
        First and last day; `last` is None for a measure without an end on record.
    territories
        Ids, in the order of the case; empty where the table names none.
    source
        Keys of the sources of the row.
    precise
        Whether the first day is known, not only its month or year.
    """

    id: str
    kind: str
    title: str
    description: str
    first: date
    last: date | None
    territories: tuple[str, ...]
    source: str
    precise: bool = True

    @property
    def start(self) -> pd.Period:
        """Month in which it began."""
        return month_of(self.first)

    @property
    def end(self) -> pd.Period | None:
        """Month in which it ended, None without an end."""
        return None if self.last is None else month_of(self.last)

    def exposure(self, months: pd.PeriodIndex) -> np.ndarray:
        """Return the share of each month's days on which the measure was in force.

        Parameters
        ----------
        months
            Months asked for.

        Returns
        -------
        numpy.ndarray
            Shape (month,), 0 to 1.
        """
        begin = self.first.toordinal()
        stop = date.max.toordinal() if self.last is None else self.last.toordinal()
        shares = []
        for month in months:
            days = calendar.monthrange(month.year, month.month)[1]
            first = date(month.year, month.month, 1).toordinal()
            shares.append(max(min(stop, first + days - 1) - max(begin, first) + 1, 0) / days)
        return np.array(shares)

    @property
    def dates(self) -> str:
        """The dates in words."""
        first = self.first.isoformat() if self.precise else self.first.isoformat()[:7]
        return f"since {first}" if self.last is None else f"{first} to {self.last.isoformat()}"


def measures(case: Case, file: Path | None = None) -> dict[str, Measure]:
    """Return every event that has a month, by id, in the order of the table.

    A row without an id of its own is called by its date and kind, ``2022-11-01-curfew``; a second one of
    the same name gets ``-2``.

    Parameters
    ----------
    case
        The case, whose events table is read unless a file is given.
    file
        A user's own CSV in the format of ``events.csv``.

    Raises
    ------
    ContraflowError
        If the file cannot be read or names an unknown territory.
    """
    sheet = read_events(file) if file is not None else case.sheets["events"]
    found: dict[str, Measure] = {}
    for row, item in sheet.rows():
        if len(item.date) < len("2024-01"):
            continue
        place = sheet.place(row, "territories")
        stem = getattr(item, "id", "") or f"{item.date}-{item.kind.replace('_', '-')}"
        name, number = stem, 2
        while name in found:
            name, number = f"{stem}-{number}", number + 1
        first, last = _days(item.date, item.end_date, sheet.place(row, "end_date"))
        words = item.kind.replace("_", " ")
        title = f"{words[0].upper()}{words[1:]}, {item.place or 'place not named'}"
        found[name] = Measure(
            id=name,
            kind=item.kind,
            title=title,
            description=item.description,
            first=first,
            last=last,
            territories=known_territories(case, split_keys(item.territories), place),
            source=item.source,
            precise=len(item.date) == len("2024-01-01"),
        )
    return found


def find(case: Case, event: str, file: Path | None = None) -> Measure:
    """Return one measure by its id, or by the beginning of it if only one begins so.

    Raises
    ------
    ContraflowError
        If there is none, with those that were perhaps meant.
    """
    known = measures(case, file)
    if event in known:
        return known[event]
    begun = [name for name in known if event and name.startswith(event)]
    if len(begun) == 1:
        return known[begun[0]]
    place = f"event '{event}'"
    if begun:
        shown = ", ".join(begun[:6]) + (" and others" if len(begun) > 6 else "")
        raise ContraflowError(place, f"{len(begun)} events begin with that", f"write one of: {shown}")
    where = file.name if file is not None else f"the events table of case {case.name}"
    remedy = f"{suggest(event, known).rstrip('?')}; `contraflow evaluate --list` shows all"
    raise ContraflowError(place, f"there is no event of that name in {where}", remedy)


def ad_hoc(case: Case, start: str, end: str | None, territories: Sequence[str]) -> Measure:
    """Return a measure of which only dates and places are given.

    Raises
    ------
    ContraflowError
        If a date is no date, the end lies before the start, or a territory is unknown.
    """
    for option, text in (("--start", start), ("--end", end or start)):
        if not DATE_PATTERN.fullmatch(text) or len(text) == len("2024"):
            raise ContraflowError(option, f"'{text}' is not a date", "write YYYY-MM-DD or YYYY-MM")
    first, last = _days(start, end or "", "--end")
    ids = known_territories(case, territories, "--provinces")
    name = f"{start}-{'-'.join(ids) if ids else 'all'}"
    return Measure(
        name, "ad_hoc", f"Measure of {start}", "Dates and places given by hand.", first, last, ids, "",
        len(start) == len("2024-01-01"),
    )  # fmt: skip


def in_territories(case: Case, measure: Measure, territories: Sequence[str]) -> Measure:
    """Return the measure confined to some territories.

    Raises
    ------
    ContraflowError
        If one is unknown.
    """
    return replace(measure, territories=known_territories(case, territories, "--provinces"))


def known_territories(case: Case, names: Sequence[str], place: str) -> tuple[str, ...]:
    """Return territory ids in the order of the case, each once.

    Raises
    ------
    ContraflowError
        If one is not a territory of the case.
    """
    known = case.members("territory")
    for name in names:
        if name not in known:
            raise ContraflowError(place, f"there is no territory '{name}'", suggest(name, known))
    return tuple(name for name in known if name in names)


def _days(start: str, end: str, place: str) -> tuple[date, date | None]:
    """Return first and last day of what is written as days or months.

    Raises
    ------
    ContraflowError
        If a day does not exist or the end lies before the start.
    """
    try:
        first = date.fromisoformat(start if len(start) > len("2024-01") else f"{start}-01")
        last = None
        if end:
            if len(end) == len("2024"):
                end = f"{end}-12"
            last = date.fromisoformat(end) if len(end) > len("2024-01") else _last_day(end)
    except ValueError:
        shown = f"'{start}' or '{end}' is no day of the calendar"
        raise ContraflowError(place, shown, "write YYYY-MM-DD or YYYY-MM") from None
    if last is not None and last < first:
        value = f"the end {last.isoformat()} lies before the start {first.isoformat()}"
        raise ContraflowError(place, value, "give an end on or after the start")
    return first, last


def month_of(day: date) -> pd.Period:
    """Return the month of a day."""
    return pd.Period(ordinal=12 * (day.year - 1970) + day.month - 1, freq="M")  # pyright: ignore[reportReturnType]


def _last_day(month: str) -> date:
    """Return the last day of a month written YYYY-MM."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, calendar.monthrange(year, number)[1])
