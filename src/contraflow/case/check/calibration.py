"""Checks of the record that a case is fitted to."""

from __future__ import annotations

from collections.abc import Iterator

from contraflow.case.cells import suggest
from contraflow.case.check.registry import Problem, check
from contraflow.case.model import Case

#: What a place may be for each quantity; none for what is said of the whole case.
PLACES = {
    "seizures": ("jurisdiction", "theatre", "entry"),
    "share": ("jurisdiction", "theatre", "entry"),
    "price": ("node",),
    "retail": ("market",),
    "transit": (),
    "members": (),
}
ADDED = ("jurisdiction", "theatre", "entry")
"""Kinds of places of which several are counted together."""
SHARES = ("share", "transit")


@check("error", "calibration", "nodes", "jurisdictions", "theatres")
def calibration_places(case: Case) -> Iterator[Problem]:
    """Every row of the calibration names places of the case, of a kind its quantity has."""
    known = {
        "jurisdiction": list(case.jurisdictions["id"]),
        "theatre": list(case.theatres["id"]),
        "entry": list(case.nodes["id"]),
        "node": list(case.nodes["id"]),
        "market": list(case.members("market")),
    }
    countries = sorted(set(case.nodes["country"]))
    sheet = case.sheets["calibration"]
    for row, item in sheet.rows():
        kinds = PLACES[item.quantity]
        kind, _, rest = item.where.partition(":")
        if not kinds:
            if item.where:
                value = f"{item.quantity} takes no place, but it says '{item.where}'"
                yield sheet.place(row, "where"), value, "empty the cell"
        elif kind not in kinds or not rest:
            value = f"'{item.where}' is no place of {item.quantity}"
            yield sheet.place(row, "where"), value, f"write {' or '.join(f'{name}:ID' for name in kinds)}"
        else:
            for part in rest.split("+") if kind in ADDED else [rest]:
                if part not in known[kind]:
                    value = f"unknown {kind} '{part}'"
                    yield sheet.place(row, "where"), value, suggest(part, known[kind])
        if item.quantity == "share" and item.origin not in countries:
            value = f"unknown country '{item.origin}'" if item.origin else "the share has no origin"
            yield sheet.place(row, "origin"), value, suggest(item.origin, countries)
        elif item.quantity != "share" and item.origin:
            value = f"{item.quantity} takes no origin, but it says '{item.origin}'"
            yield sheet.place(row, "origin"), value, "empty the cell; only shares have one"


@check("error", "calibration")
def calibration_figures(case: Case) -> Iterator[Problem]:
    """Every figure of the calibration is of a simulated year, and shares are below one."""
    first, last = case.start.year, case.end.year
    sheet = case.sheets["calibration"]
    for row, item in sheet.rows():
        if not first <= item.year <= last:
            value = f"the year {item.year} is not simulated"
            yield sheet.place(row, "year"), value, f"use {first} to {last}, or leave the row out"
        if item.quantity in SHARES and item.value >= 1:
            value = f"a share of {item.value:g} is not below 1"
            yield sheet.place(row, "value"), value, f"write {item.value / 100:g} for {item.value:g} %"


@check("error", "calibration", after=("calibration_places",))
def calibration_once(case: Case) -> Iterator[Problem]:
    """No figure of the calibration stands there twice."""
    sheet = case.sheets["calibration"]
    seen: dict[tuple, int] = {}
    for row, item in sheet.rows():
        key = (item.quantity, item.where, item.origin, item.year, item.value, item.source)
        if key in seen:
            value = f"the same figure as in {sheet.place(seen[key])}"
            yield sheet.place(row), value, "remove one of the two: a row counts as evidence of its own"
        seen.setdefault(key, row)
