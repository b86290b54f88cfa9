"""Quantiles over draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def quantiles(values: NDArray, levels: Sequence[float]) -> NDArray:
    """Return quantiles over the last axis.

    The rule of `numpy.quantile` (linear between order statistics, missing where a value is), several times
    faster: sorting numbers that lie side by side is what the machine does best.

    Parameters
    ----------
    values : numpy.ndarray, shape (..., draw)
        Of any floating type, which is kept.
    levels : sequence of float
        Between nought and one.

    Returns
    -------
    numpy.ndarray, shape (level, ...)
    """
    ordered = np.sort(values, axis=-1)  # missing values last
    last = ordered.shape[-1] - 1
    found = np.empty((len(levels), *ordered.shape[:-1]), ordered.dtype)
    for row, level in enumerate(levels):
        low = int(level * last)
        below, above = ordered[..., low], ordered[..., min(low + 1, last)]
        found[row] = below + (above - below) * ordered.dtype.type(level * last - low)
    missing = np.isnan(ordered[..., -1])
    if missing.any():
        found[:, missing] = np.nan
    return found
