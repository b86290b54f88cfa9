"""Scales of walks and of errors, from the marginal likelihood of the simulator made linear at its mode.

Scales and what they scale are badly drawn together: their joint mode overfits. With g made linear at the mode x*,
g(x) = g* + J (x − x*), and x standard normal, the record is normal given the scales s,

    d − g* + J x* ~ N(0, J₀J₀ᵀ + Σ_b (s_b/s_b⁰)² J_b J_bᵀ + R(s)),

where J_b are the columns of a walk's innovations, found at the scale s⁰, and R is the variance of the errors. Scales
are drawn from their prior times that density by importance sampling, twice: from the prior, then from a normal around
what that found (as in integrated nested Laplace approximations, Rue, Martino & Chopin 2009, J. R. Stat. Soc. B 71).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import linalg

DRAWS = 3000
"""Draws of the scales in each of the two passes."""
WIDER = 1.3
"""Factor on the standard deviations of the second pass's proposal."""


@dataclass(frozen=True)
class Linear:
    """The simulator around its mode.

    Attributes
    ----------
    gap : numpy.ndarray, shape (row,)
        d − g* + J x*.
    rest : numpy.ndarray, shape (row, row)
        J₀J₀ᵀ.
    walks : tuple of numpy.ndarray, shape (row, row)
        J_b J_bᵀ/(s_b⁰)², in the order of the walks.
    """

    gap: np.ndarray
    rest: np.ndarray
    walks: tuple[np.ndarray, ...]


def linear(
    observed: np.ndarray,
    said: np.ndarray,
    place: np.ndarray,
    derivatives: np.ndarray,
    blocks: Mapping[str, slice],
    at: Mapping[str, float],
    held: np.ndarray,
) -> Linear:
    """Make a simulator linear at its mode.

    Parameters
    ----------
    said, place, derivatives : numpy.ndarray
        g*, x* and J; shapes (row,), (latent,), (row, latent).
    blocks : mapping of str to slice
        Innovations of each walk, by the name of its scale.
    at : mapping of str to float
        The scales the Jacobian was found at.
    held : numpy.ndarray of int
        Latents of the scales themselves, which are no part of x.
    """
    slope = derivatives.copy()
    slope[:, held] = 0.0
    rest = slope.copy()
    parts = []
    for name, block in blocks.items():
        parts.append(slope[:, block] @ slope[:, block].T / at[name] ** 2)
        rest[:, block] = 0.0
    return Linear(observed - said + slope @ place, rest @ rest.T, tuple(parts))


def draw_scales(
    model: Linear,
    values: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    count: int,
    members: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, float]:
    """Draw scales from their posterior.

    Parameters
    ----------
    model : Linear
    values : callable
        From standard normals, shape (scale, draw), to the walks' scales, shape (walk, draw), and the variances of the
        rows, shape (row, draw).
    count : int
        Number of scales.
    members : int
        Draws wanted.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray, shape (scale, member)
        As standard normals.
    float
        Effective sample size of the importance sampling.
    """
    z = rng.standard_normal((count, DRAWS))
    chance = _chance(_evidence(model, *values(z)))
    centre = z @ chance
    spread = WIDER * np.sqrt(np.maximum(((z - centre[:, None]) ** 2) @ chance, 0.05**2))
    z = centre[:, None] + spread[:, None] * rng.standard_normal((count, DRAWS))
    proposal = -0.5 * (((z - centre[:, None]) / spread[:, None]) ** 2).sum(axis=0)
    chance = _chance(_evidence(model, *values(z)) - 0.5 * (z**2).sum(axis=0) - proposal)
    chosen = rng.choice(DRAWS, members, p=chance)
    return z[:, chosen], float(1.0 / (chance**2).sum())


def _chance(height: np.ndarray) -> np.ndarray:
    weight = np.exp(height - height.max())
    return weight / weight.sum()


def _evidence(model: Linear, walks: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Log density of the gap under every draw of the scales."""
    found = np.empty(walks.shape[1])
    for k in range(walks.shape[1]):
        total = model.rest + np.diag(variance[:, k])
        for scale, part in zip(walks[:, k], model.walks, strict=True):
            total = total + scale**2 * part
        root = linalg.cholesky(total, lower=True, check_finite=False)
        solved = linalg.solve_triangular(root, model.gap, lower=True, check_finite=False)
        found[k] = -0.5 * (solved @ solved) - np.log(np.diag(root)).sum()
    return found
