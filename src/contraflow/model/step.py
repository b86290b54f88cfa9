"""One month: `step(state, ...) -> (state, outputs)`, a pure function for `lax.scan`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from contraflow.model import conflict, demand, enforcement, money, perception, production, trade
from contraflow.model.drivers import Drivers
from contraflow.model.numerics import power, spread, sum_by
from contraflow.model.parameters import Parameters
from contraflow.model.perception import PUBLISHED, RULES, Salience
from contraflow.model.structure import Record, Structure

PRECISIONS = ("double", "single")
"""Of the numbers an ensemble computes with."""


@dataclass(frozen=True)
class Settings:
    """How the model is solved; never what it believes.

    Attributes
    ----------
    kernel : str
        ``multiplicative`` (Fréchet, in θ) or ``additive`` (logit, in USD/kg).
    clearing_sweeps : int
        Sweeps a month. A source that cannot meet last month's orders raises its price before the first; each
        further sweep lets it raise its price again by what the one before found missing.
    group_steps : int
        Steps a month of the group model.
    explicit_groups : bool
        Plain Euler in the group model instead of the positivity-preserving step.
    perception : str
        How shippers come to perceive risk: ``learning`` about a probability, or ``salience`` of remembered events
        with searches that follow success (`contraflow.model.perception`).
    salience : Salience
        Constants of that second rule, which no case has beliefs about; unused by the first.
    precision : str
        Of the numbers an ensemble computes with: ``double``, or ``single`` for twice the speed where six digits are
        enough.
    """

    kernel: str = "multiplicative"
    clearing_sweeps: int = 1
    group_steps: int = 1
    explicit_groups: bool = False
    perception: str = "learning"
    salience: Salience = PUBLISHED
    precision: str = "double"

    def __post_init__(self) -> None:
        """Refuse a rule or a precision that does not exist."""
        if self.perception not in RULES:
            raise ValueError(f"perception is {self.perception!r}: use one of {', '.join(RULES)}")
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision is {self.precision!r}: use one of {', '.join(PRECISIONS)}")


class State(NamedTuple):
    """Everything that carries over from month to month."""

    sources: production.SourceState
    pressure: enforcement.Pressure
    users: demand.Users
    members: Float[Array, "cell draw"]
    memory: perception.Memory | None = None


class Year(NamedTuple):
    """What beliefs say of one calendar year.

    Attributes
    ----------
    log_share : Array, shape (edge, draw)
    hazard : Array, shape (edge, draw)
        Loss rate at base-year effort and traffic.
    effort : Array, shape (theatre, draw)
        Factor on what the scenario says, None where it is one.
    """

    log_share: Float[Array, "edge draw"]
    hazard: Float[Array, "edge draw"]
    effort: Float[Array, "theatre draw"] | None


class Base(eqx.Module):
    """The base year of each draw, computed once: what everything else is relative to.

    Attributes
    ----------
    kernel : AbstractKernel
    ladder : Ladder
    hazard_traffic : Array, shape (edge, draw)
        Base-year tonnes a month on each edge, at which search saturation is one.
    demand : Array, shape (market, draw)
        Base-year consumption, t a month.
    area : Array, shape (source, draw)
        Base-year production capacity, t a year.
    users : Users
    initiation : Array, shape (market, draw)
    groups : Scale
    """

    kernel: trade.AbstractKernel
    ladder: trade.Ladder
    hazard_traffic: Float[Array, "edge draw"]
    demand: Float[Array, "market draw"]
    area: Float[Array, "source draw"]
    users: demand.Users
    initiation: Float[Array, "market draw"]
    groups: conflict.Scale


def in_year(structure: Structure, parameters: Parameters, year: Int[Array, ""]) -> Year:
    """Beliefs of one calendar year, given its row."""
    belief = parameters.enforcement
    effort = None if belief.effort_drift is None else jnp.exp(belief.effort_drift[year])
    hazard = parameters.trade.hazard
    if belief.detection_drift is not None:
        hazard = hazard * jnp.exp(belief.detection_drift[year])[structure.labels.jurisdiction]
    return Year(parameters.trade.log_share[year], hazard, effort)


def step(
    structure: Structure,
    settings: Settings,
    parameters: Parameters,
    base: Base,
    state: State,
    drivers: Drivers,
    record: Record,
    year: Year | None = None,
) -> tuple[State, dict[str, Array]]:
    """Advance one month.

    Parameters
    ----------
    drivers, record : Drivers, Record
        This month's row; drivers have shape (dimension, 1).
    year : Year, optional
        Beliefs of the month's calendar year, where they are at hand.

    Returns
    -------
    state : State
    outputs : dict of str to Array
        Every monthly outcome, shape (dimension, draw); those nobody records are never computed.
    """
    net, labels = structure.network, structure.labels
    size = {name: len(ids) for name, ids in structure.names.items()}
    belief = parameters.enforcement
    year = in_year(structure, parameters, record.year) if year is None else year

    # enforcement: what a kilogram risks, and what shippers believe it risks
    effort = drivers.effort if year.effort is None else drivers.effort * year.effort
    pressure = enforcement.adapt(
        belief, state.pressure, effort, drivers.intelligence, drivers.strikes, drivers.takedown
    )
    factor = enforcement.detection(belief, effort, pressure.intelligence, state.pressure.concealment)
    traffic = state.pressure.traffic
    afloat = np.where(labels.afloat, labels.theatre, -1)
    exposed = sum_by(afloat, size["theatre"], traffic)
    striking = enforcement.strike_hazard(belief, drivers.strikes, exposed)
    found = enforcement.saturation(belief, traffic, base.hazard_traffic)
    seizing = year.hazard * spread(factor, labels.theatre) * found
    memory, searched = state.memory, None
    if memory is not None:
        searched = perception.searches(memory)
        seizing = seizing * searched
    loss = enforcement.loss(seizing, spread(striking, afloat))
    perceived = pressure.perceived + belief.learning * (loss.probability - pressure.perceived)
    if memory is not None:
        gain = base.ladder.value[net.destination] - base.ladder.value[net.origin]
        perceived = perception.perceive(net, memory, gain, parameters.trade.freight, settings.salience)

    # what a kilogram costs to move
    present, standing = conflict.muster(structure, parameters.groups, state.members, drivers.splits)
    listed = sum_by(
        structure.cells.territory, size["territory"], standing * drivers.designation[structure.cells.group]
    )
    fear = 1.0 + spread(belief.strike_fear * pressure.fear, afloat)
    outlay = trade.Outlay(
        freight=parameters.trade.freight + belief.designation_cost * spread(listed, labels.territory),
        toll=parameters.trade.toll,
        risk=parameters.trade.risk * fear * perceived,
        loss=perceived,
    )
    if memory is not None:
        outlay = outlay._replace(risk=outlay.risk + outlay.freight * (memory.premium - 1.0))
    log_share = year.log_share - belief.takedown_cut * spread(pressure.takedown, labels.network)

    # production and the month's market
    potential = production.output(
        state.sources, parameters.production, record.published, record.known, record.years_after
    )
    produced = potential * production.harvest(state.sources, parameters.production, base_price(parameters))
    available = state.sources.stock + produced
    appetite = (
        base.demand
        * record.appetite
        * drivers.demand
        * demand.appetite(state.users, base.users, parameters.demand)
    )

    def scarce(price, asked):
        short = asked / jnp.maximum(available, jnp.finfo(available.dtype).tiny)
        return price * power(jnp.maximum(1.0, short), 1.0 / parameters.trade.theta)

    farmgate = scarce(state.sources.price, state.sources.asked)
    first = base.ladder.value[net.markets]
    for sweep in range(settings.clearing_sweeps):
        price = trade.prices(
            net, base.kernel, base.ladder, parameters.trade.margin, parameters.trade.pass_through,
            farmgate, log_share, outlay,
        )  # fmt: skip
        wanted = demand.consumption(appetite, price.value[net.markets] / first, parameters.demand.elasticity)
        orders = trade.asked(net, price.share, loss.probability, wanted)
        if sweep + 1 < settings.clearing_sweeps:
            farmgate = scarce(farmgate, orders.asked[net.sources])
    flow = trade.ration(net, price.share, loss.probability, orders, available)
    paid = money.account(net, price, flow, outlay)

    # who earns it, who dies
    tolls = sum_by(labels.territory, size["territory"], paid.toll_edge)
    mining = structure.mining[:, None] * record.mining * parameters.groups.mining_scale * drivers.mining
    other = mining + (
        structure.extortion[:, None]
        * record.extortion
        * parameters.groups.extortion_scale
        * drivers.extortion
    )
    rents = tolls + other
    members, deaths = conflict.fight(
        structure, parameters.groups, base.groups, present, standing, rents, drivers, record.epoch,
        record.year, settings.group_steps, settings.explicit_groups,
    )  # fmt: skip

    # state next month
    left = available - sum_by(structure.source_row, size["source"], flow.shipped)
    sources = production.SourceState(
        price=production.clear(
            state.sources, parameters.production, produced, orders.asked[net.sources], state.sources.price
        ),
        seen=state.sources.seen
        + (state.sources.price - state.sources.seen) / jnp.maximum(parameters.production.price_memory, 1.0),
        stock=jnp.maximum(left, 0.0),
        area=production.grow(
            state.sources,
            parameters.production,
            potential,
            record.known,
            drivers.eradication,
            base_price(parameters),
            base.area,
        ),
        asked=orders.asked[net.sources],
    )
    lost = flow.shipped * loss.probability
    hit = np.flatnonzero(labels.afloat)
    destroyed = (lost * loss.destroyed)[hit]
    seized = lost.at[hit].add(-destroyed)
    if memory is not None and searched is not None:
        supplied = jnp.sum(flow.shipped[net.from_source], axis=0)
        memory = perception.remember(memory, searched, seized, flow.shipped, supplied, settings.salience)
    after = State(
        sources=sources,
        pressure=pressure._replace(perceived=perceived, traffic=enforcement.watch(traffic, flow.shipped)),
        users=demand.advance(
            state.users, parameters.demand, base.initiation, 1.0 / production.MONTHS_PER_YEAR
        ),
        members=members,
        memory=memory,
    )
    received = flow.asked * flow.served
    by_jurisdiction = sum_by(labels.jurisdiction, size["jurisdiction"], seized)
    standing_income = standing * rents[structure.cells.territory]

    def by_group(values):
        return sum_by(structure.cells.group, size["group"], values)

    outputs = {
        "delivered": received[net.markets],
        "price": price.value[net.markets],
        "seized": by_jurisdiction,
        "seized_gross": by_jurisdiction / structure.purity[:, None],
        "seized_theatre": sum_by(labels.theatre, size["theatre"], seized),
        "destroyed": sum_by(labels.theatre[hit], size["theatre"], destroyed),
        "corridor_flow": sum_by(labels.corridor, size["corridor"], flow.shipped),
        "edge_flow": flow.shipped,
        "edge_lost": lost,
        "node_value": price.value,
        "potential": potential,
        "produced": produced,
        "stock": sources.stock,
        "farmgate": farmgate,
        "unmet": 1.0 - jnp.sum(received[net.markets], axis=0) / jnp.sum(wanted, axis=0),
        "market_spending": paid.spending,
        "income_stage": sum_by(labels.stage, size["stage"], paid.margin)
        + jnp.concatenate(
            [
                jnp.stack([paid.farmgate, paid.freight, paid.tolls, paid.risk, paid.losses]),
                jnp.zeros((size["stage"] - 5, *paid.losses.shape)),
            ]
        ),
        "income_focus": labels.focus_edge.astype(float) @ paid.spent_edge
        + labels.focus_node.astype(float) @ paid.margin,
        "income_group": by_group(standing_income),
        "toll_group": by_group(standing * tolls[structure.cells.territory]),
        "income_territory": rents,
        "members": by_group(members),
        "deaths": deaths,
        "enforcement_cost": jnp.broadcast_to(
            structure.cost[:, None] / production.MONTHS_PER_YEAR * drivers.effort, factor.shape
        ),
        "transit_share": (labels.entering_focus.astype(float) @ flow.shipped)
        / jnp.maximum(labels.leaving_focus_source.astype(float) @ flow.shipped, jnp.finfo(lost.dtype).tiny),
        "shipped": flow.shipped,
        "lost": lost,
        "loss_probability": loss.probability,
        "perceived_loss": perceived,
        "share": price.share,
        "value": price.value,
        "arrived": received,
        "margin": paid.margin,
        "freight_paid": paid.freight_edge,
        "toll_paid": paid.toll_edge,
        "risk_paid": paid.risk_edge,
        "toll_territory": tolls,
        "cell_members": members,
    }
    return after, outputs


def base_price(parameters: Parameters) -> Float[Array, "source draw"]:
    """Farmgate price of the base year, USD/kg."""
    return parameters.trade.farmgate
