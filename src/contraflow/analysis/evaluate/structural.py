"""The plain second method: a Bayesian structural time series of log counts, on the Kalman filter of statsmodels.

log(killings/season + ½) is a local level with a slope, plus noise, plus a coefficient times the same of the
control territories where there are any: the model of Brodersen et al. (2015, Annals of Applied Statistics 9,
247-274), with a grid over the three standard deviations instead of a sampler. Averaging over the grid
matters: with the most likely values alone, three-month sums of the Ecuadorian record fell into their 90 % intervals
some 80 % of the time.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from contraflow.analysis.evaluate.world import Question, World
from contraflow.errors import ContraflowError

#: Standard deviations of noise, level and slope (logs, a month) between which the posterior is averaged.
NOISE = (0.06, 0.12, 0.22, 0.4)
LEVEL = (0.03, 0.07, 0.14, 0.28)
SLOPE = (0.003, 0.01, 0.03)
#: Log-normal priors of level and slope (judgement): median, and standard deviation of the log.
LEVEL_PRIOR = (0.1, 0.6)
SLOPE_PRIOR = (0.008, 0.9)
#: Added to counts before the log, so that a month without a killing has one.
OFFSET = 0.5
#: Control territories must together have this many killings a month to say anything.
CONTROLS = 15.0
DRAWS, QUICK = 1000, 400


class Structural:
    """Local linear trend of log counts, averaged over its variances; totals and territories each by itself."""

    name = "structural"
    label = "structural time series"
    words = (
        "A Bayesian structural time series (local linear trend of log counts, variances averaged over a grid, "
        "Kalman filter of statsmodels), with the untreated, non-neighbouring provinces as control where they "
        "have enough killings."
    )

    def __init__(self) -> None:
        try:
            from statsmodels.tsa.statespace.structural import UnobservedComponents
        except ImportError:
            raise ContraflowError(
                "method structural", "statsmodels is not installed", "pip install 'contraflow[evaluate]'"
            ) from None
        self._model = UnobservedComponents

    def forecast(self, question: Question, single: Sequence[int] = (), quick: bool = False) -> World:
        """Forecast the sum over the treated territories, and some territories one by one.

        Parameters
        ----------
        question
            What to forecast, from what.
        single
            Positions of the territories wanted one by one; they are forecast without controls.
        quick
            Use fewer draws.

        Returns
        -------
        World
        """
        draws = QUICK if quick else DRAWS
        rng = np.random.default_rng([question.seed, question.origin])
        stop = question.origin + question.horizon
        season = (question.season * question.share)[:stop]
        control = None
        if question.controls:
            others = question.counts[:stop, list(question.controls)].sum(1)
            if not np.isnan(others).any() and others[: question.origin].mean() >= CONTROLS:
                logs = np.log(others / season + OFFSET)
                control = logs - logs[: question.origin].mean()
        total = question.counts[:stop, list(question.treated)].sum(1)
        answer = self._sample(total, season, control, question.origin, draws, rng)
        alone = {
            position: self._sample(
                question.counts[:stop, position], season, None, question.origin, draws, rng
            )
            for position in single
        }
        return World(answer, alone)

    def _sample(
        self,
        counts: np.ndarray,
        season: np.ndarray,
        control: np.ndarray | None,
        origin: int,
        draws: int,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Draw what follows one series, shape (draw, month)."""
        logs = np.log(counts[:origin] / season[:origin] + OFFSET)
        grid = np.array(list(itertools.product(NOISE, LEVEL, SLOPE)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = self._model(
                logs,
                "lltrend",
                exog=None if control is None else control[:origin, None],
                mle_regression=False,
            )
            weight = np.array([float(model.loglike(point**2)) for point in grid]) + _prior(grid)
            weight = np.exp(weight - weight.max())
            counted = rng.multinomial(draws, weight / weight.sum())
            parts = [
                _paths(model, grid[point], int(counted[point]), season[origin:], control, origin, rng)
                for point in np.flatnonzero(counted)
            ]
        made = np.maximum(season[origin:] * (np.exp(np.concatenate(parts)) - OFFSET), 0.0)
        return made[rng.permutation(draws)]


def _prior(grid: np.ndarray) -> np.ndarray:
    """Log density, up to a constant, of the standard deviations on a log scale."""
    level = (np.log(grid[:, 1] / LEVEL_PRIOR[0]) / LEVEL_PRIOR[1]) ** 2
    slope = (np.log(grid[:, 2] / SLOPE_PRIOR[0]) / SLOPE_PRIOR[1]) ** 2
    return -(level + slope) / 2


def _paths(
    model: Any,
    deviations: np.ndarray,
    draws: int,
    season: np.ndarray,
    control: np.ndarray | None,
    origin: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw log paths after the eve for one point of the grid, shape (draw, month)."""
    noise, level_sd, slope_sd = deviations
    filtered = model.filter(deviations**2).filter_results
    mean, covariance = filtered.predicted_state[:, -1], filtered.predicted_state_cov[:, :, -1]
    state = rng.multivariate_normal(mean, covariance, size=draws, method="svd")
    level, slope = state[:, 0], state[:, 1]
    paths = np.empty((draws, len(season)))
    for month in range(len(season)):
        known = 0.0 if control is None else state[:, 2] * control[origin + month]
        paths[:, month] = level + known + noise * rng.standard_normal(draws)
        level = level + slope + level_sd * rng.standard_normal(draws)
        slope = slope + slope_sd * rng.standard_normal(draws)
    return paths
