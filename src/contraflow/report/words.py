"""The answer in plain words, never more certain than its interval."""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contraflow.report.labels import Labels
from contraflow.report.numbers import amount, interval, signed, significant, with_unit
from contraflow.report.rows import Row, in_window, rows_of

if TYPE_CHECKING:
    from contraflow.analysis import Comparison

HEADLINES: dict[str, str] = {
    "delivered": "cocaine delivered to consumers",
    "transit_share": "the share of output that passes {country}",
    "seized_gross": "seizures",
    "destroyed": "cocaine destroyed by strikes",
    "price": "the retail price in {place}",
    "market_spending": "what users pay",
    "income_focus": "what the trade earns in {country}",
    "income_group": "the income of armed groups",
    "homicides": "homicides in {country}",
}
"""Outcomes that the answer speaks of, in this order, with the words for each."""

PRICES_SHOWN = 2
MONTH = re.compile(r"\b(\d{4})-(0[1-9]|1[0-2])\b")
DIGITS = 2
"""Significant digits of a difference in words; an estimate this wide bears no more."""
LARGE_PERCENT = 1000.0
"""A percentage above this compares with a baseline near nothing, and says nothing."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The answer to "what does the scenario do?", taken from the table of differences alone.

    Attributes
    ----------
    opening
        One sentence on the first window.
    clear, unclear
        Clauses on what changes (90 % interval without zero) and on what does not, each with its interval.
    later
        One sentence on the last window; empty where there is only one.
    """

    opening: str
    clear: list[str]
    unclear: list[str]
    later: str


def headline_rows(rows: list[Row]) -> list[Row]:
    """Return the rows that the answer speaks of: totals, and the prices of the largest markets.

    Parameters
    ----------
    rows
        Rows of one window.
    """
    chosen = []
    sizes = {row.place: row.baseline for row in rows if row.outcome == "delivered"}
    for outcome in HEADLINES:
        mine = [row for row in rows if row.outcome == outcome]
        if outcome == "price":
            chosen += sorted(mine, key=lambda row: -sizes.get(row.place, 0.0))[:PRICES_SHOWN]
        else:
            chosen += [row for row in mine if row.is_total]
    return chosen


def phrase(row: Row, labels: Labels) -> str:
    """Return the words for a headline row's outcome and place, for example "seizures"."""
    return labels.fill(HEADLINES[row.outcome]).replace("{place}", row.place_label)


def finding(row: Row, labels: Labels) -> str:
    """Return one difference as a clause with its 90 % interval."""
    name = phrase(row, labels)
    name = name[0].upper() + name[1:]
    if row.verdict == "none":
        return f"{name}: no difference at all."
    base = with_unit(amount(row.baseline, row.unit), _points(row.unit, level=True))
    unit = _points(row.unit)
    span = f"90 % interval {interval(row.diff_q05, row.diff_q95, row.unit, DIGITS)}"
    known = row.unit != "%" and math.isfinite(row.pct_median) and abs(row.pct_median) < LARGE_PERCENT
    if row.verdict == "unclear":
        percent = f", {signed(row.pct_median, digits=DIGITS)} %" if known else ""
        change = with_unit(signed(row.diff_median, row.unit, DIGITS), unit)
        return f"{name}: no clear change. Median {change}{percent}; {span}; baseline {base}."
    percent = f", or {significant(abs(row.pct_median), DIGITS)} %" if known else ""
    size = with_unit(amount(abs(row.diff_median), row.unit, DIGITS), unit)
    verb = "down" if row.verdict == "down" else "up"
    return f"{name}: {verb} by {size}{percent}; {span}; baseline {base}."


def _points(unit: str, level: bool = False) -> str:
    """Return the unit of a difference: differences of shares are in percentage points."""
    return "percentage points" if unit == "%" and not level else unit


def _directions(rows: list[Row], labels: Labels) -> str:
    """Return what falls, what rises and what does not clearly change, as one sentence without a start."""
    parts = []
    for words, verdicts in (
        ("a fall in ", ("down",)),
        ("a rise in ", ("up",)),
        ("no clear change in ", ("unclear",)),
        ("no difference at all in ", ("none",)),
    ):
        names = [phrase(row, labels) for row in rows if row.verdict in verdicts]
        if names:
            parts.append(words + _listed(names))
    return "; ".join(parts) + "."


def summary(comparison: Comparison) -> Summary:
    """Return the answer in words for a comparison."""
    labels = Labels(comparison.case)
    rows = rows_of(comparison, labels)
    pair = f"Compared with {comparison.baseline.name}, {comparison.scenario.name}"
    if not rows:
        return Summary(f"{pair}: the table of differences is empty.", [], [], "")
    if all(row.verdict == "none" for row in rows):
        return Summary(f"{pair} gives exactly the same numbers: no difference at all.", [], [], "")
    chosen = headline_rows(in_window(rows))
    if not chosen:
        return Summary(f"{pair}: see the table of differences.", [], [], "")
    last = in_window(rows, -1)
    later = ""
    if last[0].window != rows[0].window:
        late = headline_rows(last)
        settled = all(row.verdict in ("unclear", "none") for row in late)
        what = "none of these clearly changes." if settled else _directions(late, labels)
        later = f"From {window_words(last[0].window)}: {what}"
    return Summary(
        opening=f"{pair} gives, from {window_words(rows[0].window)}: {_directions(chosen, labels)}",
        clear=[finding(row, labels) for row in chosen if row.verdict in ("down", "up")],
        unclear=[finding(row, labels) for row in chosen if row.verdict in ("unclear", "none")],
        later=later,
    )


def window_words(window: str) -> str:
    """Return a window with its months in words: "September 2025 to August 2026"."""
    return MONTH.sub(lambda found: f"{calendar.month_name[int(found[2])]} {found[1]}", window)


def _listed(names: list[str]) -> str:
    """Join names as "a, b and c"."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def split_caveats(caveats: list[str]) -> tuple[list[str], list[str]]:
    """Split caveats into those on where the draws come from, which the page shows first, and the rest."""
    about = [text for text in caveats if "draws come from" in text]
    return about, [text for text in caveats if text not in about]
