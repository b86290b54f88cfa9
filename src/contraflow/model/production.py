"""Production: area, yield, stock and the farmgate price at each source.

For the past, potential production is the published series times its error. After the record, area moves
toward A⁰ (w̄/w⁰)^ε, where w̄ is the farmgate price growers have seen, less what is eradicated, and yield
grows. Of the potential, what is worth harvesting is made: a share 1 − exp(−(w/(h w⁰))²) that is near one at
ordinary prices and falls away when the price w falls below h times its base-year level.
The farmgate price w moves to clear the stock: Δ log w = κ (q/(Y + ρ (S − S*)) − 1).
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from contraflow.model.numerics import power
from contraflow.model.parameters import Production

MONTHS_PER_YEAR = 12.0
LARGEST_PRICE_SIGNAL = 1.0
"""Relative excess demand beyond which a month's price change stops growing (numerical safety)."""


class SourceState(NamedTuple):
    """State of the sources.

    Price and seen price (USD/kg), stock (t), area (t a year at base yield), and what was asked for last
    month (t).
    """

    price: Float[Array, "source draw"]
    seen: Float[Array, "source draw"]
    stock: Float[Array, "source draw"]
    area: Float[Array, "source draw"]
    asked: Float[Array, "source draw"]


def output(
    state: SourceState,
    beliefs: Production,
    published: Float[Array, "source 1"],
    known: Float[Array, ""],
    years_after: Float[Array, ""],
) -> Float[Array, "source draw"]:
    """Potential production this month, t.

    Parameters
    ----------
    published : Array, shape (source, 1)
        Published potential production, t a year.
    known : scalar
        One while the record lasts, zero after.
    years_after : scalar
        Years since the record ended (zero before), for yield growth.
    """
    modelled = state.area * jnp.exp(beliefs.yield_growth * years_after)
    recorded = published * beliefs.production_error
    return jnp.where(known > 0, recorded, modelled) / MONTHS_PER_YEAR


def harvest(
    state: SourceState, beliefs: Production, base_price: Float[Array, "source draw"]
) -> Float[Array, "source draw"]:
    """Share of potential production that is made and enters the trade, given the farmgate price."""
    relative = state.price / (beliefs.harvest_price * base_price)
    return beliefs.production_use * (1.0 - jnp.exp(-(relative * relative)))


def grow(
    state: SourceState,
    beliefs: Production,
    potential: Float[Array, "source draw"],
    known: Float[Array, ""],
    eradication: Float[Array, "source 1"],
    base_price: Float[Array, "source draw"],
    base_area: Float[Array, "source draw"],
) -> Float[Array, "source draw"]:
    """Area next month: the record's own while it lasts, then a partial adjustment to the seen price.

    `eradication` is the share of area removed per year; `base_area` the area (t a year) at `base_price`.
    """
    target = base_area * power(state.seen / base_price, beliefs.area_elasticity)
    kept = 1.0 - beliefs.eradication_effect * eradication / MONTHS_PER_YEAR
    moved = (state.area + beliefs.area_adjustment * (target - state.area)) * kept
    return jnp.where(known > 0, potential * MONTHS_PER_YEAR, moved)


def clear(
    state: SourceState,
    beliefs: Production,
    produced: Float[Array, "source draw"],
    wanted: Float[Array, "source draw"],
    price: Float[Array, "source draw"],
) -> Float[Array, "source draw"]:
    """Farmgate price next month, from this month's price and what was wanted of each source (t)."""
    target = beliefs.stock_cover * produced
    offered = produced + beliefs.stock_release * (state.stock - target)
    floor = produced * (1.0 - beliefs.stock_release * beliefs.stock_cover)
    signal = wanted / jnp.maximum(jnp.maximum(offered, floor), jnp.finfo(wanted.dtype).tiny) - 1.0
    return price * jnp.exp(beliefs.price_adjustment * jnp.clip(signal, -1.0, LARGEST_PRICE_SIGNAL))
