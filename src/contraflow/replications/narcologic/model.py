"""The core as NarcoLogic: a network of the published construction, and the salience rule switched on.

What of the paper is which part of the core: transport cost is freight, the rest of what a kilometre adds to the price
are tolls, every node starts with its cheapest way in, supply pushes because more is asked for than
there is, and perceived risk, premium and searches are `contraflow.model.perception`. Every number here that is not in
the published code says so.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.model.network import Network, build_network
from contraflow.model.perception import Salience
from contraflow.model.simulate import simulate
from contraflow.model.step import Settings
from contraflow.model.structure import STAGES, Labels
from contraflow.replications._world import World, groups_only

NAME = "narcologic"

NODES = 150
MONTHS = 180
START_PRICE = 4500.0
ADDED_VALUE = 4.46
"""USD per kg at the start, and added per km."""
LAND, AIR, SEA = 371.0, 3486.0, 160.0
"""USD per kg for the whole distance from start to end: by land up to 500 km, by air beyond, from coast to coast."""
FLIGHT, COAST = 500.0, 20.0
"""Kilometres beyond which a leg is flown, and within which a place is on the coast."""
FIRST_STOCK, LARGEST_STOCK, GROWTH = 16.0, 292.0, 0.5
"""Logistic supply in the Python version: t a month at the start and at most, and growth a year."""
LENGTH, WIDTH = 2000.0, 300.0
"""Kilometres of the isthmus between start and end, and across it: ours, the published rasters are not at hand."""
THETA = 6.0
"""Ours: how strongly supply shares respond to cost; the page shows what other values give."""
UNTRIED = 0.001
"""Ours: share of a node's supply that comes over all ways into it but the cheapest, before any interdiction."""
HUNCH = 0.01
"""Ours: base-year loss probability per unit of suspicion, so small that the base year is without interdiction."""
SEARCH = 1e6
"""Ours: effort on a searched edge, so large that the model's cap on losses (92 %) binds."""
NETWORKS = 3
"""Random networks of the construction, by seed."""
FIRST_YEAR = 12
"""Months left out of means."""
CAPACITIES = (0.0, 5.0, 10.0, 21.0, 42.0, 63.0, 84.0, 105.0, 125.0, 250.0)
"""Edges searched a month in the runs at fixed capacity; one more run has the feedback between the published
bounds."""


class Place(NamedTuple):
    """Where the nodes of the network are: km along and across the isthmus, in the order of travel."""

    along: np.ndarray
    across: np.ndarray


def supply(months: int) -> np.ndarray:
    """Tonnes that enter in each month: logistic in whole years."""
    growth = np.exp(GROWTH * np.floor(np.arange(1, months + 1) / 12.0))
    return LARGEST_STOCK * FIRST_STOCK * growth / (LARGEST_STOCK + FIRST_STOCK * (growth - 1.0))


def construct(rng: np.random.Generator, nodes: int = NODES) -> tuple[Network, Place]:
    """Random acyclic network of the published construction.

    Nodes in the order of travel; the start reaches every one, each other node up to a tenth of those after it, and
    every node the end. There is no way from the start straight to the end: the first movement of a published
    network goes to a node of a trafficking group.
    """
    along = np.r_[0.0, np.sort(rng.uniform(0.02, 0.98, nodes - 2)) * LENGTH, LENGTH]
    across = np.r_[0.0, rng.uniform(-WIDTH / 2, WIDTH / 2, nodes - 2), 0.0]
    pairs = [(0, j) for j in range(1, nodes - 1)]
    for i in range(1, nodes - 1):
        later = np.arange(i + 1, nodes)
        chosen = rng.permutation(later)[: int(np.ceil(0.1 * later.size * rng.random()))]
        pairs += [(i, int(j)) for j in sorted({*chosen.tolist(), nodes - 1})]
    names = [f"n{i:03d}" for i in range(nodes)]
    kinds = ["source", *["hub"] * (nodes - 2), "market"]
    network = build_network(
        names,
        kinds,
        [f"{names[a]}-{names[b]}" for a, b in pairs],
        [names[a] for a, _ in pairs],
        [names[b] for _, b in pairs],
    )
    rows = network.order_nodes(names)
    return network, Place(along[rows], across[rows])


def transport_cost(distance: np.ndarray, whole: float, coastal: np.ndarray) -> np.ndarray:
    """Cost of a leg in USD per kg: k d/d(start, end), with k by the way it is made."""
    k = np.where(coastal, SEA, np.where(distance > FLIGHT, AIR, LAND))
    return k * distance / whole


class Legs(NamedTuple):
    """Edges of the network: km, transport cost and the first suspicion of those who search."""

    distance: np.ndarray
    cost: np.ndarray
    suspicion: np.ndarray


def legs(network: Network, place: Place) -> Legs:
    """Distance, cost and suspicion of every edge.

    Suspicion is the mean of five factors in the published code: latitude, coast, remoteness, distance and border.
    Remoteness and border need rasters that are not at hand, and are zero here.
    """
    a, b = network.origin, network.destination
    distance = np.hypot(place.along[b] - place.along[a], place.across[b] - place.across[a])
    off_coast = WIDTH / 2 - np.abs(place.across)
    coastal = (off_coast[a] < COAST) & (off_coast[b] < COAST)
    far = 1.0 - place.along / LENGTH
    factors = [
        far[b],
        off_coast[b] / off_coast.max(),
        distance / distance.max(),
        0.0 * distance,
        0.0 * distance,
    ]
    return Legs(distance, transport_cost(distance, LENGTH, coastal), np.mean(factors, axis=0))


def world(network: Network, place: Place, draws: int, months: int = MONTHS, theta: float = THETA) -> World:
    """Structure, beliefs and drivers of the core for the network."""
    small = groups_only(
        ["nobody"], np.ones(1), np.zeros((1, 1)), np.zeros((1, 1)), {"members_start": 1.0}, months
    )
    edges, nodes = len(network.edges), len(network.nodes)
    none, row, no = np.full(edges, -1), np.zeros(edges, dtype=int), np.zeros(edges, dtype=bool)
    made = supply(months)
    structure = dataclasses.replace(
        small.structure,
        network=network,
        labels=Labels(
            theatre=row,
            jurisdiction=row,
            corridor=np.where(np.isin(network.destination, network.markets), 0, -1),
            network=none,
            territory=none,
            afloat=no,
            entering_focus=no,
            leaving_focus_source=np.isin(network.origin, network.sources),
            focus_edge=no,
            focus_node=np.zeros(nodes, dtype=bool),
            stage=np.full(nodes, STAGES.index("margin-transit")),
        ),
        record=small.structure.record._replace(
            published=12.0 * made[:, None],
            # far more is asked for than there is: all supply is shipped, as in the paper
            appetite=20.0 * made[:, None] / made[0],
        ),
        names={
            **small.structure.names,
            "node": network.nodes,
            "edge": network.edges,
            "source": (network.nodes[network.sources[0]],),
            "market": (network.nodes[network.markets[0]],),
        },
        base_production=12.0 * made[:1],
    )
    leg = legs(network, place)
    hazard = -np.log1p(-HUNCH * np.maximum(leg.suspicion, HUNCH))
    toll = np.maximum(ADDED_VALUE * leg.distance - leg.cost, 0.0)
    share = _cheapest_first(network, leg.cost + toll)
    years = len(structure.names["year"])

    def column(values: np.ndarray) -> jnp.ndarray:
        return jnp.broadcast_to(jnp.asarray(values, dtype=float)[:, None], (len(values), draws))

    base = jax.tree.map(lambda x: jnp.broadcast_to(x, (*x.shape[:-1], draws)), small.parameters)
    trade = dataclasses.replace(
        base.trade,
        theta=jnp.full(draws, theta),
        log_share=jnp.broadcast_to(column(share), (years, edges, draws)),
        log_share_base=column(share),
        freight=column(leg.cost),
        toll=column(toll),
        risk=column(0.0 * toll),
        hazard=column(hazard),
        margin=column(np.zeros(nodes)),
        farmgate=column(np.array([START_PRICE])),
    )
    # no strikes here, but a boat must hold something for their hazard to be zero over one
    enforcement = dataclasses.replace(base.enforcement, strike_load=jnp.ones(draws))
    parameters = dataclasses.replace(base, trade=trade, enforcement=enforcement)
    effort = np.full_like(small.drivers.effort, SEARCH)
    return World(structure, parameters, dataclasses.replace(small.drivers, effort=effort))


def _cheapest_first(network: Network, spent: np.ndarray) -> np.ndarray:
    """Log of base shares: nearly all of a node's supply over its cheapest way in, a little over all others."""
    value = np.zeros(len(network.nodes))
    value[network.sources] = START_PRICE
    share = np.ones(len(network.edges))
    for node in range(len(network.nodes)):
        into = np.flatnonzero(network.destination == node)
        if into.size:
            cost = value[network.origin[into]] + spent[into]
            value[node] = cost.min()
        if into.size > 1:
            share[into] = UNTRIED / (into.size - 1)
            share[into[np.argmin(cost)]] = 1.0 - UNTRIED
    return np.log(share)


class Run(NamedTuple):
    """Monthly outcomes, one column a draw.

    Attributes
    ----------
    active : numpy.ndarray, shape (month, draw)
        Nodes that send or are sent at least one usual consignment.
    seized, shipped : numpy.ndarray, shape (month, draw)
        Tonnes.
    """

    active: np.ndarray
    seized: np.ndarray
    shipped: np.ndarray


def run(world: World, fewest: tuple[float, ...], most: tuple[float, ...]) -> Run:
    """Simulate the core under the salience rule, one draw for each pair of bounds on the searches."""
    rule = Salience(fewest=fewest, most=most)
    settings = Settings(perception="salience", salience=rule)
    answer = jax.jit(
        lambda parameters: simulate(
            world.structure, parameters, world.drivers, ("seized", "shipped"), settings
        )
    )(world.parameters)
    net = world.structure.network
    shipped = np.asarray(answer["shipped"])
    sent = np.zeros((shipped.shape[0], len(net.nodes), shipped.shape[2]))
    np.add.at(sent, (slice(None), net.destination), shipped)
    sent[:, net.sources] = np.inf
    return Run(
        (sent >= rule.consignment).sum(axis=1),
        np.asarray(answer["seized"]).sum(axis=1),
        shipped[:, net.from_source].sum(axis=1),
    )


@cache
def runs() -> tuple[Run, ...]:
    """Every network at every fixed capacity, and last with the feedback between the published bounds."""
    rule = Salience()
    made = []
    for seed in range(NETWORKS):
        network, place = construct(np.random.default_rng(seed))
        bounds = (*CAPACITIES, float(np.min(rule.fewest))), (*CAPACITIES, float(np.max(rule.most)))
        made.append(run(world(network, place, len(CAPACITIES) + 1), *bounds))
    return tuple(made)


def mean_active(made: Run) -> np.ndarray:
    """Mean number of active nodes after the first year, one a draw."""
    return made.active[FIRST_YEAR:].mean(axis=0)


def seized_share(made: Run) -> np.ndarray:
    """Share of what was supplied after the first year that was seized, one a draw."""
    return made.seized[FIRST_YEAR:].sum(axis=0) / made.shipped[FIRST_YEAR:].sum(axis=0)


def falls(share: np.ndarray) -> bool:
    """Whether the seized share falls anywhere, by a percentage point or more, as capacity rises."""
    return bool(np.min(np.diff(share[: len(CAPACITIES)])) <= -0.01)
