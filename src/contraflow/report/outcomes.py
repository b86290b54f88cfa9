"""The catalogue of outcomes that reports and tables show: names, headings, order, totals, units in words."""

from __future__ import annotations

from dataclasses import dataclass

TOTAL = "all"
"""Place of a row of a table of differences that is the sum over all places of its outcome."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one recorded variable is shown.

    `{country}` in a label or a total stands for the focus country of the case.

    Parameters
    ----------
    variable
        Name of the variable in a result and of the outcome in a table of differences.
    label
        Words for a reader, without the unit.
    section
        Heading under which the outcome stands.
    dimension
        Second axis of the variable, or an empty string where it has none.
    total
        Name of the sum over all places, or an empty string where a sum means nothing (prices).
    """

    variable: str
    label: str
    section: str
    dimension: str = ""
    total: str = ""


CATALOGUE: tuple[Outcome, ...] = (
    Outcome("delivered", "Delivered to consumers", "Tonnes", "market", "All markets"),
    Outcome("corridor_flow", "Shipped by exit corridor", "Tonnes", "corridor", "All corridors"),
    Outcome("transit_share", "Output that passes {country}", "Tonnes"),
    Outcome("produced", "Produced", "Tonnes", "source", "All zones"),
    Outcome("stock", "Stocks at the source", "Tonnes", "source", "All zones"),
    Outcome("unmet", "Demand that could not be met", "Tonnes"),
    Outcome("seized", "Seized, pure", "Enforcement", "jurisdiction", "All jurisdictions"),
    Outcome("seized_gross", "Seized, as weighed", "Enforcement", "jurisdiction", "All jurisdictions"),
    Outcome("seized_theatre", "Seized by theatre, pure", "Enforcement", "theatre", "All theatres"),
    Outcome("destroyed", "Destroyed by strikes", "Enforcement", "theatre", "All theatres"),
    Outcome("enforcement_cost", "Cost of enforcement", "Enforcement", "theatre", "All theatres"),
    Outcome("price", "Retail price, pure", "Prices", "market"),
    Outcome("farmgate", "Farmgate price, pure", "Prices", "source"),
    Outcome("market_spending", "What users pay", "Income of the trade", "market", "All markets"),
    Outcome("income_focus", "Earned in {country}", "Income of the trade"),
    Outcome("income_stage", "Income by stage", "Income of the trade", "stage"),
    Outcome("income_group", "Income of armed groups", "Armed groups", "group", "All groups"),
    Outcome("toll_group", "Tolls of armed groups", "Armed groups", "group", "All groups"),
    Outcome(
        "income_territory", "Income of armed groups by province", "Armed groups", "territory", "All provinces"
    ),
    Outcome("members", "Members of armed groups", "Armed groups", "group", "All groups"),
    Outcome("homicides", "Homicides", "Violence", "territory", "{country}"),
)

BY_NAME: dict[str, Outcome] = {outcome.variable: outcome for outcome in CATALOGUE}
_ORDER = {outcome.variable: position for position, outcome in enumerate(CATALOGUE)}

STAGES: dict[str, str] = {
    "farmgate": "Farmgate",
    "freight": "Freight",
    "tolls": "Tolls to armed groups",
    "risk": "Pay for risk",
    "losses": "Replacing lost loads",
    "margin-production": "Mark-up at production",
    "margin-transit": "Mark-up in transit",
    "margin-import": "Mark-up at import",
    "margin-retail": "Mark-up in the market",
}

UNITS: dict[str, tuple[str, float]] = {
    "t": ("t", 1.0),
    "t/month": ("t a month", 1.0),
    "t/year": ("t a year", 1.0),
    "USD/kg": ("USD per kg", 1.0),
    "USD/month": ("USD a month", 1.0),
    "USD/year": ("USD a year", 1.0),
    "person": ("persons", 1.0),
    "person/month": ("a month", 1.0),
    "person/year": ("a year", 1.0),
    "1": ("%", 100.0),
}
"""Unit of a result -> its words, and what a value is multiplied by for them."""


def outcome_of(name: str) -> Outcome:
    """Return the catalogue's entry for a variable, or one made from its name where there is none."""
    return BY_NAME.get(name) or Outcome(name, name.replace("_", " ").capitalize(), "Other")


def order_of(name: str) -> int:
    """Return the place of an outcome in the catalogue; unknown ones come last."""
    return _ORDER.get(name, len(_ORDER))


def unit_of(unit: str) -> tuple[str, float]:
    """Return a unit in words, and the factor that goes with it; an unknown unit stays as it is."""
    return UNITS.get(unit, (unit, 1.0))
