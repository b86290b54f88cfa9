"""The vocabulary in which the tables of a case are described: `Column` and `Table`.

The descriptions themselves are in `contraflow.case.tables`. They are the only place where a column's
type, unit, bounds and meaning are written down; reading, checking, the messages, the documentation and
``datapackage.json`` all follow from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ID_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CODE_PATTERN = re.compile(r"[A-Z]{3}|[a-z0-9]+(-[a-z0-9]+)*")
COUNTRY_PATTERN = re.compile(r"[A-Z]{3}")
MONTH_PATTERN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
DATE_PATTERN = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
SOURCE_PATTERN = re.compile(r"[A-Za-z0-9_:-]+")

#: What a source cell may hold besides keys of ``sources.bib``.
SOURCE_WORDS = ("judgement", "derived")

#: Column types: what a cell must look like, in words (used in messages and in the documentation).
TYPES: dict[str, str] = {
    "id": "an id of lower-case letters a-z, digits and hyphens, such as san-lorenzo",
    "code": "a three-letter country code such as ECU, or an id of lower-case letters, digits and hyphens",
    "country": "a three-letter ISO 3166 country code in capitals, such as ECU (XXX for the high seas)",
    "text": "text",
    "choice": "one of a fixed list",
    "number": "a number with a decimal point, such as 0.25",
    "integer": "a whole number",
    "month": "a month written YYYY-MM",
    "date": "a date written YYYY, YYYY-MM or YYYY-MM-DD",
    "sources": "keys of sources.bib joined by ';', or the word judgement",
    "refs": "ids joined by ';'",
}

NUMERIC = ("number", "integer")


@dataclass(frozen=True)
class Column:
    """One column of a table of a case.

    Attributes
    ----------
    name, type, description
        The header, a key of `TYPES`, and what the column means.
    unit
        Unit of a number, as it is printed.
    required
        Whether an empty cell is an error. Empty numbers are read as NaN, empty text as ``""``.
    choices
        The allowed words of a ``choice`` column.
    low, high
        Bounds of a number, inclusive unless `open_low` or `open_high`.
    ref
        Table whose ``id`` column the cell must appear in.
    """

    name: str
    type: str
    description: str
    unit: str = ""
    required: bool = True
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    ref: str = ""

    @property
    def bounds(self) -> str:
        """The allowed range in words, empty if there is none."""
        parts = []
        if self.low is not None:
            parts.append(f"{'above' if self.open_low else 'at least'} {self.low:g}")
        if self.high is not None:
            parts.append(f"{'below' if self.open_high else 'at most'} {self.high:g}")
        return " and ".join(parts)


@dataclass(frozen=True)
class Table:
    """One CSV file of a case: its columns, its key, and whether it may be empty or absent."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    may_be_empty: bool = False
    optional: bool = False
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the header ready, since every reader asks for it."""
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))

    @property
    def file(self) -> str:
        """File name inside the case folder."""
        return f"{self.name}.csv"

    def column(self, name: str) -> Column:
        """Return the column called `name`."""
        return self.columns[self.names.index(name)]
