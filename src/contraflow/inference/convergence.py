"""Whether chains have converged: rank-normalised split R-hat and effective sample sizes, for many quantities at once.

After Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Bayesian Analysis 16(2). The numbers are those of
ArviZ, to which a test holds them; computing thousands of quantities together takes seconds here and minutes there.
"""

from __future__ import annotations

import numpy as np
from scipy import fft, special, stats

CHUNK = 500
"""Quantities computed together."""


def convergence(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """R-hat, bulk ESS and tail ESS.

    Parameters
    ----------
    draws : numpy.ndarray, shape (chain, draw, quantity)

    Returns
    -------
    tuple of numpy.ndarray, shape (quantity,)
        R-hat (NaN for a single chain), effective sample size of the bulk and of the tails. NaN where a quantity
        does not move, is not finite, or has fewer than four draws.
    """
    draws = np.asarray(draws, dtype=float)
    parts = [_chunk(draws[..., first : first + CHUNK]) for first in range(0, draws.shape[-1], CHUNK)]
    if not parts:
        return np.empty(0), np.empty(0), np.empty(0)
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))  # type: ignore[return-value]


def energy_information(energy: np.ndarray) -> np.ndarray:
    """Estimated Bayesian fraction of missing information (E-BFMI) of each chain.

    Parameters
    ----------
    energy : numpy.ndarray, shape (chain, draw)
    """
    energy = np.asarray(energy, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.square(np.diff(energy, axis=1)).mean(axis=1) / energy.var(axis=1, ddof=1)


def _chunk(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chains, length, size = draws.shape
    bad = ~np.isfinite(draws).all(axis=(0, 1)) | (np.ptp(draws, axis=(0, 1)) < 1e-15)
    if length < 4:
        return np.full(size, np.nan), np.full(size, np.nan), np.full(size, np.nan)
    whole = np.where(bad, np.random.default_rng(0).standard_normal(draws.shape), draws)
    split = _split(whole)
    bulk = _normalise(split)
    middle = np.median(split, axis=(0, 1))
    rhat = np.maximum(_rhat(bulk), _rhat(_normalise(np.abs(split - middle))))
    if chains < 2:
        rhat = np.full(size, np.nan)
    tails = [
        _ess(_split((whole <= np.quantile(whole, q, axis=(0, 1))).astype(float)), chains * length)
        for q in (0.05, 0.95)
    ]
    found = rhat, _ess(bulk, chains * length), np.minimum(*tails)
    return tuple(np.where(bad, np.nan, value) for value in found)  # type: ignore[return-value]


def _split(draws: np.ndarray) -> np.ndarray:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _normalise(draws: np.ndarray) -> np.ndarray:
    """Ranks over all chains, as normal scores."""
    flat = draws.reshape(-1, draws.shape[-1])
    rank = stats.rankdata(flat, axis=0)
    return special.ndtri((rank - 0.375) / (len(flat) + 0.25)).reshape(draws.shape)


def _rhat(draws: np.ndarray) -> np.ndarray:
    length = draws.shape[1]
    between = length * draws.mean(axis=1).var(axis=0, ddof=1)
    within = draws.var(axis=1, ddof=1).mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt((between / within + length - 1) / length)


def _ess(draws: np.ndarray, total: int) -> np.ndarray:
    """Effective sample size by Geyer's initial monotone sequence."""
    chains, length, size = draws.shape
    centred = draws - draws.mean(axis=1, keepdims=True)
    width = fft.next_fast_len(2 * length)
    spectrum = np.square(np.abs(np.asarray(fft.rfft(centred, width, axis=1))))
    covariance = np.asarray(fft.irfft(spectrum, width, axis=1))[:, :length] / length
    mean = covariance.mean(axis=0)
    within = mean[0] * length / (length - 1)
    plus = mean[0] + (draws.mean(axis=1).var(axis=0, ddof=1) if chains > 1 else 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = 1 - (within - mean) / plus
    rho[0] = 1.0
    pairs = (length - 1) // 2
    even, odd = rho[0 : 2 * pairs : 2], rho[1 : 2 * pairs : 2]
    sums = even + odd
    ends = np.where((sums <= 0).any(axis=0), (sums <= 0).argmax(axis=0), pairs - 1)
    inside = np.arange(pairs)[:, None] < ends
    monotone = np.minimum.accumulate(np.where(inside, sums, np.inf), axis=0)
    last = even[np.minimum(ends, pairs - 1), np.arange(size)]
    tau = -1 + 2 * np.where(inside, monotone, 0.0).sum(axis=0) + np.maximum(last, 0.0)
    samples = chains * length
    return samples / np.maximum(tau, 1 / np.log10(samples))
