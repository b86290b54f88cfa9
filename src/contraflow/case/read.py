"""CSV files to tables, strictly: every cell that is not what the schema says becomes a finding."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from contraflow.case.cells import parse_cell, suggest
from contraflow.case.finding import Finding
from contraflow.case.schema import Table

_MOST_FINDINGS = 50


@dataclass(frozen=True)
class Sheet:
    """A table as read: the frame, the file and line of each row, and whether it was readable at all."""

    frame: pd.DataFrame
    files: tuple[str, ...]
    lines: tuple[int, ...]
    readable: bool = True

    def rows(self) -> Iterator[tuple[int, Any]]:
        """Yield every row with its number; its cells are attributes named like the columns."""
        yield from enumerate(named_rows(self.frame))

    def place(self, row: int, column: str = "") -> str:
        """Return words for a row (and column), such as ``nodes.csv line 12, column price``."""
        where = f"{self.files[row]} line {self.lines[row]}"
        return f"{where}, column {column}" if column else where


def named_rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a frame; their cells are attributes named like the columns."""
    yield from frame.itertuples(index=False)


def decode(path: Path, name: str) -> tuple[str, list[Finding]]:
    """Read a text file as UTF-8 and nothing else.

    Parameters
    ----------
    path
        The file.
    name
        What to call it in messages.

    Returns
    -------
    tuple
        The text (empty on failure) and what is wrong with it.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return "", [
            Finding("error", "readable", name, "the file is missing", f"add {name} to the case folder")
        ]
    except OSError as error:
        return "", [
            Finding(
                "error",
                "readable",
                name,
                f"the file cannot be opened ({error.strerror})",
                "make it a readable file",
            )
        ]
    if not raw.strip():
        return "", [
            Finding(
                "error",
                "readable",
                name,
                "the file is empty (0 rows, no header)",
                "write at least the header line, or restore the file",
            )
        ]
    try:
        return raw.decode("utf-8").removeprefix("\ufeff"), []
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        value = f"byte 0x{raw[error.start]:02X} is not UTF-8 (the file may be Latin-1 or Windows-1252)"
        remedy = f"save the file as UTF-8, for example: iconv -f latin1 -t utf-8 {path.name} > new.csv"
        return "", [Finding("error", "encoding", f"{name} line {line}", value, remedy)]


def read_table(path: Path, table: Table, name: str = "") -> tuple[Sheet, list[Finding]]:
    """Read one CSV file against its description.

    Parameters
    ----------
    path
        The file.
    table
        Its description.
    name
        What to call the file in messages; by default its file name.

    Returns
    -------
    tuple
        The sheet (without rows if it cannot be read) and the findings, all of level ``error``.
    """
    name = name or path.name
    text, findings = decode(path, name)
    if findings:
        return _unreadable(table, name), findings
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        header = [cell.strip() for cell in next(reader)]
        start = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        value = f"the line is not readable as CSV ({error})"
        findings = [
            Finding(
                "error",
                "readable",
                f"{name} line {reader.line_num}",
                value,
                "close every quotation mark and double those inside a cell",
            )
        ]
        return _unreadable(table, name), findings
    findings = _check_header(header, table, name)
    if findings:
        return _unreadable(table, name), findings
    values, findings = _parse_rows(header, rows, lines, table, name)
    sheet = _sheet(table, values, lines, name)
    if not rows and not table.may_be_empty:
        findings.append(
            Finding(
                "error",
                "readable",
                name,
                "the table has a header but no rows",
                f"add at least one row ({table.description.rstrip('.')})",
            )
        )
    findings += _check_key(sheet, table)
    return sheet, findings


def _check_header(header: list[str], table: Table, name: str) -> list[Finding]:
    """Hold the header to the table's columns, in any order."""
    place = f"{name} line 1"
    expected = f"the header must be: {','.join(table.names)}"
    if len(header) == 1 and header[0].count(";") >= 1:
        return [
            Finding(
                "error",
                "header",
                place,
                "the columns are separated by ';'",
                "save the file with commas between the columns",
            )
        ]
    findings = []
    for column in dict.fromkeys(header):
        if column not in table.names:
            shown = f"unknown column '{column}'" if column else "a column without a name"
            remedy = f"remove it or rename it: {suggest(column, table.names)}"
            findings.append(Finding("error", "unknown_column", place, shown, remedy))
        elif header.count(column) > 1:
            findings.append(
                Finding("error", "header", place, f"column '{column}' appears twice", "remove one")
            )
    findings += [
        Finding("error", "missing_column", place, f"column '{column}' is missing", f"add it; {expected}")
        for column in table.names
        if column not in header
    ]
    return findings


def _parse_rows(
    header: list[str], rows: list[list[str]], lines: list[int], table: Table, name: str
) -> tuple[list[dict], list[Finding]]:
    """Read every cell; keep the first findings only, a broken file has thousands."""
    columns = [table.column(column) for column in header]
    values, findings = [], []
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            value = f"the row has {len(row)} cells, the header {len(header)}"
            remedy = "give every row one cell a column; put a cell that holds a comma in double quotes"
            findings.append(Finding("error", "row_length", f"{name} line {line}", value, remedy))
        record = {}
        for column, cell in zip(columns, row + [""] * (len(columns) - len(row)), strict=False):
            record[column.name], value, remedy = parse_cell(column, cell.strip())
            if value and len(row) == len(header):
                place = f"{name} line {line}, column {column.name}"
                findings.append(Finding("error", "cell", place, value, remedy))
        values.append(record)
    return values, findings[:_MOST_FINDINGS]


def _sheet(table: Table, values: list[dict], lines: list[int], name: str) -> Sheet:
    """Put records into a frame with one dtype a column: float64, int64, Int64 (may be missing) or object."""
    data = {}
    for column in table.columns:
        cells = [record[column.name] for record in values]
        if column.type == "number":
            data[column.name] = pd.Series(np.array(cells, dtype=np.float64))
        elif column.type == "integer":
            numbers = np.array(cells, dtype=np.float64)
            whole = not np.isnan(numbers).any() and column.required
            data[column.name] = pd.Series(numbers).astype("int64" if whole else "Int64")
        else:
            data[column.name] = pd.Series(np.array(cells, dtype=object), dtype=object)
    return Sheet(pd.DataFrame(data, columns=list(table.names)), (name,) * len(values), tuple(lines))


def _unreadable(table: Table, name: str) -> Sheet:
    """Stand in for a file that could not be read."""
    return replace(_sheet(table, [], [], name), readable=False)


def _check_key(sheet: Sheet, table: Table) -> list[Finding]:
    """Find rows whose key was used before."""
    if not table.key:
        return []
    seen: dict[tuple, int] = {}
    findings = []
    for row, key in enumerate(zip(*(sheet.frame[column] for column in table.key), strict=True)):
        if key in seen:
            shown = ", ".join(f"{column} '{part}'" for column, part in zip(table.key, key, strict=True))
            value = f"duplicate {shown} (first on line {sheet.lines[seen[key]]})"
            remedy = "remove one of the rows, or give it its own " + (
                "id" if table.key == ("id",) else "combination of " + ", ".join(table.key)
            )
            findings.append(Finding("error", "duplicate", sheet.place(row, table.key[0]), value, remedy))
        else:
            seen[key] = row
    return findings[:_MOST_FINDINGS]


def concatenate(table: Table, sheets: list[Sheet]) -> Sheet:
    """Join several files of one table, in order."""
    if not sheets:
        return _sheet(table, [], [], table.file)
    frame = pd.concat([sheet.frame for sheet in sheets], ignore_index=True)
    files = tuple(name for sheet in sheets for name in sheet.files)
    lines = tuple(line for sheet in sheets for line in sheet.lines)
    return Sheet(frame, files, lines, all(sheet.readable for sheet in sheets))
