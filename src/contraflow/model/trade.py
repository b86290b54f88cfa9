"""Trade: prices go forward from the farmgate, tonnes go back from the markets.

Route choice is Fréchet heterogeneity in calibrated-share form (Allen & Arkolakis 2014, QJE 129:1085,
written relative to a base year): with v the replacement value of a kilogram at a node, p̂ the perceived
and p the actual loss probability, and ⁰ the base year,

    c_e = (v_i + freight_e + toll_e + φ_e p̂_e) / (1 − p̂_e)
    π_e = π_e⁰ (c_e/c_e⁰)^(−θ) / Σ_{e'→j} π_e'⁰ (c_e'/c_e'⁰)^(−θ)
    f_e = π_e q_j / (1 − p_e),      q_i = Σ_{i→} f_e

The additive kernel exp(−μ(c − c⁰)) makes the same two sweeps the recursive logit (Akamatsu 1996;
Fosgerau, Frejinger & Karlström 2013). All arrays carry a trailing draw axis of length D or 1.

The sweeps run over the levels of an acyclic network, which a case always has. On a network with cycles each is
one linear solve (`contraflow.model.recursive`); prices then need the additive kernel.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from contraflow.model import recursive
from contraflow.model.network import Level, Network
from contraflow.model.numerics import log, power


class AbstractKernel(eqx.Module):
    """How a cost relative to its base-year value attracts or repels supply."""

    @abstractmethod
    def log_attraction(
        self, cost: Float[Array, "edge draw"], base_cost: Float[Array, "edge #draw"]
    ) -> Float[Array, "edge draw"]:
        """Log of the factor that multiplies a base share."""

    @abstractmethod
    def composite(
        self, total: Float[Array, "node draw"], base: Float[Array, "node #draw"]
    ) -> Float[Array, "node draw"]:
        """Composite cost of supply at a node, from the sum of attracted base shares."""


class Multiplicative(AbstractKernel):
    """Fréchet kernel: attraction (c/c⁰)^(−θ), composite C⁰·Σ^(−1/θ). ``theta`` is dimensionless."""

    theta: Float[Array, "*draw"]

    def log_attraction(self, cost, base_cost):
        """See `AbstractKernel.log_attraction`."""
        return -self.theta * log(cost / base_cost)

    def composite(self, total, base):
        """See `AbstractKernel.composite`."""
        return base * power(total, -1.0 / self.theta)


class Additive(AbstractKernel):
    """Logit kernel: attraction exp(−μ(c − c⁰)), composite C⁰ − ln(Σ)/μ. ``mu`` is per USD/kg."""

    mu: Float[Array, "*draw"]

    def log_attraction(self, cost, base_cost):
        """See `AbstractKernel.log_attraction`."""
        return -self.mu * (cost - base_cost)

    def composite(self, total, base):
        """See `AbstractKernel.composite`."""
        return base - log(total) / self.mu


class Outlay(NamedTuple):
    """What a shipper spends and expects to lose on each edge, besides buying the kilogram.

    Attributes
    ----------
    freight, toll, risk : Array, shape (edge, draw)
        USD per kg shipped: transport, payment to whoever controls the territory, and compensation for
        perceived risk (φ p̂).
    loss : Array, shape (edge, draw)
        Perceived probability p̂ that the kilogram is lost on the edge.
    """

    freight: Float[Array, "edge #draw"]
    toll: Float[Array, "edge #draw"]
    risk: Float[Array, "edge #draw"]
    loss: Float[Array, "edge #draw"]

    @property
    def spent(self) -> Float[Array, "edge draw"]:
        """USD per kg shipped, without the purchase of the kilogram itself."""
        return self.freight + self.toll + self.risk


class Ladder(NamedTuple):
    """The base-year price ladder: values, costs and composite costs that everything is relative to."""

    value: Float[Array, "node draw"]
    cost: Float[Array, "edge draw"]
    composite: Float[Array, "node draw"]


class Prices(NamedTuple):
    """Values at the nodes (USD/kg), landed costs on the edges (USD/kg) and supply shares."""

    value: Float[Array, "node draw"]
    cost: Float[Array, "edge draw"]
    share: Float[Array, "edge draw"]


class Orders(NamedTuple):
    """What markets' demand asks of every node, before anything runs short.

    Attributes
    ----------
    asked : Array, shape (node, draw)
        Tonnes asked for at each node.
    kept : Array, shape (node, draw)
        Share of those that reaches a market in the end.
    """

    asked: Float[Array, "node draw"]
    kept: Float[Array, "node draw"]


class Flows(NamedTuple):
    """Tonnes of one month.

    Attributes
    ----------
    asked : Array, shape (node, draw)
        Tonnes asked for at each node to serve demand and replace losses.
    served : Array, shape (node, draw)
        Share of what was asked that exists (1 unless a source ran short).
    shipped, sold : Array, shape (edge, draw)
        Tonnes put on each edge, and those of them that reach a market in the end.
    """

    asked: Float[Array, "node draw"]
    served: Float[Array, "node draw"]
    shipped: Float[Array, "edge draw"]
    sold: Float[Array, "edge draw"]


def landed_cost(value_origin, outlay: Outlay):
    """Cost of a kilogram delivered over an edge, c_e (USD/kg), given the value at its origin."""
    return (value_origin + outlay.spent) / (1.0 - outlay.loss)


def climb(
    network: Network,
    start: Float[Array, "node draw"],
    arrive: Callable[[Level, Float[Array, "edge draw"]], Float[Array, "node draw"]],
) -> Float[Array, "node draw"]:
    """Forward sweep: carry a quantity from the sources up, level by level.

    Parameters
    ----------
    start : Array, shape (node, draw)
        The quantity at the nodes of the first level; other rows are replaced.
    arrive : callable
        Gives it at the nodes of a level, from the level and what it is at the origins of the edges into it.

    Returns
    -------
    Array, shape (node, draw)
    """
    found = start
    for level in network.levels[1:]:
        found = found.at[level.nodes].set(arrive(level, found[network.origin[level.edges]]))
    return found


def base_ladder(
    network: Network,
    source_price: Float[Array, "source draw"],
    margin: Float[Array, "node #draw"],
    share: Float[Array, "edge draw"],
    outlay: Outlay,
) -> Ladder:
    """Climb the base-year ladder v_j⁰ = (1 + m_j) Σ π_e⁰ c_e⁰ from the farmgate up.

    Parameters
    ----------
    source_price : Array, shape (source, draw)
        Farmgate price, USD/kg.
    margin : Array, shape (node, draw)
        Operators' mark-up m_j ≥ 0 on the mean landed cost.
    share : Array, shape (edge, draw)
        Base shares π⁰, summing to one over the edges into a node.
    outlay : Outlay
        Base-year outlays and losses.

    Returns
    -------
    Ladder
    """
    if network.cyclic:
        return _cyclic_ladder(network, source_price, margin, share, outlay)
    draws = jnp.broadcast_shapes(source_price.shape[1:], share.shape[1:], outlay.spent.shape[1:])
    value = jnp.zeros((len(network.nodes), *draws)).at[network.sources].set(source_price)
    costs, means = [], [jnp.ones((network.levels[0].nodes.stop, *draws))]
    spent, survival = outlay.spent, 1.0 - outlay.loss

    def arrive(level, bought):
        c = (bought + spent[level.edges]) / survival[level.edges]
        mean = level.inflow @ (share[level.edges] * c)
        costs.append(c)
        means.append(mean)
        return (1.0 + margin[level.nodes]) * mean

    value = climb(network, value, arrive)
    return Ladder(value, jnp.concatenate(costs), jnp.concatenate(means))


def prices(
    network: Network,
    kernel: AbstractKernel,
    ladder: Ladder,
    margin: Float[Array, "node #draw"],
    pass_through: Float[Array, "*draw"],
    source_price: Float[Array, "source draw"],
    log_share: Float[Array, "edge draw"],
    outlay: Outlay,
) -> Prices:
    """Forward sweep: values and supply shares, level by level.

    The value at a node is its composite cost C plus a mark-up that is a mix, by the pass-through ω, of a
    constant sum (ω = 0, additive) and a constant ratio (ω = 1, multiplicative):
    v = C (1 + ω m) + (1 − ω) m C⁰. With ω = 1 this is v = v⁰ (Σ π⁰ (c/c⁰)^(−θ))^(−1/θ).

    Parameters
    ----------
    log_share : Array, shape (edge, draw)
        Log of the base shares π⁰ as they stand this month (a takedown lowers them, so they may sum to
        less than one; the composite cost then rises).

    Returns
    -------
    Prices

    Raises
    ------
    ValueError
        On a network with cycles under another kernel than the additive one.
    """
    if network.cyclic:
        return _cyclic_prices(network, kernel, ladder, margin, pass_through, source_price, log_share, outlay)
    draws = jnp.broadcast_shapes(source_price.shape[1:], log_share.shape[1:], outlay.spent.shape[1:])
    value = jnp.zeros((len(network.nodes), *draws)).at[network.sources].set(source_price)
    costs, weights, totals = [], [], []
    spent, survival = outlay.spent, 1.0 - outlay.loss
    ratio = 1.0 + pass_through * margin
    sum_ = (1.0 - pass_through) * margin * ladder.composite

    def arrive(level, bought):
        c = (bought + spent[level.edges]) / survival[level.edges]
        weight = jnp.exp(log_share[level.edges] + kernel.log_attraction(c, ladder.cost[level.edges]))
        total = level.inflow @ weight
        costs.append(c)
        weights.append(weight)
        totals.append(total)
        composite = kernel.composite(total, ladder.composite[level.nodes])
        return composite * ratio[level.nodes] + sum_[level.nodes]

    value = climb(network, value, arrive)
    into = network.destination - network.levels[0].nodes.stop
    share = jnp.concatenate(weights) * (1.0 / jnp.concatenate(totals))[into]
    return Prices(value, jnp.concatenate(costs), share)


def asked(
    network: Network,
    share: Float[Array, "edge draw"],
    loss: Float[Array, "edge draw"],
    demand: Float[Array, "market draw"],
) -> Orders:
    """Backward sweep: tonnes asked at every node so that markets get `demand`, and the share of them that is sold.

    An edge is asked for π_e q_j / (1 − p_e), losses replaced; of that, π_e z_j will be sold in a market, where z_j
    is the part of q_j that will.

    Returns
    -------
    Orders
    """
    if network.cyclic:
        given = recursive.at_markets(network, demand)
        quantity = recursive.backward(network, share / (1.0 - loss), given)
        return _orders(quantity, recursive.backward(network, share, given))
    draws = jnp.broadcast_shapes(share.shape[1:], loss.shape[1:], demand.shape[1:])
    # both quantities at once, side by side
    replaced = jnp.where(np.arange(2)[:, None] == 0, (1.0 / (1.0 - loss))[:, None], 1.0)
    passed = jnp.broadcast_to(share[:, None] * replaced, (len(network.edges), 2, *draws))
    wanted = jnp.broadcast_to(demand[:, None], (len(network.markets), 2, *draws))
    both = jnp.zeros((len(network.nodes), 2, *draws), passed.dtype).at[network.markets].set(wanted)
    for level in reversed(network.levels[1:]):
        # nothing more will be asked of this level: every edge out of it has been gone through
        sent = passed[level.edges] * both[network.destination[level.edges]]
        both = both.at[network.origin[level.edges]].add(sent)
    return _orders(both[:, 0], both[:, 1])


def _orders(quantity: Float[Array, "node draw"], sold: Float[Array, "node draw"]) -> Orders:
    return Orders(quantity, sold / jnp.maximum(quantity, jnp.finfo(quantity.dtype).tiny))


def ration(
    network: Network,
    share: Float[Array, "edge draw"],
    loss: Float[Array, "edge draw"],
    orders: Orders,
    available: Float[Array, "source draw"],
) -> Flows:
    """Ship only what exists: scale each source to its stock and carry the shortfall forward.

    Parameters
    ----------
    orders : Orders
        What `asked` returns for these shares and losses.
    available : Array, shape (source, draw)
        Tonnes each source can ship this month.

    Returns
    -------
    Flows
        With served_j = Σ π_e served_i, so that mass closes at every node.
    """
    wanted = orders.asked[network.sources]
    covered = jnp.minimum(1.0, available / jnp.maximum(wanted, jnp.finfo(wanted.dtype).tiny))
    if network.cyclic:
        served = recursive.forward(network, share, recursive.at_sources(network, covered))
    else:
        served = jnp.ones_like(orders.asked).at[network.sources].set(covered)
        served = climb(network, served, lambda level, there: level.inflow @ (share[level.edges] * there))
    return ship(network, share, loss, orders, served)


def ship(
    network: Network,
    share: Float[Array, "edge draw"],
    loss: Float[Array, "edge draw"],
    orders: Orders,
    served: Float[Array, "node draw"],
) -> Flows:
    """Tonnes on every edge, from what is asked for and the share of it that exists."""
    into, survival = network.destination, 1.0 - loss
    shipped = share * orders.asked[into] * served[network.origin] / survival
    return Flows(orders.asked, served, shipped, shipped * survival * orders.kept[into])


def _cyclic_ladder(
    network: Network,
    source_price: Float[Array, "source draw"],
    margin: Float[Array, "node #draw"],
    share: Float[Array, "edge draw"],
    outlay: Outlay,
) -> Ladder:
    """`base_ladder` where levels do not exist: the same equations, solved at once."""
    draws = jnp.broadcast_shapes(source_price.shape[1:], share.shape[1:], outlay.spent.shape[1:])
    paid = jnp.broadcast_to(share / (1.0 - outlay.loss), (len(network.edges), *draws))
    spent = recursive.into_nodes(network, paid * outlay.spent)
    first = recursive.at_sources(network, jnp.broadcast_to(source_price, (len(network.sources), *draws)))
    value = recursive.forward(
        network, (1.0 + margin[network.destination]) * paid, first + (1.0 + margin) * spent
    )
    cost = landed_cost(value[network.origin], outlay)
    mean = recursive.into_nodes(network, share * cost)
    return Ladder(value, cost, mean.at[network.sources].set(1.0))


def _cyclic_prices(
    network: Network,
    kernel: AbstractKernel,
    ladder: Ladder,
    margin: Float[Array, "node #draw"],
    pass_through: Float[Array, "*draw"],
    source_price: Float[Array, "source draw"],
    log_share: Float[Array, "edge draw"],
    outlay: Outlay,
) -> Prices:
    """`prices` where levels do not exist: linear in exp(−μ v) for the additive kernel, and only for it."""
    if not isinstance(kernel, Additive):
        raise ValueError(
            "prices on a network with cycles: use the additive kernel, the only one that is linear"
        )
    proportional = eqx.error_if(
        pass_through * margin,
        jnp.any(pass_through * margin != 0.0) | jnp.any(outlay.loss != 0.0),
        "prices on a network with cycles: set losses and proportional mark-ups (pass-through times margin) to zero",
    )
    markup = (margin - proportional) * ladder.composite
    value = recursive.additive_values(
        network, kernel.mu, ladder.composite, markup, source_price, log_share, ladder.cost, outlay.spent
    )
    cost = landed_cost(value[network.origin], outlay)
    weight = jnp.exp(log_share + kernel.log_attraction(cost, ladder.cost))
    return Prices(value, cost, weight / recursive.into_nodes(network, weight)[network.destination])
