"""How shippers perceive risk, as NarcoLogic has it: an alternative to learning about a probability.

Under the default rule shippers move towards the loss probability they meet, p̂ ← p̂ + α (p − p̂). Under the rule here
(Magliocca et al. 2019, PNAS 116:7784) they remember events and weigh what stands out:

    r   = (Σ_{k<13} w^k event_k + α)/(Σ_{k<13} w^k + α + β)            perceived risk, from a year's events
    σ   = |ȳ − x|/(|ȳ| + |x| + 1)                                      salience of a payoff x beside the others' mean ȳ
    p̃   = r D^{k₁}/((1 − r) D^{k₀} + r D^{k₁})                         the more salient state has k = 1, the other 2
    RP' = max((1 − d) RP + d (r/r₀)^m, 1)                              risk premium on the cost of transport

and those who search choose where, from what they found: suspicion s ← (1 − a) s + a·event on the K edges
searched, and K follows success, K' = clip((1 − a) K + a K seized/(τ shipped)).

Everything is a pure function of arrays; `Salience` holds the constants of the published code. The core
switches to the rule with ``Settings(perception="salience")``: p̃ then takes the place of p̂, freight is multiplied
by RP, and effort acts only on the edges that are searched. Events are expected ones: the chance
that at least one consignment of the usual size was seized.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from contraflow.model.network import Network

RULES = ("learning", "salience")
"""Rules the core can follow."""

LARGEST_PERCEIVED = 0.918
"""Cap on the perceived risk when it enters a price, the largest loss probability of the model itself."""


@dataclass(frozen=True)
class Salience:
    """Constants of the rule, as in the published code unless said otherwise.

    Attributes
    ----------
    window : int
        Months of events that are remembered.
    recency : float
        w, weight of an event relative to one a month later.
    alpha, beta : float
        Prior events, and prior months without.
    premium_rate, reference_risk, premium_power : float
        d, r₀ and m of the risk premium.
    focus : float
        D of the local thinker: 1 weighs both states alike.
    attention : float
        a, how much of a new experience those who search take up.
    target : float
        τ, share of what is shipped that those who search want to seize.
    feedback : str
        ``positive``: success brings more searches; ``negative``: failure does. Both are in the published code.
    fewest, most : float or tuple of float
        Bounds on the number of edges searched in a month; a tuple has one number a draw.
    consignment : float
        Tonnes of a usual consignment, whose seizure is an event (644 kg, in a comment of the published code).
    """

    window: int = 13
    recency: float = 1.0
    alpha: float = 2.0
    beta: float = 0.5
    premium_rate: float = 0.3558
    reference_risk: float = 0.43
    premium_power: float = 2.0
    focus: float = 0.5
    attention: float = 0.6
    target: float = 0.3417
    feedback: str = "positive"
    fewest: float | tuple[float, ...] = 21.0
    most: float | tuple[float, ...] = 125.0
    consignment: float = 0.644


PUBLISHED = Salience()
"""Constants of the published code."""


class Memory(NamedTuple):
    """What shippers and those who search remember.

    Attributes
    ----------
    events : Array, shape (window, edge, draw)
        Expected events of each month, the latest first.
    premium, suspicion : Array, shape (edge, draw)
        Risk premium RP, and how likely a search is thought to find something.
    found : Array, shape (edge, draw)
        Last month's expected events: edges to search again first.
    capacity : Array, shape (draw,)
        Edges that can be searched in a month, K.
    """

    events: Float[Array, "window edge draw"]
    premium: Float[Array, "edge draw"]
    suspicion: Float[Array, "edge draw"]
    found: Float[Array, "edge draw"]
    capacity: Float[Array, " draw"]


def perceived_risk(
    events: Float[Array, "window *shape"], rule: Salience = PUBLISHED
) -> Float[Array, "*shape"]:
    """Perceived risk from the events of the last months, the latest first."""
    weight = rule.recency ** jnp.arange(events.shape[0], dtype=events.dtype)
    seen = jnp.tensordot(weight, events, axes=1)
    return (seen + rule.alpha) / (jnp.sum(weight) + rule.alpha + rule.beta)


def risk_premium(
    before: Float[Array, "*shape"], risk: Float[Array, "*shape"], rule: Salience = PUBLISHED
) -> Float[Array, "*shape"]:
    """Risk premium after a month with perceived risk `risk`."""
    moved = (1.0 - rule.premium_rate) * before
    return jnp.maximum(moved + rule.premium_rate * (risk / rule.reference_risk) ** rule.premium_power, 1.0)


def payoffs(
    gain: Float[Array, "*shape"], cost: Float[Array, "*shape"], quantity: Float[Array, "*#other"]
) -> tuple[Float[Array, "*shape"], Float[Array, "*shape"]]:
    """Payoff of a route if nothing happens, (y − c) q, and if the shipment is seized, −c q."""
    return (gain - cost) * quantity, -cost * quantity


def salience(own: Float[Array, "*shape"], others: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """How much a payoff stands out beside the mean of the other routes' payoffs in the same state."""
    return jnp.abs(others - own) / (jnp.abs(others) + jnp.abs(own) + 1.0)


def distorted(
    risk: Float[Array, "*shape"],
    salience_quiet: Float[Array, "*shape"],
    salience_event: Float[Array, "*shape"],
    rule: Salience = PUBLISHED,
) -> Float[Array, "*shape"]:
    """Decision weight p̃ of the seizure; where both states stand out alike, the quiet one leads."""
    event_leads = salience_event > salience_quiet
    quiet = (1.0 - risk) * rule.focus ** jnp.where(event_leads, 2.0, 1.0)
    event = risk * rule.focus ** jnp.where(event_leads, 1.0, 2.0)
    return event / (quiet + event)


def valuation(
    gain: Float[Array, "route *draw"],
    cost: Float[Array, "route *draw"],
    quantity: Float[Array, "#route *#draw"],
    risk: Float[Array, "route *draw"],
    rule: Salience = PUBLISHED,
) -> Float[Array, "route *draw"]:
    """Salience-weighted value of each of a set of routes between which a shipper chooses."""
    quiet, event = payoffs(gain, cost, quantity)
    count = gain.shape[0]

    def others(values):
        return (jnp.sum(values, axis=0) - values) / (count - 1) if count > 1 else values

    weight = distorted(risk, salience(quiet, others(quiet)), salience(event, others(event)), rule)
    return (1.0 - weight) * quiet + weight * event


def capacity(
    before: Float[Array, "*draw"],
    seized: Float[Array, "*draw"],
    shipped: Float[Array, "*draw"],
    rule: Salience = PUBLISHED,
) -> Float[Array, "*draw"]:
    """Number of edges searched next month.

    Parameters
    ----------
    seized, shipped : Array
        Tonnes seized anywhere, and shipped from the sources, this month.
    """
    success = seized / (rule.target * shipped)
    signal = success if rule.feedback == "positive" else 1.0 - success
    wanted = jnp.ceil((1.0 - rule.attention) * before + rule.attention * before * signal)
    return jnp.clip(wanted, jnp.asarray(rule.fewest), jnp.asarray(rule.most))


def suspect(
    before: Float[Array, "edge draw"],
    searched: Float[Array, "edge draw"],
    events: Float[Array, "edge draw"],
    rule: Salience = PUBLISHED,
) -> Float[Array, "edge draw"]:
    """Suspicion after a month: on the edges searched, a step towards what was found."""
    return before + rule.attention * searched * (events - before)


def searches(memory: Memory) -> Float[Array, "edge draw"]:
    """One on the K edges that are searched this month: last month's finds first, then the most suspected."""
    order = jnp.argsort(jnp.argsort(-(memory.suspicion + memory.found), axis=0), axis=0)
    return (order < memory.capacity).astype(memory.suspicion.dtype)


def start(chance: Float[Array, "edge draw"], rule: Salience) -> Memory:
    """Memory before the first month: no event; the suspicion of an edge is its base-year loss probability.

    Relative to the largest, so that an edge that was never searched is worth a look until it was.
    """
    draws = chance.shape[1]
    return Memory(
        events=jnp.zeros((rule.window, *chance.shape)),
        premium=jnp.ones_like(chance),
        suspicion=chance / jnp.maximum(jnp.max(chance, axis=0), jnp.finfo(chance.dtype).tiny),
        found=jnp.zeros_like(chance),
        capacity=jnp.broadcast_to(jnp.asarray(rule.fewest, dtype=chance.dtype), (draws,)),
    )


def perceive(
    network: Network,
    memory: Memory,
    gain: Float[Array, "edge draw"],
    freight: Float[Array, "edge #draw"],
    rule: Salience,
) -> Float[Array, "edge draw"]:
    """Perceived loss probability p̃ of every edge; an edge competes with the others into the same node."""
    cost = jnp.broadcast_to(freight * memory.premium, gain.shape)
    quiet, event = payoffs(gain, cost, jnp.ones(()))
    into = jnp.asarray(network.destination)
    count = len(network.nodes)
    rivals = jax.ops.segment_sum(jnp.ones(len(network.edges)), into, count)[into][:, None] - 1.0

    def others(values):
        rest = jax.ops.segment_sum(values, into, count)[into] - values
        return jnp.where(rivals > 0, rest / jnp.maximum(rivals, 1.0), values)

    weight = distorted(
        perceived_risk(memory.events, rule),
        salience(quiet, others(quiet)),
        salience(event, others(event)),
        rule,
    )
    return jnp.minimum(weight, LARGEST_PERCEIVED)


def remember(
    memory: Memory,
    searched: Float[Array, "edge draw"],
    seized: Float[Array, "edge draw"],
    shipped: Float[Array, "edge draw"],
    supplied: Float[Array, " draw"],
    rule: Salience,
) -> Memory:
    """Memory after a month.

    An edge that did not carry a consignment teaches nothing: what is remembered of it stays as it is.

    Parameters
    ----------
    seized, shipped : Array
        Tonnes seized on each edge, and put on it.
    supplied : Array
        Tonnes that left the sources.
    """
    found = -jnp.expm1(-seized / rule.consignment)
    used = shipped >= rule.consignment
    tiny = jnp.finfo(supplied.dtype).tiny
    events = jnp.where(used, jnp.concatenate([found[None], memory.events[:-1]]), memory.events)
    return Memory(
        events=events,
        premium=risk_premium(memory.premium, perceived_risk(events, rule), rule),
        suspicion=suspect(memory.suspicion, searched, found, rule),
        found=found,
        capacity=capacity(memory.capacity, jnp.sum(seized, axis=0), jnp.maximum(supplied, tiny), rule),
    )
