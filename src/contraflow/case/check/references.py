"""Checks that every id, place and source named somewhere is defined."""

from __future__ import annotations

from collections.abc import Iterator

from contraflow.case.cells import split_keys, suggest
from contraflow.case.check.registry import Problem, check
from contraflow.case.model import Case
from contraflow.case.schema import SOURCE_WORDS
from contraflow.case.tables import TABLES

#: Columns that name a node of one kind only.
NODE_KINDS = {("production", "node"): "source", ("demand", "market"): "market", ("users", "market"): "market"}


@check("error")
def references(case: Case) -> Iterator[Problem]:
    """Every id that a table names is defined in the table it refers to."""
    for table in TABLES.values():
        for column in (column for column in table.columns if column.ref):
            if not case.sheets[column.ref].readable:
                continue
            known = set(getattr(case, column.ref)["id"])
            sheet = case.sheets[table.name]
            for row, cell in enumerate(sheet.frame[column.name]):
                for key in split_keys(cell) if column.type == "refs" else [cell] if cell else []:
                    if key not in known:
                        remedy = f"add it to {column.ref}.csv or correct it: {suggest(key, known)}"
                        value = f"unknown {_singular(column.ref)} '{key}'"
                        yield sheet.place(row, column.name), value, remedy


@check("error", "nodes", "production", "demand", "users", after=("references",))
def node_kinds(case: Case) -> Iterator[Problem]:
    """Production is given for sources, demand and users for markets."""
    kinds = dict(zip(case.nodes["id"], case.nodes["kind"], strict=True))
    for (table, column), kind in NODE_KINDS.items():
        sheet = case.sheets[table]
        for row, node in enumerate(sheet.frame[column]):
            if kinds[node] != kind:
                value = f"'{node}' is a {kinds[node]}, not a {kind}"
                yield sheet.place(row, column), value, f"name a {kind}: {suggest(node, case.nodes_of(kind))}"


@check("error", "sources")
def source_keys(case: Case) -> Iterator[Problem]:
    """Every source key is in sources.bib."""
    known = [*case.sources, *SOURCE_WORDS]
    for sheet in case.sheets.values():
        if "source" not in sheet.frame:
            continue
        rows: dict[str, list[int]] = {}
        for row, cell in enumerate(sheet.frame["source"]):
            for key in split_keys(cell):
                if key not in case.sources and key not in SOURCE_WORDS:
                    rows.setdefault(key, []).append(row)
        for key, found in rows.items():
            more = f" (and in {len(found) - 1} more rows)" if len(found) > 1 else ""
            remedy = f"add it to sources.bib or correct it: {suggest(key, known)}"
            yield sheet.place(found[0], "source"), f"unknown source key '{key}'{more}", remedy


def _singular(table: str) -> str:
    """Return the name of one row of a table."""
    return "territory" if table == "territories" else table.removesuffix("s")
