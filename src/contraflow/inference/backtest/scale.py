"""The scale on which peers work: logs, of counts plus one; and the way back."""

from __future__ import annotations

import numpy as np

from contraflow.inference.backtest.series import Series

#: No sample is above e to this power, so that an exploding trend stays a number.
_HIGHEST = 30.0


def to_log(history: Series) -> np.ndarray:
    """Return the values of a series as logs, shape (period, place), gaps bridged by straight lines.

    What lies before a place's first value, or after its last, stays NaN.
    """
    logs = np.log1p(history.values) if history.kind == "count" else np.log(history.values)
    for column in logs.T:
        known = np.flatnonzero(np.isfinite(column))
        if len(known):
            inner = np.arange(known[0], known[-1] + 1)
            column[inner] = np.interp(inner, known, column[known])
    return logs


def from_log(logs: np.ndarray, history: Series) -> np.ndarray:
    """Return samples of logs as values: whole numbers from zero on for counts, above zero for amounts."""
    logs = np.minimum(logs, _HIGHEST)
    if history.kind == "count":
        return np.rint(np.maximum(np.expm1(logs), 0))
    return np.exp(np.maximum(logs, -_HIGHEST))
