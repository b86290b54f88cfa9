"""Fit a simulator to a record by randomised maximum likelihood: many small fits, each to its own prior draw and noise.

Member j minimises ½‖x − z_j‖² + ½ Σ (d + e_j − g(x))²/R over x, where z_j is a draw of the (standard normal) prior,
d the record, e_j a draw of its errors, R their variance and g the simulator. For a linear g with normal errors the
minima are exact draws of the posterior; for a crooked one they are draws of something near it (Kitanidis 1995, Water
Resources Research 31; Oliver, He & Reynolds 1996). Every member goes down its own gradient, computed backwards through
the simulator and preconditioned by the curvature at the mode, H = I + JᵀR⁻¹J, with a step of its own that is cut where
it made things worse. Heavy-tailed errors enter by weights on the rows. Scales of walks and of errors are not moved:
each member keeps a draw of them (`contraflow.inference.evidence`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg

SEARCH, ROUNDS = 30, 30
"""Steps towards the mode, and of every member from there."""
FRAMES = 5
"""Steps of the search for the mode after which its curvature is computed anew."""
STEP, CUT, GROW, MOST = 0.5, 0.4, 1.3, 1.5
"""First step, its factors where it made things worse and better, and the longest."""


@dataclass(frozen=True)
class Smoothed:
    """An ensemble after its fit.

    Attributes
    ----------
    latent : numpy.ndarray, shape (latent, member)
        Standard normal before, posterior after.
    said : numpy.ndarray, shape (row, member)
        What each member says of the record, on the scale of errors.
    misfit : tuple of float
        Root mean squared weighted residual (d − g)/error before each round and at the end, median member.
    """

    latent: np.ndarray
    said: np.ndarray
    misfit: tuple[float, ...]


Pull = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""From (latents, wanted, variance), each with the member last, to what the model says and
Jᵀ(said − wanted)/variance."""


@dataclass(frozen=True)
class Mode:
    """Mode of the posterior with the held latents given.

    Attributes
    ----------
    place : numpy.ndarray, shape (latent,)
    said : numpy.ndarray, shape (row,)
    derivatives : numpy.ndarray, shape (row, latent)
    weight : numpy.ndarray, shape (row,)
        Of rows with heavy tails: below one for outliers.
    """

    place: np.ndarray
    said: np.ndarray
    derivatives: np.ndarray
    weight: np.ndarray


def smooth(
    prior: np.ndarray,
    pull: Pull,
    observed: np.ndarray,
    error: Callable[[np.ndarray], np.ndarray],
    mode: Mode,
    held: np.ndarray,
    rng: np.random.Generator,
    rounds: int = ROUNDS,
    progress: Callable[[int, int, float], None] | None = None,
) -> Smoothed:
    """Fit an ensemble to a record.

    Parameters
    ----------
    prior : numpy.ndarray, shape (latent, member)
        Draws of the prior, as standard normals; draws of the posterior for the held latents.
    pull : callable
        See `Pull`.
    observed : numpy.ndarray, shape (row,)
        The record, on the scale of errors.
    error : callable
        From what the members say to their standard errors, shape (row, member).
    mode : Mode
        Around which the simulator is made linear: there members start, and steps are scaled by its Jacobian. Also the
        weights of outliers.
    held : numpy.ndarray of int
        Latents that stay as they are.
    rng : numpy.random.Generator
    rounds : int
    progress : callable, optional
        Called with (round, rounds, misfit).

    Returns
    -------
    Smoothed
    """
    members = prior.shape[1]
    noise = rng.standard_normal((len(observed), members))
    variance = error(np.repeat(mode.said[:, None], members, axis=1)) ** 2 / mode.weight[:, None]
    wanted = observed[:, None] + noise * np.sqrt(variance)
    back = _preconditioner(mode.derivatives, variance.mean(axis=1))
    place = _linear(prior, wanted, variance.mean(axis=1), mode)
    place[held] = prior[held]
    said, slope = pull(place, wanted, variance)
    lost = ~(np.isfinite(said).all(axis=0) & np.isfinite(slope).all(axis=0))
    if lost.any():
        place[:, lost] = 0.5 * (place[:, lost] + mode.place[:, None])
        place[held] = prior[held]
        said, slope = pull(place, wanted, variance)
    length, misfits = np.full(members, STEP), []

    def height(x: np.ndarray, g: np.ndarray) -> np.ndarray:
        return ((x - prior) ** 2).sum(axis=0) + ((wanted - g) ** 2 / variance).sum(axis=0)

    now = height(place, said)
    for turn in range(rounds):
        step = back(place - prior + slope)
        step[held] = 0.0
        trial = place - length * step
        heard, fresh = pull(trial, wanted, variance)
        with np.errstate(invalid="ignore", over="ignore"):
            then = height(trial, heard)
            better = np.isfinite(then) & np.isfinite(fresh).all(axis=0) & (then < now)
        place[:, better], said[:, better], slope[:, better] = (
            trial[:, better], heard[:, better], fresh[:, better],
        )  # fmt: skip
        now = np.where(better, then, now)
        length = np.where(better, np.minimum(length * GROW, MOST), length * CUT)
        square = (observed[:, None] - said) ** 2 / variance
        misfits.append(float(np.median(np.sqrt(square.mean(axis=0)))))
        if progress is not None:
            progress(turn + 1, rounds, misfits[-1])
    return Smoothed(place, said, tuple(misfits))


def _linear(prior: np.ndarray, wanted: np.ndarray, variance: np.ndarray, mode: Mode) -> np.ndarray:
    """Minima of all members were the simulator linear: where the record says nothing, they are the prior's draws."""
    slope = mode.derivatives
    away = wanted - mode.said[:, None] + slope @ (mode.place[:, None] - prior)
    return prior + slope.T @ linalg.solve(slope @ slope.T + np.diag(variance), away, assume_a="pos")


def find_mode(
    begin: np.ndarray,
    pull: Pull,
    jacobian: Callable[[np.ndarray], np.ndarray],
    observed: np.ndarray,
    error: Callable[[np.ndarray], np.ndarray],
    degrees: np.ndarray,
    held: np.ndarray,
    steps: int = SEARCH,
) -> Mode:
    """Find the mode of the posterior.

    Parameters
    ----------
    begin : numpy.ndarray, shape (latent,)
        Where to start; the held latents stay there.
    pull, observed, held
        See `smooth`.
    jacobian : callable
        From a latent vector to the derivatives of what the model says, shape (row, latent).
    error : callable
        From what the model says, shape (row, 1), to standard errors.
    degrees : numpy.ndarray, shape (row,)
        Degrees of freedom of each row's Student t; infinite for a normal.
    """
    place, wanted = begin[:, None].copy(), observed[:, None]
    said, _ = pull(place, wanted, np.ones_like(wanted))
    length, derivatives = STEP, np.zeros((len(observed), len(begin)))
    for step in range(steps):
        spread = error(said)
        variance = spread**2 / _weight(observed - said[:, 0], spread[:, 0] ** 2, degrees)[:, None]
        if step % FRAMES == 0:
            derivatives = jacobian(place[:, 0])
        back = _preconditioner(derivatives, variance[:, 0])
        _, slope = pull(place, wanted, variance)
        now = (place**2).sum() + ((wanted - said) ** 2 / variance).sum()
        down = back(place + slope)
        down[held] = 0.0
        for _ in range(6):
            trial = place - length * down
            heard, _ = pull(trial, wanted, variance)
            then = (trial**2).sum() + ((wanted - heard) ** 2 / variance).sum()
            if np.isfinite(then) and then < now:
                place, said, length = trial, heard, min(length * GROW, MOST)
                break
            length *= CUT
        else:
            break
    weight = _weight(observed - said[:, 0], error(said)[:, 0] ** 2, degrees)
    return Mode(place[:, 0], said[:, 0], jacobian(place[:, 0]), weight)


def _preconditioner(derivatives: np.ndarray, variance: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """(I + JᵀR⁻¹J)⁻¹ as a function, by the Woodbury identity."""
    factor = linalg.cho_factor(derivatives @ derivatives.T + np.diag(variance))
    return lambda slope: slope - derivatives.T @ linalg.cho_solve(factor, derivatives @ slope)


def _weight(residual: np.ndarray, variance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Weight of each row under a Student t: one for a normal, little for an outlier."""
    heavy = np.isfinite(degrees)
    nu = np.where(heavy, degrees, 1.0)
    return np.where(heavy, (nu + 1.0) / (nu + residual**2 / variance), 1.0)
