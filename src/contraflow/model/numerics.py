"""Arithmetic the model uses everywhere."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def total(values: Float[Array, "row draw"]) -> Float[Array, " draw"]:
    """Sum over rows as a product with ones: ten times faster than a reduction over the first axis here."""
    return (jnp.ones((1, values.shape[0])) @ values)[0]


def power(base: Float[Array, "*#shape"], exponent: Float[Array, "*#other"]) -> Float[Array, "*result"]:
    """Positive base to any power, as exp(y ln x): two to ten times faster than the general power here."""
    return jnp.exp(exponent * jnp.log(base))


def sum_by(labels: np.ndarray, size: int, values: Float[Array, "row draw"]) -> Float[Array, "label draw"]:
    """Sum rows by label (labels of −1 count nowhere)."""
    rows = np.flatnonzero(labels >= 0)
    counted = values if rows.size == labels.size else values[rows]
    return jnp.zeros((size, *values.shape[1:]), values.dtype).at[labels[rows]].add(counted)


def spread(values: Float[Array, "label draw"], labels: np.ndarray) -> Float[Array, "row draw"]:
    """Value of each row's label, zero where it has none (−1).

    The product with ones keeps the compiler from merging what makes the values with the gather, and so from
    making them again for each row.
    """
    count = values.shape[0]
    rows = jnp.eye(count + bool((labels < 0).any()), count, dtype=values.dtype) @ values
    return rows[np.where(labels < 0, count, labels)]
