"""The inspection game: the instance, and the theorem on random graphs."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contraflow.analysis.interdiction import Graph, inspection_game, maximum_flow
from contraflow.replications.replication import quiet
from contraflow.replications.washburn_wood import run


def test_every_target_is_met():
    assert {row.verdict for row in run(quiet)} == {"met"}


def every_cut(graph, capacity):
    """Least capacity over all sets of nodes with the source and without the sink, one by one."""
    count, best = len(graph.nodes), np.inf
    for bits in range(2**count):
        side = np.array([bits >> i & 1 for i in range(count)], dtype=bool)
        if side[graph.row("s")] and not side[graph.row("t")]:
            best = min(best, capacity[side[graph.tail] & ~side[graph.head]].sum())
    return best


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(3, 6), st.floats(0.2, 0.9))
def test_the_value_is_one_over_the_maximum_flow_of_one_over_p(seed, nodes, density):
    rng = np.random.default_rng(seed)
    names = ["s", *[str(i) for i in range(1, nodes - 1)], "t"]
    pairs = [(a, b) for a in names for b in names if a != b and rng.random() < density]
    graph = Graph.of([("s", names[1]), (names[1], "t"), *pairs])
    p = rng.uniform(0.05, 1.0, len(graph.arcs))
    least = every_cut(graph, 1.0 / p)
    assume(least > 0.0)
    game = inspection_game(graph, p, "s", "t")
    assert game.value == pytest.approx(1.0 / least, rel=1e-7)
    assert maximum_flow(graph, 1.0 / p, "s", "t")[0] == pytest.approx(least, rel=1e-7)
    assert game.inspector.sum() == pytest.approx(1.0) and (game.inspector >= -1e-9).all()
    # neither can be beaten by a pure answer: the evader's flow is detected no more than the value, on any arc
    assert (game.evader * p).max() <= game.value * (1 + 1e-7)
    balance = np.zeros(len(graph.nodes))
    np.add.at(balance, graph.head, game.evader)
    np.add.at(balance, graph.tail, -game.evader)
    assert balance[graph.row("t")] == pytest.approx(1.0)
    inner = [i for i, name in enumerate(graph.nodes) if name not in "st"]
    assert balance[inner] == pytest.approx(0.0, abs=1e-9)
