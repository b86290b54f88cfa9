"""What 1 % less cocaine costs, reconstructed: the core's demand and prices with what is known of RAND's inputs.

Supply programmes work by making dealers pay: a programme dollar imposes m dollars on them, at retail too under
additive mark-ups, and the price then lowers consumption. Treatment works by users: out of use while
treated, and some stay light users.
The stage table of the study was not at hand. So the supply side can only be run backwards, and the page says so.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import brentq

from contraflow.model import demand
from contraflow.replications import _users
from contraflow.replications.price_closed_forms.model import LADDER, consumed, reprice

NAME = "rand-cost-effectiveness"

ELASTICITY = 0.5
"""Of consumption to price, absolute (recalled)."""
SPENDING = 37.6e9
"""Retail spending on cocaine in the United States, USD a year (recalled)."""
RECALLED = {
    "source-country control": 783.0,
    "interdiction": 366.0,
    "domestic enforcement": 246.0,
    "treatment": 34.0,
}
"""Million USD a year to lower consumption by 1 %: the study's headline, recalled."""
HEAVY_USERS = 1.7e6
CONSUMPTION_KG = 291_000.0
"""Kilograms a year (recalled)."""
LIGHT_GRAMS, HEAVY_GRAMS = 16.42, 118.93
"""Grams a year of a light and a heavy user (code of a later model)."""
COURSE_USD, COURSE_YEARS = 1_740.0, 0.3
"""Cost and length of a course of treatment (recalled)."""
ABSTAIN, STAY = 0.79, 0.13
"""Shares of the treated who do not use meanwhile, and who stay light users afterwards."""
DISCOUNT, HORIZON = 0.04, 15
"""A year (recalled), and years."""
RATES = {"light_to_none": 0.15, "light_to_heavy": 0.024, "heavy_to_light": 0.04, "heavy_to_none": 0.02}
"""Per year; the first two recalled."""
STEPS = 12


class Treatment(NamedTuple):
    """What a course of treatment takes away.

    Attributes
    ----------
    kilograms : float
        Consumption avoided by one course over the horizon.
    cost : float
        Million USD to avoid 1 % of one year's consumption.
    """

    kilograms: float
    cost: float


def price_rise(less: float, elasticity: float = ELASTICITY) -> float:
    """Rise of the retail price, in per cent, at which consumption is lower by the share `less`."""
    price = brentq(
        lambda p: float(consumed(jnp.asarray(p), elasticity)) - (1.0 - less), 0.5, 10.0, xtol=1e-14
    )
    return 100.0 * (float(price) - 1.0)


def retail_dollars(stage: str, pass_through: float, small: float = 1e-3) -> float:
    """Dollars at retail per dollar imposed on a kilogram at a stage of the price ladder."""
    values = list(LADDER.values())[list(LADDER).index(stage) :]
    if len(values) == 1:
        return 1.0
    up = reprice(values, pass_through, source_price=values[0] * (1.0 + small))
    return (float(up.value[-1, 0]) - values[-1]) / (values[0] * small)


def imposed(cost_millions: float, elasticity: float = ELASTICITY, retail_per_dollar: float = 1.0) -> float:
    """Dollars that a programme dollar must impose on dealers for 1 % less consumption to cost so much."""
    return price_rise(0.01, elasticity) / 100.0 * SPENDING / (cost_millions * 1e6) / retail_per_dollar


def treat_one(
    discount: float = DISCOUNT, heavy_grams: float = HEAVY_GRAMS, horizon: int = HORIZON
) -> Treatment:
    """One course for one heavy user: kilograms avoided over the horizon, by the core's demand module.

    Against a heavy user who goes on as the transition rates have it, the treated use nothing during the course with
    probability `ABSTAIN`, and are light users after it with probability `STAY`.
    """
    grams = jnp.asarray([LIGHT_GRAMS, heavy_grams])
    untreated = paths(jnp.asarray([0.0, 1.0]), horizon) @ grams
    lighter = paths(jnp.asarray([1.0, 0.0]), horizon) @ grams
    years = jnp.arange(horizon * STEPS) / STEPS
    weight = jnp.exp(-discount * years) / STEPS
    during = ABSTAIN * COURSE_YEARS * heavy_grams
    after = STAY * jnp.sum(jnp.where(years >= COURSE_YEARS, weight * (untreated - lighter), 0.0))
    kilograms = float(during + after) / 1000.0
    return Treatment(kilograms, 0.01 * CONSUMPTION_KG / kilograms * COURSE_USD / 1e6)


def treat_by_hand() -> Treatment:
    """The same without the core: relapse of the treated left out, exits of the others discounted for ever."""
    after = STAY * (HEAVY_GRAMS - LIGHT_GRAMS) / (0.061 + DISCOUNT)
    kilograms = (ABSTAIN * COURSE_YEARS * HEAVY_GRAMS + after) / 1000.0
    return Treatment(kilograms, 0.01 * CONSUMPTION_KG / kilograms * COURSE_USD / 1e6)


def treat_all(horizon: int = HORIZON) -> float:
    """Share by which consumption falls over the horizon if every heavy user has one course each year."""
    start = jnp.asarray([7e6 - HEAVY_USERS, HEAVY_USERS])
    grams = jnp.asarray([LIGHT_GRAMS, HEAVY_GRAMS])
    before = paths(start, horizon, beginners=True) @ grams
    treated = paths(start, horizon, beginners=True, treated=STAY)
    idle = 1.0 - ABSTAIN * COURSE_YEARS
    after = treated[:, 0] * LIGHT_GRAMS + treated[:, 1] * HEAVY_GRAMS * idle
    return float(1.0 - jnp.sum(after) / jnp.sum(before))


def paths(start: jax.Array, horizon: int, beginners: bool = False, treated: float = 0.0) -> jax.Array:
    """Light and heavy users in each month, shape (month, 2), by the core's yearly rates in monthly steps."""
    rates = dict(RATES)
    rates["heavy_to_light"] += treated
    belief = _users.beliefs(**rates, heavy_ratio=HEAVY_GRAMS / LIGHT_GRAMS)
    inflow = demand.steady_initiation(_users.users(start), _users.beliefs(**RATES, heavy_ratio=1.0))

    def month(persons, _):
        then = _users.after(persons, belief, lambda _users: inflow * float(beginners), 1.0 / STEPS)
        return then, persons

    return jax.lax.scan(month, start, None, length=horizon * STEPS)[1]


def treatment_band() -> tuple[float, float]:
    """Least and greatest cost of 1 % by treatment over what is open: discount, horizon, and what a heavy user uses."""
    costs = [
        treat_one(discount, heavy, horizon).cost
        for discount in (0.0, DISCOUNT, 0.08)
        for heavy in (7.24 * LIGHT_GRAMS, 8.0 * LIGHT_GRAMS)
        for horizon in (5, HORIZON)
    ]
    return float(np.min(costs)), float(np.max(costs))
