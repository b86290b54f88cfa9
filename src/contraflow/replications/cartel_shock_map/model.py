"""Two equal cartels in weekly steps: the group module with explicit Euler steps.

    C₁' = C₁ + ρ C₁ − θ C₁ C₂ − η C₁ − ω C₁²

A shock multiplies θ by 1 + κ for 26 weeks. Incapacitation is a rate per member here, which is what
`contraflow.model.groups.advance` takes; in the cases that rate is a number of arrests over the members present.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.model import groups

SIZE = 25_000.0
"""Members of each cartel at rest."""
RECRUITMENT = 150 / SIZE
CONFLICT = 2 * 17 / SIZE**2
INCAPACITATION = 80 / (2 * SIZE)
SATURATION = 76 / SIZE**2
"""Rates of the authors' code, per week."""
WEEKS = 1501
"""Weeks on record."""
SHOCK = slice(100, 126)
"""Rows of the record in which the shock acts, the first being row 0."""
KAPPAS = (-1.0, 1.0, 2.0, 5.0, 10.0)


class History(NamedTuple):
    """Weekly record: killings and arrests in each week, and members of each cartel after it."""

    kills: np.ndarray
    arrests: np.ndarray
    members: np.ndarray


def fixed_point() -> float:
    """Members of each cartel at rest, (ρ − η)/(θ + ω)."""
    return (RECRUITMENT - INCAPACITATION) / (CONFLICT + SATURATION)


def week(members: jax.Array, conflict: jax.Array) -> tuple[jax.Array, tuple[jax.Array, ...]]:
    """Advance both cartels by a week.

    Parameters
    ----------
    members : Array, shape (2, 1)
    conflict : Array, shape ()
        θ in this week.
    """
    rivals = jnp.array([[0.0, 1.0], [1.0, 0.0]])
    rate = groups.conflict_rate(members, rivals, 0.0 * rivals, jnp.zeros(1), jnp.full((1, 1), conflict))
    gain = jnp.full_like(members, RECRUITMENT)
    removed = jnp.full_like(members, INCAPACITATION)
    after = groups.advance(members, gain, rate, removed, jnp.full(1, SATURATION), 1.0, explicit=True)
    return after, (jnp.sum(rate * members), jnp.sum(removed * members), after[:, 0])


@cache
def history(kappa: float, weeks: int = WEEKS) -> History:
    """Run the map with a shock of size κ (zero: none)."""
    conflict = np.full(weeks, CONFLICT)
    conflict[SHOCK] *= 1.0 + kappa
    start = jnp.full((2, 1), SIZE)
    _, record = jax.lax.scan(week, start, jnp.asarray(conflict))
    return History(*(np.asarray(x) for x in record))
