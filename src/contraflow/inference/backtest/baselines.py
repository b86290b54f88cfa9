"""Plain peers: a rule for the middle, and the rule's own errors in the past for the spread.

Each rule is applied at every past period of the history, which gives paths of errors on the log scale as
long as the forecast. A sample is the rule's path plus one of those error paths, with a random sign, so that
the median stays what the rule says. All places of a sample take their errors from the same past period, so
that what moved together keeps doing so.
"""

from __future__ import annotations

import numpy as np

from contraflow.inference.backtest.scale import from_log, to_log
from contraflow.inference.backtest.series import Series


class Baseline:
    """A rule that maps the logs up to a period to a path of logs after it."""

    def path(self, logs: np.ndarray, steps: int, season: int) -> np.ndarray:
        """Return the path the rule gives, shape (step, place), from logs of shape (period, place)."""
        raise NotImplementedError

    def needs(self, season: int) -> int:
        """Return the periods that the rule needs before it says anything."""
        raise NotImplementedError

    def predict(self, history: Series, steps: int, samples: int, seed: int) -> np.ndarray:
        """Return samples of the next steps, shape (sample, step, place)."""
        logs = to_log(history)
        path = self.path(logs, steps, history.season)
        errors = self._errors(logs, steps, history.season)
        random = np.random.default_rng(seed)
        chosen = random.integers(len(errors), size=samples)
        signs = random.choice([-1.0, 1.0], size=(samples, 1, 1))
        return from_log(path + signs * _filled(errors, random)[chosen], history)

    def _errors(self, logs: np.ndarray, steps: int, season: int) -> np.ndarray:
        """Return the rule's errors after every past period, shape (past, step, place).

        A past that is shorter than the forecast gives the errors it has; `_filled` completes them.
        """
        first, last = self.needs(season), len(logs)
        begin = [end for end in range(first, last) if end + steps <= last] or [*range(first, last)]
        errors = np.full((len(begin), steps, logs.shape[1]), np.nan)
        for row, end in enumerate(begin):
            known = logs[end : end + steps]
            errors[row, : len(known)] = known - self.path(logs[:end], steps, season)[: len(known)]
        return errors


class LastValue(Baseline):
    """The last value, for ever."""

    def path(self, logs: np.ndarray, steps: int, season: int) -> np.ndarray:
        """Repeat the last value."""
        return np.repeat(logs[-1:], steps, axis=0)

    def needs(self, season: int) -> int:
        """One value is enough."""
        return 1


class SeasonalNaive(Baseline):
    """What was recorded in the same month a year before."""

    def path(self, logs: np.ndarray, steps: int, season: int) -> np.ndarray:
        """Repeat the last year."""
        return logs[-season + np.arange(steps) % season]

    def needs(self, season: int) -> int:
        """A year."""
        return season


class YearMean(Baseline):
    """The mean of the last twelve months, for ever."""

    def path(self, logs: np.ndarray, steps: int, season: int) -> np.ndarray:
        """Repeat the mean of the last year, the mean of the logs."""
        return np.repeat(logs[-season:].mean(axis=0, keepdims=True), steps, axis=0)

    def needs(self, season: int) -> int:
        """A year."""
        return season


class Drift(Baseline):
    """The last value, and on by the mean step of the whole past."""

    def path(self, logs: np.ndarray, steps: int, season: int) -> np.ndarray:
        """Continue the line from the first value to the last."""
        begun = np.isfinite(logs)
        first = begun.argmax(axis=0)
        across = np.maximum(len(logs) - 1 - first, 1)
        slope = (logs[-1] - logs[first, np.arange(logs.shape[1])]) / across
        return logs[-1] + slope * np.arange(1, steps + 1)[:, None]

    def needs(self, season: int) -> int:
        """A year of months, or three years: a slope over less is noise."""
        return max(season, 3)


def _filled(errors: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return error paths with each missing path replaced by a complete one of the same place.

    A place whose record began late has no errors in the early past. Where no path of a place is complete,
    the errors it has at a step stand in for those it lacks, and those of an earlier step, widened by the
    square root of the steps, where it has none.
    """
    errors = errors.copy()
    steps = np.sqrt(np.arange(1, errors.shape[1] + 1))
    for place in range(errors.shape[2]):
        paths = errors[:, :, place]
        whole = np.isfinite(paths).all(axis=1)
        if whole.all():
            continue
        if whole.any():
            paths[~whole] = paths[whole][random.integers(whole.sum(), size=(~whole).sum())]
            continue
        for step in range(paths.shape[1]):
            known = paths[np.isfinite(paths[:, step]), step]
            if not len(known):
                known = paths[:, step - 1] * steps[step] / steps[step - 1] if step else np.zeros(1)
            missing = ~np.isfinite(paths[:, step])
            paths[missing, step] = known[random.integers(len(known), size=missing.sum())]
    return errors
