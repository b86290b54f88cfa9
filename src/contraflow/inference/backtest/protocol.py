"""What a forecaster is, and which there are."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from contraflow.errors import ContraflowError
from contraflow.inference.backtest import automatic, baselines, model
from contraflow.inference.backtest.series import Series

_HOMICIDES = ("homicides-province", "homicides-national")
_YEARLY = ("seizures", "prices")
_ALL = (*_HOMICIDES, *_YEARLY)


class Forecaster(Protocol):
    """Anything that says what follows a history."""

    def predict(self, history: Series, steps: int, samples: int, seed: int) -> np.ndarray:
        """Say what follows.

        Parameters
        ----------
        history
            The record up to the origin, and nothing after it.
        steps
            Steps ahead.
        samples
            How many.
        seed
            Same seed, same samples.

        Returns
        -------
        numpy.ndarray
            Shape (sample, step, place); counts are whole numbers.
        """
        ...


@dataclass(frozen=True)
class Entry:
    """A forecaster by name.

    Attributes
    ----------
    name, words
        Id, and what it does.
    peer
        False for the simulator itself: the others are what it is compared with.
    make
        From what was known at the origin and the name of a series to the forecaster.
    series
        The series it can forecast.
    joint
        Whether its samples of several places are draws of one future, so that their sum is its forecast of
        the total. One that is not forecasts a total by itself.
    costly
        Whether it is fitted for minutes rather than seconds.
    pool
        Forecasters whose forecasts of killings it pools in equal parts; empty for one that makes its own.
    """

    name: str
    words: str
    peer: bool
    make: Callable[[model.Context, str], Forecaster]
    series: tuple[str, ...]
    joint: bool = False
    costly: bool = False
    pool: tuple[str, ...] = ()

    def parts(self, series: str) -> tuple[str, ...]:
        """Return the forecasters that it pools for a series."""
        return self.pool if series in _HOMICIDES else ()


def _plain(name: str, words: str, kind: type, series: tuple[str, ...] = _ALL) -> Entry:
    return Entry(name, words, True, lambda context, series: kind(), series)


_ENTRIES = (
    _plain("last-value", "the last value, for ever", baselines.LastValue),
    _plain("seasonal-naive", "the same month a year before", baselines.SeasonalNaive, _HOMICIDES),
    _plain("year-mean", "the mean of the last twelve months, for ever", baselines.YearMean, _HOMICIDES),
    _plain("drift", "the last value, and on by the mean step of the past", baselines.Drift),
    _plain("auto-arima", "AutoARIMA on the log scale, each place alone", automatic.AutoArima),
    _plain("auto-ets", "AutoETS on the log scale, each place alone", automatic.AutoEts),
    Entry(
        "state-space",
        "hierarchical negative-binomial state space without mechanism: national factor, provincial deviations",
        True,
        model.without_mechanism,
        _HOMICIDES,
        joint=True,
        costly=True,
    ),
    Entry(
        "plain-pool",
        "killings without mechanism: state-space and last-value, in equal parts",
        True,
        model.without_mechanism,
        _HOMICIDES,
        costly=True,
        pool=("state-space", "last-value"),
    ),
    Entry(
        "mechanism",
        "the same with what groups, rents and measures known at the origin imply",
        False,
        model.with_mechanism,
        _HOMICIDES,
        joint=True,
        costly=True,
    ),
    Entry(
        "contraflow",
        "the simulator fitted up to the origin; killings: mechanism, state-space, last-value in equal parts",
        False,
        model.with_mechanism,
        _ALL,
        costly=True,
        pool=("mechanism", "state-space", "last-value"),
    ),
)

#: Every forecaster, by name; the simulator last.
FORECASTERS: dict[str, Entry] = {entry.name: entry for entry in _ENTRIES}


def choose(names: Sequence[str], known: Sequence[str], option: str) -> tuple[str, ...]:
    """Return names in the order of what is known, each once; none means all.

    Raises
    ------
    ContraflowError
        If a name is not known.
    """
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            remedy = f"did you mean '{near[0]}'?" if near else f"choose from {', '.join(known)}"
            raise ContraflowError(option, f"there is no '{name}'", remedy)
    return tuple(name for name in known if not names or name in names)
