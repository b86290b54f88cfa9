"""Figures of the backtest's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from contraflow.report.backtest import MODEL, TITLES, UNITS, lines
from contraflow.report.drawing import PALETTE, new_figure

if TYPE_CHECKING:
    from contraflow.inference.backtest import Backtest
    from contraflow.report.page import Page


def _colour(name: str) -> str:
    return PALETTE["accent"] if name == MODEL else PALETTE["baseline"]


def ratios(page: Page, table: pd.DataFrame, series: str) -> None:
    """Add, for each horizon, the CRPS of every forecaster over that of the best peer, with its interval."""
    from matplotlib import ticker

    found = {
        (row["horizon"], row["forecaster"]): row for row in lines(table, series) if np.isfinite(row["ratio"])
    }
    horizons = sorted({int(horizon) for horizon, _ in found})
    names = list(dict.fromkeys(name for _, name in found))[::-1]
    if not horizons or len(names) < 2:
        return
    figure, axes = new_figure(1, len(horizons), height=0.9 + 0.28 * len(names), sharey=True, sharex=True)
    data = []
    for axis, horizon in zip(axes[0], horizons, strict=True):
        for height, name in enumerate(names):
            if (horizon, name) not in found:
                continue
            row = found[horizon, name]
            ends = [1 - row["skill_high"], 1 - row["skill_low"]]
            if np.isfinite(ends).all():
                axis.plot(ends, [height, height], color=_colour(name), linewidth=2)
            axis.plot(row["ratio"], height, "o", color=_colour(name), markersize=5)
            data.append([name, horizon, row["ratio"], *ends])
        axis.axvline(1, color=PALETTE["ink"], linewidth=0.7, linestyle=":")
        axis.set_xscale("log")
        axis.set_title(f"{horizon} months")
        axis.set_yticks(range(len(names)), names)
    ticks = [0.5, 0.7, 1, 1.5, 2, 3, 5]
    low, high = axes[0, 0].get_xlim()
    ticks = [tick for tick in ticks if low <= tick <= high]
    axes[0, 0].set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    for axis in axes[0]:
        axis.xaxis.set_minor_locator(ticker.NullLocator())
    page.figure(
        figure,
        "CRPS over that of the best peer, on a log scale; left of the dotted line is better than the best peer. "
        "Bars are 90 % intervals.",
        f"{TITLES.get(series, series)}: CRPS of each forecaster relative to the best peer, by horizon. "
        "The numbers are in the table below the figure.",
        (("forecaster", "months", "ratio", "low", "high"), data),
    )


def fans(page: Page, backtest: Backtest, series: str) -> None:
    """Add fan charts by origin, of the simulator and the best peers."""
    from matplotlib import ticker

    ranked = [row["forecaster"] for row in lines(backtest.table, series)]
    if not ranked:
        return
    names = list(dict.fromkeys([*(name for name in ranked if name == MODEL), *ranked]))[:3]
    record = backtest.records[series]
    origins = [
        str(origin)
        for origin in backtest.plan.origins
        if (series, names[0], str(origin)) in backtest.forecasts
    ]
    figure, axes = new_figure(
        len(names), len(origins), height=0.6 + 1.7 * len(names), sharex="col", sharey=True
    )
    times = np.array([p.year + (p.month - 0.5) / 12 for p in record.periods])
    highest = 1.6 * float(np.nanmax(record.values))
    for line, name in enumerate(names):
        for column, origin in enumerate(origins):
            axis = axes[line, column]
            samples = backtest.forecasts.get((series, name, origin))
            begin = record.position(pd.Period(origin, "M"))
            shown = slice(max(begin - 18, 0), None)
            if samples is not None:
                ahead = times[begin - 1] + np.arange(1, samples.shape[1] + 1) / 12
                low, below, middle, above, high = np.quantile(
                    samples[:, :, 0], [0.05, 0.25, 0.5, 0.75, 0.95], axis=0
                )
                axis.fill_between(ahead, low, high, color=_colour(name), alpha=0.2, linewidth=0)
                axis.fill_between(ahead, below, above, color=_colour(name), alpha=0.35, linewidth=0)
                axis.plot(ahead, middle, color=_colour(name), linewidth=1.2)
                axis.set_xlim(times[shown][0], ahead[-1] + 1 / 24)
            axis.plot(times[shown], record.values[shown, 0], color=PALETTE["ink"], linewidth=1)
            axis.set_ylim(0, highest)
            axis.xaxis.set_major_locator(ticker.MultipleLocator(1))
            if line == 0:
                axis.set_title(f"after {origin}")
        axes[line, 0].set_ylabel(name)
    page.figure(
        figure,
        f"What each forecaster said after each origin ({UNITS.get(series, '')}): median, 50 and 90 % bands; "
        "the line is the record. Bands that leave the panel are cut.",
        f"Fan charts of {TITLES.get(series, series).lower()} for {', '.join(names)}, one column for each origin.",
    )


def coverage(page: Page, table: pd.DataFrame) -> None:
    """Add how much of the record the 50 and 90 % intervals held."""
    found = {series: lines(table, series) for series in dict.fromkeys(map(str, table["series"]))}
    found = {series: scored for series, scored in found.items() if scored}
    names = list(dict.fromkeys(row["forecaster"] for scored in found.values() for row in scored))[::-1]
    longest = max(row["horizon"] for scored in found.values() for row in scored)
    figure, axes = new_figure(1, len(found), height=0.9 + 0.28 * len(names), sharey=True, sharex=True)
    data = []
    for axis, (series, scored) in zip(axes[0], found.items(), strict=True):
        for low, high in ((45, 60), (85, 95)):
            axis.axvspan(low, high, color=PALETTE["amber"], alpha=0.18, linewidth=0)
        for row in sorted(scored, key=lambda row: row["horizon"]):
            name, inner, outer = row["forecaster"], 100 * row["cover50"], 100 * row["cover90"]
            size, height = 3 + 4 * row["horizon"] / longest, names.index(name)
            axis.plot(inner, height, "o", color=_colour(name), markersize=size, markerfacecolor="none")
            axis.plot(outer, height, "o", color=_colour(name), markersize=size, alpha=0.7)
            data.append([TITLES.get(series, series), name, row["horizon"], inner, outer])
        axis.set_xlim(0, 102)
        axis.set_title(series)
        axis.set_yticks(range(len(names)), names)
        axis.set_xlabel("% of the record")
    page.figure(
        figure,
        "Share of the record inside the central 50 % (open) and 90 % (filled) intervals; larger dots are longer "
        "horizons. The bands are 45 to 60 % and 85 to 95 %.",
        "Coverage of the 50 and 90 % intervals by series and forecaster; the numbers are in the table below.",
        (("series", "forecaster", "months", "within 50 %, %", "within 90 %, %"), data),
    )
