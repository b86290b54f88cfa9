"""Interdiction by the solver HiGHS: the attacks that hurt a network most, and all of them where several do.

Two classical problems, each a mixed-integer programme over which arcs to attack (x_k ∈ {0, 1}):

    shortest path   max_x min_y Σ (c_k + d_k x_k) y_k     (Israeli & Wood 2002)
    maximum flow    min_x maxflow(u_k (1 − x_k))          (Wood 1993)

and the game in which one inspector stands on one arc, unseen, and detects who passes with probability p_k
(Washburn & Wood 1995), a linear programme. They answer another question than the simulator: not what routes do
when effort changes, but what the best possible placement of a small budget could achieve, if it were known to
nobody (the game) or to everybody (the other two). Small graphs with places of the size of a country or a sea.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from contraflow.errors import ContraflowError
from contraflow.model.network import Network

Attack = frozenset[str]
"""Arcs attacked together."""

TOLERANCE = 1e-6
"""Relative difference below which two objective values are the same."""


class SolverError(ContraflowError):
    """HiGHS found no optimum."""


@dataclass(frozen=True, eq=False)
class Graph:
    """A directed graph; it may have cycles and parallel arcs.

    Attributes
    ----------
    nodes, arcs : tuple of str
    tail, head : numpy.ndarray of int, shape (arc,)
        Node rows each arc leaves and enters.
    """

    nodes: tuple[str, ...]
    arcs: tuple[str, ...]
    tail: np.ndarray
    head: np.ndarray

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> Graph:
        """Graph of arcs given as pairs of nodes; an arc is named ``"tail-head"`` (numbered if parallel)."""
        nodes = tuple(dict.fromkeys(name for pair in pairs for name in pair))
        row = {name: i for i, name in enumerate(nodes)}
        names: list[str] = []
        for a, b in pairs:
            candidates = (f"{a}-{b}" + (f"-{n}" if n else "") for n in count())
            names.append(next(name for name in candidates if name not in names))
        tail, head = (np.array([row[pair[i]] for pair in pairs], dtype=int) for i in (0, 1))
        return cls(nodes, tuple(names), tail, head)

    @classmethod
    def from_network(cls, network: Network) -> Graph:
        """Graph of a network of the model."""
        return cls(network.nodes, network.edges, network.origin, network.destination)

    def row(self, node: str) -> int:
        """Row of a node."""
        if node not in self.nodes:
            raise ContraflowError(node, "no such node", f"use one of {', '.join(self.nodes)}")
        return self.nodes.index(node)

    def pick(self, chosen: np.ndarray) -> Attack:
        """Names of the arcs that are chosen (above one half)."""
        return frozenset(name for name, value in zip(self.arcs, chosen, strict=True) if value > 0.5)


class Interdiction(NamedTuple):
    """The best that so many attacks can do.

    Attributes
    ----------
    value : float
        Length of the shortest path (infinite where there is none left), or the maximum flow.
    attacks : tuple of frozenset of str
        Every set of attacked arcs that reaches the value and of which no part would, smallest first.
    """

    value: float
    attacks: tuple[Attack, ...]


class Game(NamedTuple):
    """The inspection game.

    Attributes
    ----------
    value : float
        Probability of detection when both play best.
    inspector : numpy.ndarray, shape (arc,)
        Probability with which the inspector stands on each arc.
    evader : numpy.ndarray, shape (arc,)
        Probability with which the evader uses each arc (a unit flow from source to sink).
    """

    value: float
    inspector: np.ndarray
    evader: np.ndarray


def interdict_shortest_path(
    graph: Graph,
    length: Sequence[float],
    source: str,
    sink: str,
    attacks: int,
    delay: Sequence[float] | None = None,
) -> Interdiction:
    """Attack at most so many arcs so that the shortest path becomes as long as possible.

    Parameters
    ----------
    graph : Graph
    length, delay : sequence of float, shape (arc,)
        Length of each arc (≥ 0), and what an attack adds to it; without `delay` an attack removes the arc.
    source, sink : str
        Where paths start and end.
    attacks : int
        Largest number of attacks.
    """
    c = np.asarray(length, dtype=float)
    beyond = 1.0 + c.sum() + (0.0 if delay is None else float(np.sum(delay)))
    d = np.full(c.shape, beyond) if delay is None else np.asarray(delay, dtype=float)
    arcs, nodes = len(graph.arcs), len(graph.nodes)
    potential = _potentials(graph)
    # x, π: π_j − π_i − d_k x_k ≤ c_k, and π_t is the distance
    rows = LinearConstraint(np.c_[-np.diag(d), potential], ub=c)
    low, high = np.zeros(arcs + nodes), np.r_[np.ones(arcs), np.full(nodes, beyond)]
    high[arcs + graph.row(source)] = 0.0
    distance = np.zeros(arcs + nodes)
    distance[arcs + graph.row(sink)] = 1.0
    value, found = _all_optima(graph, -distance, [rows], low, high, attacks)
    farthest = -value
    return Interdiction(np.inf if farthest > beyond * (1 - TOLERANCE) else farthest, found)


def interdict_maximum_flow(
    graph: Graph, capacity: Sequence[float], source: str, sink: str, attacks: int
) -> Interdiction:
    """Remove at most so many arcs so that as little as possible can flow from source to sink."""
    u = np.asarray(capacity, dtype=float)
    arcs, nodes = len(graph.arcs), len(graph.nodes)
    # attacked g, side of the cut a, cut but not attacked b: b_k + g_k ≥ a_head − a_tail, a_source = 0, a_sink = 1
    side = _potentials(graph)
    rows = LinearConstraint(np.c_[np.eye(arcs), -side, np.eye(arcs)], lb=0.0)
    low, high = np.zeros(2 * arcs + nodes), np.ones(2 * arcs + nodes)
    high[arcs + graph.row(source)] = 0.0
    low[arcs + graph.row(sink)] = 1.0
    cost = np.r_[np.zeros(arcs + nodes), u]
    value, found = _all_optima(graph, cost, [rows], low, high, attacks)
    return Interdiction(value, found)


def maximum_flow(graph: Graph, capacity: Sequence[float], source: str, sink: str) -> tuple[float, np.ndarray]:
    """Maximum flow from source to sink and a flow on the arcs that reaches it, by linear programming."""
    u = np.asarray(capacity, dtype=float)
    balance = _potentials(graph).T
    between = [i for i, name in enumerate(graph.nodes) if name not in (source, sink)]
    gain = balance[graph.row(sink)]
    answer = linprog(
        -gain, A_eq=balance[between], b_eq=np.zeros(len(between)), bounds=np.c_[np.zeros_like(u), u], method="highs"
    )  # fmt: skip
    return -_value(answer), np.asarray(answer.x)


def minimum_cuts(
    graph: Graph, capacity: Sequence[float], source: str, sink: str
) -> tuple[float, tuple[Attack, ...]]:
    """Value of a minimum cut, and every minimum cut as the set of arcs that cross it, smallest first."""
    u = np.asarray(capacity, dtype=float)
    arcs, nodes = len(graph.arcs), len(graph.nodes)
    rows = LinearConstraint(np.c_[np.eye(arcs), -_potentials(graph)], lb=0.0)
    low, high = np.zeros(arcs + nodes), np.ones(arcs + nodes)
    high[arcs + graph.row(source)] = 0.0
    low[arcs + graph.row(sink)] = 1.0
    return _all_optima(graph, np.r_[u, np.zeros(nodes)], [rows], low, high, arcs)


def inspection_game(graph: Graph, detection: Sequence[float], source: str, sink: str) -> Game:
    """Solve the game between one inspector on one arc and one evader on a path, each unseen by the other.

    The inspector's mix maximises the shortest path when arc k has length p_k x_k. Its value is 1/maxflow with
    capacities 1/p_k, and the inspector stands on a minimum cut (Washburn & Wood 1995).

    Parameters
    ----------
    detection : sequence of float, shape (arc,)
        Probability p_k > 0 that the inspector, on arc k, detects an evader who passes there.
    """
    p = np.asarray(detection, dtype=float)
    arcs, nodes = len(graph.arcs), len(graph.nodes)
    cost = np.zeros(arcs + nodes)
    cost[arcs + graph.row(sink)] = -1.0
    bounds = np.r_[np.tile([0.0, np.inf], (arcs, 1)), np.tile([-np.inf, np.inf], (nodes, 1))]
    bounds[arcs + graph.row(source)] = 0.0
    answer = linprog(
        cost,
        A_ub=np.c_[-np.diag(p), _potentials(graph)],
        b_ub=np.zeros(arcs),
        A_eq=np.r_[np.ones(arcs), np.zeros(nodes)][None, :],
        b_eq=[1.0],
        bounds=bounds,
        method="highs",
    )
    return Game(-_value(answer), np.asarray(answer.x)[:arcs], -np.asarray(answer.ineqlin.marginals))


def _potentials(graph: Graph) -> np.ndarray:
    """Matrix of π_head − π_tail, one row an arc."""
    rows = np.arange(len(graph.arcs))
    matrix = np.zeros((len(graph.arcs), len(graph.nodes)))
    np.add.at(matrix, (rows, graph.head), 1.0)
    np.add.at(matrix, (rows, graph.tail), -1.0)
    return matrix


def _all_optima(
    graph: Graph,
    cost: np.ndarray,
    constraints: list[LinearConstraint],
    low: np.ndarray,
    high: np.ndarray,
    attacks: int,
) -> tuple[float, tuple[Attack, ...]]:
    """Minimise `cost`; then list every minimal attack that reaches the minimum.

    The first variables are the attacks. Each attack found is barred, with all that contain it, and the smallest
    of the rest is looked for, until none is left.
    """
    arcs, size = len(graph.arcs), cost.size
    attacked = np.r_[np.ones(arcs), np.zeros(size - arcs)]
    integral = attacked.astype(int)
    bounds = Bounds(low, high)
    constraints = [*constraints, LinearConstraint(attacked, ub=attacks)]
    best = _value(milp(cost, integrality=integral, bounds=bounds, constraints=constraints))
    constraints.append(LinearConstraint(cost, ub=best + TOLERANCE * max(1.0, abs(best))))
    found: list[Attack] = []
    while True:
        answer = milp(attacked, integrality=integral, bounds=bounds, constraints=constraints)
        if answer.status == 2:  # infeasible: none is left
            return best, tuple(sorted(found, key=lambda attack: (len(attack), sorted(attack))))
        _value(answer)
        found.append(graph.pick(answer.x[:arcs]))
        if not found[-1]:
            return best, tuple(found)
        barred = np.r_[[float(name in found[-1]) for name in graph.arcs], np.zeros(size - arcs)]
        constraints.append(LinearConstraint(barred, ub=len(found[-1]) - 1))


def _value(answer) -> float:
    if answer.status != 0:
        raise SolverError(
            "HiGHS", answer.message, "check that the sink can be reached and numbers are finite"
        )
    return float(answer.fun)
