"""Displacement for the page: of the tonnes that leave shrinking corridors, where they reappear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from contraflow.report.labels import Labels
from contraflow.report.numbers import interval, plain, signed, significant
from contraflow.report.outcomes import BY_NAME, TOTAL
from contraflow.report.rows import number
from contraflow.report.words import DIGITS

if TYPE_CHECKING:
    from contraflow.analysis import Comparison

PERCENT = 100.0
NAMED = 3
"""Growing corridors that the words name."""

NUMBERS = (
    "baseline",
    "scenario",
    "diff_q05",
    "diff_median",
    "diff_q95",
    "displaced_q05",
    "displaced_median",
    "displaced_q95",
)


def displacement(comparison: Comparison, labels: Labels) -> dict[str, Any]:
    """Return the comparison's displacement table for JSON; empty where there is none.

    Returns
    -------
    dict
        `window`; `words`, see `displacement_words`; and `rows` with `place`, `label`, `touched` and `NUMBERS`
        (tonnes a year, and shares from 0 to 1; missing ones None): the sum first, then the corridors from
        the largest fall to the largest rise.
    """
    table = comparison.displacement
    if table is None or table.empty:
        return {}
    ordered = table.assign(first=table["corridor"] != TOTAL).sort_values(
        ["first", "diff_median", "corridor"], kind="stable"
    )
    rows = []
    for record in ordered.to_dict("records"):
        place = str(record["corridor"])
        numbers = np.array([number(record.get(name)) for name in NUMBERS])
        label = labels.total(BY_NAME["corridor_flow"]) if place == TOTAL else labels.of("corridor", place)
        rows.append(
            {
                "place": place,
                "label": label,
                "touched": bool(record["touched"]),
                **dict(zip(NUMBERS, plain(numbers), strict=True)),
            }
        )
    return {"window": str(comparison.windows[0]), "words": displacement_words(rows), "rows": rows}


def displacement_words(rows: list[dict[str, Any]]) -> str:
    """Say what part of the removed tonnes reappears, where, and what is left, never without its interval.

    Parameters
    ----------
    rows
        As `displacement` returns them.
    """
    total = next((row for row in rows if row["place"] == TOTAL), None)
    if total is None:
        return ""
    if total["displaced_median"] is None:
        return "No corridor loses anything."
    low, middle, high = (
        significant(PERCENT * total[f"displaced_{level}"], DIGITS) for level in ("q05", "median", "q95")
    )
    said = [
        f"Of each 100 t that shrinking corridors lose, {middle} t reappear in growing ones "
        f"(90 % interval {low} to {high}; above 100 the trade has grown)."
    ]
    growing = [row for row in rows if row is not total and (row["diff_q05"] or 0) > 0]
    growing = sorted(growing, key=lambda row: -row["diff_median"])[:NAMED]
    said.append(
        f"Clearly growing: {'; '.join(_change(row) for row in growing)}."
        if growing
        else "No single corridor clearly grows."
    )
    said.append(f"All corridors together: {_change(total, named=False)}.")
    return " ".join(said)


def _change(row: dict[str, Any], named: bool = True) -> str:
    """Return the change over one corridor with its 90 % interval."""
    low, middle, high = (row[f"diff_{level}"] for level in ("q05", "median", "q95"))
    name = f"{row['label']}, " if named else ""
    return f"{name}{signed(middle, digits=DIGITS)} t a year ({interval(low, high, digits=DIGITS)})"
