"""One cell of text to one value, or the reason why not."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable

from contraflow.case import schema
from contraflow.case.schema import Column

_PATTERNS = {
    "id": schema.ID_PATTERN,
    "code": schema.CODE_PATTERN,
    "country": schema.COUNTRY_PATTERN,
    "month": schema.MONTH_PATTERN,
    "date": schema.DATE_PATTERN,
}


def suggest(word: str, known: Iterable[str]) -> str:
    """Return words that propose the closest of `known`, or list them if they are few.

    Parameters
    ----------
    word
        What was written.
    known
        What could have been meant.

    Returns
    -------
    str
        A clause such as ``did you mean 'guayas'?``.
    """
    known = sorted(set(known))
    close = difflib.get_close_matches(word.lower(), known, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(f"'{match}'" for match in close) + "?"
    if not known:
        return "none is defined"
    if len(known) > 30:
        return f"none of the {len(known)} that are defined is close"
    return "known: " + ", ".join(known)


def parse_cell(column: Column, text: str) -> tuple[object, str, str]:
    """Read one cell.

    Parameters
    ----------
    column
        What the cell should be.
    text
        What it holds, stripped of blanks.

    Returns
    -------
    tuple
        The value, what is wrong and the remedy; the last two are empty if the cell is good.
    """
    if text == "":
        missing: object = math.nan if column.type in schema.NUMERIC else ""
        if not column.required:
            return missing, "", ""
        return missing, "the cell is empty", f"fill in {column.name}: {column.description.rstrip('.')}"
    if column.type in schema.NUMERIC:
        return _parse_number(column, text)
    if column.type == "choice" and text not in column.choices:
        remedy = suggest(text, column.choices) + f" (allowed: {', '.join(column.choices)})"
        return text, f"'{text}' is not an allowed word", remedy
    pattern = _PATTERNS.get(column.type)
    if pattern is not None and not pattern.fullmatch(text):
        return text, f"'{text}' is not {schema.TYPES[column.type]}", "write it in that form"
    if column.type in ("sources", "refs"):
        pattern = schema.SOURCE_PATTERN if column.type == "sources" else schema.ID_PATTERN
        bad = [part for part in split_keys(text) if not pattern.fullmatch(part)]
        if bad:
            return text, f"'{bad[0]}' is not a key", f"write {schema.TYPES[column.type]}"
    return text, "", ""


def split_keys(text: str) -> list[str]:
    """Split a cell of keys joined by semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


def _parse_number(column: Column, text: str) -> tuple[float, str, str]:
    """Read a number and hold it to its bounds."""
    try:
        value = float(text) if "_" not in text else math.nan
        readable = "_" not in text
    except ValueError:
        value, readable = math.nan, False
    if not readable:
        remedy = "write a plain number such as 1234.5, without thousands separators, units or a decimal comma"
        return math.nan, f"'{text}' is not a number", remedy
    if not math.isfinite(value):
        return (
            math.nan,
            f"'{text}' is not a finite number",
            "write a finite number, or leave the cell empty if unknown",
        )
    if column.type == "integer" and value != int(value):
        return math.nan, f"{text} is not a whole number", "write a whole number"
    too_low = column.low is not None and (value < column.low or (column.open_low and value == column.low))
    too_high = column.high is not None and (
        value > column.high or (column.open_high and value == column.high)
    )
    if too_low or too_high:
        unit = f" {column.unit}" if column.unit not in ("", "1") else ""
        return value, f"{text} is out of range", f"{column.name} must be {column.bounds}{unit}"
    return value, "", ""
