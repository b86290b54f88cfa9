"""The linear solve on graphs with cycles: equal to the level sweeps without cycles, mass closes with them."""

import dataclasses

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contraflow.model import trade
from contraflow.model.network import build_network
from contraflow.model.synthetic import random_network

DRAWS = 2
seeds = st.integers(0, 10_000)


class Market:
    """A random acyclic network, and the same network with its levels forgotten."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        layers = int(rng.integers(3, 6))
        nodes = int(rng.integers(layers + 2, 12))
        self.net = random_network(rng, nodes, int(rng.integers(nodes, 3 * nodes)), layers)
        self.flat = dataclasses.replace(self.net, levels=())
        size = len(self.net.edges)
        raw = rng.uniform(0.05, 1.0, (size, DRAWS))
        total = np.zeros((nodes, DRAWS))
        np.add.at(total, self.net.destination, raw)
        self.share = jnp.asarray(raw / total[self.net.destination])
        self.loss = jnp.asarray(rng.uniform(0.0, 0.6, (size, DRAWS)))
        self.zero = jnp.zeros((size, DRAWS))
        self.margin = jnp.asarray(rng.uniform(0.0, 1.0, (nodes, DRAWS)))
        self.farmgate = jnp.asarray(rng.uniform(500.0, 2000.0, (len(self.net.sources), DRAWS)))
        self.demand = jnp.asarray(rng.uniform(1.0, 50.0, (len(self.net.markets), DRAWS)))
        self.rng = rng

    def outlay(self, loss):
        size = len(self.net.edges)
        return trade.Outlay(*(jnp.asarray(self.rng.uniform(0.0, 3000.0, (size, DRAWS))) for _ in "abc"), loss)


def close(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)


@settings(max_examples=4)
@given(seeds)
def test_without_cycles_the_linear_solve_gives_what_the_levels_give(seed):
    m = Market(seed)
    outlay = m.outlay(m.loss)
    ladders = [trade.base_ladder(net, m.farmgate, m.margin, m.share, outlay) for net in (m.net, m.flat)]
    close(*ladders)
    orders = [trade.asked(net, m.share, m.loss, m.demand) for net in (m.net, m.flat)]
    close(*orders)
    available = 0.7 * orders[0].asked[m.net.sources] * m.rng.uniform(0.5, 2.0, (len(m.net.sources), DRAWS))
    close(
        *(
            trade.ration(net, m.share, m.loss, order, available)
            for net, order in zip((m.net, m.flat), orders, strict=True)
        )
    )


@settings(max_examples=4)
@given(seeds)
def test_without_cycles_additive_prices_are_those_of_the_levels(seed):
    m = Market(seed)
    before, after = m.outlay(m.zero), m.outlay(m.zero)
    ladder = trade.base_ladder(m.net, m.farmgate, m.margin, m.share, before)
    kernel = trade.Additive(4.0 / jnp.mean(ladder.cost, axis=0))
    log_share = jnp.log(m.share) - 0.3
    arguments = (ladder, m.margin, jnp.zeros(DRAWS), 1.2 * m.farmgate, log_share, after)
    close(*(trade.prices(net, kernel, *arguments) for net in (m.net, m.flat)))


def test_mass_closes_on_a_network_with_a_cycle():
    net = build_network("sabm", ["source", "hub", "hub", "market"], "vwxyz", "sabab", "abamm", cycles=True)
    assert net.cyclic
    share = jnp.asarray([[0.7], [0.3], [1.0], [0.4], [0.6]])
    order = [net.edges.index(name) for name in "vxwyz"]
    share = jnp.zeros((5, 1)).at[jnp.asarray(order)].set(share)
    loss = jnp.full((5, 1), 0.1)
    flow = trade.ration(
        net, share, loss, trade.asked(net, share, loss, jnp.ones((1, 1))), jnp.full((1, 1), 0.5)
    )
    arriving, leaving = np.zeros(4), np.zeros(4)
    np.add.at(arriving, net.destination, np.asarray(flow.shipped * (1 - loss))[:, 0])
    np.add.at(leaving, net.origin, np.asarray(flow.shipped)[:, 0])
    hubs = [net.nodes.index(name) for name in "ab"]
    np.testing.assert_allclose(arriving[hubs], leaving[hubs], rtol=1e-12)
    np.testing.assert_allclose(leaving[net.sources], 0.5, rtol=1e-12)
    assert (np.asarray(flow.sold) < np.asarray(flow.shipped)).all()


def loop(cost):
    """One source, two hubs that supply each other, and the prices there at a given cost of the round trip."""
    net = build_network("sab", ["source", "market", "market"], "xyz", "sab", "aba", cycles=True)
    zero, node = jnp.zeros((3, 1)), jnp.zeros((3, 1))
    freight = jnp.asarray([[1.0 if name == "x" else cost] for name in net.edges])
    ladder = trade.Ladder(node, zero, node)
    return trade.prices(
        net, trade.Additive(jnp.ones(1)), ladder, node, jnp.zeros(1), jnp.zeros((1, 1)), zero,
        trade.Outlay(freight, zero, zero, zero),
    )  # fmt: skip


def test_shares_on_a_cycle_sum_to_one_and_a_free_round_trip_is_refused():
    price = loop(0.5)
    # a can buy back what it sold to b: z_a = e⁻¹ + e⁻¹ z_a
    np.testing.assert_allclose(price.value[0, 0], 1.0 + np.log(1.0 - np.exp(-1.0)), rtol=1e-12)
    total = np.zeros(3)
    np.add.at(total, [0, 1, 0], np.asarray(price.share)[:, 0][[0, 2, 1]])
    np.testing.assert_allclose(total[:2], 1.0, rtol=1e-12)
    with pytest.raises(eqx.EquinoxRuntimeError, match="no positive solution"):
        loop(-0.1)


def test_a_cycle_needs_the_additive_kernel_without_losses():
    net = build_network("sab", ["source", "market", "market"], "xyz", "sab", "aba", cycles=True)
    one, node = jnp.ones((3, 1)), jnp.ones((3, 1))
    ladder = trade.Ladder(node, one, node)
    arguments = (ladder, 0.0 * node, jnp.ones(1), jnp.ones((1, 1)), 0.0 * one)
    with pytest.raises(ValueError, match="additive kernel"):
        trade.prices(
            net, trade.Multiplicative(jnp.ones(1)), *arguments, trade.Outlay(one, one, one, 0.0 * one)
        )
    with pytest.raises(eqx.EquinoxRuntimeError, match="losses"):
        trade.prices(net, trade.Additive(jnp.ones(1)), *arguments, trade.Outlay(one, one, one, 0.1 * one))
