"""The model's own logarithm, and sums by label."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contraflow.model.numerics import log, power, spread, sum_by, total

LAST_PLACES = 2.0
"""Units in the last place that a result may be off."""


def off(found: jax.Array, true: np.ndarray) -> float:
    """Return the greatest distance in units of the last place of the true value."""
    return float(np.max(np.abs(np.asarray(found) - true) / np.spacing(np.abs(true))))


@pytest.fixture(
    params=[lambda f: f, jax.jit, lambda f: jax.jit(lambda x: f(2.0 * (0.5 * x)))],
    ids=["alone", "compiled", "fused"],
)
def way(request: pytest.FixtureRequest) -> Callable:
    """Ways to compute: the compiler rewrites sums and products where it may, and must not here."""
    return request.param


def test_log_is_exact_to_two_last_places_over_its_range(way: Callable) -> None:
    x = np.concatenate([np.exp(np.linspace(-707.0, 709.0, 400_001)), np.linspace(0.5, 2.0, 100_001)])
    x = x[x != 1.0]
    assert off(way(log)(jnp.asarray(x)), np.log(x)) <= LAST_PLACES


@pytest.mark.parametrize(
    ("x", "true"),
    [(1.0, 0.0), (0.0, -np.inf), (1e-320, -np.inf), (np.inf, np.inf), (-1.0, np.nan), (-np.inf, np.nan),
     (np.nan, np.nan)],
)  # fmt: skip
def test_log_at_the_edges(x: float, true: float) -> None:
    np.testing.assert_array_equal(log(jnp.float64(x)), true)


@settings(max_examples=20)
@given(st.floats(1e-6, 1e6), st.floats(-20.0, 20.0))
def test_gradients_are_those_of_the_library_alone_and_in_a_batch(x: float, y: float) -> None:
    np.testing.assert_allclose(jax.grad(log)(jnp.float64(x)), 1.0 / x, rtol=1e-15)
    batch = jnp.asarray([[x, 2.0 * x], [3.0 * x, 4.0 * x]])
    each = jax.vmap(jax.vmap(jax.grad(log)))(batch)
    np.testing.assert_allclose(each, 1.0 / np.asarray(batch), rtol=1e-15)
    twice = jax.jit(jax.grad(jax.grad(log)))
    np.testing.assert_allclose(twice(jnp.float64(x)), -(float(x) ** -2.0), rtol=1e-14)
    exponent = jnp.float64(y / 10.0)
    np.testing.assert_allclose(power(jnp.float64(x), exponent), x ** float(exponent), rtol=1e-13)


def test_single_precision_stays_single() -> None:
    x = jnp.asarray([0.25, 1.0, 3.0], jnp.float32)
    assert log(x).dtype == jnp.float32
    np.testing.assert_allclose(jnp.exp(log(x)), x, rtol=1e-6)


@settings(max_examples=40)
@given(st.lists(st.integers(-1, 4), min_size=1, max_size=12), st.integers(0, 2**16))
def test_sums_by_label_are_those_of_a_loop_and_spreading_is_their_adjoint(
    labels: list[int], seed: int
) -> None:
    marks, values = np.asarray(labels), np.random.default_rng(seed).normal(size=(len(labels), 3))
    true = np.zeros((5, 3))
    for label, row in zip(labels, values, strict=True):
        if label >= 0:
            true[label] += row
    np.testing.assert_allclose(sum_by(marks, 5, jnp.asarray(values)), true, atol=1e-12)
    other = np.random.default_rng(seed + 1).normal(size=(5, 3))
    spreaded = np.asarray(spread(jnp.asarray(other), marks))
    np.testing.assert_allclose((spreaded * values).sum(), (other * true).sum(), atol=1e-10)
    np.testing.assert_allclose(total(jnp.asarray(values)), values.sum(axis=0), atol=1e-12)
