"""The main method: the model of killings that the case is fitted with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from contraflow.analysis.evaluate.world import Question, World
from contraflow.case import Case

DRAWS, QUICK = 1000, 200
#: Months always forecast, where the case reaches so far: the same numbers whatever horizon is asked for.
AHEAD = 30


class Killings:
    """Negative binomial state space over all provinces at once; fits are kept, so that events share placebos.

    Parameters
    ----------
    case
        The case.
    mechanism
        Whether rents, rivalries, splits and deployments known on the eve enter, beside the deviations with memory.
    """

    def __init__(self, case: Case, mechanism: bool = False) -> None:
        self.case, self.mechanism = case, mechanism
        self.name = "mechanism" if mechanism else "killings"
        self.label = "killings model with mechanism" if mechanism else "killings model"
        self.words = (
            "Negative binomial counts of all provinces at once, around the level of the year before the eve and the "
            "season, with deviations of the country and of each province that remember; fitted by mode and curvature."
        )
        if mechanism:
            self.words += (
                " What rents, rivalries, splits, deployments and curfews known on the eve imply is in the level "
                "(not for parts of the day)."
            )
        self._kept: dict[tuple, np.ndarray] = {}

    def forecast(self, question: Question, single: Sequence[int] = (), quick: bool = False) -> World:
        """Forecast every territory together; sums and single ones are read off the same draws.

        Parameters
        ----------
        question
            What to forecast, from what.
        single
            Positions of the territories wanted one by one.
        quick
            Use fewer draws.

        Returns
        -------
        World
        """
        before = hashlib.sha256(np.ascontiguousarray(question.counts[: question.origin]).tobytes())
        key = (before.digest(), question.seed, quick, question.part)
        if key not in self._kept or self._kept[key].shape[1] < question.horizon:
            self._kept[key] = self._ask(question, QUICK if quick else DRAWS)
        share = question.share[question.origin : question.origin + question.horizon]
        draws = self._kept[key][:, : question.horizon] * share[None, :, None]
        total = draws[:, :, list(question.treated)].sum(2)
        return World(total, {position: draws[:, :, position] for position in single})

    def _ask(self, question: Question, draws: int) -> np.ndarray:
        """Fit to the eve and forecast, shape (draw, month, territory)."""
        from contraflow.inference.killings import Panel, fit, forecast
        from contraflow.inference.sampler import Sampling

        first = max(self.case.start.ordinal - int(question.months.asi8[0]), 0)
        counts = _filled(question.counts[first : question.origin])
        panel = Panel(
            counts=counts,
            prison=np.zeros_like(counts),
            months=question.months[first : question.origin],
            territories=question.territories,
            incomplete=question.share[first : question.origin],
        )
        fitted = fit(
            self.case,
            panel,
            mechanism=self.mechanism and not question.part,
            how=Sampling(draws=draws, chains=1, seed=question.seed),
            method="laplace",
        )
        left = self.case.end.ordinal - int(question.months.asi8[question.origin - 1])
        months = max(question.horizon, min(AHEAD, left))
        return forecast(fitted, months, seed=question.seed).astype(np.float32)


def _filled(counts: np.ndarray) -> np.ndarray:
    """Return whole counts; months nobody counted are interpolated, since the model knows no holes."""
    frame = pd.DataFrame(counts).interpolate(limit_direction="both")
    return np.rint(frame.to_numpy()).astype(int)
