"""The backtests' tables, from the files that `contraflow backtest` wrote and the case ships."""

from __future__ import annotations

from pandas import DataFrame

from contraflow.case import Case
from contraflow.report.backtest import (
    CAVEATS,
    HEADER,
    READING,
    TITLES,
    UNITS,
    not_scored,
    read_table,
    rows,
    shared_note,
    verdict,
    windows,
)
from contraflow.report.sureness import BACKTEST, HALF_YEARS
from markdown import table, text


def backtest(case: Case) -> str:
    """Every table over all origins, then those of each origin, and what could not be scored."""
    path = case.path / BACKTEST
    if not path.exists():
        return "*The case does not ship a backtest yet.*\n"
    found = read_table(path)
    parts = [f"- {text(line)}" for line in (*READING, *CAVEATS)] + [""]
    parts += _series(found, by_origin=True)
    if left := not_scored(found):
        parts += ["## Not scored\n", *(f"- {text(line)}" for line in left), ""]
    return "\n".join(parts)


def half_years(case: Case) -> str:
    """Killings once more, over many origins."""
    path = case.path / HALF_YEARS
    if not path.exists():
        return "*The case does not ship it yet.*\n"
    return "\n".join(_series(read_table(path), by_origin=False))


def _series(found: DataFrame, by_origin: bool) -> list[str]:
    """Write a section for every series and a table for every horizon."""
    parts, series = [], ""
    for name, horizon in windows(found):
        if name != series:
            series = name
            parts.append(f"## {text(TITLES.get(name, name))}{'' if by_origin else ', half-yearly origins'}\n")
        body = rows(found, name, horizon)
        shared = shared_note(body)
        parts.append(f"### {horizon} months ahead\n")
        parts.append(f"{text(verdict(found, name, horizon, 'CRPS in ' + UNITS.get(name, '')))}\n")
        if shared:
            parts.append(f"Recorded after {text(shared)}.\n")
        parts.append(_table(HEADER, [[*row[:-1], "" if row[-1] == shared else row[-1]] for row in body]))
        if not by_origin:
            continue
        origins = sorted({row["origin"] for row in found.to_dict("records")} - {"all"})
        apart = [
            [origin, row[0], *row[2:]] for origin in origins for row in rows(found, name, horizon, origin)
        ]
        parts.append("By origin:\n")
        parts.append(_table(("origin", HEADER[0], *HEADER[2:]), apart))
    return parts


def _table(header: tuple[str, ...], body: list[list[str]]) -> str:
    """Write a table; an empty last column of notes is left out."""
    last = len(header) - (0 if any(row[-1] for row in body) else 1)
    return table(header[:last], [[text(cell) for cell in row[:last]] for row in body])


PAGES = {"backtest": backtest, "backtest-half-years": half_years}
