"""Figures of an audit of claims: one row a claim, and the change of incomes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contraflow.analysis.claims.verdict import CONTRADICTED, SUPPORTED
from contraflow.report.drawing import PALETTE, new_figure
from contraflow.report.page import Cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from contraflow.analysis.claims import Audit, Audited
    from contraflow.analysis.claims.gains import Gain, Gains

ROW = 0.27
"""Inches a row."""
FRAME = 0.9
"""Inches for the axis and the legend."""
MARK = {SUPPORTED: "supported", CONTRADICTED: "contradicted"}
CUT = 40.0
"""Per cent beyond which the change of an income is cut off."""
LOWEST = 0.1
"""Left end of a logarithmic axis."""


@dataclass(frozen=True)
class Group:
    """Claims that share an axis.

    Attributes
    ----------
    title, unit
        What they are about, and the unit of the axis.
    rows
        The audited claims.
    low, high
        Ends of the axis.
    logarithmic
        Whether the axis is.
    """

    title: str
    unit: str
    rows: tuple[Audited, ...]
    low: float
    high: float
    logarithmic: bool = False

    @property
    def caption(self) -> str:
        """What the figure shows."""
        return (
            f"{self.title}. Amber: what is claimed, with its tolerance. Green: the model or the counts, median, 50 % "
            "(thick) and 90 % interval. Grey: what published figures allow (dotted: it decides nothing)."
        )

    @property
    def alt(self) -> str:
        """The same for who cannot see it."""
        return f"{self.title}: {len(self.rows)} claims, each with the figure claimed, the estimate and the bounds."


def groups(audit: Audit) -> list[Group]:
    """Sort claims by axis."""
    sorted_rows: dict[str, list[Audited]] = {"share": [], "effect": [], "growth": [], "amount": []}
    for row in audit.rows:
        sorted_rows[_kind(row)].append(row)
    made = []
    if sorted_rows["share"]:
        made.append(Group("Shares and rates", "%", tuple(sorted_rows["share"]), 0.0, 100.0))
    if sorted_rows["effect"]:
        low, high = _reach(sorted_rows["effect"], 30.0)
        made.append(Group("Effects of a campaign", "%", tuple(sorted_rows["effect"]), low, high))
    if sorted_rows["growth"]:
        low, high = _reach(sorted_rows["growth"], 900.0)
        made.append(Group("Changes over the years", "% or points", tuple(sorted_rows["growth"]), low, high))
    if sorted_rows["amount"]:
        rows = sorted_rows["amount"]
        made.append(
            Group("Tonnes and counts", "t, t a year or number", tuple(rows), LOWEST, 1e4, logarithmic=True)
        )
    return made


def _kind(row: Audited) -> str:
    name, unit = row.claim.observable.name, row.claim.observable.unit
    if name.endswith("-effect"):
        return "effect"
    if name.endswith(("-change", "-growth")):
        return "growth"
    return "share" if unit == "%" else "amount"


def _reach(rows: list[Audited], most: float) -> tuple[float, float]:
    """Ends of an axis that holds claims and intervals, up to a width on either side of zero."""
    ends = [0.0]
    for row in rows:
        ends += [end for end in (row.claim.accepted.low, row.claim.accepted.high) if math.isfinite(end)]
        ends += list(row.quantiles or ())
    pad = 0.05 * (max(ends) - min(ends))
    return max(min(ends) - pad, -most), min(max(ends) + pad, most)


def ladder(group: Group) -> Figure:
    """Draw one row a claim: bounds, estimate, and what is claimed."""
    number = len(group.rows)
    figure, panels = new_figure(height=FRAME + ROW * number)
    axes = panels[0, 0]
    if group.logarithmic:
        axes.set_xscale("log")
    axes.set_xlim(group.low, group.high)
    axes.set_ylim(number - 0.4, -0.6)
    axes.set_yticks(range(number), [row.claim.id for row in group.rows])
    axes.tick_params(axis="y", length=0, labelsize=8)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=PALETTE["rule"], lw=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(group.unit)
    if group.low < 0 < group.high:
        axes.axvline(0, color=PALETTE["muted"], lw=0.8)
    for height, row in enumerate(group.rows):
        _bounds(axes, group, row, height)
        _claimed(axes, group, row, height)
        if row.quantiles is not None:
            _interval(axes, row.quantiles, height, group.low, group.high)
        if row.verdict.word in MARK:
            colour = PALETTE["up"] if row.verdict.word == SUPPORTED else PALETTE["down"]
            axes.annotate(
                MARK[row.verdict.word], (1.01, height), xycoords=("axes fraction", "data"), va="center",
                fontsize=8, color=colour, annotation_clip=False,
            )  # fmt: skip
    return figure


def _clip(group: Group, low: float, high: float) -> tuple[float, float]:
    return min(max(low, group.low), group.high), max(min(high, group.high), group.low)


def _bounds(axes: Axes, group: Group, row: Audited, height: int) -> None:
    bounds = row.bounds
    if not math.isfinite(bounds.interval.low) and not math.isfinite(bounds.interval.high):
        return
    low, high = _clip(group, bounds.interval.low, bounds.interval.high)
    if not bounds.steps:
        return
    if bounds.binding:
        axes.plot([low, high], [height, height], color=PALETTE["rule"], lw=9, solid_capstyle="butt", zorder=1)
        if low == high:
            axes.plot([low], [height], marker="|", ms=11, color=PALETTE["baseline"], zorder=2)
    else:
        axes.plot([low, high], [height, height], color=PALETTE["baseline"], lw=1.2, ls=":", zorder=1)


def _claimed(axes: Axes, group: Group, row: Audited, height: int) -> None:
    claim = row.claim
    low, high = _clip(group, claim.accepted.low, claim.accepted.high)
    axes.plot(
        [low, high], [height + 0.3] * 2, color=PALETTE["amber"], lw=2.2, solid_capstyle="butt", zorder=3
    )
    if claim.comparator == "between":
        return
    shape = {"=": "D", ">=": ">", "<=": "<"}[claim.comparator]
    if group.low <= claim.value <= group.high:
        axes.plot(
            [claim.value], [height + 0.3], marker=shape, ms=5, color=PALETTE["amber"], zorder=4, ls="none"
        )


def _interval(axes: Axes, quantiles: tuple[float, ...], height: float, low: float, high: float) -> None:
    """Draw 90 and 50 % intervals and the median, with an arrow where they leave the axis."""
    inside = [min(max(q, low), high) for q in quantiles]
    axes.plot([inside[0], inside[4]], [height, height], color=PALETTE["accent"], lw=1.2, zorder=5)
    axes.plot(
        [inside[1], inside[3]],
        [height, height],
        color=PALETTE["accent"],
        lw=4.5,
        solid_capstyle="butt",
        zorder=5,
    )
    if low <= quantiles[2] <= high:
        axes.plot([quantiles[2]], [height], marker="o", ms=4, color=PALETTE["ink"], zorder=6, ls="none")
    for end, edge, shape in ((quantiles[0], low, "<"), (quantiles[4], high, ">")):
        if (end < edge) if shape == "<" else (end > edge):
            axes.plot([edge], [height], marker=shape, ms=5, color=PALETTE["accent"], clip_on=False, zorder=6)


def ladder_data(group: Group) -> tuple[tuple[str, ...], list[list[Cell]]]:
    """Return the numbers behind `ladder`."""
    header = (
        "claim",
        "claimed",
        "from",
        "to",
        "5 %",
        "25 %",
        "median",
        "75 %",
        "95 %",
        "by hand, from",
        "to ",
    )
    rows: list[list[Cell]] = []
    for row in group.rows:
        accepted, bounds = row.claim.accepted, row.bounds.interval
        rows.append([row.claim.id, row.claim.figure, accepted.low, accepted.high, *(row.quantiles or [None] * 5),
                     bounds.low, bounds.high])  # fmt: skip
    return header, rows


def gains_figure(gains: Gains) -> Figure:
    """Draw the change of every income at 12 months and at the longest horizon."""
    longest = max(gain.months for gain in gains.rows)
    shown = sorted({min(12, longest), longest})
    items = list(
        dict.fromkeys((gain.item, gain.name) for gain in gains.rows if _drawn(gains, gain.item, shown))
    )
    figure, panels = new_figure(columns=len(shown), height=FRAME + ROW * len(items), sharey=True)
    for axes, months in zip(panels[0], shown, strict=True):
        axes.set_xlim(-CUT, CUT)
        axes.set_ylim(len(items) - 0.4, -0.6)
        axes.axvline(0, color=PALETTE["muted"], lw=0.8)
        axes.grid(axis="x", color=PALETTE["rule"], lw=0.6)
        axes.set_axisbelow(True)
        axes.set_title(f"over {months} months", loc="left")
        axes.set_xlabel("% of income without the campaign")
        axes.tick_params(axis="y", length=0, labelsize=8)
        axes.spines["left"].set_visible(False)
        for height, (item, _) in enumerate(items):
            gain = next(g for g in gains.rows if g.item == item and g.months == months)
            _interval(axes, gain.percent, height, -CUT, CUT)
    panels[0, 0].set_yticks(range(len(items)), [name for _, name in items])
    return figure


def _drawn(gains: Gains, item: str, months: list[int]) -> bool:
    """Whether an income has a change in per cent at all the horizons drawn, one that is not nothing."""
    rows: list[Gain] = [gain for gain in gains.rows if gain.item == item and gain.months in months]
    return all(all(math.isfinite(q) for q in gain.percent) for gain in rows) and any(
        any(g.percent) for g in rows
    )
