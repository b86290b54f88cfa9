"""A compiled function over many rows, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

SIZE = 16
"""Rows computed together."""


def in_batches(function: Callable[[Any], Any], rows: np.ndarray, size: int = SIZE) -> Any:
    """Map a function of one row over rows; the last batch is padded, so that one program serves all.

    Parameters
    ----------
    function : callable
        Pure JAX, from one row to a tree of arrays.
    rows : numpy.ndarray, shape (row, ...)
    size : int

    Returns
    -------
    tree of numpy.ndarray
        With the row first.
    """
    run = jax.jit(jax.vmap(function))
    parts = []
    for first in range(0, len(rows), size):
        chosen = np.minimum(np.arange(first, first + size), len(rows) - 1)
        found = jax.tree.map(np.asarray, run(jnp.asarray(rows[chosen])))
        parts.append([leaf[: len(rows) - first] for leaf in jax.tree.leaves(found)])
    whole = [np.concatenate(leaves) for leaves in zip(*parts, strict=True)]
    return jax.tree.unflatten(jax.tree.structure(found), whole)
