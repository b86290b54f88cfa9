"""What a simulation can record: one table of outcomes with dimension, unit and meaning."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """An outcome: the dimension it runs over (empty: none), how often it is kept, its unit and meaning."""

    dim: str
    every: str
    unit: str
    description: str


OUTCOMES: dict[str, Outcome] = {
    "delivered": Outcome("market", "month", "t/month", "cocaine delivered to the market, pure"),
    "price": Outcome("market", "month", "USD/kg", "retail price per pure kilogram"),
    "seized": Outcome("jurisdiction", "month", "t/month", "seized, pure"),
    "seized_gross": Outcome("jurisdiction", "month", "t/month", "seized, gross weight as reported"),
    "seized_theatre": Outcome("theatre", "month", "t/month", "seized, pure"),
    "destroyed": Outcome("theatre", "month", "t/month", "destroyed by lethal strikes, pure"),
    "corridor_flow": Outcome("corridor", "month", "t/month", "shipped over the exit corridor, pure"),
    "edge_flow": Outcome("edge", "year", "t/year", "shipped over the edge, pure"),
    "edge_lost": Outcome("edge", "year", "t/year", "seized or destroyed on the edge, pure"),
    "node_value": Outcome("node", "year", "USD/kg", "value of a pure kilogram at the node, mean of the year"),
    "produced": Outcome("source", "month", "t/month", "made and brought to the trade, pure"),
    "stock": Outcome("source", "month", "t", "stock at the end of the month, pure"),
    "farmgate": Outcome("source", "month", "USD/kg", "farmgate price of a pure kilogram"),
    "unmet": Outcome("", "month", "1", "share of what markets asked for that did not exist"),
    "market_spending": Outcome("market", "month", "USD/month", "what the market pays"),
    "income_stage": Outcome("stage", "month", "USD/month", "uses of what markets pay"),
    "income_focus": Outcome("", "month", "USD/month", "income of the trade earned in the focus country"),
    "income_group": Outcome("group", "month", "USD/month", "income of the group: tolls, mining, extortion"),
    "toll_group": Outcome("group", "month", "USD/month", "tolls on the trade the group collects"),
    "income_territory": Outcome("territory", "month", "USD/month", "income of the groups in the territory"),
    "members": Outcome("group", "month", "person", "members of the group"),
    "homicides": Outcome("territory", "month", "person/month", "expected recorded homicides"),
    "enforcement_cost": Outcome("theatre", "month", "USD/month", "cost of enforcement"),
    "transit_share": Outcome(
        "", "month", "1", "share of the followed sources' output through the focus country"
    ),
}

DETAIL: dict[str, Outcome] = {
    "potential": Outcome("source", "month", "t/month", "potential production, pure"),
    "shipped": Outcome("edge", "month", "t/month", "shipped over the edge, pure"),
    "lost": Outcome("edge", "month", "t/month", "seized or destroyed on the edge, pure"),
    "loss_probability": Outcome("edge", "month", "1", "probability that a kilogram on the edge is lost"),
    "perceived_loss": Outcome("edge", "month", "1", "perceived probability of loss"),
    "share": Outcome("edge", "month", "1", "share of the destination's supply that comes over the edge"),
    "value": Outcome("node", "month", "USD/kg", "value of a pure kilogram at the node"),
    "arrived": Outcome("node", "month", "t/month", "tonnes that reach the node, pure"),
    "margin": Outcome("node", "month", "USD/month", "net income of the node's operators"),
    "freight_paid": Outcome("edge", "month", "USD/month", "freight paid on the edge"),
    "toll_paid": Outcome("edge", "month", "USD/month", "tolls paid on the edge"),
    "risk_paid": Outcome("edge", "month", "USD/month", "risk compensation paid on the edge"),
    "deaths": Outcome("territory", "month", "person/month", "modelled conflict deaths"),
    "toll_territory": Outcome("territory", "month", "USD/month", "tolls on the trade paid in the territory"),
    "cell_members": Outcome("cell", "month", "person", "members of each group in each territory"),
}
"""Recorded only when asked for: they are large."""

ALL = OUTCOMES | DETAIL


def select(record: str | tuple[str, ...]) -> tuple[str, ...]:
    """Names of the outcomes to record: ``"default"``, ``"all"`` or a tuple of names.

    Raises
    ------
    ValueError
        If a name is unknown; the message lists the known ones.
    """
    if record == "default":
        return tuple(OUTCOMES)
    if record == "all":
        return tuple(ALL)
    names = (record,) if isinstance(record, str) else tuple(record)
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise ValueError(f"record: unknown outcome {unknown[0]!r}; choose from {', '.join(ALL)}")
    return tuple(name for name in ALL if name in names)
