"""A posterior's quality in tables and on a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from contraflow.inference.diagnose import LEARNED, MOVED, Diagnosis, Quantity, series
from contraflow.inference.leaveout import TRUSTED
from contraflow.report import diagnosis_figures as draw
from contraflow.report.page import Cell, Page

if TYPE_CHECKING:
    import xarray as xr

WORST, NAMED = 12, 60
MET = {True: "met", False: "MISSED", None: "not judged"}
QUANTITY = ("quantity", "mean", "sd", "5 %", "95 %", "R-hat", "bulk ESS", "tail ESS")
VERDICT = ("what", "value", "target", "verdict")
COVERAGE = ("series", "n", "50 %", "90 %", "out 50", "out 90", "weak")
AHEAD = ("number", "mean", "sd", "long run", "sd then", "its error", "step")
LEARNED_BY = ("parameter", "n", "least", "median", "largest", f"< {LEARNED}", "shift")

Part = tuple[str, "xr.DataTree", Diagnosis]
"""Name, posterior, diagnosis."""


def verdict_rows(found: Diagnosis) -> list[tuple[str, str, str, str]]:
    """Return one row a target."""
    return [(item.what, item.value, item.target, MET[item.met]) for item in found.verdicts]


def quantity_rows(items: Sequence[Quantity]) -> list[tuple[Cell, ...]]:
    """Return one row a quantity; whole effective sample sizes."""
    return [
        (
            item.name,
            item.mean,
            item.sd,
            item.q05,
            item.q95,
            f"{item.rhat:.4f}" if np.isfinite(item.rhat) else "–",
            _whole(item.ess_bulk),
            _whole(item.ess_tail),
        )
        for item in items
    ]


def coverage_rows(found: Diagnosis) -> list[tuple[Cell, ...]]:
    """Return one row a series, and one for all; verdicts are on the points left out, where they are known."""

    def cell(value: float, judged: str) -> str:
        return f"{_share(value)} {judged}".strip()

    return [
        (
            item.series,
            item.points,
            cell(item.half, "" if item.left_out else item.judged(50)),
            cell(item.ninety, "" if item.left_out else item.judged(90)),
            cell(item.half_without, item.judged(50) if item.left_out else ""),
            cell(item.ninety_without, item.judged(90) if item.left_out else ""),
            _share(item.unsure),
        )
        for item in found.coverage
    ]


def opening(found: Diagnosis) -> str:
    """Say in plain words whether a posterior can be used."""
    missed = [item.what for item in found.verdicts if item.met is False]
    judged = sum(item.met is not None for item in found.verdicts)
    if not judged:
        return "Nothing in this file can be judged."
    words = (
        f"All {judged} targets are met."
        if not missed
        else f"{len(missed)} of {judged} targets {'is' if len(missed) == 1 else 'are'} missed: {', '.join(missed)}."
    )
    if slow := found.sampler.get("unsettled"):
        words += f" More steps of the fit might move {', '.join(slow)}."
    if found.learned:
        count, of = len(found.silent), len(found.learned)
        words += (
            f" The record says next to nothing about {count} of {of} numbers; "
            "for those, what comes out is what was believed before."
        )
    return words


def diagnosis_page(parts: Sequence[Part]) -> Page:
    """Make the page on one or more posteriors.

    Parameters
    ----------
    parts
        Name, posterior and diagnosis of each.
    """
    many = len(parts) > 1
    lead = " ".join(f"{name}: {opening(found)}" if many else opening(found) for name, _, found in parts)
    page = Page("How good is the fit?", lead, kicker=", ".join(name for name, _, _ in parts))
    for name, tree, found in parts:
        _part(page, f"{name}: " if many else "", tree, found)
    for name, _, found in parts:
        where = {key: value for key, value in found.provenance.items() if key != "versions"}
        words = "; ".join(f"{key.replace('_', ' ')} {value}" for key, value in where.items())
        if words:
            page.foot(f"{name}: {words}.")
    page.foot("Made again by `contraflow diagnose`.")
    return page


def _part(page: Page, before: str, tree: xr.DataTree, found: Diagnosis) -> None:
    page.section(f"{before}Targets" if before else "Targets")
    page.table(VERDICT, verdict_rows(found))
    page.text(_sampled(found))
    _chains(page, before, tree, found)
    if found.learned:
        _contraction(page, before, found)
    if found.coverage:
        _coverage(page, before, tree, found)


def _chains(page: Page, before: str, tree: xr.DataTree, found: Diagnosis) -> None:
    page.section(f"{before}Chains" if before else "Did the chains converge?")
    worst = found.worst(WORST)
    if not worst:
        page.text("No quantity of this posterior varies.")
        return
    page.table(
        QUANTITY, quantity_rows(worst), f"The {len(worst)} quantities of {len(found.quantities)} worst off."
    )
    ranks = draw.rank_plot(tree, worst)
    page.figure(
        ranks,
        "Ranks of each chain's draws (one line a chain) among all draws, for the quantities worst off. Where the "
        "chains agree, every line wavers about the dashed one.",
        f"Rank histograms of {', '.join(item.name for item in worst[: draw.PANELS])}.",
    )
    stats = tree["sample_stats"].to_dataset() if "sample_stats" in tree.children else {}
    if "energy" in stats:
        values = stats["energy"].to_numpy()
        page.figure(
            draw.energy_plot(values),
            "Energy of the draws and its change from one to the next. Where the change is much narrower, the chains "
            "creep, and the tails are not to be trusted.",
            "Two histograms of energy. E-BFMI by chain: "
            + ", ".join(f"{value:.2f}" for value in found.sampler.get("e_bfmi", [])),
        )
    ahead = draw.ahead_rows(found)
    if any(np.isfinite(row.later) for row in ahead):
        page.text(
            "Chains that begin alike agree also on what none of them has left yet. How members of the fit go between "
            "places along a number says where they would be in the long run, on the scale on which its prior is a "
            "standard normal."
        )
        page.figure(
            draw.ahead_plot(ahead),
            "Mean and standard deviation of single numbers after the fit and in the long run: those furthest from it.",
            f"{ahead[0].symbol} has a mean of {ahead[0].mean:.2f}, and {ahead[0].later:.2f} in the long run.",
            data=(AHEAD, ahead),
        )
    single = [item for item in found.quantities if item.name == item.variable]
    if single:
        page.table(
            QUANTITY, quantity_rows(single), folded=f"The {len(single)} single numbers of the posterior"
        )


def _contraction(page: Page, before: str, found: Diagnosis) -> None:
    page.section(f"{before}Learned" if before else "What did the record teach?")
    rows = draw.contraction_rows(found.by_parameter)
    page.text(
        "Contraction is one minus the variance after the fit over the variance before, each parameter written as a "
        "standard normal of its prior: 0 if the record says nothing about it, 1 if it settles it, below 0 if the "
        "record pushes it into a wider part of the prior. Shift is how far the mean has moved, in standard deviations "
        "of the prior, for the number that moved most."
    )
    page.figure(
        draw.contraction_plot(found.by_parameter),
        f"Contraction by parameter (how many numbers in brackets): least, median, largest. Grey: median below "
        f"{LEARNED}.",
        f"Contraction of {len(rows)} parameters; the largest median is {rows[0][3]:.2f} for {rows[0][0]}.",
        data=(LEARNED_BY, rows),
    )
    names = [item.name for item in sorted(found.not_identified, key=lambda item: item.contraction)]
    if names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        page.note(f"Not identified (contraction below {LEARNED}): {', '.join(names[:NAMED])}{more}.")
    far = sorted((x for x in found.not_identified if not x.silent), key=lambda item: -abs(item.shift))
    if far:
        more = f" and {len(far) - NAMED} more" if len(far) > NAMED else ""
        moved = ", ".join(f"{item.name} ({item.shift:+.1f})" for item in far[:NAMED])
        page.note(f"Of those, moved by more than {MOVED}: {moved}{more}.")


def _coverage(page: Page, before: str, tree: xr.DataTree, found: Diagnosis) -> None:
    page.section(f"{before}Coverage" if before else "Does it cover what was seen?")
    page.text(
        "The fitted points (n of them) beside what the fitted model would have recorded: in per cent, those in its "
        "intervals. This is no forecast: the model has seen these points, and holds more of them than it says, however "
        "right it is. Out: beside what it would say of each point without that point, by weighing draws. Weak: per "
        f"cent of the points for which the weights rest on few of them (Pareto k above {TRUSTED}). Few and many: "
        "outside the target, with a question mark where that may be chance."
    )
    page.figure(
        draw.coverage_plot(found.coverage),
        "Share of each series' points (their number in brackets) inside 50 and 90 % intervals, each point left out "
        "where that is known.",
        "; ".join(
            f"{c.series}: {_share(c.fair[0])} % in 50 %, {_share(c.fair[1])} % in 90 %"
            for c in found.coverage
        ),
    )
    page.table(COVERAGE, coverage_rows(found))
    for name in series(tree):
        figure, data = draw.bands(tree, name)
        page.figure(
            figure,
            f"{name}: observed (dots), median and 50 and 90 % intervals of replicated records. At most "
            f"{draw.PANELS} places, those with most.",
            f"Observed {name} over the model's 50 and 90 % bands.",
            data=data,
        )


def _sampled(found: Diagnosis) -> str:
    """Say how it was sampled."""
    s = found.sampler
    words = f"{s['chains']} chains of {s['draws']} draws, method {s['method']}"
    if "dimensions" in s:
        words += f", {s['dimensions']} dimensions"
    if "seconds" in s:
        words += f", {float(s['seconds']) / 60:.1f} minutes"
    if "n_steps" in s:
        words += f", {s['n_steps']:.0f} leapfrog steps a draw"
    return f"{words}."


def _share(value: float) -> str:
    return f"{100 * value:.0f}" if np.isfinite(value) else "–"


def _whole(value: float) -> int | None:
    return round(value) if np.isfinite(value) else None
