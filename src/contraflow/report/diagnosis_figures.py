"""Figures of the page on a posterior's quality."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from contraflow.inference.diagnose import (
    HALF,
    LEARNED,
    NINETY,
    Coverage,
    Diagnosis,
    Quantity,
    Taught,
    flat,
    labels_of,
)
from contraflow.inference.marginal import LongRun
from contraflow.report.drawing import PALETTE, new_figure

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

BINS, PANELS, BARS, AHEAD = 20, 6, 40, 12
TIMES = ("time", "month", "year", "date", "quarter")
INK, MUTED, ACCENT, BASE = (PALETTE[name] for name in ("ink", "muted", "accent", "baseline"))
_CHAINS = (PALETTE["accent"], PALETTE["up"], PALETTE["amber"], PALETTE["down"], PALETTE["baseline"])


def rank_plot(tree: xr.DataTree, worst: Sequence[Quantity]) -> Figure:
    """Histograms of each chain's ranks among all draws; flat where the chains agree."""
    chosen = worst[:PANELS]
    columns = min(3, len(chosen))
    rows = -(-len(chosen) // columns)
    figure, axes = new_figure(rows, columns, height=0.4 + 1.7 * rows, sharey=True)
    posterior = tree["posterior"].to_dataset()
    for axis, item in zip(axes.flat, chosen, strict=False):
        variable = posterior[item.variable]
        draws = flat(variable)[..., labels_of(variable).index(item.name)]
        rank = stats.rankdata(draws).reshape(draws.shape)
        edges = np.linspace(0.5, draws.size + 0.5, BINS + 1)
        for chain, row in enumerate(rank):
            height = np.histogram(row, edges)[0] / (draws.shape[1] / BINS)
            axis.stairs(height, edges, color=_CHAINS[chain % len(_CHAINS)], linewidth=1.1)
        axis.axhline(1, color=MUTED, linewidth=0.7, linestyle="--")
        rhat = "" if not np.isfinite(item.rhat) else f", R-hat {item.rhat:.3f}"
        axis.set_title(f"{_short(item.name)}{rhat}", fontsize=8)
        axis.set_xticks([])
        axis.set_ylim(bottom=0)
    for axis in axes.flat[len(chosen) :]:
        axis.set_visible(False)
    return figure


def energy_plot(energy: np.ndarray) -> Figure:
    """Draw the energies against their changes from draw to draw; alike where chains move well."""
    figure, axes = new_figure(height=2.4, width=6.0)
    centred = (energy - energy.mean(axis=1, keepdims=True)).ravel()
    change = np.diff(energy, axis=1).ravel()
    low, high = (float(x) for x in np.quantile(np.concatenate([centred, change]), (0.002, 0.998)))
    edges = np.linspace(low, high, 41).tolist()
    axes[0, 0].hist(centred, edges, density=True, color=BASE, alpha=0.45, label="energy, centred")
    axes[0, 0].hist(
        change,
        edges,
        density=True,
        histtype="step",
        color=ACCENT,
        linewidth=1.5,
        label="change from draw to draw",
    )
    axes[0, 0].legend(frameon=False, fontsize=8)
    axes[0, 0].set_yticks([])
    axes[0, 0].set_xlabel("energy")
    return figure


def contraction_rows(taught: Sequence[Taught]) -> list[tuple[str, int, float, float, float, int, str]]:
    """Rows by parameter: name, numbers, least, median, largest contraction, how many not identified, furthest shift."""
    return [
        (
            row.variable, row.elements, row.least, row.median, row.largest, row.not_identified,
            f"{row.shift:+.2f}".replace("-", "−"),
        )
        for row in taught
    ]  # fmt: skip


def contraction_plot(taught: Sequence[Taught]) -> Figure:
    """One bar a parameter: from least to largest contraction over its numbers, with the median."""
    rows = taught if len(taught) <= BARS else [*taught[: BARS // 2], *taught[-BARS // 2 :]]
    figure, axes = new_figure(height=0.7 + 0.19 * len(rows), width=8.0)
    axis = axes[0, 0]
    at = np.arange(len(rows))[::-1]
    low, middle, high = np.clip([(row.least, row.median, row.largest) for row in rows], -0.5, 1).T
    colours = [BASE if row.median < LEARNED else ACCENT for row in rows]
    axis.hlines(at, low, high, color=colours, linewidth=2.2, alpha=0.45)
    axis.scatter(middle, at, s=16, color=colours, zorder=3)
    axis.axvline(LEARNED, color=MUTED, linewidth=0.7, linestyle="--")
    axis.axvline(0, color=MUTED, linewidth=0.7)
    names = [f"{row.variable} ({row.elements})" if row.elements > 1 else row.variable for row in rows]
    axis.set_yticks(at, [_short(name) for name in names], fontsize=7.5)
    axis.set_xlim(-0.52, 1.02)
    axis.set_ylim(-0.8, len(rows) - 0.2)
    axis.set_xlabel("contraction: 0 nothing learned, 1 known")
    return figure


def ahead_rows(found: Diagnosis) -> list[LongRun]:
    """Single numbers, those furthest from their long run first, those of which it is not known last."""
    rows = [
        LongRun(**{name: np.nan if value is None else value for name, value in row.items()})
        for row in found.sampler.get("ahead", [])
    ]

    def off(row: LongRun) -> float:
        return -abs(row.later - row.mean) / row.sd if np.isfinite(row.later) and row.sd > 0 else np.inf

    return sorted(rows, key=off)


def ahead_plot(rows: Sequence[LongRun]) -> Figure:
    """Where members are and where they would be in the long run, by number: mean and standard deviation."""
    rows = [row for row in rows if np.isfinite(row.later)][:AHEAD]
    figure, axes = new_figure(height=0.9 + 0.3 * len(rows), width=8.0)
    axis = axes[0, 0]
    at = np.arange(len(rows))[::-1]
    mean, spread, later, later_spread = np.array([row[1:5] for row in rows], dtype=float).T
    for high, middle, away, colour, label in (
        (0.14, mean, spread, BASE, "members after the fit"),
        (-0.14, later, later_spread, ACCENT, "in the long run"),
    ):
        axis.hlines(at + high, middle - away, middle + away, color=colour, linewidth=2.2, alpha=0.45)
        axis.scatter(middle, at + high, s=16, color=colour, zorder=3, label=label)
    axis.axvline(0, color=MUTED, linewidth=0.7)
    axis.set_yticks(at, [row.symbol for row in rows], fontsize=7.5)
    axis.set_xlabel("standard normal of the prior")
    axis.legend(frameon=False, fontsize=8, ncols=2, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    return figure


def coverage_plot(coverage: Sequence[Coverage]) -> Figure:
    """Shares covered by 50 and 90 % intervals (left out, where known), series by series, over their targets."""
    figure, axes = new_figure(height=0.9 + 0.24 * len(coverage), width=8.0)
    axis = axes[0, 0]
    at = np.arange(len(coverage))[::-1]
    for (low, high), colour in ((HALF, PALETTE["up"]), (NINETY, PALETTE["accent"])):
        axis.axvspan(100 * low, 100 * high, color=colour, alpha=0.15, linewidth=0)
    for values, colour, label in (
        ([item.fair[0] for item in coverage], PALETTE["up"], "50 % intervals"),
        ([item.fair[1] for item in coverage], PALETTE["accent"], "90 % intervals"),
    ):
        axis.scatter(100 * np.array(values), at, s=24, color=colour, label=label, zorder=3)
    axis.set_yticks(at, [f"{_short(item.series)} ({item.points})" for item in coverage], fontsize=8)
    axis.set_xlim(0, 102)
    axis.set_xlabel("% of the series' points covered; shaded: targets")
    axis.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0, 1.02))
    axis.set_ylim(-0.6, len(coverage) - 0.4)
    return figure


def bands(tree: xr.DataTree, name: str) -> tuple[Figure, tuple[list[str], list[list[Any]]]]:
    """Observed dots over 50 and 90 % bands of what the model would have recorded, and the numbers.

    A series over time and places gets a panel for each of the places where most was seen.
    """
    observed = tree["observed_data"].to_dataset()[name]
    said = tree["posterior_predictive"].to_dataset()[name].stack(sample=("chain", "draw"))
    when = next(
        (dim for dim in observed.dims if str(dim) in TIMES), observed.dims[-1] if observed.dims else None
    )
    if when is None:
        observed, said, when = observed.expand_dims("point"), said.expand_dims("point"), "point"
    other = [dim for dim in observed.dims if dim != when]
    seen = observed.transpose(*other, when).to_numpy().astype(float).reshape(-1, observed.sizes[when])
    drawn = said.transpose(*other, when, "sample").to_numpy().astype(float).reshape(*seen.shape, -1)
    names = labels_of(observed.isel({when: 0}), ()) if other else [name]
    size = np.where(np.isfinite(seen).any(axis=1), np.nansum(np.abs(seen), axis=1), -1)
    chosen = [int(i) for i in np.argsort(-size)[:PANELS] if size[i] >= 0]
    ticks = [str(x) for x in observed[when].to_numpy()] if when in observed.coords else []
    ticks = ticks or [str(i) for i in range(observed.sizes[when])]
    columns = min(2 if len(ticks) > 40 else 3, len(chosen))
    rows = -(-len(chosen) // columns)
    figure, axes = new_figure(rows, columns, height=0.3 + 1.75 * rows, sharex=True)
    x, table = np.arange(len(ticks)), []
    for axis, place in zip(axes.flat, chosen, strict=False):
        low, quarter, middle, three, high = np.quantile(drawn[place], (0.05, 0.25, 0.5, 0.75, 0.95), axis=-1)
        axis.fill_between(x, low, high, color=ACCENT, alpha=0.2, linewidth=0)
        axis.fill_between(x, quarter, three, color=ACCENT, alpha=0.35, linewidth=0)
        axis.plot(x, middle, color=ACCENT, linewidth=0.9)
        axis.scatter(x, seen[place], s=5 if len(ticks) > 40 else 12, color=INK, zorder=3, linewidths=0)
        axis.set_title(_short(names[place]), fontsize=8.5)
        step = max(1, -(-len(ticks) // 6))
        axis.set_xticks(x[::step], ticks[::step], rotation=0 if len(ticks[0]) < 5 else 30)
        axis.set_ylim(bottom=min(0.0, *axis.get_ylim()))
        values = zip(ticks, seen[place], low, quarter, middle, three, high, strict=True)
        table += [[names[place], *row] for row in values]
    for axis in axes.flat[len(chosen) :]:
        axis.set_visible(False)
    return figure, (["series", str(when), "observed", "5 %", "25 %", "median", "75 %", "95 %"], table)


def _short(name: str) -> str:
    return name if len(name) <= 42 else f"{name[:41]}…"
