"""The core as a smuggler with many routes: what it costs when more and more of them are hardened.

Parallel edges from one source to one market, all alike, and one more, the backstop: small loads over land, dearer, and
out of reach of interdiction. All numbers are ours: the published table of routes was not at hand.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from contraflow.model import enforcement, trade
from contraflow.model.network import build_network

NAME = "soar"

ROUTES = 20
"""Interdictable routes besides the backstop."""
BUYING, MOVING = 50.0, 50.0
"""What a kilogram costs before it is smuggled, and what smuggling costs apart from losses: half of all."""
LOSS, HARD = 0.1, 0.6
"""Chance to lose the kilogram on an ordinary and on a hardened route."""
BACKSTOP = 1.5
"""Cost over the backstop, relative to a route that is not hardened."""
SHARP = 400.0
"""θ at which the cheapest way takes nearly all; the Ecuador case believes in 4."""


def cost(losses: np.ndarray, theta: float = SHARP, backstop: bool = True) -> float:
    """Smuggling cost per delivered kilogram in the core, relative to the cost at ordinary losses.

    Parameters
    ----------
    losses : numpy.ndarray, shape (route,)
        Loss probability on each interdictable route.
    theta : float
        Choice parameter of the core's multiplicative kernel.
    backstop : bool
        Whether the backstop exists.
    """
    names = [f"route{i:02d}" for i in range(len(losses))] + ["backstop"] * backstop
    network = build_network(
        ["source", "market"], ["source", "market"], names, ["source"] * len(names), ["market"] * len(names)
    )
    usual = (BUYING + MOVING) / (1.0 - LOSS)
    order = network.order_edges(names)
    freight = np.r_[np.full(len(losses), MOVING), [usual * BACKSTOP - BUYING] * backstop][order][:, None]
    loss = np.r_[losses, [0.0] * backstop][order][:, None]
    zero, node = jnp.zeros((len(names), 1)), jnp.zeros((2, 1))
    # equal attraction at equal cost: every way, used or not, is one of as many
    ladder = trade.Ladder(node + usual, zero + usual, node + usual)
    price = trade.prices(
        network,
        trade.Multiplicative(jnp.full(1, theta)),
        ladder,
        node,
        jnp.ones(1),
        jnp.full((1, 1), BUYING),
        zero - jnp.log(float(len(losses))),
        trade.Outlay(jnp.asarray(freight), zero, zero, jnp.asarray(loss)),
    )
    return float(price.value[-1, 0]) / usual


def hardened(count: int, theta: float = SHARP, backstop: bool = True) -> float:
    """Relative smuggling cost with `count` of the routes hardened."""
    return cost(np.where(np.arange(ROUTES) < count, HARD, LOSS), theta, backstop)


def spread(routes: int, theta: float = SHARP) -> float:
    """Relative smuggling cost when one extra budget of search is spread evenly over so many routes.

    The budget is the hazard that would harden a quarter of the routes; losses follow the core's 1 − exp(−hazard).
    """
    ordinary, hard = -np.log1p(-LOSS), -np.log1p(-HARD)
    budget = (hard - ordinary) * ROUTES / 4.0
    hazard = np.where(np.arange(ROUTES) < routes, ordinary + budget / routes, ordinary)
    zero = jnp.zeros((ROUTES, 1))
    return cost(np.asarray(enforcement.loss(jnp.asarray(hazard)[:, None], zero).probability)[:, 0], theta)
