"""Checks of where numbers come from."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from contraflow.case.cells import split_keys
from contraflow.case.check.registry import Problem, check
from contraflow.case.model import Case
from contraflow.case.schema import NUMERIC, SOURCE_WORDS
from contraflow.case.tables import TABLES


def used_sources(case: Case) -> set[str]:
    """Return every source key that some row names."""
    cells = [
        cell for sheet in case.sheets.values() if "source" in sheet.frame for cell in sheet.frame["source"]
    ]
    return {key for cell in cells for key in split_keys(cell)}


@check("warning")
def unsourced(case: Case) -> Iterator[Problem]:
    """Every row that holds a number says where it comes from."""
    for name, table in TABLES.items():
        numbers = [
            column.name for column in table.columns if column.type in NUMERIC and column.name != "chosen"
        ]
        if not numbers or "source" not in table.names:
            continue
        sheet = case.sheets[name]
        rows = [
            row
            for row, item in sheet.rows()
            if not item.source and any(not pd.isna(getattr(item, name)) for name in numbers)
        ]
        if len(rows):
            more = f" and {len(rows) - 1} more rows" if len(rows) > 1 else ""
            value = f"a number without a source{more}"
            yield sheet.place(rows[0], "source"), value, "name a key of sources.bib, or write judgement"


@check("warning", "observations")
def chosen_once(case: Case) -> Iterator[Problem]:
    """At most one row is chosen among the observations of one series, place and time."""
    sheet = case.sheets["observations"]
    seen: set[tuple] = set()
    for row, item in sheet.rows():
        month = 0 if pd.isna(item.month) else int(item.month)
        key = (item.series, item.place, item.year, month, item.unit, item.definition)
        if item.chosen == 1 and key in seen:
            value = f"a second chosen row for {item.series}, {item.place}, {item.year}"
            yield sheet.place(row, "chosen"), value, "set chosen to 0 on all but one, and say why"
        elif item.chosen == 1:
            seen.add(key)


@check("info", "sources")
def unused_sources(case: Case) -> Iterator[Problem]:
    """Every entry of sources.bib is used by a row of a table."""
    unused = sorted(set(case.sources) - used_sources(case))
    if unused:
        shown = ", ".join(unused[:5]) + (" ..." if len(unused) > 5 else "")
        yield (
            "sources.bib",
            f"{len(unused)} of {len(case.sources)} entries are not named in a table ({shown})",
            ("nothing to do if a scenario or the documentation uses them"),
        )


@check("info")
def judgement(case: Case) -> Iterator[Problem]:
    """How many rows rest on judgement."""
    for name in ("parameters", "edges", "effort", "territories", "presence"):
        frame = getattr(case, name)
        count, of = judgement_share(frame["source"])
        if count:
            value = f"{count} of {of} rows rest on judgement alone"
            yield f"{name}.csv", value, "replace them by published figures where there are any"


def judgement_share(cells) -> tuple[int, int]:
    """Return how many source cells name no publication, and how many there are."""
    alone = [cell for cell in cells if not set(split_keys(cell)) - set(SOURCE_WORDS)]
    return len(alone), len(cells)
