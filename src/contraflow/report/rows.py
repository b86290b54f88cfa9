"""Rows of a table of differences, in the order and with the names a reader should see."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from contraflow.report.labels import Labels
from contraflow.report.outcomes import TOTAL, order_of, outcome_of, unit_of

if TYPE_CHECKING:
    from contraflow.analysis import Comparison

LEVELS = ("baseline", "scenario")
DIFFERENCES = ("diff_median", "diff_q05", "diff_q25", "diff_q75", "diff_q95")
PERCENTS = ("pct_median", "pct_q05", "pct_q25", "pct_q75", "pct_q95")
NUMBERS = (*LEVELS, *DIFFERENCES, *PERCENTS, "p_decrease")


@dataclass(frozen=True, slots=True)
class Row:
    """One difference between scenario and baseline: ids, names, unit in words, window, numbers."""

    outcome: str
    place: str
    section: str
    outcome_label: str
    place_label: str
    unit: str
    window: str
    baseline: float
    scenario: float
    diff_median: float
    diff_q05: float
    diff_q25: float
    diff_q75: float
    diff_q95: float
    pct_median: float
    pct_q05: float
    pct_q25: float
    pct_q75: float
    pct_q95: float
    p_decrease: float

    @property
    def is_total(self) -> bool:
        """Whether the row is the sum over all places of its outcome."""
        return self.place == TOTAL

    @property
    def verdict(self) -> str:
        """Return "none" (exactly no difference), "unclear" (90 % interval holds zero), "down" or "up"."""
        low, high = self.diff_q05, self.diff_q95
        if low == high == self.diff_median == 0:
            return "none"
        if not (math.isfinite(low) and math.isfinite(high)) or low <= 0 <= high:
            return "unclear"
        return "up" if low > 0 else "down"


def rows_of(comparison: Comparison, labels: Labels) -> list[Row]:
    """Return the table of differences as rows: by window, then by outcome in the catalogue's order.

    Within an outcome the total comes first and the places follow by the size of their baseline, except
    stages, which keep the order from farmgate to retail.
    """
    rows = []
    windows: dict[str, int] = {}
    for values in comparison.table.itertuples(index=False):
        record = {str(name): value for name, value in zip(comparison.table.columns, values, strict=True)}
        outcome, place, window = str(record["outcome"]), str(record["place"]), str(record["window"])
        windows.setdefault(window, len(windows))
        known = outcome_of(outcome)
        unit, factor = unit_of(str(record["unit"]))
        scaled: dict[str, float] = dict.fromkeys((*LEVELS, *DIFFERENCES), factor)
        numbers = {name: number(record.get(name)) * scaled.get(name, 1.0) for name in NUMBERS}
        rows.append(
            Row(
                outcome=outcome,
                place=place,
                section=known.section,
                outcome_label=labels.outcome(known),
                place_label=labels.in_outcome(outcome, place),
                unit=unit,
                window=window,
                **numbers,
            )
        )

    def key(item: tuple[int, Row]) -> tuple:
        position, row = item
        size = 0.0 if row.outcome == "income_stage" or math.isnan(row.baseline) else -abs(row.baseline)
        return (windows[row.window], order_of(row.outcome), row.outcome, not row.is_total, size, position)

    return [row for _, row in sorted(enumerate(rows), key=key)]


def in_window(rows: list[Row], position: int = 0) -> list[Row]:
    """Return the rows of one window of the table; the first is the one that summaries speak of."""
    windows = list(dict.fromkeys(row.window for row in rows))
    return [row for row in rows if row.window == windows[position]] if windows else []


def number(value: Any) -> float:
    """Return a cell as float; missing as NaN."""
    return math.nan if value is None or pd.isna(value) else float(value)
