"""Money: what markets pay, split into who and what it goes to (law 2: the identity closes exactly).

Every dollar a market pays is farmgate, freight, toll or risk compensation on a kilogram that reached a
market, the same spent on a kilogram lost on the way (the cost of replaced losses), or an operator's
margin v_j − Σ π_e c_e (with what perception got wrong), taken at each node where a kilogram changes hands.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from contraflow.model.network import Network
from contraflow.model.numerics import total
from contraflow.model.trade import Flows, Outlay, Prices, into_nodes


class Money(NamedTuple):
    """One month's money, USD (tonnes times USD/kg times 1,000).

    Attributes
    ----------
    spending : Array, shape (market, draw)
        What each market pays.
    farmgate, freight, tolls, risk : Array, shape (draw,)
        Spent on kilograms that reach a market.
    losses : Array, shape (draw,)
        The same four spent on kilograms that are lost later: the cost of replacing them.
    margin : Array, shape (node, draw)
        Net income of the operators at each node (zero at sources; can be negative in a month in which
        losses surprise).
    freight_edge, toll_edge, risk_edge : Array, shape (edge, draw)
        Paid on each edge for everything shipped, whoever receives it.
    """

    spending: Float[Array, "market draw"]
    farmgate: Float[Array, " draw"]
    freight: Float[Array, " draw"]
    tolls: Float[Array, " draw"]
    risk: Float[Array, " draw"]
    losses: Float[Array, " draw"]
    margin: Float[Array, "node draw"]
    freight_edge: Float[Array, "edge draw"]
    toll_edge: Float[Array, "edge draw"]
    risk_edge: Float[Array, "edge draw"]


KG_PER_TONNE = 1000.0


def account(
    network: Network,
    price: Prices,
    flow: Flows,
    outlay: Outlay,
) -> Money:
    """Split what markets pay into its uses.

    Parameters
    ----------
    price, flow : Prices, Flows
        This month's sweeps.
    outlay : Outlay
        What shippers spent per kilogram shipped.

    Returns
    -------
    Money
    """
    kilos = KG_PER_TONNE * flow.shipped
    received = KG_PER_TONNE * flow.asked * flow.served
    bought = price.value[network.origin] * kilos
    freight, toll, risk = outlay.freight * kilos, outlay.toll * kilos, outlay.risk * kilos
    paid = bought + freight + toll + risk
    income = price.value * received
    margin = into_nodes(
        network, paid, jnp.zeros_like(income), lambda level, spent: income[level.nodes] - spent
    )
    useful = flow.sold / jnp.maximum(flow.shipped, jnp.finfo(flow.shipped.dtype).tiny)
    first = network.from_source
    farm_paid = bought[first]
    wasted = (freight + toll + risk) * (1.0 - useful)
    return Money(
        spending=income[network.markets],
        farmgate=total(farm_paid * useful[first]),
        freight=total(freight * useful),
        tolls=total(toll * useful),
        risk=total(risk * useful),
        losses=total(wasted) + total(farm_paid * (1.0 - useful[first])),
        margin=margin,
        freight_edge=freight,
        toll_edge=toll,
        risk_edge=risk,
    )
