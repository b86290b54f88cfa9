"""Checks of the table of parameters: every symbol of the model once, with its unit and a proper prior."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from contraflow.case.cells import suggest
from contraflow.case.check.registry import Problem, check
from contraflow.case.model import Case
from contraflow.model.symbols import SPEC

#: Numbers each prior needs, and what must hold of them, in words and as a test.
_PRIORS = {
    "fixed": ("a", "", lambda a, b: True),
    "normal": ("ab", "b (standard deviation) must be above 0", lambda a, b: b > 0),
    "lognormal": ("ab", "a (median) and b (sd of the log) must be above 0", lambda a, b: a > 0 and b > 0),
    "uniform": ("ab", "a must be below b", lambda a, b: a < b),
    "beta": ("ab", "a and b must be above 0", lambda a, b: a > 0 and b > 0),
    "halfnormal": ("b", "b (scale) must be above 0", lambda a, b: b > 0),
}


@check("error", "parameters")
def priors(case: Case) -> Iterator[Problem]:
    """Every prior has the numbers it needs, in their range."""
    sheet = case.sheets["parameters"]
    for row, item in sheet.rows():
        needed, words, holds = _PRIORS[item.dist]
        missing = [name for name in needed if pd.isna(getattr(item, name))]
        if missing:
            value = f"the {item.dist} prior of '{item.symbol}' has no {' and '.join(missing)}"
            given = " and ".join(needed)
            yield sheet.place(row, missing[0]), value, f"fill in {given}" + (f"; {words}" if words else "")
        elif not holds(item.a, item.b):
            numbers = ", ".join(f"{name}={getattr(item, name):g}" for name in needed)
            yield (
                sheet.place(row, needed[-1]),
                f"{item.dist}({numbers}) of '{item.symbol}' is no distribution",
                words,
            )


@check("error", "parameters")
def symbols(case: Case) -> Iterator[Problem]:
    """Every symbol of the model has a row, and every row a symbol."""
    sheet = case.sheets["parameters"]
    for row, symbol in enumerate(case.parameters["symbol"]):
        if symbol not in SPEC:
            remedy = f"remove the row or correct it: {suggest(symbol, SPEC)}"
            yield sheet.place(row, "symbol"), f"unknown symbol '{symbol}'", remedy
    have = set(case.parameters["symbol"])
    for symbol, meaning in SPEC.items():
        if symbol not in have:
            value = f"the parameter '{symbol}' is missing"
            yield "parameters.csv", value, f"add a row with its prior: {meaning.description} ({meaning.unit})"


@check("error", "parameters", after=("symbols",))
def units(case: Case) -> Iterator[Problem]:
    """The unit of every parameter is the model's."""
    sheet = case.sheets["parameters"]
    for row, (symbol, unit) in enumerate(
        zip(case.parameters["symbol"], case.parameters["unit"], strict=True)
    ):
        if unit != SPEC[symbol].unit:
            value = f"the unit '{unit}' of '{symbol}' does not match '{SPEC[symbol].unit}'"
            yield sheet.place(row, "unit"), value, f"convert the prior and write '{SPEC[symbol].unit}'"


@check("error", "parameters", after=("symbols",))
def dimensions(case: Case) -> Iterator[Problem]:
    """The dimension of every parameter is the model's."""
    sheet = case.sheets["parameters"]
    for row, (symbol, index) in enumerate(
        zip(case.parameters["symbol"], case.parameters["index"], strict=True)
    ):
        wanted = ";".join(SPEC[symbol].dims)
        if index != wanted:
            value = f"the index '{index}' of '{symbol}' does not match '{wanted}'"
            remedy = f"write '{wanted}'" if wanted else "empty the cell: the parameter is one number"
            yield sheet.place(row, "index"), value, remedy
