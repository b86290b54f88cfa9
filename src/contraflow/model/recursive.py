"""The two sweeps of the trade on a graph with cycles: one linear solve each, instead of one level at a time.

A sweep over levels is back-substitution in a triangular system. With a cycle the system is no longer
triangular, but it is still linear: tonnes asked for, served shares and the base ladder always are, and prices
are under the additive kernel, where z = exp(−μ(v − v⁰)) obeys

    z_j = Σ_{e: i→j} w_e z_i + b_j,      w_e = π_e⁰ exp(−μ(spent_e + k_j + C_i⁰ − c_e⁰)).

With a ladder of zeros and base shares of one this is the recursive logit, z = M z + b (Akamatsu 1996; Fosgerau,
Frejinger & Karlström 2013), with the destination of their travellers as the source of our supply: theirs
choose the next link towards the destination, ours the supplier from whom a place gets its kilogram.
On a graph without cycles both ways give the same numbers, which a property test holds.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from contraflow.model.network import Network


def transfer(network: Network, weight: Float[Array, "edge draw"]) -> Float[Array, "draw node node"]:
    """Matrix with the summed weight of the edges into a node (row) out of a node (column)."""
    count = len(network.nodes)
    matrix = jnp.zeros((weight.shape[1], count, count))
    return matrix.at[:, network.destination, network.origin].add(weight.T)


def forward(
    network: Network, weight: Float[Array, "edge draw"], given: Float[Array, "node draw"]
) -> Float[Array, "node draw"]:
    """Solve x_j = given_j + Σ w_e x_i over the edges e: i → j that enter j."""
    return _solve(transfer(network, weight), given)


def backward(
    network: Network, weight: Float[Array, "edge draw"], given: Float[Array, "node draw"]
) -> Float[Array, "node draw"]:
    """Solve x_i = given_i + Σ w_e x_j over the edges e: i → j that leave i."""
    return _solve(jnp.swapaxes(transfer(network, weight), 1, 2), given)


def into_nodes(network: Network, values: Float[Array, "edge draw"]) -> Float[Array, "node draw"]:
    """Sum edge values into the nodes they enter."""
    return jnp.zeros((len(network.nodes), values.shape[1])).at[network.destination].add(values)


def at_sources(network: Network, values: Float[Array, "source draw"]) -> Float[Array, "node draw"]:
    """Array over nodes that holds the sources' values, and zero elsewhere."""
    return jnp.zeros((len(network.nodes), values.shape[1])).at[network.sources].set(values)


def at_markets(network: Network, values: Float[Array, "market draw"]) -> Float[Array, "node draw"]:
    """Array over nodes that holds the markets' values, and zero elsewhere."""
    return jnp.zeros((len(network.nodes), values.shape[1])).at[network.markets].set(values)


def additive_values(
    network: Network,
    mu: Float[Array, "*draw"],
    composite: Float[Array, "node #draw"],
    markup: Float[Array, "node #draw"],
    source_price: Float[Array, "source #draw"],
    log_share: Float[Array, "edge #draw"],
    base_cost: Float[Array, "edge #draw"],
    spent: Float[Array, "edge #draw"],
) -> Float[Array, "node draw"]:
    """Values at the nodes under the additive kernel, by one linear solve.

    Parameters
    ----------
    composite, base_cost : Array
        C⁰ of the nodes and c⁰ of the edges, from the base ladder.
    markup : Array
        Constant sum k_j that operators at a node add.
    log_share, spent : Array
        Log of the base shares, and what a shipper spends per kilogram besides buying it (no losses).

    Raises
    ------
    RuntimeError
        If there is no solution: going round a cycle would make supply ever cheaper, or a node has no supply.
    """
    origin, destination = network.origin, network.destination
    # relative to the base year, so that prices of any size neither overflow nor vanish
    log_weight = log_share - mu * (spent + markup[destination] + composite[origin] - base_cost)
    draws = jnp.broadcast_shapes(log_weight.shape, (1, *source_price.shape[1:]))[1]
    log_weight = jnp.broadcast_to(log_weight, (len(network.edges), draws))
    relative = jnp.exp(-mu * (source_price - composite[network.sources]))
    start = at_sources(network, jnp.broadcast_to(relative, (len(network.sources), draws)))
    z = forward(network, jnp.exp(log_weight), start)
    z = eqx.error_if(
        z,
        ~jnp.all(z > 0.0),
        "prices on a cyclic network: no positive solution. Either a round trip costs so little that ever longer "
        "ways are ever cheaper (raise its cost or mu), or a node cannot be reached from any source.",
    )
    return composite - jnp.log(z) / mu


def _solve(
    matrix: Float[Array, "draw node node"], given: Float[Array, "node draw"]
) -> Float[Array, "node draw"]:
    each = jnp.broadcast_to(given.T, matrix.shape[:2])
    return jnp.linalg.solve(np.eye(matrix.shape[1]) - matrix, each[..., None])[..., 0].T
