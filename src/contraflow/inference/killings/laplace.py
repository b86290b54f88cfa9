"""The fast fit: mode and curvature in coordinates in which the posterior is nearly normal.

The scalars' curvature is measured at the mode; the coordinates of the deviations are independent standard
normals around theirs, which is what they are made for. Seconds where the sampler takes minutes; for loops over
many placebo dates, and to start the sampler from.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize

from contraflow.ensemble.run import ONE_THREAD_A_CHUNK
from contraflow.inference.killings.density import Data, deviations, joint
from contraflow.inference.killings.scalars import Prior
from contraflow.model.structure import Structure

STEP = 0.02
"""Step of the differences that measure the curvature, in prior standard deviations."""


class Fast(NamedTuple):
    """Draws of the fast fit.

    Attributes
    ----------
    values : dict of str to numpy.ndarray, shape (draw,)
    national, territory : numpy.ndarray, shapes (draw, T) and (draw, T, territory)
        Coordinates.
    paths, own : numpy.ndarray
        Deviations N and D, of the same shapes.
    mode : dict of str to float
    evaluations : int
    log_density : float
        At the mode.
    """

    values: dict[str, np.ndarray]
    national: np.ndarray
    territory: np.ndarray
    paths: np.ndarray
    own: np.ndarray
    mode: dict[str, float]
    evaluations: int
    log_density: float


@lru_cache(maxsize=8)
def _objective(structure: Structure | None, scalars: tuple[Prior, ...], territories: int):
    """Minus the log density over one vector; compiled once for all panels of a length."""

    def negative(vector, data: Data):
        count = len(scalars)
        months = data.valid.shape[0]
        values, total = _values(scalars, vector[:count])
        national = vector[count : count + months]
        territory = vector[count + months :].reshape(months, territories)
        log_density, _, _ = joint(structure, values, national, territory, data)
        return -(log_density + total)

    return jax.jit(jax.value_and_grad(negative), compiler_options=ONE_THREAD_A_CHUNK)


@lru_cache(maxsize=8)
def _paths(structure: Structure | None):
    # several threads in one small program lose time, and wait for each other for ever where cores are few
    return jax.jit(
        lambda values, n, d, data: deviations(structure, values, n, d, data),
        compiler_options=ONE_THREAD_A_CHUNK,
    )


def _values(scalars: tuple[Prior, ...], u):
    pairs = [prior.value(u[i]) for i, prior in enumerate(scalars)]
    return {p.symbol: v for p, (v, _) in zip(scalars, pairs, strict=True)}, sum(d for _, d in pairs)


def laplace(
    structure: Structure | None,
    scalars: tuple[Prior, ...],
    data: Data,
    draws: int,
    seed: int,
    start: np.ndarray | None = None,
) -> tuple[Fast, np.ndarray]:
    """Fit by mode and curvature.

    Parameters
    ----------
    structure : Structure or None
        None switches the mechanism off.
    scalars : tuple of Prior
    data : Data
    draws, seed : int
    start : numpy.ndarray, optional
        Scalars' coordinates to start from.

    Returns
    -------
    Fast
    numpy.ndarray
        The scalars' coordinates at the mode.
    """
    months, territories = data.counts.shape
    count = len(scalars)
    run = _objective(structure, scalars, territories)

    def both(vector):
        value, gradient = run(jnp.asarray(vector), data)
        return float(value), np.asarray(gradient)

    vector = np.zeros(count + months * (1 + territories))
    if start is not None:
        vector[:count] = start
    found = minimize(
        both, vector, jac=True, method="L-BFGS-B", options={"maxiter": 300, "ftol": 1e-9, "maxcor": 30}
    )
    mode = found.x
    curvature = np.empty((count, count))
    for i in range(count):
        step = np.zeros_like(mode)
        step[i] = STEP
        curvature[i] = (both(mode + step)[1][:count] - both(mode - step)[1][:count]) / (2 * STEP)
    root = _root(curvature)
    rng = np.random.default_rng(seed)
    u = mode[:count] + rng.standard_normal((draws, count)) @ root.T
    z = mode[count:] + rng.standard_normal((draws, len(mode) - count))
    values = {k: np.asarray(v) for k, v in jax.vmap(lambda x: _values(scalars, x)[0])(jnp.asarray(u)).items()}
    national, territory = z[:, :months], z[:, months:].reshape(draws, months, territories)
    paths, own = (np.asarray(x) for x in _paths(structure)(values, national, territory, data))
    central = {k: float(v) for k, v in _values(scalars, jnp.asarray(mode[:count]))[0].items()}
    fast = Fast(values, national, territory, paths, own, central, int(found.nfev), -float(found.fun))
    return fast, mode[:count]


def _root(curvature: np.ndarray) -> np.ndarray:
    """Root of the covariance; no direction is wider than the prior by more than half."""
    values, vectors = np.linalg.eigh(0.5 * (curvature + curvature.T))
    return vectors / np.sqrt(np.maximum(values, 1.0 / 1.5**2))
