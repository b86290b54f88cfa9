"""A small case in a temporary folder, and ways to spoil it."""

import atexit
import csv
import functools
import shutil
import tempfile
from pathlib import Path

from contraflow.case import Case, load_case, new_case


@functools.cache
def pristine() -> Path:
    """Return the folder of a fresh small case, made once; tests only read it."""
    folder = tempfile.mkdtemp(prefix="contraflow-case-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return new_case(Path(folder) / "small")


@functools.cache
def small_case() -> Case:
    """Return the small case, loaded once; it is immutable."""
    return load_case(pristine())


def copy_case(folder: Path) -> Path:
    """Copy the small case into a folder and return the copy."""
    return Path(shutil.copytree(pristine(), folder / "small"))


def rows_of(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file, header first."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def write_rows(path: Path, rows: list[list[str]]) -> None:
    """Write cells as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def set_cell(folder: Path, table: str, row: str, column: str, value: str) -> int:
    """Set a cell of the first row that starts with `row` (cells joined by commas); return its line."""
    path = folder / f"{table}.csv"
    rows = rows_of(path)
    for number, cells in enumerate(rows[1:], start=1):
        if ",".join(cells).startswith(row):
            cells[rows[0].index(column)] = value
            write_rows(path, rows)
            return number + 1
    raise LookupError(row)


def add_row(folder: Path, table: str, like: str, **cells: str) -> int:
    """Append a copy of the first row that starts with `like`, with some cells changed; return its line."""
    path = folder / f"{table}.csv"
    rows = rows_of(path)
    made = list(next(row for row in rows[1:] if ",".join(row).startswith(like)))
    for column, value in cells.items():
        made[rows[0].index(column)] = value
    write_rows(path, [*rows, made])
    return len(rows) + 1


def drop_rows(folder: Path, table: str, start: str) -> None:
    """Remove the rows that start with `start`."""
    path = folder / f"{table}.csv"
    rows = rows_of(path)
    write_rows(path, [rows[0], *(row for row in rows[1:] if not ",".join(row).startswith(start))])


def write_scenario(folder: Path, name: str, text: str, case: str = "small", head: str = "") -> Path:
    """Write a scenario file with measures given as TOML."""
    path = folder / "scenarios" / f"{name}.toml"
    path.write_text(f'name = "{name}"\ncase = "{case}"\n{head}\n{text}', encoding="utf-8")
    return path
