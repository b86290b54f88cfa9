"""What we believe: the parameters of the model, as the arrays its equations use.

The table of symbols is `contraflow.model.symbols.SPEC`. A case's `parameters.csv` gives each symbol a
prior; a draw gives it a number. Arrays have the symbol's dimension first and the draw last; a scalar has
the draw axis only.
"""

from __future__ import annotations

import equinox as eqx
from jaxtyping import Array, Float

Scalar = Float[Array, "*draw"]


class Trade(eqx.Module):
    """Beliefs about routes and prices, with the edge tables of the case already scaled."""

    theta: Scalar
    pass_through: Scalar
    log_share: Float[Array, "year edge draw"]
    log_share_base: Float[Array, "edge draw"]
    freight: Float[Array, "edge draw"]
    toll: Float[Array, "edge draw"]
    risk: Float[Array, "edge draw"]
    hazard: Float[Array, "edge draw"]
    margin: Float[Array, "node draw"]
    farmgate: Float[Array, "source draw"]


class Production(eqx.Module):
    """Beliefs about production, stock and the farmgate price."""

    production_error: Float[Array, "source draw"]
    production_use: Scalar
    harvest_price: Scalar
    price_adjustment: Scalar
    stock_cover: Scalar
    stock_release: Scalar
    area_elasticity: Scalar
    area_adjustment: Scalar
    yield_growth: Scalar
    eradication_effect: Scalar
    price_memory: Scalar


class Demand(eqx.Module):
    """Beliefs about users and what they consume; ``market_share`` sums to one."""

    market_share: Float[Array, "market draw"]
    elasticity: Float[Array, "market draw"]
    light_to_heavy: Scalar
    light_to_none: Scalar
    heavy_to_light: Scalar
    heavy_to_none: Scalar
    heavy_ratio: Scalar


class Enforcement(eqx.Module):
    """Beliefs about what effort does.

    `effort_drift` is the log of effort beside what the scenario says, `detection_drift` that of a jurisdiction's
    loss rate beside the base year's, both by year; None where there is none.
    """

    effort_exponent: Scalar
    intelligence_effect: Scalar
    training_lag: Scalar
    search_saturation: Scalar
    learning: Scalar
    concealment_growth: Scalar
    concealment_half_life: Scalar
    strike_load: Scalar
    strike_fear: Scalar
    strike_fear_half_life: Scalar
    takedown_cut: Scalar
    takedown_half_life: Scalar
    designation_cost: Scalar
    effort_drift: Float[Array, "year theatre draw"] | None = None
    detection_drift: Float[Array, "year jurisdiction draw"] | None = None


class Groups(eqx.Module):
    """Beliefs about armed groups and killings.

    `recruitment_drift` is the log of recruitment beside its rate, by year, and `deviation` the log of killings
    beside what the mechanism says, by month; None where there is none.
    """

    members_start: Scalar
    recruitment: Scalar
    incapacitation: Scalar
    conflict: Scalar
    background_conflict: Scalar
    saturation: Scalar
    income_response: Scalar
    contest: Scalar
    split_share: Scalar
    deployment_suppression: Scalar
    deployment_arrests: Scalar
    curfew_effect: Scalar
    curfew_shift: Scalar
    mining_scale: Scalar
    extortion_scale: Scalar
    background_scale: Scalar
    killings_per_death: Scalar
    recruitment_drift: Float[Array, "year draw"] | None = None
    deviation: Float[Array, "month territory draw"] | None = None


class Parameters(eqx.Module):
    """One set of beliefs for every draw: what a scenario never touches."""

    trade: Trade
    production: Production
    demand: Demand
    enforcement: Enforcement
    groups: Groups
