"""Placebos: the same forecast at dates when nothing new began, and in provinces that the measure was not for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from contraflow.analysis.evaluate.effects import LEAST, OFFSET, Scale, score
from contraflow.analysis.evaluate.windows import FIT, Window
from contraflow.analysis.evaluate.world import Method, Question, World
from contraflow.errors import ContraflowError

#: Fewest placebo dates on which a rank is built.
FEWEST = 20
#: Killings that a province must be expected to have in a window to be compared with others.
COMPARABLE = 3.0
#: Draws of the permutation test over provinces.
SHUFFLES = 4000


@dataclass(frozen=True, eq=False)
class Dates:
    """Forecasts from earlier eves, and what was counted after them.

    Attributes
    ----------
    origins
        Positions in the record of the first months forecast.
    worlds
        The forecasts.
    observed
        Counts of the months forecast, a (month, territory) array each; NaN from the real eve on.
    treated
        Positions of the treated territories.
    """

    origins: tuple[int, ...]
    worlds: tuple[World, ...]
    observed: tuple[np.ndarray, ...]
    treated: tuple[int, ...]

    def total_scores(self, first: int, last: int) -> np.ndarray:
        """Return the errors of the sum over the treated, months `first` to `last`, in spreads; NaN if unknown."""
        scores = [
            score(seen[first : last + 1, list(self.treated)].sum(), world.total[:, first : last + 1].sum(1))
            for world, seen in zip(self.worlds, self.observed, strict=True)
        ]
        return np.array(scores)

    def total_percents(self, first: int, last: int) -> np.ndarray:
        """Return what would have been read as an effect at each date, per cent of the median expected."""
        percents = []
        for world, seen in zip(self.worlds, self.observed, strict=True):
            expected = np.median(world.total[:, first : last + 1].sum(1))
            found = seen[first : last + 1, list(self.treated)].sum()
            percents.append(100.0 * (found / max(expected, OFFSET) - 1.0))
        return np.array(percents)

    def single_scores(self, position: int, first: int, last: int) -> np.ndarray:
        """Return the errors of one territory; NaN if unknown."""
        scores = [
            score(seen[first : last + 1, position].sum(), world.single[position][:, first : last + 1].sum(1))
            for world, seen in zip(self.worlds, self.observed, strict=True)
        ]
        return np.array(scores)

    def independent(self, months: int, known: int) -> float:
        """Return how many windows of that length count as independent: no more than fit beside each other."""
        if known == 0:
            return 0.0
        reach = self.origins[-1] - self.origins[0] + months
        return min(float(known), reach / months)

    def scale(self, first: int, last: int) -> Scale:
        """Return how to widen sums over the treated, months `first` to `last`."""
        scores = self.total_scores(first, last)
        known = int(np.isfinite(scores).sum())
        return Scale.of(scores, self.independent(last - first + 1, known))

    def single_scale(self, positions: Sequence[int], first: int, last: int) -> Scale:
        """Return how to widen single territories: one factor for all, since each has few errors of its own."""
        if not positions:
            return Scale()
        scores = np.stack([self.single_scores(position, first, last) for position in positions])
        known = int(np.isfinite(scores).any(0).sum())
        return Scale.of(scores.ravel(), self.independent(last - first + 1, known))


@dataclass(frozen=True)
class Coverage:
    """How often counts fell into the intervals of forecasts one month ahead, before any widening."""

    forecasts: int
    within50: float
    within90: float


@dataclass(frozen=True)
class Rank:
    """Where an event stands among placebos.

    Attributes
    ----------
    labels, scores, percents
        The placebos: when or where, errors in spreads, and in per cent.
    own
        The event's own score, or difference of mean scores.
    p
        Share of all (the event among them) at least as far from zero.
    """

    labels: tuple[str, ...]
    scores: tuple[float, ...]
    percents: tuple[float, ...]
    own: float
    p: float


def origins(question: Question, window: Window, wanted: int) -> list[int]:
    """Return eves for placebos, spread evenly over the months whose window ends before the real one begins.

    Parameters
    ----------
    question
        The real one.
    window
        The window that must fit.
    wanted
        How many.

    Raises
    ------
    ContraflowError
        If there is no room for `FEWEST`.
    """
    last = question.origin - (window.last + 1)
    usable = [
        origin
        for origin in range(FIT, last + 1)
        if not np.isnan(question.counts[origin : origin + window.last + 1]).all(1).any()
    ]
    if len(usable) < FEWEST:
        value = f"the months before it have room for {len(usable)} placebo dates, {FEWEST} are needed"
        raise ContraflowError("placebo dates", value, "give earlier counts with --data, or a shorter measure")
    chosen = np.linspace(0, len(usable) - 1, min(wanted, len(usable))).round().astype(int)
    return [usable[k] for k in chosen]


def run(
    method: Method,
    question: Question,
    starts: Sequence[int],
    single: Sequence[int],
    tick: Callable[[], None],
) -> Dates:
    """Forecast from each earlier eve as if the measure had begun there.

    Parameters
    ----------
    method
        How to forecast.
    question
        The real one.
    starts
        Eves, from `origins`.
    single
        Positions of territories wanted one by one.
    tick
        Called after each.
    """
    worlds, seen = [], []
    for origin in starts:
        asked = replace(question, origin=origin)
        worlds.append(method.forecast(asked, single, quick=True))
        counts = question.counts[origin : origin + question.horizon].copy()
        counts[max(question.origin - origin, 0) :] = np.nan
        seen.append(counts)
        tick()
    return Dates(tuple(starts), tuple(worlds), tuple(seen), question.treated)


def coverage(dates: Dates, single: Sequence[int] = ()) -> Coverage:
    """Return how often one month ahead was covered: of the sum, or of single territories."""
    inside: list[tuple[bool, bool]] = []
    for world, seen in zip(dates.worlds, dates.observed, strict=True):
        if single:
            pairs = [(world.single[position][:, 0], seen[0, position]) for position in single]
        else:
            pairs = [(world.total[:, 0], seen[0, list(dates.treated)].sum())]
        for draws, found in pairs:
            if np.isfinite(found):
                q = np.quantile(draws, (0.05, 0.25, 0.75, 0.95))
                inside.append((bool(q[1] <= found <= q[2]), bool(q[0] <= found <= q[3])))
    shares = np.array(inside, float).reshape(-1, 2)
    within50, within90 = shares.mean(0) if len(shares) else (np.nan, np.nan)
    return Coverage(len(shares), float(within50), float(within90))


def rank_of_dates(dates: Dates, months: pd.PeriodIndex, window: Window, own: float) -> Rank:
    """Rank the event's score of a window among those of the placebo dates."""
    scores = dates.total_scores(window.first, window.last)
    percents = dates.total_percents(window.first, window.last)
    known = np.isfinite(scores)
    labels = [str(months[origin + window.first]) for origin in dates.origins]
    at_least = int((np.abs(scores[known]) >= abs(own)).sum())
    return Rank(
        tuple(label for label, use in zip(labels, known, strict=True) if use),
        tuple(float(value) for value in scores[known]),
        tuple(float(value) for value in percents[known]),
        own,
        (1 + at_least) / (1 + int(known.sum())),
    )


def rank_of_provinces(world: World, question: Question, window: Window, others: Sequence[int]) -> Rank | None:
    """Hold the treated provinces against the untreated: a permutation test of the difference of mean scores.

    Parameters
    ----------
    world
        The forecast, with every territory of `others` and of the treated one by one.
    question, window
        What was forecast, and the months looked at.
    others
        Positions of the untreated territories.

    Returns
    -------
    Rank or None
        None if fewer than three untreated provinces, or no treated one, have enough killings to compare.
    """
    first, last = window.first, window.last
    found: dict[int, float] = {}
    percents: dict[int, float] = {}
    for position in (*question.treated, *others):
        draws = world.single[position][:, first : last + 1].sum(1)
        expected = float(np.median(draws))
        if expected >= COMPARABLE:
            seen = question.counts[question.origin + first : question.origin + last + 1, position].sum()
            found[position] = score(float(seen), draws)
            percents[position] = 100.0 * (float(seen) / expected - 1.0)
    inside = [position for position in question.treated if position in found]
    outside = [position for position in others if position in found]
    if not inside or len(outside) < 3:
        return None
    scores = np.array([found[position] for position in (*inside, *outside)])
    mine = np.arange(len(scores)) < len(inside)
    own = float(scores[mine].mean() - scores[~mine].mean())
    rng = np.random.default_rng(question.seed)
    shuffled = np.argsort(rng.random((SHUFFLES, len(scores))), axis=1) < len(inside)
    differences = np.where(shuffled, scores, 0).sum(1) / len(inside)
    differences -= np.where(shuffled, 0, scores).sum(1) / len(outside)
    p = (1 + int((np.abs(differences) >= abs(own) - LEAST / 1e6).sum())) / (1 + SHUFFLES)
    return Rank(
        tuple(question.territories[position] for position in outside),
        tuple(found[position] for position in outside),
        tuple(percents[position] for position in outside),
        own,
        p,
    )
