"""Scores of a forecast given as samples: CRPS, log score and coverage, each lower or nearer is better."""

from __future__ import annotations

import numpy as np
from scipy import special

#: Smallest width of the kernel on the log scale: where every sample is the same, the next count is still possible.
SMALLEST_WIDTH = 0.15


def crps(samples: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score, the fair estimate from samples (Ferro 2014).

    ``E|X - y| - E|X - X'|/2``, where the second mean is over pairs of different samples, so that more samples
    do not change its expectation. In the unit of the truth; for a single sample it is the absolute error.

    Parameters
    ----------
    samples
        Shape (sample, ...).
    truth
        Shape (...); NaN gives NaN.

    Returns
    -------
    numpy.ndarray
        Shape (...).
    """
    samples = np.sort(np.asarray(samples, dtype=float), axis=0)
    n = len(samples)
    error = np.abs(samples - truth).mean(axis=0)
    if n == 1:
        return error
    weights = (2 * np.arange(1, n + 1) - n - 1) / (n * (n - 1))
    return error - np.tensordot(weights, samples, axes=1)


def log_score_counts(samples: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Minus the log probability of a count, from samples of counts smoothed by a kernel.

    The kernel is normal on the scale log(1 + y) with Silverman's width and is integrated over the count's
    cell, y - 1/2 to y + 1/2, so that the probabilities of all counts sum to one. A negative-binomial fitted
    by moments would be simpler, but it would wrong the forecasters whose errors are log-normal.

    Parameters
    ----------
    samples
        Shape (sample, ...), counts.
    truth
        Shape (...), counts; NaN gives NaN.

    Returns
    -------
    numpy.ndarray
        Shape (...), nats.
    """
    centres = np.log1p(np.asarray(samples, dtype=float))
    width = np.maximum(_silverman(centres), SMALLEST_WIDTH)
    above = (np.log(truth + 1.5) - centres) / width
    below = np.where(truth > 0, (np.log(truth + 0.5) - centres) / width, -np.inf)
    return np.log(len(centres)) - special.logsumexp(_log_between(below, above), axis=0)


def log_score_amounts(samples: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Minus the log density of an amount above zero, from samples smoothed by a normal kernel of their logs.

    Parameters
    ----------
    samples
        Shape (sample, ...), above zero.
    truth
        Shape (...), above zero; NaN gives NaN.

    Returns
    -------
    numpy.ndarray
        Shape (...), nats per unit of the amount.
    """
    centres = np.log(np.asarray(samples, dtype=float))
    width = np.maximum(_silverman(centres), 1e-3)
    distance = (np.log(truth) - centres) / width
    logs = -0.5 * distance**2 - np.log(width) - 0.5 * np.log(2 * np.pi)
    return np.log(len(centres)) - special.logsumexp(logs, axis=0) + np.log(truth)


def coverage(samples: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    """Chance that the truth lies in the central interval of a forecast, the randomised PIT counted exactly.

    For amounts it is 0 or 1. A count's truth takes up the stretch of the distribution from F(y - 1) to F(y),
    and what counts is the part of that stretch inside the interval: with whole numbers every closed interval
    holds more than its level, and this does not.

    Parameters
    ----------
    samples
        Shape (sample, ...).
    truth
        Shape (...); NaN gives NaN.
    level
        Such as 0.9.

    Returns
    -------
    numpy.ndarray
        Shape (...), 0 to 1; the mean over many truths is `level` for a calibrated forecast.
    """
    low, high = (1 - level) / 2, (1 + level) / 2
    below = (samples < truth).mean(axis=0)
    upto = (samples <= truth).mean(axis=0)
    inside = np.clip(np.minimum(upto, high) - np.maximum(below, low), 0, None)
    stretch = upto - below
    point = (below >= low) & (below <= high)
    share = np.where(stretch > 0, inside / np.where(stretch > 0, stretch, 1), point)
    return np.where(np.isfinite(truth), share, np.nan)


def _silverman(values: np.ndarray) -> np.ndarray:
    """Return Silverman's rule-of-thumb width along the first axis."""
    quartiles = np.quantile(values, [0.25, 0.75], axis=0)
    spread = values.std(axis=0)
    middle = (quartiles[1] - quartiles[0]) / 1.34
    scale = np.where(middle > 0, np.minimum(spread, middle), spread)
    return 0.9 * scale * len(values) ** -0.2


def _log_between(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Return log(Φ(above) − Φ(below)), computed in the tail where it is accurate."""
    flip = below > 0
    low, high = np.where(flip, -above, below), np.where(flip, -below, above)
    top, bottom = special.log_ndtr(high), special.log_ndtr(low)
    with np.errstate(divide="ignore", invalid="ignore"):
        return top + np.log1p(-np.exp(np.minimum(bottom - top, -1e-300)))
