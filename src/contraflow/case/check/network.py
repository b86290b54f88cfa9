"""Checks of the network: that it is one, that it flows from sources to markets, and is cut once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from contraflow.case.check.graph import corridor_counts, find_cycle, order, reachable
from contraflow.case.check.registry import Problem, check
from contraflow.case.model import Case

_TOLERANCE = 1e-6


@check("error", "nodes", "edges", after=("references",))
def loops(case: Case) -> Iterator[Problem]:
    """No edge starts and ends at the same node."""
    sheet = case.sheets["edges"]
    for row, (origin, destination) in enumerate(_pairs(case)):
        if origin == destination:
            yield (
                sheet.place(row, "destination"),
                f"the edge leaves and enters '{origin}'",
                "give it another end",
            )


@check("error", "nodes", "edges", after=("references",))
def directions(case: Case) -> Iterator[Problem]:
    """Nothing enters a source, nothing leaves a market."""
    kinds = dict(zip(case.nodes["id"], case.nodes["kind"], strict=True))
    sheet = case.sheets["edges"]
    for row, (origin, destination) in enumerate(_pairs(case)):
        if kinds[destination] == "source":
            value = f"the edge enters the source '{destination}'"
            yield sheet.place(row, "destination"), value, "end it at a hub, or change the node's kind"
        if kinds[origin] == "market":
            value = f"the edge leaves the market '{origin}'"
            yield sheet.place(row, "origin"), value, "start it at an entry or hub, or change the node's kind"


@check("error", "nodes", "edges", after=("references", "loops", "directions"))
def acyclic(case: Case) -> Iterator[Problem]:
    """The network has no cycle."""
    cycle = find_cycle(case.nodes["id"].tolist(), _pairs(case))
    if cycle:
        pairs = _pairs(case)
        edges = [case.edges["id"].iloc[pairs.index(step)] for step in pairwise(cycle)]
        row = case.edges["id"].tolist().index(edges[-1])
        value = f"the network has a cycle: {' -> '.join(cycle)}"
        yield (
            case.sheets["edges"].place(row),
            value,
            f"remove or turn round one of the edges {', '.join(edges)}",
        )


@check("error", "nodes")
def ends(case: Case) -> Iterator[Problem]:
    """There is at least one source and one market."""
    for kind in ("source", "market"):
        if not case.nodes_of(kind):
            yield "nodes.csv, column kind", f"there is no node of kind '{kind}'", f"add at least one {kind}"


@check("error", "nodes")
def node_values(case: Case) -> Iterator[Problem]:
    """Sources have a price and no margin; other nodes have a margin and no price."""
    sheet = case.sheets["nodes"]
    for row, node in sheet.rows():
        source = node.kind == "source"
        needed, unused = ("price", "margin") if source else ("margin", "price")
        if pd.isna(getattr(node, needed)):
            value = f"the {node.kind} '{node.id}' has no {needed}"
            meaning = (
                "its farmgate price in USD/kg" if source else "its mark-up as a fraction of the landed cost"
            )
            yield sheet.place(row, needed), value, f"fill in {meaning}"
        if not pd.isna(getattr(node, unused)):
            value = f"the {node.kind} '{node.id}' has a {unused} ({getattr(node, unused):g})"
            why = "a source's price is given" if source else "its price follows from costs and margins"
            yield sheet.place(row, unused), value, f"empty the cell: {why}"


@check("warning", "edges", after=("references",))
def parallel_edges(case: Case) -> Iterator[Problem]:
    """Two edges between the same nodes differ in mode, jurisdiction, theatre, territory or network."""
    columns = ["origin", "destination", "mode", "jurisdiction", "theatre", "territory", "corridor", "network"]
    seen: dict[tuple, int] = {}
    sheet = case.sheets["edges"]
    for row, key in enumerate(zip(*(case.edges[column] for column in columns), strict=True)):
        if key in seen:
            value = f"a second edge {key[0]} -> {key[1]} by {key[2]} (first on line {sheet.lines[seen[key]]})"
            yield sheet.place(row), value, "merge the two, or give one another mode, theatre or network"
        seen.setdefault(key, row)


@check("error", "edges", after=("references",))
def shares(case: Case) -> Iterator[Problem]:
    """The shares of the edges into each node sum to one."""
    for column in ("share_start", "share_base"):
        totals: dict[str, float] = {}
        for _, edge in case.sheets["edges"].rows():
            totals[edge.destination] = totals.get(edge.destination, 0.0) + getattr(edge, column)
        for destination, total in totals.items():
            if abs(total - 1.0) > _TOLERANCE:
                edges = case.edges.loc[case.edges["destination"] == destination, "id"].tolist()
                value = f"the shares of the edges into '{destination}' sum to {total:.9g}, not to 1"
                remedy = f"correct {column} on {_some(edges)}"
                yield f"edges.csv, column {column}, destination {destination}", value, remedy


@check("error", "edges")
def tolls(case: Case) -> Iterator[Problem]:
    """A toll is paid only where there is a territory whose groups can take it."""
    sheet = case.sheets["edges"]
    for row, edge in sheet.rows():
        if edge.toll > 0 and not edge.territory:
            value = f"the edge '{edge.id}' pays a toll of {edge.toll:g} USD/kg but has no territory"
            yield (
                sheet.place(row, "territory"),
                value,
                "name the territory whose groups take it, or set toll to 0",
            )


@check("error", "nodes", "edges", after=("references", "loops", "acyclic", "directions"))
def supply(case: Case) -> Iterator[Problem]:
    """Every node but a source is reached from a source."""
    fed = reachable(case.nodes_of("source"), _pairs(case))
    sheet = case.sheets["nodes"]
    for row, (node, kind) in enumerate(zip(case.nodes["id"], case.nodes["kind"], strict=True)):
        if node not in fed:
            value = f"the {kind} '{node}' has no supply: no path from a source reaches it"
            yield sheet.place(row), value, "add an edge into it, or remove it"


@check("warning", "nodes", "edges", after=("references", "loops", "acyclic"))
def dead_ends(case: Case) -> Iterator[Problem]:
    """From every node a market can be reached."""
    used = reachable(case.nodes_of("market"), [(b, a) for a, b in _pairs(case)])
    sheet = case.sheets["nodes"]
    for row, (node, kind) in enumerate(zip(case.nodes["id"], case.nodes["kind"], strict=True)):
        if node not in used:
            yield (
                sheet.place(row),
                f"no market can be reached from the {kind} '{node}'",
                "add an edge out of it",
            )


@check("error", "nodes", "edges", after=("references", "loops", "acyclic", "directions", "supply"))
def corridor_cut(case: Case) -> Iterator[Problem]:
    """Every path from a source to a market crosses exactly one edge with a corridor."""
    edges = list(
        zip(case.edges["origin"], case.edges["destination"], case.edges["corridor"] != "", strict=True)
    )
    levels = order(case.nodes["id"].tolist(), _pairs(case))
    for market in case.nodes_of("market"):
        fewest, most = corridor_counts(levels, edges, case.nodes_of("source"), market)
        for count, path in (fewest, most):
            if count != 1:
                value = f"the path {' -> '.join(path)} crosses {count} edges with a corridor, not 1"
                remedy = (
                    "set the corridor on the one edge that leaves the producing region"
                    if count == 0
                    else "keep the corridor on one edge of the path and empty it on the others"
                )
                yield "edges.csv, column corridor", value, remedy
                break


def _pairs(case: Case) -> list[tuple[str, str]]:
    """Return origin and destination of every edge."""
    return list(zip(case.edges["origin"], case.edges["destination"], strict=True))


def _some(ids: list[str]) -> str:
    """Return a few ids in words."""
    return ", ".join(ids[:6]) + (f" and {len(ids) - 6} more" if len(ids) > 6 else "")
