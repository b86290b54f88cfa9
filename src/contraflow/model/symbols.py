"""Every parameter of the model: its unit, the dimensions it runs over and what it means.

`SPEC` is the one table that the code, the case check and the documentation share; it needs no JAX.
"""

from __future__ import annotations

from typing import NamedTuple


class Symbol(NamedTuple):
    """One parameter: its unit, the dimensions it runs over (empty: one number) and what it means."""

    unit: str
    dims: tuple[str, ...]
    description: str


SPEC: dict[str, Symbol] = {
    # trade
    "theta": Symbol("1", (), "routing elasticity of supply shares to landed cost"),
    "pass_through": Symbol("1", (), "mark-ups: 0 additive (constant sum), 1 multiplicative (constant ratio)"),
    "share_belief": Symbol("1", ("edge",), "log deviation of an edge's base share from the case's table"),
    "share_walk": Symbol("1", ("edge", "year"), "yearly innovations of the log base share"),
    "share_walk_scale": Symbol("1", (), "standard deviation of a year's innovation of log base shares"),
    "freight_scale": Symbol("1", (), "factor on the case's freight"),
    "toll_scale": Symbol("1", (), "factor on the case's tolls"),
    "risk_scale": Symbol("1", (), "factor on the case's risk compensation"),
    "loss_scale": Symbol("1", ("theatre",), "factor on the base-year loss rate of a theatre's edges"),
    "margin_scale": Symbol("1", ("node",), "factor on a node's margin"),
    "farmgate_scale": Symbol("1", ("source",), "factor on the base-year farmgate price"),
    # production
    "production_error": Symbol("1", ("source",), "factor on the published production series"),
    "production_use": Symbol("1", (), "share of potential production that is made and enters the trade"),
    "harvest_price": Symbol("1", (), "farmgate price, relative to the base year, at which a third is left"),
    "price_adjustment": Symbol("1/month", (), "response of the log farmgate price to relative excess demand"),
    "stock_cover": Symbol("month", (), "months of production kept in stock when the price is at rest"),
    "stock_release": Symbol("1/month", (), "share of the excess stock offered in a month"),
    "area_elasticity": Symbol("1", (), "long-run elasticity of coca area to the lagged farmgate price"),
    "area_adjustment": Symbol("1/month", (), "speed at which area moves to its long-run level"),
    "yield_growth": Symbol("1/year", (), "growth of yield after the record ends"),
    "eradication_effect": Symbol("1", (), "share of the eradicated area that is not replanted at once"),
    "price_memory": Symbol("month", (), "lag with which growers see the farmgate price"),
    # demand
    "market_belief": Symbol("1", ("market",), "log deviation of a market's share of world consumption"),
    "elasticity": Symbol("1", ("market",), "price elasticity of consumption (positive number)"),
    "light_to_heavy": Symbol("1/year", (), "rate at which light users become heavy"),
    "light_to_none": Symbol("1/year", (), "rate at which light users stop"),
    "heavy_to_light": Symbol("1/year", (), "rate at which heavy users become light"),
    "heavy_to_none": Symbol("1/year", (), "rate at which heavy users stop"),
    "heavy_ratio": Symbol("1", (), "consumption of a heavy user relative to a light one"),
    # enforcement
    "detection": Symbol(
        "1", ("jurisdiction",), "factor on the base-year loss rate of a jurisdiction's edges"
    ),
    "detection_walk": Symbol(
        "1", ("jurisdiction", "year"), "yearly innovations of the log loss rate of a jurisdiction"
    ),
    "detection_walk_scale": Symbol(
        "1", (), "standard deviation of a year's innovation of that log loss rate"
    ),
    "effort_walk": Symbol("1", ("theatre", "year"), "yearly innovations of the log of effort"),
    "effort_walk_scale": Symbol("1", (), "standard deviation of a year's innovation of log effort"),
    "effort_exponent": Symbol("1", (), "returns to effort of the loss rate"),
    "intelligence_effect": Symbol("1", (), "relative gain in detection at full intelligence sharing"),
    "training_lag": Symbol("month", (), "time constant with which intelligence sharing takes effect"),
    "search_saturation": Symbol(
        "1", (), "strength of search saturation: 0 none, 1 halves the gain from thin traffic"
    ),
    "learning": Symbol("1/month", (), "share of a surprise about losses learnt in a month"),
    "concealment_growth": Symbol("1/month", (), "growth of concealment per unit of log effort above 2024"),
    "concealment_half_life": Symbol("month", (), "half-life of concealment once pressure ends"),
    "strike_load": Symbol("t", (), "cocaine destroyed per lethal boat strike"),
    "strike_fear": Symbol("1", (), "relative rise of risk compensation at one strike a month in a theatre"),
    "strike_fear_half_life": Symbol("month", (), "half-life of that fear"),
    "takedown_cut": Symbol("1", (), "log cut of the shares of a network's edges by one full takedown"),
    "takedown_half_life": Symbol("month", (), "half-life of a takedown's effect"),
    "designation_cost": Symbol("USD/kg", (), "friction added where designated groups control all the toll"),
    # groups and killings
    "members_start": Symbol("person", (), "members of all groups at the start of the record"),
    "recruitment": Symbol("1/month", (), "recruitment per member at reference income"),
    "recruitment_walk": Symbol("1", ("year",), "yearly innovations of the log of recruitment"),
    "recruitment_walk_scale": Symbol("1", (), "standard deviation of a year's innovation of log recruitment"),
    "recruitment_persistence": Symbol("1", (), "share of that deviation that lasts to the next year"),
    "incapacitation": Symbol("person/month", (), "members arrested or otherwise removed, all territories"),
    "conflict": Symbol("1/person/month", (), "deaths per pair of rival members"),
    "background_conflict": Symbol(
        "1", (), "conflict between groups that are not rivals, relative to rivals'"
    ),
    "saturation": Symbol("1/person/month", (), "loss rate per member and fellow member"),
    "income_response": Symbol("1", (), "elasticity of recruitment to income per member"),
    "contest": Symbol("1", (), "exponent of the contest success function"),
    "split_share": Symbol("1", (), "share of a parent group's members that a split takes"),
    "deployment_suppression": Symbol("1", (), "share of group conflict suppressed at full deployment"),
    "deployment_arrests": Symbol("1", (), "relative rise of incapacitation at full deployment"),
    "curfew_effect": Symbol("1", (), "share of killings in covered hours that a curfew prevents"),
    "curfew_shift": Symbol("1", (), "share of the prevented killings that move to other hours"),
    "mining_scale": Symbol("1", (), "factor on illegal mining income"),
    "extortion_scale": Symbol("1", (), "factor on extortion income"),
    "background_scale": Symbol("1", (), "factor on killings not due to group conflict"),
    "killings_per_death": Symbol(
        "1", (), "recorded killings per modelled conflict death (where not anchored)"
    ),
    "national_shock": Symbol("1", ("month",), "monthly innovations of the country's deviation of killings"),
    "national_scale": Symbol("1", (), "standard deviation of a month's innovation of that deviation"),
    "national_persistence": Symbol("1", (), "share of that deviation that lasts to the next month"),
    "territory_shock": Symbol(
        "1", ("territory", "month"), "monthly innovations of a territory's own deviation of killings"
    ),
    "territory_scale": Symbol("1", (), "standard deviation of a month's innovation of that deviation"),
    "territory_persistence": Symbol("1", (), "share of that deviation that lasts to the next month"),
    "dispersion": Symbol("1", (), "size of the negative binomial of monthly killings in a province"),
    # how the record errs
    "reporting_error": Symbol("1", (), "standard deviation of the log of a year's recorded seizures"),
    "consignment": Symbol("t", (), "typical consignment: a year's seizures are a sum of few"),
    "price_error": Symbol("1", (), "standard deviation of the log of a recorded price"),
    "retail_purity": Symbol("1", ("market",), "purity of what is sold, in recorded retail prices"),
}

RECORDING = (
    "killings_per_death", "dispersion", "reporting_error", "consignment", "price_error", "retail_purity",
)  # fmt: skip
"""Symbols of how the record is kept: no outcome depends on them (on the first only where killings are not anchored)."""
