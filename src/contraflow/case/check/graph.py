"""Small algorithms on a directed graph of ids."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

Pair = tuple[str, str]


def _successors(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    """Return the nodes that follow each node."""
    after: dict[str, list[str]] = defaultdict(list)
    for origin, destination in pairs:
        after[origin].append(destination)
    return after


def order(nodes: Sequence[str], pairs: Sequence[Pair]) -> list[str]:
    """Return the nodes so that every edge goes forward, without those on or after a cycle (Kahn 1962)."""
    after = _successors(pairs)
    waiting = dict.fromkeys(nodes, 0)
    for _, destination in pairs:
        waiting[destination] += 1
    ready = deque(node for node in nodes if waiting[node] == 0)
    sorted_nodes = []
    while ready:
        node = ready.popleft()
        sorted_nodes.append(node)
        for following in after[node]:
            waiting[following] -= 1
            if waiting[following] == 0:
                ready.append(following)
    return sorted_nodes


def find_cycle(nodes: Sequence[str], pairs: Sequence[Pair]) -> list[str]:
    """Return one cycle as a list of nodes that ends where it starts; empty if there is none."""
    left = set(nodes) - set(order(nodes, pairs))
    if not left:
        return []
    # Every node that is left has a predecessor that is left: walking back must come round.
    before = _successors((b, a) for a, b in pairs if a in left and b in left)
    node = min(left)
    walk: list[str] = []
    while node not in walk:
        walk.append(node)
        node = before[node][0]
    return [node, *reversed(walk[walk.index(node) :])]


def reachable(starts: Iterable[str], pairs: Iterable[Pair]) -> set[str]:
    """Return the nodes that can be reached from `starts`, these included."""
    after = _successors(pairs)
    seen, ready = set(starts), list(starts)
    while ready:
        for node in after[ready.pop()]:
            if node not in seen:
                seen.add(node)
                ready.append(node)
    return seen


def corridor_counts(
    levels: Sequence[str], edges: Sequence[tuple[str, str, bool]], sources: Sequence[str], market: str
) -> tuple[tuple[int, list[str]], tuple[int, list[str]]]:
    """Find the paths to a market with the fewest and the most marked edges.

    Parameters
    ----------
    levels
        Nodes in topological order.
    edges
        Origin, destination, and whether the edge is marked.
    sources
        Where paths start.
    market
        Where they end.

    Returns
    -------
    tuple
        Number of marked edges and path, for the fewest and for the most.
    """
    outgoing: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for origin, destination, marked in edges:
        outgoing[origin].append((destination, marked))
    found = []
    for better in (int.__lt__, int.__gt__):
        best: dict[str, tuple[int, str]] = dict.fromkeys(sources, (0, ""))
        for node in levels:
            if node not in best:
                continue
            for destination, marked in outgoing[node]:
                count = best[node][0] + marked
                if destination not in best or better(count, best[destination][0]):
                    best[destination] = (count, node)
        path = [market]
        while best[path[-1]][1]:
            path.append(best[path[-1]][1])
        found.append((best[market][0], path[::-1]))
    return found[0], found[1]
