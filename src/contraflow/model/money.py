"""Money: what markets pay, split into who and what it goes to (law 2: the identity closes exactly).

Every dollar a market pays is farmgate, freight, toll or risk compensation on a kilogram that reached a
market, the same spent on a kilogram lost on the way (the cost of replaced losses), or an operator's
margin v_j − Σ π_e c_e (with what perception got wrong), taken at each node where a kilogram changes hands.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float

from contraflow.model.network import Network
from contraflow.model.numerics import total
from contraflow.model.recursive import into_nodes
from contraflow.model.trade import Flows, Outlay, Prices


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
    spent_edge : Array, shape (edge, draw)
        The sum of these three.
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
    spent_edge: Float[Array, "edge draw"]


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
    kilos, sold = KG_PER_TONNE * flow.shipped, KG_PER_TONNE * flow.sold
    income = price.value * (KG_PER_TONNE * flow.asked * flow.served)
    bought, spent = price.value[network.origin] * kilos, outlay.spent * kilos
    paid = into_nodes(network, bought + spent)
    buys = np.ones((len(network.nodes), 1))
    buys[network.sources] = 0.0
    first = network.from_source
    farmgate = total(price.value[network.origin[first]] * sold[first])
    freight, tolls, risk = total(outlay.freight * sold), total(outlay.toll * sold), total(outlay.risk * sold)
    return Money(
        spending=income[network.markets],
        farmgate=farmgate,
        freight=freight,
        tolls=tolls,
        risk=risk,
        losses=total(spent) - (freight + tolls + risk) + (total(bought[first]) - farmgate),
        margin=buys * (income - paid),
        freight_edge=outlay.freight * kilos,
        toll_edge=outlay.toll * kilos,
        risk_edge=outlay.risk * kilos,
        spent_edge=spent,
    )
