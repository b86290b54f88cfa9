"""The world without the measure: what a method is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Question:
    """What a method may see, and what it has to forecast.

    Attributes
    ----------
    months, territories
        Labels of the axes of `counts`.
    counts
        Killings, shape (month, territory), NaN where nobody counted. A method may use the treated territories
        up to the eve only; the others are there after it too, for methods with controls.
    season
        Seasonal factor of each month, shape (month,), mean 1 over a year.
    share
        Share of each month expected to be counted already, shape (month,).
    origin
        Position of the first month to forecast.
    horizon
        Months to forecast.
    treated
        Positions of the territories whose sum is asked for.
    controls
        Positions of territories that the measure was not for and that do not border on those.
    part
        Whether `counts` are only a part of the killings, those of the night, say.
    seed
        Seed of every random number.
    """

    months: pd.PeriodIndex
    territories: tuple[str, ...]
    counts: np.ndarray
    season: np.ndarray
    share: np.ndarray
    origin: int
    horizon: int
    treated: tuple[int, ...]
    controls: tuple[int, ...] = ()
    part: bool = False
    seed: int = 0


@dataclass(frozen=True, eq=False)
class World:
    """Killings in draws of the world without the measure.

    Attributes
    ----------
    total
        Sum over the treated territories, shape (draw, month).
    single
        Each territory that was asked for, by position, shape (draw, month).
    """

    total: np.ndarray
    single: dict[int, np.ndarray]


class Method(Protocol):
    """A way to forecast the world without a measure."""

    name: str
    label: str
    words: str

    def forecast(self, question: Question, single: Sequence[int] = (), quick: bool = False) -> World:
        """Forecast killings after the eve.

        Parameters
        ----------
        question
            What to forecast, from what.
        single
            Positions of the territories wanted one by one.
        quick
            One of many forecasts that only calibrate: a faster approximation may do.

        Returns
        -------
        World
        """
        ...
