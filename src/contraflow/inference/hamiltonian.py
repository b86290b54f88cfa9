"""Hamiltonian Monte Carlo of many members at once, each from where it stands.

A member at x with momentum p ~ N(0, M) follows x' = M⁻¹p, p' = −∇U(x), where U is minus the log density, by leapfrog
steps, and moves with probability min(1, exp(H − H')), H = U + ½ pᵀM⁻¹p (Duane et al. 1987, Phys. Lett. B 195; Neal
2011, Handbook of Markov Chain Monte Carlo, ch. 5, https://arxiv.org/abs/1206.1901). Draws of the posterior stay draws
of it. Draws of something else come nearer to it with every trajectory, in relative entropy (Cover & Thomas 2006,
Elements of Information Theory, section 4.4), however few trajectories there are: none is wasted on warming up.

The mass M is shared: the identity, which is the prior's curvature, and half of what the record adds to that at some of
the members, on average (Girolami & Calderhead 2011, J. R. Stat. Soc. B 73, for that curvature).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import linalg

STEP, STEPS = 0.15, 32
"""Longest leapfrog step, and steps of a trajectory."""
SHORTEST = 0.25
"""Shortest leapfrog step, as a share of the longest: every member draws its own, since few bear the longest."""
SHARE = 0.5
"""Of the record's curvature in the mass: a lighter mass moves further where few members are held."""
REACH = 0.7
"""Standard deviation of the moves of `metropolis`."""


class Standing(NamedTuple):
    """Where members stand.

    Attributes
    ----------
    place : numpy.ndarray, shape (latent, member)
    height : numpy.ndarray, shape (member,)
        Minus the log density; infinite where it cannot be computed.
    slope : numpy.ndarray, shape (latent, member)
        Its gradient; finite.
    said : numpy.ndarray, shape (row, member)
        What the members say of the record.
    """

    place: np.ndarray
    height: np.ndarray
    slope: np.ndarray
    said: np.ndarray


@dataclass(frozen=True, eq=False)
class Mass:
    """The mass matrix.

    Attributes
    ----------
    root : numpy.ndarray, shape (latent, latent)
        Lower Cholesky factor.
    inverse : numpy.ndarray, shape (latent, latent)
    """

    root: np.ndarray
    inverse: np.ndarray


def mass(derivatives: Iterable[np.ndarray], share: float = SHARE) -> Mass:
    """Make the mass from what the record says at some members.

    Parameters
    ----------
    derivatives : iterable of numpy.ndarray, shape (row, latent)
        Of what a member says of the record, in standard errors.
    share : float
        See `SHARE`.
    """
    parts = list(derivatives)
    size = parts[0].shape[1]
    total = np.eye(size)
    for part in parts:
        total += share / len(parts) * part.T @ part
    root = linalg.cholesky(total, lower=True)
    return Mass(root, linalg.cho_solve((root, True), np.eye(size)))


def trajectory(
    now: Standing,
    look: Callable[[np.ndarray], Standing],
    mass: Mass,
    rng: np.random.Generator,
    step: float = STEP,
    steps: int = STEPS,
) -> tuple[Standing, np.ndarray]:
    """Move every member along one trajectory.

    Parameters
    ----------
    now : Standing
    look : callable
        From places to how members stand there.
    mass : Mass
    rng : numpy.random.Generator
    step, steps : float, int

    Returns
    -------
    Standing
    numpy.ndarray of bool, shape (member,)
        Which members moved.
    """
    members = now.place.shape[1]
    length = step * SHORTEST ** rng.random(members)
    momentum = mass.root @ rng.standard_normal(now.place.shape)

    def total(at: Standing, momentum: np.ndarray) -> np.ndarray:
        return at.height + 0.5 * (momentum * (mass.inverse @ momentum)).sum(axis=0)

    began, at = total(now, momentum), now
    for _ in range(steps):
        momentum = momentum - 0.5 * length * at.slope
        at = look(at.place + length * (mass.inverse @ momentum))
        momentum = momentum - 0.5 * length * at.slope
    with np.errstate(invalid="ignore", over="ignore"):
        gone = total(at, momentum) - began
    moved = np.log(rng.random(members)) < -np.where(np.isfinite(gone), gone, np.inf)
    return Standing(*(np.where(moved, new, old) for new, old in zip(at, now, strict=True))), moved


def metropolis(
    z: np.ndarray,
    height: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
    sweeps: int,
) -> np.ndarray:
    """Move a few numbers of every member one after the other, by random steps that are taken or not.

    Parameters
    ----------
    z : numpy.ndarray, shape (number, member)
        Standard normals before the record is seen.
    height : callable
        From such an array to minus the log density of the record, shape (member,).
    rng : numpy.random.Generator
    sweeps : int

    Returns
    -------
    numpy.ndarray, shape (number, member)
    """
    z, now = z.copy(), height(z)
    for _ in range(sweeps):
        for i in range(len(z)):
            trial = z.copy()
            trial[i] += REACH * rng.standard_normal(z.shape[1])
            then = height(trial)
            gone = then - now + 0.5 * (trial[i] ** 2 - z[i] ** 2)
            moved = np.log(rng.random(z.shape[1])) < -np.where(np.isfinite(gone), gone, np.inf)
            z[:, moved], now = trial[:, moved], np.where(moved, then, now)
    return z
