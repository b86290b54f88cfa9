"""AutoARIMA and AutoETS of statsforecast, each place alone, on the log scale."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import numpy as np
from scipy import special

from contraflow.errors import ContraflowError
from contraflow.inference.backtest.scale import from_log, to_log
from contraflow.inference.backtest.series import Series

#: Level in per cent of the interval that is one standard deviation to each side.
_ONE_SIGMA = 100 * float(special.ndtr(1.0) - special.ndtr(-1.0))


def _models() -> Any:
    """Import statsforecast's models."""
    try:
        return import_module("statsforecast.models")
    except ImportError:
        remedy = "pip install 'contraflow[backtest]'"
        raise ContraflowError("backtest", "statsforecast is not installed", remedy) from None


class _Automatic:
    """A univariate model that is chosen and fitted for each place by itself."""

    def predict(self, history: Series, steps: int, samples: int, seed: int) -> np.ndarray:
        """Return samples of the next steps, shape (sample, step, place)."""
        models = _models()
        logs = to_log(history)
        made = np.empty((samples, steps, len(history.places)))
        for place, column in enumerate(logs.T):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                values = np.ascontiguousarray(column[np.isfinite(column)])
                made[:, :, place] = self._paths(models, values, history.season, steps, samples, seed + place)
        return from_log(made, history)

    def _paths(
        self, models: Any, values: np.ndarray, season: int, steps: int, samples: int, seed: int
    ) -> np.ndarray:
        raise NotImplementedError


class AutoArima(_Automatic):
    """ARIMA with orders chosen by the corrected Akaike criterion; paths simulated from the fitted model."""

    def _paths(
        self, models: Any, values: np.ndarray, season: int, steps: int, samples: int, seed: int
    ) -> np.ndarray:
        model = models.AutoARIMA(season_length=season).fit(values)
        return np.asarray(model.simulate(h=steps, n_paths=samples, seed=seed))


class AutoEts(_Automatic):
    """Exponential smoothing of the form chosen by the corrected Akaike criterion.

    The library's own simulation leaves the trend out (as of 2.1), so paths are built from the mean and the
    standard deviation it gives for every step. With additive errors the variance of step h is
    s²(1 + c₁² + … + c₍ₕ₋₁₎²), where c are the weights of past shocks: they follow from the increments.
    """

    def _paths(
        self, models: Any, values: np.ndarray, season: int, steps: int, samples: int, seed: int
    ) -> np.ndarray:
        model = models.AutoETS(season_length=season).fit(values)
        said = model.predict(h=steps, level=[_ONE_SIGMA])
        (upper,) = (np.asarray(said[key]) for key in said if key.startswith("hi"))
        mean = np.asarray(said["mean"])
        return paths_of(mean, upper - mean, samples, seed)


def paths_of(mean: np.ndarray, deviation: np.ndarray, samples: int, seed: int) -> np.ndarray:
    """Return normal paths with a given mean and standard deviation at every step, as moving averages of shocks.

    Parameters
    ----------
    mean, deviation
        Shape (step,).
    samples
        How many.
    seed
        Of the random numbers.

    Returns
    -------
    numpy.ndarray
        Shape (sample, step).
    """
    steps = len(mean)
    shocks = np.random.default_rng(seed).standard_normal((samples, steps))
    variance = np.maximum.accumulate(np.nan_to_num(deviation) ** 2)
    weights = np.sqrt(np.diff(variance, prepend=0.0))
    paths = np.stack([shocks[:, : h + 1] @ weights[h::-1] for h in range(steps)], axis=1)
    return mean + paths
