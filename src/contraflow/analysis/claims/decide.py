"""What would decide a claim: the figure in words, what it would have to be, and the belief that matters most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from contraflow.analysis.claims.bounds import Bounds, span
from contraflow.analysis.claims.interval import Interval
from contraflow.analysis.claims.verdict import LIKELY, UNLIKELY

if TYPE_CHECKING:
    from contraflow.analysis.claims.claim import Claim

CHANCE = 3.5
"""A rank correlation below this many over the root of the draws may be chance among a hundred parameters."""
FEWEST = 50
"""Draws below which no parameter is named."""
MOST = 2
THIRDS = (1.0 / 3.0, 2.0 / 3.0)


@dataclass(frozen=True)
class Lever:
    """A belief that moves the probability of a claim.

    Attributes
    ----------
    parameter
        Symbol, with the member it is for.
    correlation
        Rank correlation with the observable over the draws.
    cuts
        Values between its thirds.
    probabilities
        Probability of the claim in its lowest, middle and highest third.
    """

    parameter: str
    correlation: float
    cuts: tuple[float, float]
    probabilities: tuple[float, float, float]

    @property
    def decides(self) -> bool:
        """Whether a probability that is in doubt now passes a threshold of the rule in one of the thirds."""
        doubtful = UNLIKELY <= float(np.mean(self.probabilities)) <= LIKELY
        return doubtful and any(p < UNLIKELY or p > LIKELY for p in self.probabilities)


def thirds(values: np.ndarray) -> tuple[tuple[float, float], list[np.ndarray]]:
    """Cut draws into three parts of equal number by a parameter: the cuts, and which draws are in each."""
    low, high = np.quantile(values, THIRDS)
    return (float(low), float(high)), [values <= low, (values > low) & (values <= high), values > high]


def levers(
    outcome: np.ndarray, accepted: Interval, parameters: Mapping[str, np.ndarray]
) -> tuple[Lever, ...]:
    """Find the parameters that an observable follows most.

    Parameters
    ----------
    outcome : numpy.ndarray, shape (draw,)
    accepted : Interval
        Values that bear the claim out.
    parameters : mapping of str to numpy.ndarray
        Draws of each parameter.

    Returns
    -------
    tuple of Lever
        At most two, none if no correlation is worth naming.
    """
    known = np.isfinite(outcome)
    if known.sum() < FEWEST or np.ptp(outcome[known]) == 0:
        return ()
    ranked, least = stats.rankdata(outcome[known]), CHANCE / float(np.sqrt(known.sum()))
    found = []
    for name, values in parameters.items():
        r = float(np.corrcoef(ranked, stats.rankdata(values[known]))[0, 1])
        if abs(r) >= least:
            found.append((abs(r), r, name))
    made = []
    for _, r, name in sorted(found, reverse=True)[:MOST]:
        cuts, parts = thirds(parameters[name][known])
        chance = [float(np.mean([accepted.holds(x) for x in outcome[known][part]])) for part in parts]
        made.append(Lever(name, r, cuts, (chance[0], chance[1], chance[2])))
    return tuple(made)


def needed(claim: Claim, bounds: Bounds, interval: tuple[float, float] | None) -> str:
    """Say what figure would decide a claim, and how sharp it would have to be where that is simple.

    Parameters
    ----------
    claim : Claim
    bounds : Bounds
    interval : tuple of float or None
        The 90 % interval of the observable.

    Returns
    -------
    str
        A few sentences.
    """
    observable = claim.observable
    said = [f"{observable.decides[0].upper()}{observable.decides[1:]}."]
    if bounds.implies:
        last = bounds.implies[-1]
        said.append(
            f"If the claim is right, {last.name} is {span(last.interval, last.unit)}; "
            "a sound figure outside that range contradicts it."
        )
    accepted = claim.accepted
    if interval is not None and np.isfinite(accepted.width) and interval[1] - interval[0] > accepted.width:
        wide = interval[1] - interval[0]
        points = "points" if observable.unit == "%" else observable.unit
        said.append(
            f"To settle it, {observable.name} has to be known to within a band of about {accepted.width:.3g} "
            f"{points}; its 90 % interval is {wide:.3g} {points} wide now."
        )
    return " ".join(said)
