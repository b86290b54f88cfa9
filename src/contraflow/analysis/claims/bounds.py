"""Bounds without the model: a derivation of a few lines that anyone can follow by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contraflow.analysis.claims.interval import ANYTHING, Interval

LOGIC = ("logic",)
"""What stands for a source where a line follows from the meaning of the words."""


@dataclass(frozen=True)
class Figure:
    """A published number, or the range of several that disagree.

    Attributes
    ----------
    name
        What it is.
    interval, unit
        Its range.
    sources
        Keys of ``sources.bib``, or the word ``judgement`` or `LOGIC`.
    """

    name: str
    interval: Interval
    unit: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One line of a derivation: what is worked out, from which numbers, and what comes out."""

    name: str
    formula: str
    interval: Interval
    unit: str
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the line as words."""
        worked = f" = {self.formula}" if self.formula else ""
        return f"{self.name}{worked} = {span(self.interval, self.unit)}"


@dataclass(frozen=True)
class Bounds:
    """What published figures alone say of an observable.

    Attributes
    ----------
    interval
        No value outside is possible, if the figures are right.
    steps
        The derivation.
    binding
        False where the interval leaves out something that cannot be bounded (such as fear): it then informs a
        reader, but decides nothing.
    note
        What the bounds rest on, or why there are none.
    evidence
        Published figures that bear on the claim without bounding it.
    implies
        What else would have to be true if the claim is.
    """

    interval: Interval
    steps: tuple[Step, ...] = ()
    binding: bool = True
    note: str = ""
    evidence: tuple[Figure, ...] = ()
    implies: tuple[Step, ...] = ()


def no_bounds(note: str, interval: Interval = ANYTHING, evidence: Sequence[Figure] = ()) -> Bounds:
    """Return the bounds of what no published figure limits."""
    return Bounds(interval, (), True, note, tuple(evidence))


def given(figure: Figure) -> Step:
    """Return the line that takes a figure as it was published."""
    return Step(figure.name, "", figure.interval, figure.unit, figure.sources)


def span(interval: Interval, unit: str = "") -> str:
    """Return a range in words: "232 to 450 t"; the ends are shown with three digits."""
    after = f" {unit}" if unit else ""
    low, high = end(interval.low), end(interval.high)
    if low == high:
        return f"{low}{after}"
    if interval.low == -float("inf") and interval.high == float("inf"):
        return "anything"
    if interval.high == float("inf"):
        return f"at least {low}{after}"
    if interval.low == -float("inf"):
        return f"at most {high}{after}"
    return f"{low} to {high}{after}"


def end(value: float) -> str:
    """Return one end of a range."""
    if value in (float("inf"), -float("inf")):
        return "∞" if value > 0 else "−∞"
    shown = float(f"{value:.2e}")
    text = f"{shown:,.0f}" if abs(shown) >= 100 else f"{shown:.3g}"
    return text.replace("-", "−")
