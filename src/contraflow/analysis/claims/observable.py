"""`Observable`: a quantity that claims are about, with the ways to work it out; `OBSERVABLES` holds them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from contraflow.analysis.claims.bounds import Bounds

if TYPE_CHECKING:
    from contraflow.analysis.claims.claim import Claim
    from contraflow.analysis.claims.evidence import Evidence
    from contraflow.analysis.claims.runs import Runs
    from contraflow.case import Case

Known = Callable[["Case"], Iterable[str] | None]
FROM_MODEL, FROM_COUNTS = "model", "counts"


@dataclass(frozen=True, eq=False)
class Estimate:
    """What the model, or a count with its noise, says of an observable.

    Attributes
    ----------
    values : numpy.ndarray, shape (draw,)
        In the unit of the observable.
    origin : str
        ``model``, or ``counts`` if the draws are of the noise of counting around recorded numbers.
    note : str
        What to know of it.
    """

    values: np.ndarray
    origin: str = FROM_MODEL
    note: str = ""


class NotModelledError(Exception):
    """The model has no say in a claim; the message says why."""


def nothing(_: Case) -> None:
    """Ids for a column that an observable does not take."""
    return None


@dataclass(frozen=True)
class Observable:
    """A quantity that claims are about.

    Attributes
    ----------
    name, unit, meaning
        Its name in ``claims.csv``, its unit and what it is.
    takes
        What ``place``, ``via`` and ``period`` mean for it, in words.
    tolerance
        How far off a figure may be and still count as right, unless the claim says otherwise.
    decides
        Which figure would decide claims about it, in words.
    estimate
        What the model or the counts say; raises `NotModelledError`.
    bounds
        What follows from published figures alone.
    places, vias
        Ids that ``place`` and ``via`` may hold; None where the column must be empty.
    needs
        Columns that must not be empty.
    """

    name: str
    unit: str
    meaning: str
    takes: str
    tolerance: float
    decides: str
    estimate: Callable[[Claim, Runs], Estimate]
    bounds: Callable[[Claim, Evidence], Bounds]
    places: Known = nothing
    vias: Known = nothing
    needs: tuple[str, ...] = ()


OBSERVABLES: dict[str, Observable] = {}


def register(observable: Observable) -> Observable:
    """Add an observable to the vocabulary."""
    OBSERVABLES[observable.name] = observable
    return observable
