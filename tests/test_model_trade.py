"""The two sweeps and the money identity, on random networks: laws 1 and 2, and monotonicity."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contraflow.model import money, trade
from contraflow.model.network import CycleError, build_network
from contraflow.model.synthetic import random_network

DRAWS = 3


class Market:
    """A random network with random prices, ready for one month of trade."""

    def __init__(self, seed: int, kernel: str):
        rng = np.random.default_rng(seed)
        layers = int(rng.integers(3, 7))
        nodes = int(rng.integers(layers + 2, 30))
        self.net = net = random_network(rng, nodes, int(rng.integers(nodes, 3 * nodes)), layers)
        size, count = len(net.edges), len(net.nodes)
        raw = rng.uniform(0.05, 1.0, (size, DRAWS))
        total = np.zeros((count, DRAWS))
        np.add.at(total, net.destination, raw)
        self.share = jnp.asarray(raw / total[net.destination])
        self.loss = jnp.asarray(rng.uniform(0.0, 0.6, (size, DRAWS)))
        self.outlay = self._outlay(rng, np.asarray(self.loss))
        self.margin = jnp.asarray(rng.uniform(0.0, 1.0, (count, DRAWS)))
        self.pass_through = jnp.asarray(rng.uniform(0.0, 1.0, DRAWS))
        self.farmgate = jnp.asarray(rng.uniform(500.0, 2000.0, (len(net.sources), DRAWS)))
        self.ladder = trade.base_ladder(net, self.farmgate, self.margin, self.share, self.outlay)
        theta = jnp.asarray(rng.uniform(1.5, 8.0, DRAWS))
        self.kernel = trade.Multiplicative(theta)
        if kernel == "additive":
            self.kernel = trade.Additive(theta / jnp.mean(self.ladder.cost, axis=0))
        self.demand = jnp.asarray(rng.uniform(1.0, 50.0, (len(net.markets), DRAWS)))
        self.rng = rng

    def _outlay(self, rng, loss):
        size = len(self.net.edges)
        freight, toll, risk = (rng.uniform(0.0, 3000.0, (size, DRAWS)) for _ in range(3))
        return trade.Outlay(*(jnp.asarray(x) for x in (freight, toll, risk * loss, loss)))

    def prices(self, outlay=None, log_share=None):
        return trade.prices(
            self.net, self.kernel, self.ladder, self.margin, self.pass_through, self.farmgate,
            jnp.log(self.share) if log_share is None else log_share, outlay or self.outlay,
        )  # fmt: skip

    def flows(self, price, loss, available):
        orders = trade.asked(self.net, price.share, loss, self.demand)
        return trade.ration(self.net, price.share, loss, orders, available)


seeds = st.integers(0, 10_000)
kernels = st.sampled_from(["multiplicative", "additive"])


def at_nodes(net, values, where):
    total = np.zeros((len(net.nodes), DRAWS))
    np.add.at(total, where, np.asarray(values))
    return total


@settings(max_examples=10)
@given(seeds, kernels, st.floats(0.1, 3.0))
def test_mass_closes_at_every_node_even_when_sources_run_short(seed, kernel, plenty):
    m = Market(seed, kernel)
    price = m.prices()
    asked = trade.asked(m.net, price.share, m.loss, m.demand).asked
    flow = m.flows(price, m.loss, plenty * asked[m.net.sources])
    arriving = at_nodes(m.net, flow.shipped * (1.0 - m.loss), m.net.destination)
    leaving = at_nodes(m.net, flow.shipped, m.net.origin)
    between = [i for i, kind in enumerate(m.net.kinds) if kind not in ("source", "market")]
    np.testing.assert_allclose(arriving[between], leaving[between], rtol=1e-9)
    received = np.asarray(flow.asked * flow.served)
    np.testing.assert_allclose(arriving[m.net.markets], received[m.net.markets], rtol=1e-9)
    shipped = leaving[m.net.sources].sum(0)
    lost = np.asarray(flow.shipped * m.loss).sum(0)
    np.testing.assert_allclose(shipped, received[m.net.markets].sum(0) + lost, rtol=1e-9)
    assert (np.asarray(flow.shipped) >= 0).all()
    first = np.isin(m.net.origin, m.net.sources)
    np.testing.assert_allclose(np.asarray(flow.sold)[first].sum(0), received[m.net.markets].sum(0), rtol=1e-9)
    assert (leaving[m.net.sources] <= np.asarray(plenty * asked[m.net.sources]) * (1 + 1e-12)).all()


@settings(max_examples=10)
@given(seeds, kernels, st.floats(0.1, 3.0))
def test_money_closes_into_uses_and_into_recipients(seed, kernel, plenty):
    m = Market(seed, kernel)
    believed = m._outlay(m.rng, m.rng.uniform(0.0, 0.6, np.shape(m.loss)))
    price = m.prices(believed)
    asked = trade.asked(m.net, price.share, m.loss, m.demand).asked
    flow = m.flows(price, m.loss, plenty * asked[m.net.sources])
    paid = money.account(m.net, price, flow, believed)
    uses = paid.farmgate + paid.freight + paid.tolls + paid.risk + paid.losses + paid.margin.sum(0)
    np.testing.assert_allclose(paid.spending.sum(0), uses, rtol=1e-9)
    first = m.net.from_source
    growers = money.KG_PER_TONNE * (price.value[m.net.origin] * flow.shipped)[first].sum(0)
    recipients = growers + (paid.freight_edge + paid.toll_edge + paid.risk_edge).sum(0) + paid.margin.sum(0)
    np.testing.assert_allclose(paid.spending.sum(0), recipients, rtol=1e-9)
    assert (np.asarray(paid.losses) >= -1e-6).all()


@settings(max_examples=10)
@given(seeds, kernels)
def test_base_year_prices_are_the_ladder_and_shares_the_base_shares(seed, kernel):
    m = Market(seed, kernel)
    price = m.prices()
    np.testing.assert_allclose(price.value, m.ladder.value, rtol=1e-9)
    np.testing.assert_allclose(price.share, m.share, rtol=1e-9)


@settings(max_examples=10)
@given(seeds, kernels, st.data())
def test_a_dearer_route_never_lowers_a_price_or_raises_what_markets_want(seed, kernel, data):
    m = Market(seed, kernel)
    edge = data.draw(st.integers(0, len(m.net.edges) - 1))
    before = m.prices()
    worse = m.outlay.loss.at[edge].set(m.outlay.loss[edge] + 0.3 * (1.0 - m.outlay.loss[edge]))
    after = m.prices(m.outlay._replace(loss=worse, risk=m.outlay.risk.at[edge].add(10.0)))
    assert (np.asarray(after.value) >= np.asarray(before.value) * (1 - 1e-12)).all()


@settings(max_examples=10)
@given(seeds)
def test_price_response_to_one_cost_is_its_share_under_full_pass_through(seed):
    m = Market(seed, "multiplicative")
    m.pass_through = jnp.ones(DRAWS)
    edge = int(m.rng.integers(len(m.net.edges)))
    node = int(m.net.destination[edge])
    step = 1e-6
    lifted = (
        trade.landed_cost(m.ladder.value[m.net.origin], m.outlay)[edge] * step * (1 - m.outlay.loss[edge])
    )
    after = m.prices(m.outlay._replace(freight=m.outlay.freight.at[edge].add(lifted)))
    slope = np.log(np.asarray(after.value / m.ladder.value))[node] / step
    np.testing.assert_allclose(slope, m.share[edge], rtol=1e-3)


@settings(max_examples=10)
@given(seeds)
def test_order_of_nodes_and_edges_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    net = random_network(rng, 15, 30, 5)
    nodes, edges = rng.permutation(15), rng.permutation(len(net.edges))
    again = build_network(
        [net.nodes[i] for i in nodes],
        [net.kinds[i] for i in nodes],
        [net.edges[i] for i in edges],
        [net.nodes[net.origin[i]] for i in edges],
        [net.nodes[net.destination[i]] for i in edges],
    )
    assert again.nodes == net.nodes and again.edges == net.edges
    np.testing.assert_array_equal(again.origin, net.origin)
    np.testing.assert_array_equal(again.destination, net.destination)


def test_a_cycle_is_named():
    with pytest.raises(CycleError) as caught:
        build_network("abcd", ["source", "hub", "hub", "market"], "wxyz", "abcb", "bcbd")
    assert set(caught.value.cycle) == {"b", "c"}
    assert caught.value.cycle[0] == caught.value.cycle[-1]
