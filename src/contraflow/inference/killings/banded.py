"""Mode and spread of the deviations given the scalars: the whole field at once, month by month.

Given the scalars, what is unknown are N_t and D_rt. Their log density is concave, and its curvature couples a month
only with the one before and the one after. Newton's method with a block Cholesky factor (a block a month: the
country and every territory) finds the mode; the same factor gives the determinant and draws. No approximation
but the last step's: a normal with the curvature of the mode.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.linalg import solve_triangular
from jaxtyping import Array, Float

from contraflow.inference.killings.field import (
    FIRST_NATIONAL,
    FIRST_TERRITORY,
    Memory,
    log_density,
    precision,
)

MOST_STEPS = 40
"""Newton steps at most; five are usual from a start nearby."""
CLOSE = 1e-6
"""Largest change of a log deviation at which the mode counts as found."""
LONGEST = 2.0
"""Longest step in logs: from far away the curvature promises too much."""


class Given(NamedTuple):
    """What the field is conditioned on.

    Attributes
    ----------
    counts : Array, shape (T, territory)
    valid : Array, shape (T,)
        One where there are counts.
    level : Array, shape (T, territory)
        Log of expected counts without deviations.
    size : Array, shape ()
        Size of the negative binomial.
    memory : contraflow.inference.killings.field.Memory
    """

    counts: Float[Array, "T territory"]
    valid: Float[Array, "T"]
    level: Float[Array, "T territory"]
    size: Float[Array, ""]
    memory: Memory


class Factor(NamedTuple):
    """Block Cholesky factor of the curvature: diagonal blocks, and the coupling of a month to the next."""

    root: Float[Array, "T row row"]
    off: Float[Array, "row"]


def log_likelihood_of(given: Given, field: Float[Array, "T row"]) -> Float[Array, ""]:
    """Log likelihood of a field, the country first and then the territories, up to a constant of the counts."""
    from contraflow.inference.killings.density import log_likelihood

    mean = jnp.exp(given.level + field[:, :1] + field[:, 1:])
    return jnp.sum(given.valid[:, None] * log_likelihood(given.counts, mean, given.size))


def log_prior(memory: Memory, field: Float[Array, "T row"]) -> Float[Array, ""]:
    """Log density of the two autoregressions, up to a constant."""
    return log_density(
        field[:, 0], memory.national_persistence, memory.national_scale, FIRST_NATIONAL
    ) + log_density(field[:, 1:], memory.territory_persistence, memory.territory_scale, FIRST_TERRITORY)


def slope(given: Given, field: Float[Array, "T row"]) -> Float[Array, "T row"]:
    """Derivative of the log density by the field."""
    return jax.grad(lambda x: log_likelihood_of(given, x) + log_prior(given.memory, x))(field)


def factor(given: Given, field: Float[Array, "T row"]) -> Factor:
    """Cholesky factor of minus the second derivative."""
    months, rows = field.shape
    memory = given.memory
    mean = jnp.exp(given.level + field[:, :1] + field[:, 1:])
    weight = (given.counts + given.size) * given.size * mean / (given.size + mean) ** 2
    weight = weight * given.valid[:, None]
    country, off_n = precision(memory.national_persistence, memory.national_scale, FIRST_NATIONAL, months)
    own, off_d = precision(memory.territory_persistence, memory.territory_scale, FIRST_TERRITORY, months)
    off = jnp.concatenate([jnp.reshape(off_n, (1,)), jnp.full(rows - 1, off_d)])

    def month(before, row):
        weight, country, own = row
        block = jnp.zeros((rows, rows))
        block = block.at[0, 0].set(country + jnp.sum(weight)).at[0, 1:].set(weight).at[1:, 0].set(weight)
        block = block.at[jnp.arange(1, rows), jnp.arange(1, rows)].set(own + weight)
        root = jnp.linalg.cholesky(block - before)
        half = solve_triangular(root, jnp.diag(off), lower=True)
        return half.T @ half, root

    _, root = jax.lax.scan(month, jnp.zeros((rows, rows)), (weight, country, own))
    return Factor(root, off)


def half_solve(made: Factor, values: Float[Array, "T row"]) -> Float[Array, "T row"]:
    """Solve with the transposed factor: turns standard normals into draws with the covariance."""

    def month(after, row):
        root, value = row
        now = solve_triangular(
            root, value - solve_triangular(root, made.off * after, lower=True), lower=True, trans="T"
        )
        return now, now

    return jax.lax.scan(month, jnp.zeros_like(values[0]), (made.root, values), reverse=True)[1]


def solve(made: Factor, values: Float[Array, "T row"]) -> Float[Array, "T row"]:
    """Covariance times values."""

    def month(before, row):
        root, value = row
        half = solve_triangular(root, value - made.off * before, lower=True)
        return solve_triangular(root, half, lower=True, trans="T"), half

    _, half = jax.lax.scan(month, jnp.zeros_like(values[0]), (made.root, values))
    return half_solve(made, half)


def log_determinant(made: Factor) -> Float[Array, ""]:
    """Log determinant of the curvature."""
    return 2.0 * jnp.sum(jnp.log(jnp.diagonal(made.root, axis1=1, axis2=2)))


def mode(given: Given, start: Float[Array, "T row"]) -> Float[Array, "T row"]:
    """Field of the highest density; no derivative goes through this."""

    def going(carry):
        _, change, step = carry
        return (change > CLOSE) & (step < MOST_STEPS)

    def step(carry):
        field, _, steps = carry
        field, change = _step(given, field)
        return field, change, steps + 1

    return jax.lax.while_loop(going, step, (start, jnp.inf, 0))[0]


def newton(given: Given, start: Float[Array, "T row"], steps: int) -> Float[Array, "T row"]:
    """Field after a fixed number of Newton steps."""
    return jax.lax.fori_loop(0, steps, lambda _, field: _step(given, field)[0], start)


def _step(given: Given, field: Float[Array, "T row"]) -> tuple[Float[Array, "T row"], Float[Array, ""]]:
    """One Newton step and its largest change."""
    move = solve(factor(given, field), slope(given, field))
    change = jnp.max(jnp.abs(move))
    return field + move * jnp.minimum(1.0, LONGEST / jnp.maximum(change, 1e-300)), change


def value_at(given: Given, field: Float[Array, "T row"]) -> Float[Array, ""]:
    """Log likelihood of the scalars with the field integrated out (Laplace), given the field's mode."""
    value = log_likelihood_of(given, field) + log_prior(given.memory, field)
    return value - 0.5 * log_determinant(factor(given, field))


def marginal(given: Given, start: Float[Array, "T row"]) -> tuple[Float[Array, ""], Float[Array, "T row"]]:
    """Log likelihood of the scalars with the field integrated out (Laplace), and the field's mode.

    The derivative by the scalars is exact: one more Newton step at the mode carries the mode's own derivative.
    """
    still = jax.lax.stop_gradient(given)
    found = jax.lax.stop_gradient(mode(still, jax.lax.stop_gradient(start)))
    held = jax.lax.stop_gradient(factor(still, found))
    field = found + solve(held, slope(given, found))
    return value_at(given, field), found
