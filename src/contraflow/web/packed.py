"""Arrays of numbers in an answer: 32-bit floats in base64, because a picture needs a hundred thousand of them."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from contraflow.analysis.quantiles import quantiles as over_last_axis

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Edges of the 90 and 50 % intervals, and the median."""


def pack(values: NDArray) -> dict[str, object]:
    """Return an array for JSON: its shape, and its numbers in row order as little-endian float32 in base64."""
    small = np.ascontiguousarray(values, dtype="<f4")
    return {"shape": list(small.shape), "data": base64.b64encode(small.tobytes()).decode("ascii")}


def unpack(packed: dict) -> NDArray[np.float32]:
    """Return the array that `pack` packed."""
    return np.frombuffer(base64.b64decode(packed["data"]), dtype="<f4").reshape(packed["shape"])


def quantiles(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the quantiles at `LEVELS` over the last axis, the draws; shape (5, ...)."""
    return over_last_axis(values, LEVELS)
