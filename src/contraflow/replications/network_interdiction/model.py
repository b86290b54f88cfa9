"""The six-arc instances, solved with HiGHS, and set beside the core's own prices when the cheapest way takes all."""

from __future__ import annotations

import jax.numpy as jnp

from contraflow.analysis.interdiction import (
    Attack,
    Graph,
    Interdiction,
    interdict_maximum_flow,
    interdict_shortest_path,
)
from contraflow.model import trade
from contraflow.model.network import build_network

NAME = "network-interdiction"

ARCS = (("S", "B"), ("S", "C"), ("C", "B"), ("B", "E"), ("C", "D"), ("D", "E"))
LENGTH = (10.0, 2.0, 2.0, 1.0, 7.0, 8.0)
CAPACITY = (10.0, 70.0, 30.0, 100.0, 40.0, 50.0)
SOURCE, SINK = "S", "E"
BUDGETS = (0, 1, 2)

SHARP = 20.0
"""Choice parameter at which the core's additive kernel is all but the minimum: an error of ln(ways)/20 at a tie."""
CLOSED = 25.0
"""Cost that closes an edge in the core: no way over it is the cheapest."""


def graph() -> Graph:
    """The instance."""
    return Graph.of(ARCS)


def shortest_paths() -> dict[int, Interdiction]:
    """Best attacks on the shortest path, by budget."""
    return {k: interdict_shortest_path(graph(), LENGTH, SOURCE, SINK, k) for k in BUDGETS}


def maximum_flows() -> dict[int, Interdiction]:
    """Best attacks on the maximum flow, by budget."""
    return {k: interdict_maximum_flow(graph(), CAPACITY, SOURCE, SINK, k) for k in BUDGETS}


def delayed(attacks: int, delay: float) -> Interdiction:
    """Best attacks on the shortest path if an attack only delays."""
    return interdict_shortest_path(graph(), LENGTH, SOURCE, SINK, attacks, [delay] * len(ARCS))


def core_price(attacked: Attack) -> float:
    """Value at the sink in the core when the attacked edges are closed and the cheapest way takes all."""
    names = graph().arcs
    nodes = graph().nodes
    kinds = [{SOURCE: "source", SINK: "market"}.get(node, "hub") for node in nodes]
    net = build_network(nodes, kinds, names, [a for a, _ in ARCS], [b for _, b in ARCS])
    cost = {name: c + CLOSED * (name in attacked) for name, c in zip(names, LENGTH, strict=True)}
    edge, node = jnp.zeros((len(names), 1)), jnp.zeros((len(nodes), 1))
    freight = jnp.asarray([[cost[name]] for name in net.edges])
    ladder = trade.Ladder(node, edge, node)
    price = trade.prices(
        net,
        trade.Additive(jnp.full(1, SHARP)),
        ladder,
        node,
        jnp.zeros(1),
        jnp.zeros((1, 1)),
        edge,
        trade.Outlay(freight, edge, edge, edge),
    )
    return float(price.value[net.nodes.index(SINK), 0])
