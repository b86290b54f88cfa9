"""Fit a simulator to a record with an ensemble of its own runs: an iterative ensemble smoother.

The ensemble smoother with multiple data assimilation (Emerick & Reynolds 2013, Computers & Geosciences 55:3)
moves an ensemble drawn from the prior towards the posterior in a few rounds of Kalman updates, each with the
observation error inflated by the number of rounds. For a linear model with normal errors it is exact; it needs no
gradient and is not misled by thresholds in a simulator. Parameters are standard normals here, transformed by their
priors. Updates whose sample correlation is within noise are left out (correlation-based localisation, Luo, Bhakta &
Nævdal 2018, SPE J. 23:396), so that what the record says nothing about keeps its prior.

Heavy-tailed errors enter by weights on the rows, scales of errors are drawn given the residuals (a Gibbs step).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg

ROUNDS = 6
"""Rounds of updates: more of them follow a crooked model better."""
NOISE = 3.0
"""Correlations below this many standard errors, NOISE/√members, are taken for noise."""


@dataclass(frozen=True)
class Smoothed:
    """An ensemble after its updates.

    Attributes
    ----------
    latent : numpy.ndarray, shape (latent, member)
        Standard normal before, posterior after.
    said : numpy.ndarray, shape (row, member)
        What each member says of the record, on the scale of errors.
    scales : numpy.ndarray, shape (scale, member)
        Scales of errors.
    misfit : tuple of float
        Root mean squared weighted residual before each round and at the end.
    """

    latent: np.ndarray
    said: np.ndarray
    scales: np.ndarray
    misfit: tuple[float, ...]


def smooth(
    latent: np.ndarray,
    scales: np.ndarray,
    simulate: Callable[[np.ndarray], np.ndarray],
    observed: np.ndarray,
    error: Callable[[np.ndarray, np.ndarray], np.ndarray],
    draw_scales: Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray],
    degrees: np.ndarray,
    rng: np.random.Generator,
    rounds: int = ROUNDS,
    progress: Callable[[int, int, float], None] | None = None,
) -> Smoothed:
    """Update an ensemble to a record.

    Parameters
    ----------
    latent : numpy.ndarray, shape (latent, member)
        Draws of the prior, as standard normals.
    scales : numpy.ndarray, shape (scale, member)
        Draws of the scales of errors.
    simulate : callable
        From latent numbers to what the model says, shape (row, member).
    observed : numpy.ndarray, shape (row,)
        The record, on the scale of errors.
    error : callable
        From (said, scales) to standard errors, shape (row, member).
    draw_scales : callable
        From (said, scales, generator) to scales given the residuals.
    degrees : numpy.ndarray, shape (row,)
        Degrees of freedom of each row's Student t; infinite for a normal.
    rng : numpy.random.Generator
    rounds : int
    progress : callable, optional
        Called with (round, rounds, misfit).

    Returns
    -------
    Smoothed
    """
    latent, misfits = latent.copy(), []
    members = latent.shape[1]
    for turn in range(rounds + 1):
        said = simulate(latent)
        alive = np.isfinite(said).all(axis=0)
        if not alive.all():
            # a member that cannot be simulated starts again as a copy of one that can
            spare = rng.choice(np.flatnonzero(alive), int((~alive).sum()))
            latent[:, ~alive], said[:, ~alive], scales[:, ~alive] = (
                latent[:, spare],
                said[:, spare],
                scales[:, spare],
            )
        scales = draw_scales(said, scales, rng)
        spread = error(said, scales)
        residual = observed[:, None] - said
        weight = _weight(residual.mean(axis=1), (spread**2).mean(axis=1) + said.var(axis=1), degrees)
        misfits.append(float(np.sqrt(np.mean(weight[:, None] * (residual / spread) ** 2))))
        if progress is not None:
            progress(turn, rounds, misfits[-1])
        if turn == rounds:
            break
        variance = (spread**2).mean(axis=1) / weight
        noise = rng.standard_normal(said.shape) * spread / np.sqrt(weight)[:, None]
        inflated = residual + np.sqrt(rounds) * noise
        away = said - said.mean(axis=1, keepdims=True)
        apart = latent - latent.mean(axis=1, keepdims=True)
        cross = apart @ away.T / (members - 1)
        joint = away @ away.T / (members - 1)
        correlation = cross / np.sqrt(np.outer((apart**2).mean(axis=1), np.diag(joint)) + 1e-300)
        cross *= np.abs(correlation) > NOISE / np.sqrt(members)
        total = joint + np.diag(rounds * variance)
        latent = latent + cross @ linalg.solve(total, inflated, assume_a="pos")
    return Smoothed(latent, said, scales, tuple(misfits))


def _weight(residual: np.ndarray, variance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Weight of each row under a Student t: one for a normal, little for an outlier."""
    heavy = np.isfinite(degrees)
    nu = np.where(heavy, degrees, 1.0)
    return np.where(heavy, (nu + 1.0) / (nu + residual**2 / variance), 1.0)
