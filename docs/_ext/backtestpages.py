"""The backtest's tables, from the file that `contraflow backtest` wrote and the case ships."""

from __future__ import annotations

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
from markdown import table, text

FILE = "backtest.csv"


def backtest(case: Case) -> str:
    """Every table over all origins, then those of each origin, and what could not be scored."""
    path = case.path / FILE
    if not path.exists():
        return "*The case does not ship a backtest yet.*\n"
    found = read_table(path)
    parts = [f"- {text(line)}" for line in (*READING, *CAVEATS)] + [""]
    series = ""
    for name, horizon in windows(found):
        if name != series:
            series = name
            parts.append(f"## {text(TITLES.get(name, name))}\n")
        body = rows(found, name, horizon)
        shared = shared_note(body)
        parts.append(f"### {horizon} months ahead\n")
        parts.append(f"{text(verdict(found, name, horizon, 'CRPS in ' + UNITS.get(name, '')))}\n")
        if shared:
            parts.append(f"Recorded after {text(shared)}.\n")
        parts.append(_table(HEADER, [[*row[:-1], "" if row[-1] == shared else row[-1]] for row in body]))
        origins = sorted({row["origin"] for row in found.to_dict("records")} - {"all"})
        apart = [
            [origin, row[0], *row[2:]] for origin in origins for row in rows(found, name, horizon, origin)
        ]
        parts.append("By origin:\n")
        parts.append(_table(("origin", HEADER[0], *HEADER[2:]), apart))
    if left := not_scored(found):
        parts += ["## Not scored\n", *(f"- {text(line)}" for line in left), ""]
    return "\n".join(parts)


def _table(header: tuple[str, ...], body: list[list[str]]) -> str:
    """Write a table; an empty last column of notes is left out."""
    last = len(header) - (0 if any(row[-1] for row in body) else 1)
    return table(header[:last], [[text(cell) for cell in row[:last]] for row in body])


PAGES = {"backtest": backtest}
