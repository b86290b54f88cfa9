"""The core's trade as a recursive logit: a ladder of zeros, base shares of one, and every arc turned round.

Their traveller at k chooses the next state on the way to the destination; our place k chooses the supplier from whom
its kilogram comes. So the destination is the source of our supply, the arc k → a of the paper is the edge a → k of the
core, disutility is freight, the value of a kilogram at k is −V(k), and the share of k's supply that comes over the edge
is P(a | k).
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from contraflow.model import trade
from contraflow.model.network import Network, build_network

NAME = "recursive-logit"

DISTANCES = np.array([[0.0, 5.0, 0.0, 4.0], [0.0, 0.0, 3.0, 0.0], [0.0, 3.0, 0.0, 5.0], [4.0, 0.0, 0.0, 0.0]])
"""Distance from state (row) to state (column), 0 where there is no arc."""
BETA, SCALE = -0.4, 1.0
"""Utility per unit of distance, and μ of the paper."""
DESTINATION = 1
SINK = "sink"
"""Absorbing state behind the destination: a traveller may pass through the destination and come back."""


class Choice(NamedTuple):
    """What the core gives for the instance.

    Attributes
    ----------
    z : numpy.ndarray, shape (state,)
        exp(V/μ).
    probability : numpy.ndarray, shape (state, state + 1)
        P(a | k), the sink in the last column.
    """

    z: np.ndarray
    probability: np.ndarray


def network(distances: np.ndarray, destination: int) -> Network:
    """Network of the core for an instance: every state a market, the sink the source."""
    states = [str(k) for k in range(len(distances))]
    arcs = [(str(k), str(a)) for k, a in zip(*np.nonzero(distances), strict=True)]
    arcs.append((str(destination), SINK))
    return build_network(
        [*states, SINK],
        [*["market"] * len(states), "source"],
        [f"{k}>{a}" for k, a in arcs],
        [a for _, a in arcs],
        [k for k, _ in arcs],
        cycles=True,
    )


def prices(net: Network, distances: np.ndarray, beta: float, scale: float) -> trade.Prices:
    """Forward sweep of the core, from the destination outwards."""
    edge, node = jnp.zeros((len(net.edges), 1)), jnp.zeros((len(net.nodes), 1))
    ends = [name.split(">") for name in net.edges]
    length = [0.0 if a == SINK else distances[int(k), int(a)] for k, a in ends]
    cost = -beta * jnp.asarray(length)[:, None]
    return trade.prices(
        network=net,
        kernel=trade.Additive(jnp.full(1, 1.0 / scale)),
        ladder=trade.Ladder(node, edge, node),
        margin=node,
        pass_through=jnp.zeros(1),
        source_price=jnp.zeros((1, 1)),
        log_share=edge,
        outlay=trade.Outlay(freight=cost, toll=edge, risk=edge, loss=edge),
    )


def solve(
    distances: np.ndarray = DISTANCES,
    destination: int = DESTINATION,
    beta: float = BETA,
    scale: float = SCALE,
) -> Choice:
    """Value functions and choice probabilities of an instance."""
    net = network(distances, destination)
    price = prices(net, distances, beta, scale)
    count = len(distances)
    row = {name: count if name == SINK else int(name) for name in net.nodes}
    z, probability = np.zeros(count), np.zeros((count, count + 1))
    for name, value in zip(net.nodes, np.asarray(price.value)[:, 0], strict=True):
        if name != SINK:
            z[row[name]] = np.exp(-value / scale)
    for edge, share in zip(net.edges, np.asarray(price.share)[:, 0], strict=True):
        k, a = edge.split(">")
        probability[row[k], row[a]] = share
    return Choice(z, probability)


def visits(
    start: int,
    distances: np.ndarray = DISTANCES,
    destination: int = DESTINATION,
    beta: float = BETA,
    scale: float = SCALE,
) -> np.ndarray:
    """Expected visits to each state of a traveller who starts at one: the core's backward sweep."""
    net = network(distances, destination)
    share = prices(net, distances, beta, scale).share
    states = [net.nodes[i] for i in net.markets]
    demand = jnp.asarray([[float(name == str(start))] for name in states])
    asked = np.asarray(trade.asked(net, share, jnp.zeros_like(share), demand).asked)[:, 0]
    return np.array([asked[net.nodes.index(str(k))] for k in range(len(distances))])


def minus_log_likelihood(path: list[int], choice: Choice) -> float:
    """−ln P of a path of states, with the last step into the sink."""
    steps = zip(path, [*path[1:], len(choice.z)], strict=True)
    return -sum(float(np.log(choice.probability[k, a])) for k, a in steps)
