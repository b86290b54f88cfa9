"""Interval arithmetic: what follows for a result if all that is known of each number is that it lies between two."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """All numbers from `low` to `high`, both included; either end may be infinite.

    A result of the operations holds every value the operation can take on its operands' members, as long as
    each number enters the formula once.

    Raises
    ------
    ValueError
        If an end is not a number, or `low` is above `high`.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse what is not an interval."""
        if not self.low <= self.high:
            raise ValueError(f"no interval runs from {self.low} to {self.high}")

    @classmethod
    def exactly(cls, value: float) -> Interval:
        """Return the interval that holds one number."""
        return cls(value, value)

    @classmethod
    def around(cls, values: Iterable[float]) -> Interval:
        """Return the smallest interval that holds all of `values`."""
        known = list(values)
        return cls(min(known), max(known))

    @property
    def width(self) -> float:
        """Distance between the ends."""
        return self.high - self.low

    def __add__(self, other: Interval) -> Interval:
        """Sum."""
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        """Difference; `x - x` is not zero, because the two are taken as unrelated."""
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        """Product."""
        ends = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        """Quotient; unbounded on the side where the divisor comes to zero."""
        if other.low < 0 < other.high or other.low == other.high == 0:
            return Interval(-math.inf, math.inf)
        inverse = Interval(
            1.0 / other.high if other.high else -math.inf, 1.0 / other.low if other.low else math.inf
        )
        return self * inverse

    def times(self, factor: float) -> Interval:
        """Product with a number."""
        return self * Interval.exactly(factor)

    def plus(self, number: float) -> Interval:
        """Sum with a number."""
        return self + Interval.exactly(number)

    def clipped(self, low: float, high: float) -> Interval:
        """Move both ends into the range from `low` to `high`, which the quantity cannot leave."""
        return Interval(min(max(self.low, low), high), max(min(self.high, high), low))

    def hull(self, other: Interval) -> Interval:
        """Return the smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def holds(self, value: float) -> bool:
        """Tell whether a number is inside."""
        return self.low <= value <= self.high

    def within(self, other: Interval) -> bool:
        """Tell whether all of it is inside another."""
        return other.low <= self.low and self.high <= other.high

    def meets(self, other: Interval) -> bool:
        """Tell whether the two have a number in common."""
        return self.low <= other.high and other.low <= self.high


ANYTHING = Interval(-math.inf, math.inf)
PERCENT = Interval(0.0, 100.0)


def _times(a: float, b: float) -> float:
    """Product in which nothing times the unbounded is nothing: an end that can be reached, not a limit."""
    return 0.0 if a == 0 or b == 0 else a * b
