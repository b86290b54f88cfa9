"""Quantiles over draws, stored once where two scenarios agree."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from contraflow.analysis.quantiles import quantiles
from contraflow.report.numbers import plain

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Edges of the 90 and 50 % intervals, and the median."""


def over_draws(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the quantiles at `LEVELS` over the first axis (draws); shape (5, ...)."""
    return quantiles(np.moveaxis(values, 0, -1), LEVELS)


def first_difference(scenario: NDArray[np.float64], baseline: NDArray[np.float64]) -> int | None:
    """Return the first step of the second axis at which two arrays of equal shape differ, or None.

    Missing values in the same cell count as equal.
    """
    differs = scenario != baseline
    if differs.any():
        differs &= ~(np.isnan(scenario) & np.isnan(baseline))
    steps = differs.any(axis=tuple(axis for axis in range(differs.ndim) if axis != 1))
    return int(np.argmax(steps)) if steps.any() else None


def bands(scenario: NDArray[np.float64], baseline: NDArray[np.float64]) -> dict[str, Any]:
    """Return quantiles under both scenarios and of their paired difference.

    Parameters
    ----------
    scenario, baseline
        Shape (draw, step, ...); the same draw stands in the same row of both.

    Returns
    -------
    dict
        `s`: quantiles of the scenario, [level][step]...; `from`: first step at which the two differ, or None;
        `b` and `d`: quantiles of the baseline and of scenario minus baseline, from that step on only, since
        before it the baseline is the scenario and the difference is zero.
    """
    packed: dict[str, Any] = {"s": plain(over_draws(scenario)), "from": None}
    start = first_difference(scenario, baseline)
    if start is not None:
        after, before = scenario[:, start:], baseline[:, start:]
        packed |= {"from": start, "b": plain(over_draws(before)), "d": plain(over_draws(after - before))}
    return packed
