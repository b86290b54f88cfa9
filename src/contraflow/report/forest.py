"""The headline differences as a table with a drawn interval in each row; plain HTML, no script."""

from __future__ import annotations

import math
from html import escape

from contraflow.report.labels import Labels
from contraflow.report.numbers import amount, interval, signed, with_unit
from contraflow.report.rows import Row
from contraflow.report.words import DIGITS, phrase

AXES = (1.0, 2.0, 4.0, 6.0, 10.0, 16.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0)
"""Half-widths, in percent, that the axis may have."""
SHOWN = 0.8
"""Share of the intervals that the axis must hold whole; the others end in an arrow."""


def axis_of(rows: list[Row]) -> float:
    """Return the half-width of the axis in percent."""
    reach = sorted(max(abs(row.pct_q05), abs(row.pct_q95)) for row in rows if math.isfinite(row.pct_q05))
    if not reach:
        return AXES[0]
    needed = reach[min(math.ceil(SHOWN * len(reach)), len(reach)) - 1]
    return next((half for half in AXES if half >= needed), AXES[-1])


def _mark(row: Row, half: float) -> str:
    """Return the drawing of one row's intervals on an axis from -half to +half percent."""
    if not math.isfinite(row.pct_q05):
        return '<span class="none">baseline is zero in some draws</span>'

    def at(value: float) -> float:
        return 50.0 + 50.0 * min(max(value / half, -1.0), 1.0)

    def bar(name: str, low: float, high: float) -> str:
        left, right = at(low), at(high)
        return f'<i class="{name}" style="left:{left:.2f}%;width:{max(right - left, 0.2):.2f}%"></i>'

    parts = [bar("q90", row.pct_q05, row.pct_q95), bar("q50", row.pct_q25, row.pct_q75)]
    if abs(row.pct_median) <= half:
        parts.append(f'<i class="q0" style="left:{at(row.pct_median):.2f}%"></i>')
    if row.pct_q05 < -half:
        parts.append('<i class="off left"></i>')
    if row.pct_q95 > half:
        parts.append('<i class="off right"></i>')
    return "".join(parts)


def forest(rows: list[Row], labels: Labels, window: str) -> str:
    """Return the table of headline differences in percent of the baseline, with 50 and 90 % intervals.

    Parameters
    ----------
    rows
        Headline rows of one window.
    labels
        Names of places.
    window
        Words for the window, shown in the caption.
    """
    if not rows:
        return ""
    half = axis_of(rows)
    body = []
    for row in rows:
        name = phrase(row, labels)
        unit = "percentage points" if row.unit == "%" else row.unit
        percent = (
            f"{signed(row.pct_median, digits=DIGITS)} % "
            f"<small>{interval(row.pct_q05, row.pct_q95, digits=DIGITS)}</small>"
            if math.isfinite(row.pct_median)
            else f"{with_unit(signed(row.diff_median, row.unit, DIGITS), unit)} "
            f"<small>{interval(row.diff_q05, row.diff_q95, row.unit, DIGITS)}</small>"
        )
        base = with_unit(amount(row.baseline, row.unit), row.unit)
        body.append(
            f'<tr class="{row.verdict}"><th scope="row">{escape(name[0].upper() + name[1:])}</th>'
            f'<td class="base">{escape(base)}</td>'
            f'<td class="drawn"><div class="axis" aria-hidden="true">{_mark(row, half)}</div></td>'
            f"<td>{percent}</td></tr>"
        )
    ticks = "".join(
        f'<span style="left:{place}%">{text}</span>'
        for place, text in ((0, f"−{half:.0f} %"), (50, "0"), (100, f"+{half:.0f} %"))
    )
    return (
        '<div class="scroll"><table class="forest"><caption>Change in percent of the baseline, '
        f"{escape(window)}: median, 50 % interval (thick), 90 % interval (thin). Grey: the 90 % interval "
        'includes zero.</caption><thead><tr><th scope="col">Outcome</th>'
        '<th scope="col" class="base">Baseline</th>'
        f'<th scope="col" class="drawn"><div class="ticks" aria-hidden="true">{ticks}</div></th>'
        '<th scope="col">Change <small>90 %</small></th></tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )
