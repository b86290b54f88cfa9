"""Figures of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from contraflow.report.drawing import PALETTE, new_figure
from contraflow.report.page import Cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from contraflow.analysis.evaluate import Evaluation
    from contraflow.analysis.evaluate.effects import Effect, Interval

Data = tuple[tuple[str, ...], list[list[Cell]]]
#: Months of the record drawn before the eve.
BEFORE = 36
#: A province is drawn if at least this many killings were expected.
DRAWN = 1.0
#: Per cent beyond which a bar is cut off.
WIDEST = 200.0
#: The page turns white into the colour of its paper.
PAPER = "#ffffff"
#: Size of titles.
TITLE = 10
COLOURS = (PALETTE["accent"], PALETTE["amber"], PALETTE["up"])


def path(evaluation: Evaluation) -> Figure:
    """Counted killings beside the world without the measure."""
    record, span, main = evaluation.record, evaluation.span, evaluation.findings[0]
    treated = record.columns(evaluation.measure.territories)
    start = max(span.origin - BEFORE, 0)
    stop = span.origin + span.horizon
    months = np.array([month.year + (month.month - 0.5) / 12 for month in record.months[start:stop]])
    counted = record.counts[start:stop, treated].sum(1)
    figure, panels = new_figure(height=3.4)
    axes = panels[0, 0]
    after = months[span.origin - start :]
    _shade(axes, after, span.exposure)
    bands = [effect and effect.expected for effect in main.months]
    _band(axes, after, bands, PALETTE["baseline"], f"without it, {main.label}")
    for found, colour in zip(evaluation.findings[1:], COLOURS[1:], strict=False):
        line = [np.nan if effect is None else effect.expected.median for effect in found.months]
        axes.plot(after, line, color=colour, lw=1.2, ls="--", label=f"without it, {found.label} (median)")
    axes.plot(months, counted, color=PALETTE["accent"], lw=1.6, marker="o", ms=2.5, label="counted")
    axes.set_ylim(bottom=0)
    axes.set_ylabel("killings a month")
    _years(axes, months)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def path_data(evaluation: Evaluation) -> Data:
    """Return the numbers behind `path`."""
    rows: list[list[Cell]] = []
    for position, month in enumerate(_months(evaluation)):
        for found in evaluation.findings:
            effect = found.months[position]
            share = f"{100 * evaluation.span.exposure[position]:.0f} %"
            rows.append([month, share, found.label, *_cells(effect, effect and effect.expected)])
    return ("month", "days in force", "method", "counted", "median", "5 %", "25 %", "75 %", "95 %"), rows


def cumulated(evaluation: Evaluation) -> Figure:
    """Difference added up from the first month on."""
    span = evaluation.span
    figure, panels = new_figure(columns=len(evaluation.findings), height=2.9, sharey=True)
    labels = [month.year + (month.month - 0.5) / 12 for month in evaluation.record.months]
    months = np.array(labels[span.origin : span.origin + span.horizon])
    for axes, found, colour in zip(panels[0], evaluation.findings, COLOURS, strict=False):
        _shade(axes, months, span.exposure)
        bands = [effect and effect.count for effect in found.cumulated]
        _band(axes, months, bands, colour, "")
        axes.axhline(0, color=PALETTE["muted"], lw=0.8)
        axes.set_title(found.label, loc="left", fontsize=TITLE)
        _years(axes, months)
    panels[0, 0].set_ylabel("killings, added up")
    return figure


def cumulated_data(evaluation: Evaluation) -> Data:
    """Return the numbers behind `cumulated`."""
    rows: list[list[Cell]] = []
    for position, month in enumerate(_months(evaluation)):
        for found in evaluation.findings:
            effect = found.cumulated[position]
            rows.append([month, found.label, *_cells(effect, effect and effect.count)])
    return ("to", "method", "counted", "median", "5 %", "25 %", "75 %", "95 %"), rows


def forest(evaluation: Evaluation) -> Figure:
    """Effect by province."""
    window = evaluation.span.windows[0].name
    treated = evaluation.measure.territories
    main = evaluation.findings[0]
    names = [
        name
        for name in (*treated, *evaluation.neighbours)
        if main.territories[name][window].expected.median >= DRAWN
    ]
    names = sorted(names, key=lambda name: (name in treated, main.territories[name][window].expected.median))
    figure, panels = new_figure(height=0.9 + 0.27 * max(len(names), 2))
    axes = panels[0, 0]
    offsets = np.linspace(0.17, -0.17, len(evaluation.findings)) if len(evaluation.findings) > 1 else [0.0]
    for found, colour, offset in zip(evaluation.findings, COLOURS, offsets, strict=False):
        for row, name in enumerate(names):
            interval = found.territories[name][window].percent
            _bar(axes, interval, row + float(offset), colour, hollow=name not in treated)
        axes.plot([], [], color=colour, marker="o", ms=4, label=found.label)
    axes.axvline(0, color=PALETTE["muted"], lw=0.8)
    shown = [name if name in treated else f"{name} (neighbour)" for name in names]
    axes.set_yticks(range(len(names)), shown)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlim(-105, WIDEST)
    axes.set_xlabel("change, per cent")
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0.0, 1.0))
    return figure


def placebos(evaluation: Evaluation) -> Figure:
    """Placebo dates, and the event."""
    window = evaluation.span.windows[0].name
    figure, panels = new_figure(columns=len(evaluation.findings), height=2.7, sharex=True, sharey=True)
    shown = [*(abs(p) for found in evaluation.findings for p in found.dates.percents), 20.0]
    reach = 10 * np.ceil(min(max(shown), WIDEST) / 10)
    own = [_point(evaluation, window, position) for position in range(len(evaluation.findings))]
    reach = max(reach, min(10 * np.ceil(max(abs(value) for value in own) / 10), WIDEST))
    for axes, found, colour, value in zip(panels[0], evaluation.findings, COLOURS, own, strict=False):
        axes.hist(
            np.clip(found.dates.percents, -reach, reach),
            np.linspace(-reach, reach, 21),
            color=PALETTE["baseline"],
        )
        axes.axvline(np.clip(value, -reach, reach), color=colour, lw=2.2)
        title = f"{found.label}: {value:+.0f} %, p = {found.dates.p:.2f}".replace("-", "−")
        axes.set_title(title, loc="left", fontsize=TITLE)
        axes.set_xlabel("difference to the median forecast, per cent")
    panels[0, 0].set_ylabel("placebo dates")
    return figure


def placebo_data(evaluation: Evaluation) -> Data:
    """Return the numbers behind `placebos`."""
    rows: list[list[Cell]] = []
    for found in evaluation.findings:
        for label, score, percent in zip(
            found.dates.labels, found.dates.scores, found.dates.percents, strict=True
        ):
            rows.append(
                [label, found.label, f"{percent:+.0f} %".replace("-", "−"), f"{score:+.2f}".replace("-", "−")]
            )
    return ("from", "method", "difference", "score"), rows


def _point(evaluation: Evaluation, window: str, position: int) -> float:
    """Return the event's own difference to the median, per cent."""
    effect = evaluation.findings[position].total[window]
    return 100 * (effect.observed / max(effect.expected.median, 0.5) - 1)


def _months(evaluation: Evaluation) -> list[str]:
    span = evaluation.span
    return [str(month) for month in evaluation.record.months[span.origin : span.origin + span.horizon]]


def _cells(effect: Effect | None, interval: Interval | None) -> list[Cell]:
    if effect is None or interval is None:
        return [None] * 6
    numbers = (interval.median, interval.low90, interval.low50, interval.high50, interval.high90)
    return [round(effect.observed), *(round(number) for number in numbers)]


def _band(axes: Axes, x: np.ndarray, bands: list[Interval | None], colour: str, label: str) -> None:
    """Draw median, 50 and 90 %."""

    def line(name: str) -> list[float]:
        return [np.nan if band is None else getattr(band, name) for band in bands]

    axes.fill_between(x, line("low90"), line("high90"), color=colour, alpha=0.18, lw=0)
    axes.fill_between(x, line("low50"), line("high50"), color=colour, alpha=0.3, lw=0)
    axes.plot(x, line("median"), color=colour, lw=1.4, label=label or None)


def _shade(axes: Axes, x: np.ndarray, exposure: np.ndarray) -> None:
    """Shade the months in force, the darker the more days."""
    for place, share in zip(x, exposure, strict=True):
        if share > 0:
            axes.axvspan(
                place - 0.5 / 12, place + 0.5 / 12, color=PALETTE["rule"], alpha=0.6 * float(share), lw=0
            )


def _bar(axes: Axes, interval: Interval, row: float, colour: str, hollow: bool) -> None:
    """Draw one row of the forest."""
    low, high = max(interval.low90, -100.0), min(interval.high90, WIDEST)
    axes.plot([low, high], [row, row], color=colour, lw=0.9)
    axes.plot([max(interval.low50, -100.0), min(interval.high50, WIDEST)], [row, row], color=colour, lw=2.8)
    face = PAPER if hollow else colour
    axes.plot([min(interval.median, WIDEST)], [row], marker="o", ms=4.5, color=colour, markerfacecolor=face)


def _years(axes: Axes, x: np.ndarray) -> None:
    """Label the axis by year, or by half-year where it is short."""
    step = 1.0 if x[-1] - x[0] > 2.5 else 0.25
    first = np.ceil(x[0] / step - 1e-9) * step
    ticks = np.arange(first, x[-1] + 0.01, step)
    names = [f"{int(t)}" if step == 1 else f"{int(t + 1e-9)}-{round((t % 1) * 12) + 1:02d}" for t in ticks]
    axes.set_xticks(ticks, names)
