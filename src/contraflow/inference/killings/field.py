"""Deviations from the mechanism as a latent field, in coordinates in which the posterior is almost standard normal.

    log λ_rt = log m_rt + N_t + D_rt,    N_t = φ_N N_(t−1) + σ_N ε,    D_rt = φ_D D_r(t−1) + σ_D ε

Counts of a large province pin D down month by month, those of a small one hardly at all: neither D itself nor
its innovations are good coordinates for a sampler everywhere. Here the counts are replaced, for the coordinates
only, by a normal working response (that of iteratively reweighted least squares at the field's mode). Given the
hyperparameters its posterior is normal with a banded precision, and the sampler moves in the standardised
residuals z of that normal: x = mean + L⁻ᵀ z. The map is exact and its Jacobian is counted, so the approximation
costs nothing but speed. The same idea: Osmundsen, Kleppe & Liesenfeld (2021), J. Comput. Graph. Stat. 30.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import solve_triangular
from jaxtyping import Array, Float

FIRST_NATIONAL = 2.0
"""Standard deviation of the first month's national deviation: the level before the anchor is open within e^±2."""
FIRST_TERRITORY = 1.0
"""The same for a territory beside the country."""


CLOSE = 0.01
"""Change of the field's log at which its mode is near enough to set coordinates by."""


class Memory(NamedTuple):
    """Persistence and monthly innovation (standard deviation) of the country's and the territories' deviations."""

    national_persistence: Float[Array, ""]
    national_scale: Float[Array, ""]
    territory_persistence: Float[Array, ""]
    territory_scale: Float[Array, ""]


USUAL = Memory(0.97, 0.05, 0.97, 0.1)  # type: ignore[arg-type]
"""Where the mode of the field is looked for first; sets coordinates, not the result."""


class Working(NamedTuple):
    """Normal stand-in for the counts, which only sets the coordinates.

    Attributes
    ----------
    response : Array, shape (month, territory)
        Working response for log λ.
    weight : Array, shape (month, territory)
        Its precision; zero in months without counts.
    pooled : Array, shape (territory, month, month)
        Precision that each territory's response has for N once its own D is integrated out.
    """

    response: Float[Array, "month territory"]
    weight: Float[Array, "month territory"]
    pooled: Float[Array, "territory month month"]


def precision(persistence, scale, first: float, months: int):
    """Diagonal (months,) and off-diagonal number of an autoregression's precision matrix."""
    inner = jnp.ones(months).at[0].set((scale / first) ** 2)
    carried = jnp.full(months, persistence**2).at[-1].set(0.0)
    return (inner + carried) / scale**2, -persistence / scale**2


def log_density(path: Float[Array, "month *row"], persistence, scale, first: float) -> Float[Array, ""]:
    """Log density of autoregressions along the first axis, up to a constant."""
    steps = path[1:] - persistence * path[:-1]
    size = np.prod(path[1:].shape)
    return -0.5 * (jnp.sum(steps**2) / scale**2 + jnp.sum(path[0] ** 2) / first**2) - size * jnp.log(scale)


def fields(
    working: Working,
    memory: Memory,
    log_mechanism: Float[Array, "month territory"],
    national: Float[Array, "month"],
    territory: Float[Array, "month territory"],
) -> tuple[Float[Array, "month"], Float[Array, "month territory"], Float[Array, ""]]:
    """Deviations from their standardised coordinates.

    Returns
    -------
    N : Array, shape (month,)
    D : Array, shape (month, territory)
    log_prior : Array
        Log density of the coordinates under the autoregressions (with the Jacobian of the map).
    """
    months = log_mechanism.shape[0]
    beside = working.response - log_mechanism
    diagonal, off = precision(memory.national_persistence, memory.national_scale, FIRST_NATIONAL, months)
    matrix = jnp.sum(working.pooled, axis=0) + jnp.diag(diagonal)
    matrix = matrix + off * (jnp.eye(months, k=1) + jnp.eye(months, k=-1))
    root = jnp.linalg.cholesky(matrix)
    pull = jnp.einsum("rts,sr->t", working.pooled, beside)
    shifted = solve_triangular(root, pull, lower=True) + national
    path = solve_triangular(root, shifted, lower=True, trans="T")
    own, jacobian = _territories(working, memory, beside - path[:, None], territory)
    log_prior = (
        log_density(path, memory.national_persistence, memory.national_scale, FIRST_NATIONAL)
        + log_density(own, memory.territory_persistence, memory.territory_scale, FIRST_TERRITORY)
        - jnp.sum(jnp.log(jnp.diagonal(root)))
        + jacobian
    )
    return path, own, log_prior


def _territories(working: Working, memory: Memory, beside, standard):
    """Territories' deviations and the log Jacobian: a banded Cholesky factor, one pass forward, one back."""
    months = beside.shape[0]
    diagonal, off = precision(memory.territory_persistence, memory.territory_scale, FIRST_TERRITORY, months)
    wanted = working.weight * beside

    def forward(carry, row):
        root, half = carry
        diagonal, weight, wanted = row
        side = off / root
        now = jnp.sqrt(diagonal + weight - side**2)
        half = (wanted - side * half) / now
        return (now, half), (now, side, half)

    def backward(after, row):
        root, side, half = row
        value = (half - side * after) / root
        return value, value

    zero = jnp.zeros_like(beside[0])
    start = (jnp.full_like(zero, jnp.inf), zero)
    _, (root, side, half) = jax.lax.scan(forward, start, (diagonal, working.weight, wanted))
    below = jnp.concatenate([side[1:], zero[None]])
    _, value = jax.lax.scan(backward, zero, (root, below, half + standard), reverse=True)
    return value, -jnp.sum(jnp.log(root))


def work(
    counts: np.ndarray,
    exposure: np.ndarray,
    level: np.ndarray,
    valid: np.ndarray,
    size: float,
    memory: Memory = USUAL,
    sweeps: int = 8,
) -> Working:
    """Working response at the mode of the field, given hyperparameters.

    Parameters
    ----------
    counts : numpy.ndarray, shape (month, territory)
    exposure : numpy.ndarray, shape (month,)
        Share of each month counted.
    level : numpy.ndarray, shape (month, territory)
        Log intensity without deviations.
    valid : numpy.ndarray, shape (month,)
        One where there are counts, zero elsewhere.
    size : float
        Size of the negative binomial.
    """
    months = len(counts)
    phi_n, scale_n, phi_d, scale_d = (float(x) for x in memory)

    def band(persistence: float, scale: float, first: float) -> np.ndarray:
        diagonal, off = precision(persistence, scale, first, months)
        return np.diag(np.asarray(diagonal)) + float(off) * (np.eye(months, k=1) + np.eye(months, k=-1))

    national, own = band(phi_n, scale_n, FIRST_NATIONAL), band(phi_d, scale_d, FIRST_TERRITORY)
    log_exposure = np.log(exposure)[:, None]
    total = np.log((counts + 0.5) / exposure[:, None])
    log_rate = np.where(valid[:, None] > 0, 0.5 * total + 0.5 * level, level)
    for _ in range(sweeps):
        rate = np.exp(log_rate + log_exposure)
        weight = valid[:, None] * rate * size / (rate + size)
        response = log_rate + (counts - rate) / rate
        beside = response - level
        inverse = np.linalg.inv(own[None] + weight.T[:, :, None] * np.eye(months)[None])
        pooled = -weight.T[:, :, None] * inverse * weight.T[:, None, :]
        pooled += weight.T[:, :, None] * np.eye(months)[None]
        path = np.linalg.solve(national + pooled.sum(0), np.einsum("rts,sr->t", pooled, beside))
        mode = level + path[:, None]
        mode = mode + np.einsum("rts,sr->tr", inverse, weight * (beside - path[:, None]))
        moved = np.clip(mode - log_rate, -1.5, 1.5)
        log_rate = log_rate + moved
        if np.abs(moved).max() < CLOSE:
            break
    return Working(jnp.asarray(response), jnp.asarray(weight), jnp.asarray(pooled))
