"""Demand: light and heavy users, and what they consume at a price.

Everingham & Rydell (1994, RAND MR-332) two-state Markov model in monthly steps,

    L' = L + I + f H − (a + b) L,      H' = H + b L − (f + g) H,

with consumption (k_L L + k_H H)(P/P⁰)^(−ε). Initiation is an argument: a number, or `epidemic_initiation`
with its feedback of users on beginners (Behrens, Caulkins, Tragler & Feichtinger 2000).
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from contraflow.model.numerics import power
from contraflow.model.parameters import Demand


class Users(NamedTuple):
    """Light and heavy users of a market, persons."""

    light: Float[Array, "market draw"]
    heavy: Float[Array, "market draw"]


def advance(users: Users, beliefs: Demand, initiation: Float[Array, "market #draw"], years: float) -> Users:
    """Users after `years` (a step of explicit Euler), given new light users per year.

    A step of one year is the first-order difference equation of Everingham & Rydell; over any step, the change per
    year is the right-hand side of the continuous model.
    """
    a, b = beliefs.light_to_none, beliefs.light_to_heavy
    f, g = beliefs.heavy_to_light, beliefs.heavy_to_none
    light = users.light + years * (initiation + f * users.heavy - (a + b) * users.light)
    heavy = users.heavy + years * (b * users.light - (f + g) * users.heavy)
    return Users(light, heavy)


def steady_users(total: Float[Array, "market #draw"], beliefs: Demand) -> Users:
    """Split users into light and heavy as the two-state model does in the long run: H/L = b/(f + g)."""
    ratio = beliefs.light_to_heavy / (beliefs.heavy_to_light + beliefs.heavy_to_none)
    light = total / (1.0 + ratio)
    return Users(light, light * ratio)


def steady_initiation(users: Users, beliefs: Demand) -> Float[Array, "market draw"]:
    """New light users per year that keep the number of light users where it is."""
    return (beliefs.light_to_none + beliefs.light_to_heavy) * users.light - (
        beliefs.heavy_to_light * users.heavy
    )


def epidemic_initiation(
    users: Users,
    outside: Float[Array, "*#draw"],
    spread: Float[Array, "*#draw"],
    deterrence: Float[Array, "*#draw"],
) -> Float[Array, "market draw"]:
    """New light users per year when light users recruit and heavy users deter: τ + s L exp(−q H/L).

    Parameters
    ----------
    outside : Array
        Beginners per year that no user recruits, τ.
    spread : Array
        Beginners per light user and year where there are no heavy users, s.
    deterrence : Array
        How fast heavy users per light user take the attraction away, q.
    """
    return outside + spread * users.light * jnp.exp(-deterrence * users.heavy / users.light)


def appetite(users: Users, start: Users, beliefs: Demand) -> Float[Array, "market draw"]:
    """Consumption at constant price relative to the users of `start`."""
    ratio = beliefs.heavy_ratio
    return (users.light + ratio * users.heavy) / (start.light + ratio * start.heavy)


def consumption(
    base: Float[Array, "market draw"],
    relative_price: Float[Array, "market draw"],
    elasticity: Float[Array, "market #draw"],
) -> Float[Array, "market draw"]:
    """Tonnes a month: `base` at the base-year price, with constant price elasticity −ε."""
    return base * power(relative_price, -elasticity)
