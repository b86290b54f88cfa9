"""Displacement for the page: of the tonnes that leave shrinking corridors, where they reappear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from contraflow.report.labels import Labels
from contraflow.report.numbers import plain
from contraflow.report.outcomes import BY_NAME, TOTAL
from contraflow.report.rows import number

if TYPE_CHECKING:
    from contraflow.analysis import Comparison

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
        `window`, and `rows` with `place`, `label`, `touched` and `NUMBERS` (tonnes a year, and shares from
        0 to 1; missing ones None): the sum first, then corridors from the largest fall to the largest rise.
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
    return {"window": str(comparison.windows[0]), "rows": rows}
