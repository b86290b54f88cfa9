"""Files a user hands in: the case's table formats, of which only some columns are asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pandas as pd

from contraflow.case.finding import raise_first
from contraflow.case.read import Sheet, decode, read_table
from contraflow.case.schema import Column, Table
from contraflow.case.tables import EVENTS, HOMICIDES

#: Columns that a user's file of killings must have; the others of `HOMICIDES` may be left out.
RECORD_COLUMNS = ("territory", "year", "month", "homicides")
#: Columns that a user's file of events must have; the others of `EVENTS` may be left out, ``id`` may be added.
EVENT_COLUMNS = ("date", "kind")
_ID = Column("id", "id", "Name by which the event is asked for.", required=False)


def read_record(path: Path) -> Sheet:
    """Read killings by territory and month.

    Parameters
    ----------
    path
        A CSV file with the columns of `RECORD_COLUMNS` and any others of the case's ``homicides.csv``.

    Returns
    -------
    Sheet
        With every column of ``homicides.csv``; those that the file leaves out are missing.

    Raises
    ------
    CaseError
        Naming line and column of the first thing wrong.
    """
    return _read(path, HOMICIDES, RECORD_COLUMNS, ())


def read_events(path: Path) -> Sheet:
    """Read dated events.

    Parameters
    ----------
    path
        A CSV file with the columns of `EVENT_COLUMNS` and any others of the case's ``events.csv``, and
        ``id`` if they should have names of their own.

    Returns
    -------
    Sheet
        With every column of ``events.csv``, and ``id``.

    Raises
    ------
    CaseError
        Naming line and column of the first thing wrong.
    """
    return _read(path, EVENTS, EVENT_COLUMNS, (_ID,))


def _read(path: Path, table: Table, asked: Collection[str], more: tuple[Column, ...]) -> Sheet:
    """Read a file against those columns of a table that it has or must have; add the others, empty."""
    text, findings = decode(path, path.name)
    raise_first(
        [replace(f, remedy="give the path of a CSV file") if f.check == "readable" else f for f in findings]
    )
    header = {cell.strip() for cell in next(csv.reader(io.StringIO(text, newline="")), [])}
    columns = (*table.columns, *more)
    kept = tuple(
        replace(column, required=column.required and column.name in asked)
        for column in columns
        if column.name in header or column.name in asked
    )
    sheet, findings = read_table(path, Table(table.name, table.description, table.key, kept))
    raise_first(findings)
    frame = sheet.frame.copy()
    for column in columns:
        if column.name not in frame:
            empty = pd.NA if column.type == "integer" else float("nan") if column.type == "number" else ""
            frame[column.name] = pd.Series(
                [empty] * len(frame), dtype="Int64" if column.type == "integer" else None
            )
    return replace(sheet, frame=frame)
