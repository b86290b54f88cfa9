"""From draws of the world without the measure to an effect, widened by how wrong such draws were before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

#: Added before logs, so that a month without a killing has one.
OFFSET = 0.5
#: Smallest spread, in logs, that an error is measured in: draws of near-empty provinces may all be equal.
LEAST = 0.05
#: Weight of the belief that a method's own spread is right, in numbers of past errors (judgement; small,
#: because no method foresaw the surge of 2021 to 2023).
BELIEF = 2.0


@dataclass(frozen=True)
class Interval:
    """Median and the central 50 and 90 %."""

    median: float
    low50: float
    high50: float
    low90: float
    high90: float

    @classmethod
    def of(cls, draws: np.ndarray) -> Interval:
        """Read the interval off draws."""
        q = np.quantile(draws, (0.5, 0.25, 0.75, 0.05, 0.95))
        return cls(*(float(value) for value in q))

    def excludes_zero(self, share: int = 90) -> bool:
        """Tell whether the central 50 or 90 % lie on one side of zero."""
        low, high = (self.low90, self.high90) if share == 90 else (self.low50, self.high50)
        return low > 0 or high < 0


@dataclass(frozen=True)
class Effect:
    """What happened in a window, beside the world without the measure.

    Attributes
    ----------
    observed
        Killings counted.
    expected
        Killings in the world without.
    count, percent
        Observed less expected: killings, and per cent of the expected (half a killing is added to both, which
        matters in near-empty provinces only).
    score
        Log of observed over the median expected, in spreads of the draws before widening.
    fewer
        Probability that there were fewer than there would have been.
    widened
        Factor by which the draws were widened (below 1: narrowed).
    """

    observed: float
    expected: Interval
    count: Interval
    percent: Interval
    score: float
    fewer: float
    widened: float


@dataclass(frozen=True)
class Scale:
    """How much wider than a method's own spread its past errors were.

    Attributes
    ----------
    factor
        Factor on the spread.
    degrees
        Degrees of freedom of the Student distribution that stands for not knowing it well.
    """

    factor: float = 1.0
    degrees: float = np.inf

    @classmethod
    def of(cls, scores: np.ndarray, independent: float) -> Scale:
        """Estimate it from past scores: a scaled inverse chi-square belief around 1, updated.

        Parameters
        ----------
        scores
            Errors in units of the forecast spread; NaN where there was none.
        independent
            How many of them count as independent, because windows overlap.
        """
        scores = scores[np.isfinite(scores)]
        if not scores.size:
            return cls(1.0, BELIEF)
        weight = min(float(scores.size), max(independent, 1.0))
        square = (BELIEF + weight * float(np.mean(scores**2))) / (BELIEF + weight)
        return cls(float(np.sqrt(square)), BELIEF + weight)

    def widen(self, draws: np.ndarray, seed: int) -> np.ndarray:
        """Move draws of a positive number away from their median, on the log scale.

        Parameters
        ----------
        draws
            Shape (draw, ...).
        seed
            Seed of the Student mixing; one draw is moved by one factor throughout.
        """
        logs = np.log(draws + OFFSET)
        middle = np.median(logs, axis=0)
        mixing = np.ones(len(draws))
        if np.isfinite(self.degrees):
            mixing = np.sqrt(self.degrees / np.random.default_rng(seed).chisquare(self.degrees, len(draws)))
        factor = (self.factor * mixing).reshape(-1, *(1,) * (draws.ndim - 1))
        return np.maximum(np.exp(middle + factor * (logs - middle)) - OFFSET, 0.0)


def score(observed: float, draws: np.ndarray) -> float:
    """Return log observed over median draw, in units of half the 16 to 84 % range of the draws' logs."""
    if not np.isfinite(observed):
        return float("nan")
    logs = np.log(draws + OFFSET)
    low, middle, high = np.quantile(logs, stats.norm.cdf((-1.0, 0.0, 1.0)))
    return float((np.log(observed + OFFSET) - middle) / max((high - low) / 2, LEAST))


def effect(observed: float, draws: np.ndarray, scale: Scale, seed: int) -> Effect:
    """Return the effect in a window.

    Parameters
    ----------
    observed
        Killings counted.
    draws
        Killings in the world without, shape (draw,).
    scale
        How to widen them.
    seed
        Seed of the widening.
    """
    wide = scale.widen(draws, seed)
    return Effect(
        observed=float(observed),
        expected=Interval.of(wide),
        count=Interval.of(observed - wide),
        percent=Interval.of(100.0 * ((observed + OFFSET) / (wide + OFFSET) - 1.0)),
        score=score(observed, draws),
        fewer=float(np.mean(wide > observed) + np.mean(wide == observed) / 2),
        widened=scale.factor,
    )
