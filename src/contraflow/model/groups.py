"""Armed groups: members by group and territory, fed by rents, worn down by rivals and the state.

    dM/dt = M (ρ_t u − η_r/Σ_h M_hr − θ Σ_h S_gh M_h − ω M),    u = (income per member / y₀)^ξ

ρ_t is recruitment, whose logarithm moves from year to year where the case says so: what draws people into groups
beside income is not observed.

A *cell* is one group in one territory. Losses are taken semi-implicitly, M' = M (1 + dt ρ u)/(1 + dt ℓ),
so members stay positive at any step; `explicit=True` is the plain Euler map that published discrete models
use. With ξ = 0, one territory and no rents this is Prieto-Curiel, Campedelli & Hope (2023, Science
381:1312), whose rivalry matrix `rivalry_matrix` builds.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from contraflow.model.numerics import power, sum_by

LARGEST_SPLIT = 0.95
"""Most of a parent's members that simultaneous splits may take together."""


def rivalry_matrix(rivals: np.ndarray, allies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Conflict weights S_ij = (R_ij + 1)/(a_i + 1), S_ii = 0, with a_i the strength of i's alliances.

    Source: Prieto-Curiel et al. (2023), equation of S; R and A are symmetrised by their maximum.

    Parameters
    ----------
    rivals, allies : numpy.ndarray, shape (group, group)
        Non-negative weights of rivalries and alliances.

    Returns
    -------
    feud, background : numpy.ndarray, shape (group, group)
        R_ij/(a_i + 1) and 1/(a_i + 1), whose sum is S. Not symmetric: row i is divided by the allies of i.
    """
    rivalry = np.maximum(rivals, rivals.T)
    alliance = np.maximum(allies, allies.T)
    friends = alliance.sum(axis=1, keepdims=True) + 1.0
    feud, background = rivalry / friends, np.ones_like(rivalry) / friends
    np.fill_diagonal(feud, 0.0)
    np.fill_diagonal(background, 0.0)
    return feud, background


def recruitment_drift(
    innovations: Float[Array, "year draw"], persistence: Float[Array, "*draw"]
) -> Float[Array, "year draw"]:
    """Log of recruitment beside its rate: x_y = persistence · x_(y−1) + innovation, zero before the first year."""

    def year(before, innovation):
        now = persistence * before + innovation
        return now, now

    return jax.lax.scan(year, jnp.zeros_like(innovations[0]), innovations)[1]


def contest_shares(
    members: Float[Array, "cell draw"],
    contest: Float[Array, "*draw"],
    territory: np.ndarray,
    territories: int,
) -> Float[Array, "cell draw"]:
    """Contest success function M^m/Σ M^m within each territory (zero where nobody is present)."""
    tiny = jnp.finfo(members.dtype).tiny
    strength = jnp.where(members > 0, power(jnp.maximum(members, tiny), contest), 0.0)
    total = sum_by(territory, territories, strength)
    return strength / jnp.maximum(total, tiny)[territory]


def conflict_rate(
    members: Float[Array, "cell draw"],
    feud: Float[Array, "cell cell"] | Float[Array, " pair"],
    background: Float[Array, "cell cell"] | Float[Array, " pair"],
    weight: Float[Array, "*draw"],
    conflict: Float[Array, "#cell #draw"],
    pairs: tuple[np.ndarray, np.ndarray] | None = None,
) -> Float[Array, "cell draw"]:
    """Loss rate θ Σ_h S_gh M_h of each cell, per unit of time of `conflict`.

    S is the feud matrix plus `weight` times the background matrix; a weight of one is the published S.

    Parameters
    ----------
    pairs : tuple of numpy.ndarray of int, shape (pair,), optional
        Rows and columns of S that are not zero, where few are; `feud` and `background` then hold only those.
    """
    if pairs is None:
        return conflict * (feud @ members + weight * (background @ members))
    row, column = pairs
    met = (feud[:, None] + weight * background[:, None]) * members[column]
    return conflict * jnp.zeros_like(members).at[row].add(met)


def advance(
    members: Float[Array, "cell draw"],
    gain: Float[Array, "cell draw"],
    rate: Float[Array, "cell draw"],
    removed: Float[Array, "cell draw"],
    saturation: Float[Array, "*draw"],
    span: float,
    explicit: bool = False,
) -> Float[Array, "cell draw"]:
    """Members after a span of time, in the unit of the rates (months in a case, weeks in some papers).

    Parameters
    ----------
    gain : Array
        Recruits per member and unit of time, ρ u.
    rate : Array
        Conflict loss rate.
    removed : Array
        Incapacitation rate: η_r/Σ_h M_hr where the state makes a number of arrests, a constant where each
        member runs the same risk.
    saturation : Array
        ω per member and unit of time.
    span : float
    explicit : bool
        Plain Euler instead of the positivity-preserving step.
    """
    loss = removed + rate + saturation * members
    if explicit:
        return members * (1.0 + span * (gain - loss))
    return members * (1.0 + span * gain) / (1.0 + span * loss)


def split(
    members: Float[Array, "cell draw"],
    share: Float[Array, "child draw"],
    child: np.ndarray,
    parent: np.ndarray,
) -> Float[Array, "cell draw"]:
    """Move shares of parents' members to the children that break away.

    Parameters
    ----------
    share : Array, shape (child, draw)
        Share of the parent's members each child takes; siblings together take at most `LARGEST_SPLIT`.
    child, parent : numpy.ndarray of int, shape (child,)
        Cells of the children and of the parents they leave, in the same territory.
    """
    if child.size == 0:
        return members
    together = sum_by(parent, members.shape[0], share)[parent]
    taken = share * jnp.minimum(1.0, LARGEST_SPLIT / jnp.maximum(together, LARGEST_SPLIT))
    moved = taken * members[parent]
    return members.at[child].add(moved).at[parent].add(-moved)
