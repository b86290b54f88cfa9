"""What one method finds: effects by window, month and province, placebos, displacement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from contraflow.analysis.evaluate import placebo
from contraflow.analysis.evaluate.effects import Effect, Scale, effect
from contraflow.analysis.evaluate.placebo import Coverage, Dates, Rank
from contraflow.analysis.evaluate.windows import Span
from contraflow.analysis.evaluate.world import Method, Question, World


@dataclass(frozen=True)
class Findings:
    """What one method finds.

    Attributes
    ----------
    name, label, words
        The method.
    total
        Effect in the sum of the treated territories, by window.
    territories
        Effect by territory and window: the treated, then their untreated neighbours.
    months, cumulated
        Effect in the sum by month, and from the start to each month; None for months nobody counted.
    neighbours
        Effect in the sum of the untreated neighbours, by window; empty without them.
    dates, provinces
        Rank among placebo dates and provinces (None: too few) in the first window.
    coverage, coverage_single
        One month ahead, sum of the treated and single territories, before any widening.
    """

    name: str
    label: str
    words: str
    total: dict[str, Effect]
    territories: dict[str, dict[str, Effect]]
    months: tuple[Effect | None, ...]
    cumulated: tuple[Effect | None, ...]
    neighbours: dict[str, Effect]
    dates: Rank
    provinces: Rank | None
    coverage: Coverage
    coverage_single: Coverage


def find(
    method: Method,
    question: Question,
    span: Span,
    starts: Sequence[int],
    neighbours: Sequence[int],
    tick: Callable[[], None],
) -> Findings:
    """Ask one method for the world without the measure, at its date and at the placebo dates.

    Parameters
    ----------
    method
        How to forecast.
    question, span
        What, and the windows.
    starts
        Origins of the placebo dates.
    neighbours
        Positions of the untreated neighbours.
    tick
        Called after each forecast.
    """
    treated = question.treated
    alone = treated if len(treated) > 1 else ()
    past = placebo.run(method, question, starts, treated, tick)
    everyone = tuple(range(len(question.territories)))
    others = tuple(k for k in everyone if k not in treated)
    world = method.forecast(question, everyone)
    tick()
    seen = question.counts[question.origin : question.origin + question.horizon]
    seed = question.seed
    total = seen[:, list(treated)].sum(1)
    in_windows = {
        window.name: effect(
            total[window.first : window.last + 1].sum(),
            world.total[:, window.first : window.last + 1].sum(1),
            past.scale(window.first, window.last),
            seed,
        )
        for window in span.windows
    }
    first = span.windows[0]
    return Findings(
        name=method.name,
        label=method.label,
        words=method.words,
        total=in_windows,
        territories=_territories(world, question, span, past, (*treated, *neighbours), seen),
        months=_path(total, world.total, past, seed, cumulated=False),
        cumulated=_path(total, world.total, past, seed, cumulated=True),
        neighbours=_neighbours(method, question, span, starts, neighbours, tick),
        dates=placebo.rank_of_dates(past, question.months, first, in_windows[first.name].score),
        provinces=placebo.rank_of_provinces(world, question, first, others),
        coverage=placebo.coverage(past),
        coverage_single=placebo.coverage(past, alone or treated),
    )


def _territories(
    world: World, question: Question, span: Span, past: Dates, positions: Sequence[int], seen: np.ndarray
) -> dict[str, dict[str, Effect]]:
    """Return the effect in single territories; all are widened by what was found for the treated."""
    found: dict[str, dict[str, Effect]] = {question.territories[position]: {} for position in positions}
    for window in span.windows:
        months = slice(window.first, window.last + 1)
        scale = past.single_scale(question.treated, window.first, window.last)
        for position in positions:
            draws = world.single[position][:, months].sum(1)
            counted = float(seen[months, position].sum())
            found[question.territories[position]][window.name] = effect(counted, draws, scale, question.seed)
    return found


def _path(
    seen: np.ndarray, draws: np.ndarray, past: Dates, seed: int, cumulated: bool
) -> tuple[Effect | None, ...]:
    """Return the effect month by month, or from the start to each month."""
    made: list[Effect | None] = []
    for month in range(len(seen)):
        first = 0 if cumulated else month
        counted = seen[first : month + 1].sum()
        if np.isnan(counted):
            made.append(None)
            continue
        scale = past.scale(first, month)
        made.append(effect(counted, draws[:, first : month + 1].sum(1), scale, seed))
    return tuple(made)


def _neighbours(
    method: Method,
    question: Question,
    span: Span,
    starts: Sequence[int],
    neighbours: Sequence[int],
    tick: Callable[[], None],
) -> dict[str, Effect]:
    """Return the effect in the sum of the untreated neighbours, calibrated on the same placebo dates."""
    if not neighbours:
        return {}
    asked = replace(question, treated=tuple(neighbours), controls=())
    return sums(method, asked, span, starts, tick)


def sums(
    method: Method, question: Question, span: Span, starts: Sequence[int], tick: Callable[[], None]
) -> dict[str, Effect]:
    """Return the effect in a sum of territories by window; windows with months nobody counted are left out."""
    past = placebo.run(method, question, starts, (), tick)
    world = method.forecast(question)
    tick()
    seen = question.counts[question.origin : question.origin + question.horizon, list(question.treated)].sum(
        1
    )
    found = {}
    for window in span.windows:
        months = slice(window.first, window.last + 1)
        counted = float(seen[months].sum())
        if np.isnan(counted):
            continue
        scale: Scale = past.scale(window.first, window.last)
        found[window.name] = effect(counted, world.total[:, months].sum(1), scale, question.seed)
    return found
