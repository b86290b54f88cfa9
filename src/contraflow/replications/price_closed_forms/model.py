"""Closed forms of the economics of the trade, each computed by the core's own functions.

A chain of places is a network of the core with one edge between neighbours; the price ladder is its base ladder,
a mark-up its margin, a seizure rate its loss. Elasticities are derivatives of the core's functions, by automatic
differentiation.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import brentq

from contraflow.model import demand, trade
from contraflow.model.network import Network, build_network

NAME = "price-closed-forms"

ONE_SUPPLIER = trade.Multiplicative(jnp.full(1, 4.0))
"""Any kernel: where each place has one supplier there is nothing to choose."""

LADDER = {
    "coca leaf": 650.0,
    "export, Colombia": 1_050.0,
    "import, Miami": 23_000.0,
    "kilogram, Chicago": 33_000.0,
    "ounce, Chicago": 52_000.0,
    "retail, Chicago": 188_000.0,
}
"""Price of cocaine at each stage, 1992 US dollars per pure kilogram (Reuter 1994)."""


def chain(values: Sequence[float]) -> tuple[Network, trade.Ladder, jnp.ndarray]:
    """Places one after the other, with the mark-ups that make their prices those given.

    Returns
    -------
    network : Network
    ladder : Ladder
        The core's base ladder, from the first price and the mark-ups.
    margin : Array, shape (node, 1)
    """
    names = [f"{i:02d}" for i in range(len(values))]
    kinds = ["source", *["hub"] * (len(values) - 2), "market"]
    network = build_network(names, kinds, names[1:], names[:-1], names[1:])
    margin = jnp.asarray([0.0, *(b / a - 1.0 for a, b in pairwise(values))])[:, None]
    edge = jnp.zeros((len(values) - 1, 1))
    ladder = trade.base_ladder(
        network, jnp.full((1, 1), values[0]), margin, edge + 1.0, trade.Outlay(edge, edge, edge, edge)
    )
    return network, ladder, margin


def reprice(
    values: Sequence[float],
    pass_through: float,
    source_price: float | None = None,
    loss: Sequence[float] | None = None,
) -> trade.Prices:
    """Prices on a chain after a change of the first price or of the losses, under a pass-through ω."""
    network, ladder, margin = chain(values)
    edge = jnp.zeros((len(values) - 1, 1))
    lost = edge if loss is None else jnp.asarray(loss, dtype=float)[:, None]
    return trade.prices(
        network,
        ONE_SUPPLIER,
        ladder,
        margin,
        jnp.full(1, pass_through),
        jnp.full((1, 1), values[0] if source_price is None else source_price),
        edge,
        trade.Outlay(edge, edge, edge, lost),
    )


def ladder_shares() -> dict[str, float]:
    """Price at each stage in per cent of the retail price, from the core's base ladder."""
    _, ladder, _ = chain(list(LADDER.values()))
    value = np.asarray(ladder.value)[:, 0]
    return dict(zip(LADDER, 100.0 * value / value[-1], strict=True))


def halved(pass_through: float) -> float:
    """Retail price, 100 before, when the wholesale price falls from 50 to 25."""
    return float(reprice([50.0, 100.0], pass_through, source_price=25.0).value[-1, 0])


def seized_at_export(share: float, pass_through: float = 0.0) -> tuple[float, float]:
    """Cost of an exported kilogram that arrives, and the rise of the retail price in per cent."""
    values = list(LADDER.values())[1:]
    price = reprice(values, pass_through, loss=[share, 0.0, 0.0, 0.0])
    return float(price.cost[0, 0]), 100.0 * (float(price.value[-1, 0]) / values[-1] - 1.0)


def landed(production: float, avoidance: float, penalty: float, odds: float) -> float:
    """Price of a delivered kilogram in the core, at odds θ = p/(1 − p) of seizure."""
    p = jnp.full((1, 1), odds / (1.0 + odds))
    spent = jnp.full((1, 1), avoidance)
    outlay = trade.Outlay(freight=spent, toll=0.0 * spent, risk=penalty * p, loss=p)
    return float(trade.landed_cost(jnp.full((1, 1), production), outlay)[0, 0])


def consumed(relative_price: jax.Array, elasticity: float) -> jax.Array:
    """Consumption of the core at a price, both relative to the base year."""
    one = jnp.ones((1, 1))
    return demand.consumption(one, one * relative_price, one * elasticity)[0, 0]


def revenue_slope(elasticity: float, at: float = 1.3) -> float:
    """dlnR/dlnP of revenue R = P Q(P), at some price (the elasticity is the same at any)."""
    return float(jax.grad(lambda x: jnp.log(jnp.exp(x) * consumed(jnp.exp(x), elasticity)))(jnp.log(at)))


def violence_slope(elasticity: float, at: float = 1.3) -> float:
    """dlnV/dlnQ when violence goes with revenue: both slopes along the demand curve."""
    quantity = jax.grad(lambda x: jnp.log(consumed(jnp.exp(x), elasticity)))(jnp.log(at))
    return revenue_slope(elasticity, at) / float(quantity)


def revenue_after(supply: float, elasticity: float) -> float:
    """Revenue, one before, when `supply` times as much is consumed: the price that clears, found by bisection."""
    price = brentq(lambda p: float(consumed(jnp.asarray(p), elasticity)) - supply, 1e-3, 1e3, xtol=1e-14)
    return float(price) * supply


def shortfall_shares(
    prices: Sequence[float],
    quantities: Sequence[float],
    elasticities: Sequence[float],
    pass_through: float = 0.0,
) -> np.ndarray:
    """Share of a small shortfall at the source that each market bears.

    One source, one edge to each market; the derivative of the core's consumption with respect to the source price.
    """
    names = [f"m{i}" for i in range(len(prices))]
    network = build_network(
        ["s", *names], ["source", *["market"] * len(names)], names, ["s"] * len(names), names
    )
    edge, node = jnp.zeros((len(names), 1)), jnp.zeros((len(names) + 1, 1))
    first = float(min(prices)) / 10.0
    margin = node.at[network.markets].set(jnp.asarray(prices)[:, None] / first - 1.0)
    outlay = trade.Outlay(edge, edge, edge, edge)
    ladder = trade.base_ladder(network, jnp.full((1, 1), first), margin, edge + 1.0, outlay)
    base, steepness = (jnp.asarray(x, dtype=float)[:, None] for x in (quantities, elasticities))

    def eaten(price):
        value = trade.prices(
            network, ONE_SUPPLIER, ladder, margin, jnp.full(1, pass_through),
            price.reshape(1, 1), edge, outlay,
        ).value[network.markets]  # fmt: skip
        return demand.consumption(base, value / ladder.value[network.markets], steepness)[:, 0]

    slope = np.asarray(jax.jacfwd(eaten)(jnp.asarray(first)))
    return slope / slope.sum()
