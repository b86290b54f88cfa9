"""Numbers as a reader should see them: few significant digits, true signs, intervals in words."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

MINUS = "\N{MINUS SIGN}"
MISSING = "n/a"
MILLION = 1e-6
STEPS = ((1e12, " tn"), (1e9, " bn"), (1e6, " m"))
"""Short words for large sums of money; other units are written out."""


def significant(value: float, digits: int = 3) -> str:
    """Return a number with `digits` significant digits and thousands separated, never in powers of ten.

    Parameters
    ----------
    value
        Any number; a missing or infinite one gives "n/a".
    digits
        Significant digits kept.

    Returns
    -------
    str
        For example "1,230", "45.6", "0.0123", "−3.20", "0".
    """
    if not math.isfinite(value):
        return MISSING
    rounded = float(f"{value:.{digits - 1}e}")
    if rounded == 0:
        return "0"
    exponent = math.floor(math.log10(abs(rounded)))
    places = min(max(digits - 1 - exponent, 0), 12)
    text = f"{Decimal(repr(abs(rounded))):,.{places}f}"
    return (MINUS if rounded < 0 else "") + text


def is_money(unit: str) -> bool:
    """Tell whether a unit is a sum of dollars (not a price), so that "bn" may shorten it."""
    return unit == "USD" or unit.startswith("USD a ")


def amount(value: float, unit: str = "", digits: int = 3) -> str:
    """Return a value for a table cell: like `significant`, with "m", "bn" or "tn" for large sums of money."""
    step, word = _step(abs(value), unit, digits)
    return significant(value / step, digits) + word


def signed(value: float, unit: str = "", digits: int = 3) -> str:
    """Return a difference: like `amount`, with a plus sign where it is positive."""
    text = amount(value, unit, digits)
    return f"+{text}" if value > 0 and text[0].isdigit() and text != "0" else text


def interval(low: float, high: float, unit: str = "", digits: int = 3) -> str:
    """Return an interval of differences, for example "−12.0 to +3.00"; both ends in the same "m" or "bn"."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return MISSING
    step, word = _step(max(abs(low), abs(high)), unit, digits)
    return f"{signed(low / step, '', digits)}{word} to {signed(high / step, '', digits)}{word}"


def _step(size: float, unit: str, digits: int) -> tuple[float, str]:
    """Return the step and short word for sums of money of about this size; 1 and nothing for the rest."""
    if is_money(unit) and math.isfinite(size):
        rounded = float(f"{size:.{digits - 1}e}")
        return next(((step, word) for step, word in STEPS if rounded >= step), (1.0, ""))
    return 1.0, ""


def with_unit(text: str, unit: str) -> str:
    """Join a formatted number and its unit: "3.1 bn USD a year", "−3.1 %", "12 t a year"."""
    return f"{text} {unit}" if unit else text


def round_significant(values: NDArray[np.float64], digits: int = 5) -> NDArray[np.float64]:
    """Round every number of an array to so many significant digits.

    Parameters
    ----------
    values
        Any shape; missing and infinite numbers stay as they are.
    digits
        Significant digits kept.

    Returns
    -------
    ndarray
        The nearest float64 to each rounded decimal, so that its shortest text has at most `digits` digits.
    """
    values = np.asarray(values, dtype=np.float64)
    usable = np.isfinite(values) & (values != 0)
    exponent = np.floor(np.log10(np.abs(np.where(usable, values, 1.0))))
    shift = np.minimum(digits - 1 - exponent, 300)
    up, down = 10.0 ** np.maximum(shift, 0), 10.0 ** np.maximum(-shift, 0)
    with np.errstate(invalid="ignore"):
        return np.where(usable, np.round(values * up / down) / up * down, values)


def plain(values: NDArray[np.float64], digits: int = 5) -> list[Any]:
    """Return an array as nested lists of short numbers for JSON: whole ones as int, missing ones as None."""
    return _shorten(round_significant(values, digits).tolist())


def _shorten(item: Any) -> Any:
    """Turn whole floats into int and missing or infinite ones into None, at any depth."""
    if isinstance(item, list):
        return [_shorten(inner) for inner in item]
    if not math.isfinite(item):
        return None
    return int(item) if item == int(item) else item
