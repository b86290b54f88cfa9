"""What the fit would have said of each point, had that point not been fitted.

A posterior has seen the points it was fitted to: its intervals hold more of them than they say, and the more closely it
follows each point the more so. The fair question is where a point lies in what the model says without it. Each draw,
weighted by one over the likelihood it gives to the point, is a draw of that fit (Gelfand, Dey and Chang 1992, Model
determination using predictive distributions); the largest are smoothed, and the shape k of their tail says whether
there are enough draws (Vehtari, Gelman and Gabry 2017, https://doi.org/10.1007/s11222-016-9696-4).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.errors import ContraflowError

TRUSTED = 0.7
"""Largest Pareto k at which an approximation, or weights, are trusted."""
TOGETHER = 64
"""Points whose weights are computed at once."""


@cache
def _batched(weigh: Callable[[jax.Array], tuple[jax.Array, jax.Array]]) -> Callable[..., Any]:
    """Compile once for all series."""
    return jax.jit(jax.vmap(weigh))


def weights(log_likelihood: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weigh draws as draws of the fits without each of the points.

    Parameters
    ----------
    log_likelihood : numpy.ndarray, shape (draw, point)
        Of each point at each draw.

    Returns
    -------
    weights : numpy.ndarray, shape (draw, point)
        Sum to one over draws.
    k : numpy.ndarray, shape (point,)
        Shape of the tail of the weights before they are smoothed; above `TRUSTED` they rest on few draws.

    Raises
    ------
    ContraflowError
        If blackjax is not installed.
    """
    try:
        from blackjax.diagnostics import psis_weights
    except ImportError:
        raise ContraflowError(
            "points left out", "BlackJAX is not installed", "pip install 'contraflow[inference]'"
        ) from None
    smooth = _batched(psis_weights)
    ratios = -np.asarray(log_likelihood, dtype=float).T
    points = len(ratios)
    # points are weighed alone: filled up to whole batches, every series runs the same program
    filled = np.concatenate([ratios, np.zeros((-points % TOGETHER, ratios.shape[1]))])
    parts = [smooth(jnp.asarray(batch)) for batch in filled.reshape(-1, TOGETHER, ratios.shape[1])]
    logs, k = (np.concatenate([np.asarray(part[which]) for part in parts])[:points] for which in (0, 1))
    found = np.exp(logs.T)
    return found / found.sum(axis=0), k
