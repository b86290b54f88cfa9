"""Interdiction by HiGHS: the published instances, and enumeration of every attack on random graphs."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contraflow.analysis.interdiction import (
    Graph,
    SolverError,
    interdict_maximum_flow,
    interdict_shortest_path,
    maximum_flow,
    minimum_cuts,
)
from contraflow.errors import ContraflowError
from contraflow.model.synthetic import random_network
from contraflow.replications.network_interdiction import run
from contraflow.replications.network_interdiction.model import CAPACITY, graph
from contraflow.replications.replication import quiet


def test_every_target_is_met():
    assert {row.verdict for row in run(quiet)} == {"met"}


@st.composite
def instances(draw):
    """A directed graph, cycles and parallel arcs welcome, with a number on each arc."""
    nodes = draw(st.integers(3, 5))
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(lambda p: p[0] != p[1]),
            min_size=3, max_size=8,
        )
    )  # fmt: skip
    made = Graph.of(
        [("s", "t" if nodes == 2 else "1"), *((_name(a, nodes), _name(b, nodes)) for a, b in pairs)]
    )
    assume({"s", "t"} <= set(made.nodes))
    numbers = draw(st.lists(st.integers(1, 9), min_size=len(made.arcs), max_size=len(made.arcs)))
    return made, np.array(numbers, dtype=float)


def _name(i, nodes):
    return {0: "s", nodes - 1: "t"}.get(i, str(i))


def shortest(made, length):
    """Bellman-Ford."""
    distance = np.full(len(made.nodes), np.inf)
    distance[made.row("s")] = 0.0
    for _ in made.nodes:
        for a, b, c in zip(made.tail, made.head, length, strict=True):
            distance[b] = min(distance[b], distance[a] + c)
    return distance[made.row("t")]


def cuts(made):
    """Arcs out of every set of nodes that holds s and not t."""
    inner = [i for i, name in enumerate(made.nodes) if name not in "st"]
    for size in range(len(inner) + 1):
        for chosen in combinations(inner, size):
            side = np.zeros(len(made.nodes), dtype=bool)
            side[[made.row("s"), *chosen]] = True
            yield side[made.tail] & ~side[made.head]


def flow(made, capacity):
    return min(capacity[cut].sum() for cut in cuts(made))


def enumerate_attacks(made, attacks, value, better):
    """Optimal value over all attacks, and the minimal attacks that reach it."""
    scores = {}
    for size in range(attacks + 1):
        for chosen in combinations(range(len(made.arcs)), size):
            attacked = np.zeros(len(made.arcs), dtype=bool)
            attacked[list(chosen)] = True
            scores[frozenset(made.arcs[k] for k in chosen)] = value(attacked)
    best = better(scores.values())
    reached = [attack for attack, score in scores.items() if score == best]
    return best, {a for a in reached if not any(b < a for b in reached)}


@settings(max_examples=25)
@given(instances(), st.integers(0, 3))
def test_shortest_path_interdiction_agrees_with_enumeration(instance, attacks):
    made, length = instance
    assume(np.isfinite(shortest(made, length)))
    best, optimal = enumerate_attacks(
        made, attacks, lambda attacked: shortest(made, np.where(attacked, np.inf, length)), max
    )
    found = interdict_shortest_path(made, length, "s", "t", attacks)
    assert found.value == pytest.approx(best)
    assert set(found.attacks) == optimal


@settings(max_examples=25)
@given(instances(), st.integers(0, 3), st.integers(1, 20))
def test_delays_instead_of_removal_agree_with_enumeration(instance, attacks, delay):
    made, length = instance
    assume(np.isfinite(shortest(made, length)))
    best, optimal = enumerate_attacks(
        made, attacks, lambda attacked: shortest(made, length + delay * attacked), max
    )
    found = interdict_shortest_path(made, length, "s", "t", attacks, [delay] * len(made.arcs))
    assert found.value == pytest.approx(best)
    assert set(found.attacks) == optimal


@settings(max_examples=25)
@given(instances(), st.integers(0, 3))
def test_maximum_flow_interdiction_agrees_with_enumeration(instance, attacks):
    made, capacity = instance
    best, optimal = enumerate_attacks(
        made, attacks, lambda attacked: flow(made, np.where(attacked, 0.0, capacity)), min
    )
    found = interdict_maximum_flow(made, capacity, "s", "t", attacks)
    assert found.value == pytest.approx(best, abs=1e-6)
    assert set(found.attacks) == optimal


@settings(max_examples=25)
@given(instances())
def test_a_maximum_flow_is_a_flow_and_equals_the_minimum_cut(instance):
    made, capacity = instance
    value, flows = maximum_flow(made, capacity, "s", "t")
    assert value == pytest.approx(flow(made, capacity), abs=1e-9)
    assert (flows <= capacity + 1e-9).all() and (flows >= -1e-9).all()
    least, found = minimum_cuts(made, capacity, "s", "t")
    assert least == pytest.approx(value, abs=1e-6)
    every = [
        frozenset(np.array(made.arcs)[cut].tolist()) for cut in cuts(made) if capacity[cut].sum() == value
    ]
    assert set(found) == {a for a in every if not any(b < a for b in every)}


def test_both_minimum_cuts_of_the_instance_are_found():
    value, found = minimum_cuts(graph(), CAPACITY, "S", "E")
    assert value == 80.0
    assert set(found) == {frozenset({"S-B", "S-C"}), frozenset({"S-B", "C-B", "C-D"})}


def test_a_network_of_the_model_can_be_interdicted():
    net = random_network(np.random.default_rng(1), 8, 14, 4)
    made = Graph.from_network(net)
    first, last = (net.nodes[rows[0]] for rows in (net.sources, net.markets))
    lengths = np.arange(1.0, 1.0 + len(made.arcs))
    values = [interdict_shortest_path(made, lengths, first, last, k).value for k in range(3)]
    assert values == sorted(values)


def test_wrong_places_and_impossible_numbers_are_refused():
    with pytest.raises(ContraflowError, match="no such node"):
        interdict_maximum_flow(graph(), CAPACITY, "S", "nowhere", 1)
    with pytest.raises(SolverError):
        maximum_flow(graph(), np.full(6, -1.0), "S", "E")


def test_parallel_arcs_have_names_of_their_own():
    assert Graph.of([("a", "b"), ("a", "b"), ("a", "b")]).arcs == ("a-b", "a-b-1", "a-b-2")
