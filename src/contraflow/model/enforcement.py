"""Enforcement: from effort to the probability that a kilogram is lost on an edge.

    λ_e = δ_e · x_k^β · (1 + ι I_k) · (1 + ζ)/(1 + ζ f_e/f_ref,e) · exp(−h_k)
    p_e = 1 − exp(−λ_e − σ_e)

x is effort in units of the base year, I intelligence sharing after its training lag, h concealment (which
grows under pressure and fades), f recent traffic, and σ the hazard of lethal boat strikes: strikes a
month times the load of a boat over the tonnes that sail. What λ takes is seized, what σ takes is
destroyed. Shippers learn about p with a lag: p̂ ← p̂ + α (p − p̂).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from contraflow.model.numerics import power
from contraflow.model.parameters import Enforcement

LARGEST_HAZARD = 2.5
"""Cap on λ + σ: at most 92 % of a month's traffic on an edge is lost (replacement would diverge)."""


WATCH = 0.5
"""Weight of the newest month in traffic as watched. With 1, searches and replacement chase each other from month to
month where losses are high (their product of elasticities passes −1), which no one has seen."""


class Pressure(NamedTuple):
    """State of enforcement and of what shippers made of it.

    Attributes
    ----------
    perceived : Array, shape (edge, draw)
        Perceived loss probability p̂.
    traffic : Array, shape (edge, draw)
        Tonnes a month as watched: half last month's, half what was watched before.
    concealment, intelligence, fear : Array, shape (theatre, draw)
        Concealment h, intelligence sharing in effect, and fear of strikes (in strikes a month).
    takedown : Array, shape (network, draw)
        Takedowns still felt.
    """

    perceived: Float[Array, "edge draw"]
    traffic: Float[Array, "edge draw"]
    concealment: Float[Array, "theatre draw"]
    intelligence: Float[Array, "theatre draw"]
    fear: Float[Array, "theatre draw"]
    takedown: Float[Array, "network draw"]


class Loss(NamedTuple):
    """Loss probability on each edge and the share of it that is destroyed rather than seized."""

    probability: Float[Array, "edge draw"]
    destroyed: Float[Array, "edge draw"]


def detection(
    beliefs: Enforcement,
    effort: Float[Array, "theatre #draw"],
    intelligence: Float[Array, "theatre draw"],
    concealment: Float[Array, "theatre draw"],
) -> Float[Array, "theatre draw"]:
    """Factor on the base-year loss rate of a theatre's edges: x^β (1 + ι I) exp(−h)."""
    some = jnp.maximum(effort, jnp.finfo(concealment.dtype).tiny)
    scale = jnp.where(effort > 0.0, power(some, beliefs.effort_exponent), 0.0)
    return scale * (1.0 + beliefs.intelligence_effect * intelligence) * jnp.exp(-concealment)


def saturation(
    beliefs: Enforcement,
    traffic: Float[Array, "edge draw"],
    reference: Float[Array, "edge draw"],
) -> Float[Array, "edge draw"]:
    """Factor (1 + ζ)/(1 + ζ f/f_ref): search saturates as traffic grows (Holling's disc equation).

    One at the base year's traffic, where its elasticity is −ζ/(1 + ζ), and at most 1 + ζ on an idle route.
    A plain power (f_ref/f)^ζ would make a route that is little used impassable, and so never used again.
    """
    z = beliefs.search_saturation
    return (1.0 + z) * reference / (reference + z * traffic)


def watch(before: Float[Array, "edge draw"], shipped: Float[Array, "edge draw"]) -> Float[Array, "edge draw"]:
    """Traffic as watched, t a month, after a month in which `shipped` was put on each edge."""
    return before + WATCH * (shipped - before)


def strike_hazard(
    beliefs: Enforcement,
    strikes: Float[Array, "theatre #draw"],
    exposed: Float[Array, "theatre draw"],
) -> Float[Array, "theatre draw"]:
    """Hazard of a strike for a kilogram afloat: strikes a month × load / tonnes afloat (`exposed`)."""
    return strikes * beliefs.strike_load / (exposed + beliefs.strike_load)


def loss(seizing: Float[Array, "edge draw"], striking: Float[Array, "edge draw"]) -> Loss:
    """Loss probability 1 − exp(−λ − σ) and the share of it destroyed, σ/(λ + σ)."""
    total = seizing + striking
    capped = jnp.minimum(total, LARGEST_HAZARD)
    return Loss(1.0 - jnp.exp(-capped), striking / jnp.maximum(total, jnp.finfo(total.dtype).tiny))


def fade(half_life: Float[Array, "*draw"]) -> Float[Array, "*draw"]:
    """What is left of something after a month, given its half-life in months."""
    return jnp.exp(-math.log(2.0) / half_life)


def adapt(
    beliefs: Enforcement,
    state: Pressure,
    effort: Float[Array, "theatre #draw"],
    intelligence: Float[Array, "theatre #draw"],
    strikes: Float[Array, "theatre #draw"],
    takedown: Float[Array, "network #draw"],
) -> Pressure:
    """What this month's measures leave behind: intelligence in effect, fear, takedowns, concealment.

    Concealment responds to effort above the base year's, so more effort now means more concealment next
    month but never less detection now.
    """
    pressed = jnp.maximum(jnp.log(jnp.maximum(effort, jnp.finfo(state.fear.dtype).tiny)), 0.0)
    lag = 1.0 / jnp.maximum(beliefs.training_lag, 1.0)
    kept = fade(beliefs.strike_fear_half_life)
    return state._replace(
        intelligence=state.intelligence + lag * (intelligence - state.intelligence),
        fear=state.fear * kept + (1.0 - kept) * strikes,
        takedown=state.takedown * fade(beliefs.takedown_half_life) + takedown,
        concealment=state.concealment * fade(beliefs.concealment_half_life)
        + beliefs.concealment_growth * pressed,
    )
