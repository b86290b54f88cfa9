"""The two-state Markov model of Everingham & Rydell (1994): yearly steps of the core's demand module.

L(t+1) = I(t) + (1 − a − b) L(t) + f H(t),      H(t+1) = b L(t) + (1 − f − g) H(t)
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from contraflow.model import demand
from contraflow.model.parameters import Demand
from contraflow.replications import _users

LIGHT_TO_NONE, LIGHT_TO_HEAVY = 0.15, 0.024
"""a and b per year: recalled (b is also in the code of the later models)."""
HEAVY_TO_LIGHT, HEAVY_TO_NONE = 0.04, 0.02
"""f and g per year: in the title of a figure of the report."""
HEAVY_TO_LIGHT_RUN = 0.041
"""f of the earlier run that the regression numbers come from."""
HEAVY_RATIO = 118.93 / 16.42
"""Consumption of a heavy user over a light one, from the code of the later models; the report says about eight."""


def belief(heavy_to_light: float = HEAVY_TO_LIGHT) -> Demand:
    """Rates of the core that make the paper's model."""
    return _users.beliefs(LIGHT_TO_NONE, LIGHT_TO_HEAVY, heavy_to_light, HEAVY_TO_NONE, HEAVY_RATIO)


def eigenvalues(heavy_to_light: float) -> np.ndarray:
    """Eigenvalues of a yearly step without initiation, falling."""
    values = _users.eigenvalues(np.array([1.0, 1.0]), belief(heavy_to_light), lambda _: jnp.zeros((1, 1)))
    return np.sort(1.0 + np.real(values))[::-1]


def slow_half_life(heavy_to_light: float) -> float:
    """Years in which the slower of the two modes halves."""
    return float(np.log(0.5) / np.log(eigenvalues(heavy_to_light)[0]))


def steady(heavy_to_light: float, initiation: float) -> np.ndarray:
    """Light and heavy users that a constant number of beginners a year sustains."""
    rates = belief(heavy_to_light)
    one = demand.steady_users(jnp.ones((1, 1)), rates)
    scale = initiation / float(demand.steady_initiation(one, rates)[0, 0])
    return scale * np.array([float(one.light[0, 0]), float(one.heavy[0, 0])])


def path(start: np.ndarray, initiation: float, years: int) -> np.ndarray:
    """Light and heavy users, year by year (row 0: the start)."""
    rates, inflow = belief(), jnp.full((1, 1), initiation)
    rows = [jnp.asarray(start, dtype=float)]
    for _ in range(years):
        rows.append(_users.after(rows[-1], rates, lambda _: inflow, 1.0))
    return np.array(rows)


def consumption(persons: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Consumption of each row of light and heavy users, relative to `start`."""
    first = _users.users(jnp.asarray(start, dtype=float))
    rates = belief()
    return np.array(
        [float(demand.appetite(_users.users(jnp.asarray(row)), first, rates)[0, 0]) for row in persons]
    )


def half_life(start: np.ndarray) -> float:
    """Years until consumption is half of what it was, if initiation stopped at the start."""
    level = consumption(path(start, 0.0, 100), start)
    after = int(np.argmax(level < 0.5))
    return after - 1 + (level[after - 1] - 0.5) / (level[after - 1] - level[after])
