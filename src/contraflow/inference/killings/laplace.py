"""The fast fit: the deviations integrated out at their mode, the scalars by mode, curvature and importance.

For any scalars the deviations are nearly normal given the counts, so their integral is Laplace's (nested Laplace
approximation: Rue, Martino & Chopin 2009, J. R. Stat. Soc. B 71). What remains is a density over a few scalars: its
mode and curvature make a proposal, whose draws are weighted by the density itself and resampled. Seconds where
the sampler takes minutes; for loops over many dates, and to start the sampler from.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize

from contraflow.ensemble.run import ONE_THREAD_A_CHUNK
from contraflow.inference.killings import banded, field
from contraflow.inference.killings.density import MEMORY, Data, level_and_evidence
from contraflow.inference.killings.scalars import Prior, gathered
from contraflow.model.structure import Structure

STEP = 0.02
"""Step of the differences that measure the curvature, in prior standard deviations."""
WIDER = 1.05
"""Proposals spread wider than the curvature says by this factor: weights stay bounded where tails are long."""
FREEDOM = 60.0
"""Degrees of freedom of the proposals (Student's t)."""
MOST_PROPOSED = 10
"""Proposals for each draw at most; as many are made as are worth the draws that are wanted."""
STEPS = 2
"""Newton steps from where the mode of the field moves to first order with the scalars."""
TOGETHER = 32
"""Draws of the field computed together."""


class Fast(NamedTuple):
    """Draws of the fast fit.

    Attributes
    ----------
    values : dict of str to numpy.ndarray, shape (draw,) or (draw, year)
    paths, own : numpy.ndarray, shapes (draw, T) and (draw, T, territory)
        Deviations N and D.
    mode : dict of str to numpy.ndarray
        Values at the mode, without an axis for draws.
    evaluations : int
    log_density : float
        At the mode.
    efficiency : float
        Effective share of the proposals after weighting; near one where the density is nearly normal.
    effective : float
        Independent draws that the weighted proposals are worth.
    """

    values: dict[str, np.ndarray]
    paths: np.ndarray
    own: np.ndarray
    mode: dict[str, np.ndarray]
    evaluations: int
    log_density: float
    efficiency: float
    effective: float


def _values(scalars: tuple[Prior, ...], u):
    pairs = [prior.value(u[i]) for i, prior in enumerate(scalars)]
    values = {p.symbol: v for p, (v, _) in zip(scalars, pairs, strict=True)}
    return gathered(values), sum(d for _, d in pairs)


def _given(structure: Structure | None, values, data: Data) -> tuple[banded.Given, jax.Array]:
    """What the field is conditioned on, and the log density of what else bears on the scalars."""
    one = {name: value[..., None] for name, value in values.items()}
    levels, said = level_and_evidence(structure, one, data)
    level = levels[..., 0] + jnp.log(data.exposure)[:, None]
    memory = field.Memory(*(values[name] for name in MEMORY))
    return banded.Given(data.counts, data.valid, level, values["dispersion"], memory), said[0]


@lru_cache(maxsize=8)
def _objective(structure: Structure | None, scalars: tuple[Prior, ...]):
    """Minus the log density of the scalars' coordinates; compiled once for all panels of a length."""

    def negative(u, start, data: Data):
        values, prior = _values(scalars, u)
        given, said = _given(structure, values, data)
        value, found = banded.marginal(given, start)
        return -(value + said + prior), found

    return jax.jit(jax.value_and_grad(negative, has_aux=True), compiler_options=ONE_THREAD_A_CHUNK)


@lru_cache(maxsize=8)
def _weigh(structure: Structure | None, scalars: tuple[Prior, ...]):
    """Log density of many proposals, and the mode of the field at each."""

    def one(centre, around, moves, data, u):
        values, prior = _values(scalars, u)
        start = around + jnp.tensordot(u - centre, moves, axes=1)
        given, said = _given(structure, values, data)
        found = banded.newton(given, start, STEPS)
        return banded.value_at(given, found) + said + prior, found

    # several threads in one small program lose time, and wait for each other for ever where cores are few
    return jax.jit(lambda u, *rest: jax.vmap(partial(one, *rest))(u), compiler_options=ONE_THREAD_A_CHUNK)


@lru_cache(maxsize=8)
def _draw(structure: Structure | None, scalars: tuple[Prior, ...]):
    """Draws of the field from its mode, its curvature there and standard normals."""

    def one(data, row):
        u, found, noise = row
        made = banded.factor(_given(structure, _values(scalars, u)[0], data)[0], found)
        return found + banded.half_solve(made, noise)

    return jax.jit(
        lambda u, found, noise, data: jax.vmap(partial(one, data))((u, found, noise)),
        compiler_options=ONE_THREAD_A_CHUNK,
    )


def laplace(
    structure: Structure | None,
    scalars: tuple[Prior, ...],
    data: Data,
    draws: int,
    seed: int,
    start: np.ndarray | None = None,
    chains: int = 1,
) -> tuple[Fast, np.ndarray]:
    """Fit by nested Laplace approximation.

    Parameters
    ----------
    structure : Structure or None
        None switches the mechanism off.
    scalars : tuple of Prior
    data : Data
        Needs no coordinates.
    draws, seed : int
    start : numpy.ndarray, optional
        Scalars' coordinates to start from.
    chains : int
        Parts of the draws, one after the other, that have no proposal in common; divides `draws`.

    Returns
    -------
    Fast
    numpy.ndarray
        The scalars' coordinates at the mode.
    """
    months, territories = data.counts.shape
    count = len(scalars)
    run = _objective(structure, scalars)
    near = np.zeros((months, 1 + territories))

    def both(u):
        nonlocal near
        (value, found), gradient = run(jnp.asarray(u), jnp.asarray(near), data)
        if np.isfinite(value):
            near = np.asarray(found)
        return float(value), np.asarray(gradient)

    first = np.zeros(count) if start is None else np.asarray(start)
    found = minimize(both, first, jac=True, method="L-BFGS-B", options={"maxiter": 100, "ftol": 1e-8})
    centre = found.x
    both(centre)
    around = near
    curvature, moves = np.empty((count, count)), np.empty((count, *around.shape))
    for i in range(count):
        step = np.zeros(count)
        step[i] = STEP
        above, ahead = both(centre + step)[1], near
        below, behind = both(centre - step)[1], near
        curvature[i], moves[i] = (above - below) / (2 * STEP), (ahead - behind) / (2 * STEP)
    root = WIDER * _root(curvature)
    rng = np.random.default_rng(seed)
    near_mode = (*map(jnp.asarray, (centre, around, moves)), data)

    def weigh(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        density, fields = zip(*_chunks(_weigh(structure, scalars), (u,), near_mode), strict=True)
        return np.concatenate(density), np.concatenate(fields)

    pool, weights, effective = np.empty((0, count)), np.empty(0), 0.0
    while effective < draws and len(pool) < MOST_PROPOSED * draws:
        normals = rng.standard_normal((draws, count))
        stretch = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, draws))
        u = centre + (normals * stretch[:, None]) @ root.T
        proposed = -0.5 * (FREEDOM + count) * np.log1p((normals**2).sum(1) * stretch**2 / FREEDOM)
        pool, weights = np.concatenate([pool, u]), np.concatenate([weights, weigh(u)[0] - proposed])
        effective = len(pool) * share(weights)
    kept = [resample(weights[part::chains], draws // chains, rng) for part in range(chains)]
    u = np.concatenate([pool[part::chains][rows] for part, rows in enumerate(kept)])
    fields = weigh(u)[1]
    noise = rng.standard_normal((draws, months, 1 + territories))
    deviations = np.concatenate(_chunks(_draw(structure, scalars), (u, fields, noise), (data,)))
    values = jax.vmap(lambda x: _values(scalars, x)[0])(jnp.asarray(u))
    central = {k: np.asarray(v) for k, v in _values(scalars, jnp.asarray(centre))[0].items()}
    fast = Fast(
        {k: np.asarray(v) for k, v in values.items()},
        deviations[:, :, 0],
        deviations[:, :, 1:],
        central,
        int(found.nfev),
        -float(found.fun),
        effective / len(pool),
        effective,
    )
    return fast, centre


def _chunks(function, rows: tuple[np.ndarray, ...], rest: tuple) -> list:
    """Call a compiled function for `TOGETHER` rows at a time; the last chunk is padded."""
    total, made = len(rows[0]), []
    for first in range(0, total, TOGETHER):
        chosen = np.minimum(np.arange(first, first + TOGETHER), total - 1)
        result = function(*(jnp.asarray(row[chosen]) for row in rows), *rest)
        made.append(jax.tree.map(lambda x: np.asarray(x)[: total - first], result))  # noqa: B023
    return made


def _normalised(log_weight: np.ndarray) -> np.ndarray:
    """Weights that sum to one, the largest cut (Ionides 2008, J. Comput. Graph. Stat. 17)."""
    log_weight = np.where(np.isfinite(log_weight), log_weight, -np.inf)
    weight = np.exp(log_weight - log_weight.max())
    weight = np.minimum(weight, weight.mean() * np.sqrt(len(weight)))
    return weight / weight.sum()


def share(log_weight: np.ndarray) -> float:
    """Effective share of weighted rows."""
    return float(1.0 / (len(log_weight) * (_normalised(log_weight) ** 2).sum()))


def resample(log_weight: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Rows kept by importance, in random order."""
    weight = _normalised(log_weight)
    at = (np.arange(draws) + rng.random()) / draws
    kept = np.minimum(np.searchsorted(np.cumsum(weight), at), len(weight) - 1)
    return rng.permutation(kept)


def _root(curvature: np.ndarray) -> np.ndarray:
    """Root of the covariance; no direction is wider than the prior by more than half."""
    values, vectors = np.linalg.eigh(0.5 * (curvature + curvature.T))
    return vectors / np.sqrt(np.maximum(values, 1.0 / 1.5**2))
