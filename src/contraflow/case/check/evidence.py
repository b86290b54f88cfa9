"""Checks of where numbers come from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

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
        has_number = sheet.frame[numbers].notna().any(axis=1).to_numpy(dtype=bool)
        rows = np.flatnonzero(has_number & (sheet.frame["source"] == "").to_numpy(dtype=bool))
        if len(rows):
            more = f" and {len(rows) - 1} more rows" if len(rows) > 1 else ""
            value = f"a number without a source{more}"
            yield sheet.place(rows[0], "source"), value, "name a key of sources.bib, or write judgement"


@check("warning", "observations")
def chosen_once(case: Case) -> Iterator[Problem]:
    """At most one row is chosen among the observations of one series, place and time."""
    chosen = case.observations[case.observations["chosen"] == 1]
    keys = ["series", "place", "year", "month", "unit", "definition"]
    repeated = chosen[chosen.duplicated(keys, keep="first")]
    for row in repeated.index:
        item = repeated.loc[row]
        value = f"a second chosen row for {item['series']}, {item['place']}, {item['year']}"
        yield (
            case.sheets["observations"].place(row, "chosen"),
            value,
            "set chosen to 0 on all but one, and say why",
        )


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
