"""The network: a directed acyclic graph cut into topological levels.

Every array of the model that runs over nodes or edges follows the *canonical order* kept here: nodes by
(topological level, id), edges by (destination, id). The order depends on ids only, so shuffling the rows
of a case changes no bit of a result.

A case has no cycles. Published route-choice models may: for them a network can be built without levels, and
`contraflow.model.recursive` solves at once what the sweeps over levels do one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np


class CycleError(ValueError):
    """The graph has a directed cycle; ``cycle`` lists its node ids, the first repeated at the end."""

    def __init__(self, cycle: list[str]):
        self.cycle = cycle
        super().__init__("the network has a cycle: " + " -> ".join(cycle))


@dataclass(frozen=True, eq=False)
class Level:
    """One topological level: its nodes and the edges that enter them.

    Attributes
    ----------
    nodes, edges : slice
        Rows of this level's nodes and of the edges into them, in canonical order.
    inflow : numpy.ndarray, shape (nodes in level, edges into level)
        One where the edge enters the node: sums edges into nodes.
    """

    nodes: slice
    edges: slice
    inflow: np.ndarray


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes and edges in canonical order, with the levels the sweeps run over.

    Attributes
    ----------
    nodes, edges : tuple of str
        Ids in canonical order.
    kinds : tuple of str
        Kind of each node (``source``, ``hub``, ``port``, ``sea``, ``entry``, ``market``).
    origin, destination : numpy.ndarray of int, shape (edge,)
        Node rows each edge leaves and enters.
    levels : tuple of Level
        Level 0 holds the sources; edges always go from a lower to a higher level. Empty if the graph has a
        cycle.
    """

    nodes: tuple[str, ...]
    kinds: tuple[str, ...]
    edges: tuple[str, ...]
    origin: np.ndarray
    destination: np.ndarray
    levels: tuple[Level, ...]

    @property
    def cyclic(self) -> bool:
        """Whether the graph has a directed cycle, and so no levels."""
        return not self.levels

    @cached_property
    def sources(self) -> np.ndarray:
        """Node rows of the sources, in canonical order."""
        return np.array([i for i, kind in enumerate(self.kinds) if kind == "source"], dtype=int)

    @cached_property
    def markets(self) -> np.ndarray:
        """Node rows of the markets, in canonical order."""
        return np.array([i for i, kind in enumerate(self.kinds) if kind == "market"], dtype=int)

    @cached_property
    def from_source(self) -> np.ndarray:
        """Edge rows that leave a source."""
        return np.flatnonzero(np.isin(self.origin, self.sources))

    def order_nodes(self, ids: Sequence[str]) -> np.ndarray:
        """Positions in `ids` of the canonical nodes, to bring a table's rows into canonical order."""
        position = {name: i for i, name in enumerate(ids)}
        return np.array([position[name] for name in self.nodes], dtype=int)

    def order_edges(self, ids: Sequence[str]) -> np.ndarray:
        """Positions in `ids` of the canonical edges."""
        position = {name: i for i, name in enumerate(ids)}
        return np.array([position[name] for name in self.edges], dtype=int)


def build_network(
    nodes: Sequence[str],
    kinds: Sequence[str],
    edges: Sequence[str],
    origins: Sequence[str],
    destinations: Sequence[str],
    cycles: bool = False,
) -> Network:
    """Sort a directed acyclic graph into canonical order and topological levels.

    A node's level is the length of the longest path that reaches it.

    Parameters
    ----------
    nodes, kinds : sequence of str
        Node ids and their kinds.
    edges, origins, destinations : sequence of str
        Edge ids and the node ids they leave and enter.
    cycles : bool
        Accept a directed cycle; such a network has no levels, and its nodes are in the order of their ids.

    Returns
    -------
    Network

    Raises
    ------
    CycleError
        If the graph has a directed cycle and `cycles` is false.
    KeyError
        If an edge names a node that does not exist.
    """
    try:
        depth = _levels(list(nodes), list(origins), list(destinations))
    except CycleError:
        if not cycles:
            raise
        depth = None
    kind_of = dict(zip(nodes, kinds, strict=True))
    ordered = sorted(nodes, key=lambda name: (depth[name] if depth else 0, name))
    row = {name: i for i, name in enumerate(ordered)}
    triples = sorted(zip(edges, origins, destinations, strict=True), key=lambda t: (row[t[2]], t[0]))
    origin = np.array([row[t[1]] for t in triples], dtype=int)
    destination = np.array([row[t[2]] for t in triples], dtype=int)
    levels: tuple[Level, ...] = ()
    if depth is not None:
        node_level = np.array([depth[name] for name in ordered], dtype=int)
        levels = tuple(
            _level(np.flatnonzero(node_level == k), destination) for k in range(node_level.max() + 1)
        )
    return Network(
        nodes=tuple(ordered),
        kinds=tuple(kind_of[name] for name in ordered),
        edges=tuple(t[0] for t in triples),
        origin=origin,
        destination=destination,
        levels=levels,
    )


def _level(rows: np.ndarray, destination: np.ndarray) -> Level:
    first, stop = int(rows[0]), int(rows[-1]) + 1
    entering = np.flatnonzero((destination >= first) & (destination < stop))
    edges = slice(int(entering[0]), int(entering[-1]) + 1) if entering.size else slice(0, 0)
    local = destination[edges] - first
    each = np.arange(stop - first)[:, None]
    return Level(
        nodes=slice(first, stop),
        edges=edges,
        inflow=(each == local[None, :]).astype(float),
    )


def _levels(nodes: list[str], origins: list[str], destinations: list[str]) -> dict[str, int]:
    """Longest-path level of every node (Kahn's algorithm)."""
    children: dict[str, list[str]] = {name: [] for name in nodes}
    parents: dict[str, list[str]] = {name: [] for name in nodes}
    for a, b in zip(origins, destinations, strict=True):
        children[a].append(b)
        parents[b].append(a)
    waiting = {name: len(parents[name]) for name in nodes}
    depth = dict.fromkeys(nodes, 0)
    ready = [name for name in nodes if waiting[name] == 0]
    done = 0
    while ready:
        name = ready.pop()
        done += 1
        for child in children[name]:
            depth[child] = max(depth[child], depth[name] + 1)
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)
    if done < len(nodes):
        raise CycleError(_find_cycle(parents, {name for name in nodes if waiting[name] > 0}))
    return depth


def _find_cycle(parents: dict[str, list[str]], left: set[str]) -> list[str]:
    """Walk parents inside `left`, whose nodes all have a parent there, until one repeats."""
    name = min(left)
    seen: list[str] = []
    while name not in seen:
        seen.append(name)
        name = min(p for p in parents[name] if p in left)
    cycle = [*seen[seen.index(name) :], name]
    return cycle[::-1]
