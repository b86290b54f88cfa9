"""Fit a simulator to a record by randomised maximum likelihood: many small fits, each to its own prior draw and noise.

Member j minimises ½‖x − z_j‖² + ½ Σ (d + e_j − g(x))²/R over x, where z_j is a draw of the (standard normal) prior,
d the record, e_j a draw of its errors, R their variance and g the simulator. For a linear g with normal errors the
minima are exact draws of the posterior; for a crooked one they are draws of something near it (Kitanidis 1995, Water
Resources Research 31; Oliver, He & Reynolds 1996). Every member goes down by limited-memory BFGS: its own gradients,
computed backwards through the simulator, from the curvature at the mode, H = I + JᵀR⁻¹J, with a step of its own that is
cut where it made things worse. Heavy-tailed errors enter by weights on the rows and by what such rows teach
(`widening`). Scales of walks and of errors are not moved: each member keeps a draw of them
(`contraflow.inference.evidence`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg

SEARCH, ROUNDS = 30, 48
"""Steps towards the mode, and of every member from there."""
CUTS = 8
"""Times a step of the search is cut before it ends."""
ENOUGH = 1.0
"""The search ends where a step lowers minus twice the log density by less: little, among thousands of latents."""
STEP, CUT, GROW, MOST = 0.5, 0.4, 1.3, 1.5
"""First step of the search, factors where a step made things worse and better, and the longest."""
FIRST, FASTER, MEMORY = 0.03, 2.0, 10
"""First step of a member, far from where the shared curvature was found; the factor on a step that made things
better, up to a whole one; moves that it remembers."""


@dataclass(frozen=True)
class Smoothed:
    """An ensemble after its fit.

    Attributes
    ----------
    latent : numpy.ndarray, shape (latent, member)
        Standard normal before, posterior after.
    said : numpy.ndarray, shape (row, member)
        What each member says of the record, on the scale of errors.
    """

    latent: np.ndarray
    said: np.ndarray


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
    widening : numpy.ndarray, shape (row,)
        Factor on the variance of rows with heavy tails, see `widening`.
    """

    place: np.ndarray
    said: np.ndarray
    derivatives: np.ndarray
    weight: np.ndarray
    widening: np.ndarray


def smooth(
    prior: np.ndarray,
    pull: Pull,
    observed: np.ndarray,
    error: Callable[[np.ndarray], np.ndarray],
    mode: Mode,
    held: np.ndarray,
    rng: np.random.Generator,
    rounds: int = ROUNDS,
    progress: Callable[[int, int], None] | None = None,
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
        Called with (round, rounds).

    Returns
    -------
    Smoothed
    """
    members = prior.shape[1]
    noise = rng.standard_normal((len(observed), members))
    wide = mode.widening[:, None]
    variance = wide * error(np.repeat(mode.said[:, None], members, axis=1)) ** 2 / mode.weight[:, None]
    # what is seen is moved away from the mode as far as its variance is widened: the mode stays the mode
    wanted = (mode.said + mode.widening * (observed - mode.said))[:, None] + noise * np.sqrt(variance)
    back = _preconditioner(mode.derivatives, variance.mean(axis=1), held)
    place = _linear(prior, wanted, variance.mean(axis=1), mode)
    place[held] = prior[held]
    said, slope = pull(place, wanted, variance)
    lost = ~(np.isfinite(said).all(axis=0) & np.isfinite(slope).all(axis=0))
    if lost.any():
        place[:, lost] = 0.5 * (place[:, lost] + mode.place[:, None])
        place[held] = prior[held]
        said, slope = pull(place, wanted, variance)
    length, past = np.full(members, FIRST), _Past(back)

    def height(x: np.ndarray, g: np.ndarray) -> np.ndarray:
        return ((x - prior) ** 2).sum(axis=0) + ((wanted - g) ** 2 / variance).sum(axis=0)

    now = height(place, said)
    for turn in range(rounds):
        step = past.step(place - prior + slope)
        trial = place - length * step
        heard, fresh = pull(trial, wanted, variance)
        with np.errstate(invalid="ignore", over="ignore"):
            then = height(trial, heard)
            better = np.isfinite(then) & np.isfinite(fresh).all(axis=0) & (then < now)
        moved = np.where(better, trial - place, 0.0)
        past.keep(moved, np.where(better, moved + fresh - slope, 0.0))
        place[:, better], said[:, better], slope[:, better] = (
            trial[:, better], heard[:, better], fresh[:, better],
        )  # fmt: skip
        now = np.where(better, then, now)
        length = np.where(better, np.minimum(length * FASTER, 1.0), length * CUT)
        if progress is not None:
            progress(turn + 1, rounds)
    return Smoothed(place, said)


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
    enough: float = ENOUGH,
) -> Mode:
    """Find the mode of the posterior, given the weights of outliers that its own spread implies.

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
    steps, enough : int, float
        Steps at most, and the gain in minus twice the log density below which a step is the last.
    """
    place, wanted = begin[:, None].copy(), observed[:, None]
    said, _ = pull(place, wanted, np.ones_like(wanted))
    length, derivatives = STEP, np.zeros((len(observed), len(begin)))
    weight = np.ones(len(observed))

    def weigh() -> np.ndarray:
        free = np.delete(derivatives, held, axis=1)
        return _weight(observed - said[:, 0], error(said)[:, 0] ** 2, weight, free, degrees)

    for _ in range(steps):
        derivatives = jacobian(place[:, 0])
        weight = weigh()
        variance = error(said) ** 2 / weight[:, None]
        back = _preconditioner(derivatives, variance[:, 0], held)
        _, slope = pull(place, wanted, variance)
        now = (place**2).sum() + ((wanted - said) ** 2 / variance).sum()
        down = back(place + slope)
        then = now
        for _ in range(CUTS):
            trial = place - length * down
            heard, _ = pull(trial, wanted, variance)
            height = (trial**2).sum() + ((wanted - heard) ** 2 / variance).sum()
            if np.isfinite(height) and height < now:
                place, said, then, length = trial, heard, height, min(length * GROW, MOST)
                break
            length *= CUT
        if now - then <= enough:
            break
    derivatives = jacobian(place[:, 0])
    return Mode(place[:, 0], said[:, 0], derivatives, weigh(), widening(degrees))


class _Past:
    """Limited-memory BFGS of many members at once, from a curvature that they share (Nocedal 1980, Math. Comp. 35).

    Parameters
    ----------
    back : callable
        From gradients to steps under the shared curvature.
    """

    def __init__(self, back: Callable[[np.ndarray], np.ndarray]) -> None:
        self.back = back
        self.pairs: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def keep(self, moved: np.ndarray, changed: np.ndarray) -> None:
        """Remember moves and how the gradient changed, shape (latent, member); zero where a member stayed."""
        both = (moved * changed).sum(axis=0)
        convex = both > 1e-10 * (moved**2).sum(axis=0)
        self.pairs.append((moved, changed, np.where(convex, 1.0 / np.where(convex, both, 1.0), 0.0)))
        self.pairs = self.pairs[-MEMORY:]

    def step(self, slope: np.ndarray) -> np.ndarray:
        """Step downhill is minus this, shape (latent, member)."""
        left, shares = slope.copy(), []
        for moved, changed, inverse in reversed(self.pairs):
            shares.append(inverse * (moved * left).sum(axis=0))
            left -= shares[-1] * changed
        made = self.back(left)
        for (moved, changed, inverse), share in zip(self.pairs, reversed(shares), strict=True):
            made += (share - inverse * (changed * made).sum(axis=0)) * moved
        return made


def _preconditioner(
    derivatives: np.ndarray, variance: np.ndarray, held: np.ndarray
) -> Callable[[np.ndarray], np.ndarray]:
    """(I + JᵀR⁻¹J)⁻¹ of the latents that move, as a function, by the Woodbury identity; the held ones stay."""
    free = np.ones((derivatives.shape[1], 1))
    free[held] = 0.0
    moving = derivatives * free.T
    factor = linalg.cho_factor(moving @ moving.T + np.diag(variance))

    def back(slope: np.ndarray) -> np.ndarray:
        down = slope * free
        return down - moving.T @ linalg.cho_solve(factor, moving @ down)

    return back


def widening(degrees: np.ndarray) -> np.ndarray:
    """Factor on the variance of a row under a Student t, for what it teaches: (ν + 3)/(ν + 1), one for a normal.

    With the weights of outliers held, every row would teach 1/σ² on average; a Student t teaches less, (ν + 1)/(ν + 3)
    of that (its Fisher information; Lange, Little & Taylor 1989, J. Am. Stat. Assoc. 84).
    """
    heavy = np.isfinite(degrees)
    nu = np.where(heavy, degrees, 1.0)
    return np.where(heavy, (nu + 3.0) / (nu + 1.0), 1.0)


def _weight(
    residual: np.ndarray,
    variance: np.ndarray,
    before: np.ndarray,
    derivatives: np.ndarray,
    degrees: np.ndarray,
) -> np.ndarray:
    """Weight of each row under a Student t: one for a normal, little for an outlier.

    The residual at the mode is smaller than the error was, because the mode has followed it. What is expected of its
    square, (d − g)² + (J Σ Jᵀ)ᵢᵢ with Σ the posterior's covariance of the linear model, is not.
    """
    heavy = np.isfinite(degrees)
    nu = np.where(heavy, degrees, 1.0)
    prior = derivatives @ derivatives.T
    left = prior - prior @ linalg.solve(prior + np.diag(variance / before), prior, assume_a="pos")
    square = residual**2 + np.maximum(np.diag(left), 0.0)
    return np.where(heavy, (nu + 1.0) / (nu + square / variance), 1.0)
