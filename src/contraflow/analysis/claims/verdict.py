"""The rule by which a claim is supported, contradicted, or undecidable with this evidence.

First the bounds, which need no model: a claim outside them is contradicted, and one that they leave no room to
be wrong is supported. Then the probability that the observable lies where the claim puts it: below `UNLIKELY`
the claim is contradicted, above `LIKELY` supported. That probability counts as evidence if its draws come
from a posterior or from counts. Draws from the priors are what was believed before looking: they are
shown, as what they lean to, and decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contraflow.analysis.claims.bounds import Bounds
    from contraflow.analysis.claims.interval import Interval

SUPPORTED, CONTRADICTED, UNDECIDABLE = "supported", "contradicted", "undecidable"
UNLIKELY = 0.05
LIKELY = 0.8
RULE = (
    f"Contradicted: published figures exclude it, or its probability is below {UNLIKELY:g}. Supported: published "
    f"figures leave no room for it to be wrong, or its probability is above {LIKELY:g} and the figures allow it. "
    "Else undecidable with this evidence. Probabilities from priors alone decide nothing."
)


@dataclass(frozen=True)
class Verdict:
    """What the audit says of a claim.

    Attributes
    ----------
    word
        ``supported``, ``contradicted`` or ``undecidable``.
    rests_on
        ``published figures``, ``counts`` or ``posterior``; empty if undecidable.
    reason
        Why, in a sentence.
    """

    word: str
    rests_on: str
    reason: str


def judge(accepted: Interval, bounds: Bounds, probability: float | None, origin: str) -> Verdict:
    """Apply the rule.

    Parameters
    ----------
    accepted : Interval
        Values that bear the claim out.
    bounds : Bounds
    probability : float or None
        That the observable is among them; None where nothing was estimated.
    origin : str
        ``counts``, ``prior`` or ``posterior``.

    Returns
    -------
    Verdict
    """
    by_hand = "published figures"
    if bounds.binding and not bounds.interval.meets(accepted):
        return Verdict(
            CONTRADICTED, by_hand, "No value that the published figures allow bears the claim out."
        )
    if bounds.binding and bounds.interval.within(accepted):
        return Verdict(
            SUPPORTED, by_hand, "Every value that the published figures allow bears the claim out."
        )
    if probability is None:
        return Verdict(
            UNDECIDABLE, "", "The published figures allow it and its opposite, and the model has no say."
        )
    chance = f"The probability is {probability:.2f}"
    if origin == "prior":
        lean = "against the claim" if probability < UNLIKELY else "for the claim"
        decided = probability < UNLIKELY or probability > LIKELY
        more = f"and leans {lean}, but" if decided else "and"
        return Verdict(UNDECIDABLE, "", f"{chance}, {more} rests on priors alone.")
    if probability < UNLIKELY:
        return Verdict(CONTRADICTED, origin, f"{chance}, below {UNLIKELY:g}.")
    if probability > LIKELY:
        return Verdict(SUPPORTED, origin, f"{chance}, above {LIKELY:g}, and the published figures allow it.")
    return Verdict(UNDECIDABLE, "", f"{chance}, neither below {UNLIKELY:g} nor above {LIKELY:g}.")
