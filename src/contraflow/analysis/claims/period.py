"""The time a claim is about: years, months, or so many months after the common history."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from contraflow.errors import ContraflowError

if TYPE_CHECKING:
    from contraflow.case import Case

_YEARS = re.compile(r"(\d{4})(?: to (\d{4}))?")
_MONTHS = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))(?: to (\d{4}-(?:0[1-9]|1[0-2])))?")
_AFTER = re.compile(r"(\d+)m")


@dataclass(frozen=True)
class Period:
    """Months from `first` to `last`, both included."""

    first: pd.Period
    last: pd.Period

    @property
    def months(self) -> int:
        """Number of months."""
        return int(self.last.ordinal - self.first.ordinal) + 1

    @property
    def years(self) -> list[int]:
        """Calendar years it touches."""
        return list(range(int(self.first.year), int(self.last.year) + 1))

    @property
    def span(self) -> slice:
        """Labels for selecting months of a result."""
        return slice(str(self.first), str(self.last))

    def year(self, which: int) -> Period:
        """First (0) or last (-1) calendar year, whole."""
        year = self.years[which]
        return Period(_month(f"{year}-01"), _month(f"{year}-12"))

    def inside(self, case: Case) -> bool:
        """Tell whether the case simulates all of it."""
        return case.start.ordinal <= self.first.ordinal and self.last.ordinal <= case.end.ordinal

    def __str__(self) -> str:
        """Return it in words, as short as it can be said."""
        years = self.years
        if self.first.month == 1 and self.last.month == 12:
            return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


def read_period(text: str, case: Case, place: str) -> Period:
    """Read a period.

    Parameters
    ----------
    text
        ``2024``, ``2019 to 2023``, ``2025-09``, ``2025-09 to 2026-08``, or ``12m`` for the first twelve
        months after the common history.
    case
        For the end of the common history.
    place
        Where the text stands, for the message.

    Raises
    ------
    ContraflowError
        If it is none of these, or runs backwards.
    """
    text = " ".join(text.split())
    if found := _AFTER.fullmatch(text):
        first = case.history_end + 1
        if int(found[1]) < 1:
            raise ContraflowError(place, "'0m' has no month", "give at least 1m")
        return Period(first, first + (int(found[1]) - 1))
    if found := _YEARS.fullmatch(text):
        made = _month(f"{found[1]}-01"), _month(f"{found[2] or found[1]}-12")
    elif found := _MONTHS.fullmatch(text):
        made = _month(found[1]), _month(found[2] or found[1])
    else:
        what = f"'{text}' is not a period" if text else "the period is missing"
        raise ContraflowError(place, what, "write 2024, 2019 to 2023, 2025-09 to 2026-08, or 12m")
    if made[1].ordinal < made[0].ordinal:
        raise ContraflowError(place, f"'{text}' runs backwards", "put the earlier year or month first")
    return Period(*made)


def _month(text: str) -> pd.Period:
    made = pd.Period(text, "M")
    assert isinstance(made, pd.Period)
    return made
