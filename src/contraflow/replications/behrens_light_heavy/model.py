"""The light-heavy model of Behrens et al. (1999, 2000) without control, from the core's demand module.

L̇ = τ + s L exp(−q H/L) − (a + b) L,      Ḣ = b L − g H
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from contraflow.model import demand
from contraflow.model.parameters import Demand
from contraflow.replications import _users

LIGHT_TO_NONE, LIGHT_TO_HEAVY, HEAVY_TO_NONE = 0.163, 0.024, 0.062
"""a, b and g, per year."""
OUTSIDE, SPREAD, DETERRENCE = 50_000.0, 0.61, 7.0
"""τ (persons a year), s (per year) and q."""
LIGHT_GRAMS, HEAVY_GRAMS = 16.42, 118.93
"""Consumption of a light and of a heavy user, g a year."""
FIRST_YEAR = 1970
START = np.array([1.4e6, 0.13e6])
"""Light and heavy users of 1970 (recalled, not found in a source)."""
STEPS = 120
"""Steps a year of the history."""
TONNE = 1e6
"""Grams."""


def belief(heavy_to_none: float | Array = HEAVY_TO_NONE) -> Demand:
    """Rates of the core that make the paper's model; nobody goes back from heavy to light use."""
    return _users.beliefs(LIGHT_TO_NONE, LIGHT_TO_HEAVY, 0.0, heavy_to_none, HEAVY_GRAMS / LIGHT_GRAMS)


def initiation(users: demand.Users) -> Float[Array, "market draw"]:
    """Beginners per year with the paper's feedback."""
    return demand.epidemic_initiation(
        users, jnp.full(1, OUTSIDE), jnp.full(1, SPREAD), jnp.full(1, DETERRENCE)
    )


def consumption(persons: np.ndarray) -> np.ndarray:
    """Tonnes a year that light and heavy users (last axis) consume."""
    return persons @ np.array([LIGHT_GRAMS, HEAVY_GRAMS]) / TONNE


def closed_form() -> np.ndarray:
    """Equilibrium by hand: H = b L/g, and L = τ/(a + b − s exp(−q b/g))."""
    ratio = LIGHT_TO_HEAVY / HEAVY_TO_NONE
    light = OUTSIDE / (LIGHT_TO_NONE + LIGHT_TO_HEAVY - SPREAD * np.exp(-DETERRENCE * ratio))
    return np.array([light, ratio * light])


@jax.jit
def _run(rates: Array) -> Array:
    def step(persons: Array, rate: Array) -> tuple[Array, Array]:
        return _users.after(persons, belief(rate), initiation, 1.0 / STEPS), persons

    return jax.lax.scan(step, jnp.asarray(START), rates)[1]


def history(years: int, extra: float = 0.0, first: int = 0, last: int = 0) -> np.ndarray:
    """Light and heavy users from 1970 on, `STEPS` rows a year.

    Parameters
    ----------
    years : int
    extra : float
        Further share of heavy users per year who stop between the years `first` and `last` after 1970.
    """
    rates = np.full(years * STEPS, HEAVY_TO_NONE)
    rates[first * STEPS : last * STEPS] += extra
    return np.asarray(_run(jnp.asarray(rates)))
