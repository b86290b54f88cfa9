"""The page of an audit of claims, and its rows for the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from contraflow.analysis.claims.bounds import span
from contraflow.analysis.claims.decide import Lever
from contraflow.analysis.claims.gains import ELASTICITY, Gain, Gains
from contraflow.analysis.claims.verdict import CONTRADICTED, RULE, SUPPORTED, UNDECIDABLE
from contraflow.report import claims_figures as figures
from contraflow.report.numbers import significant
from contraflow.report.page import Cell, Page

if TYPE_CHECKING:
    from contraflow.analysis.claims import Audit, Audited

WORDS = (SUPPORTED, CONTRADICTED, UNDECIDABLE)
MILLION = 1e-6
HEADER = ("claim", "claimed", "model or counts (90 %)", "by hand", "P", "verdict")
SHORT_HEADER = ("claim", "claimed", "estimate (90 %)", "by hand", "P", "verdict")
SHORT_GAINS_HEADER = ("income", "months", "USD m", "change, % (90 %)", "P(falls)")
GAINS_HEADER = (
    "income", "months", "without it, USD m", "change, % (90 %)", "change, USD m (90 %)", "P(falls)",
)  # fmt: skip
THIRD = ("low", "middle", "high")
BELIEFS = {"pass_through": "pass-through", "theta": "routing elasticity (theta)"}
ORIGINS = {"prior": "model, priors", "posterior": "model, posterior", "counts": "counts", "": "no estimate"}


def page(audit: Audit) -> Page:
    """Lay an audit out as a page.

    Parameters
    ----------
    audit
        What `contraflow.analysis.claims.audit` returned.
    """
    made = Page("Is what they say possible?", lead(audit), kicker=f"claims, {audit.case.title}")
    _verdicts(made, audit)
    _figures(made, audit)
    if audit.gains is not None:
        _gains(made, audit.gains, audit.beliefs)
    _claims(made, audit)
    _method(made, audit)
    made.foot(
        f"Case {audit.case.name}, digest {audit.case.digest[:12]}; {audit.draws} draws "
        f"({audit.beliefs or 'no simulation was needed'}); seed {audit.seed}."
    )
    return made


def lead(audit: Audit) -> str:
    """Return the answer in a paragraph."""
    counted = {word: sum(row.verdict.word == word for row in audit.rows) for word in WORDS}
    number = len(audit.rows)
    said = [
        f"Of {number} claim{'s' if number != 1 else ''}, {counted[SUPPORTED]} "
        f"{_be(counted[SUPPORTED])} supported, {counted[CONTRADICTED]} contradicted, and "
        f"{counted[UNDECIDABLE]} cannot be decided with this evidence."
    ]
    if audit.beliefs == "prior":
        said.append(
            "The model's draws come from priors, which are beliefs and no evidence: they are shown, and decide nothing."
        )
    elif audit.beliefs:
        said.append("The model's draws come from the posterior: beliefs after the fit to the record.")
    return " ".join(said)


def _be(number: int) -> str:
    return "is" if number == 1 else "are"


def estimate_words(row: Audited) -> str:
    """Return the estimate as words: median and 90 % interval."""
    if row.quantiles is None:
        return "–"
    return _three(row.quantiles)


def _three(quantiles: Sequence[float]) -> str:
    """Return median and 90 % interval of five quantiles, to a tenth at most."""
    low, middle, high = (significant(round(quantiles[i], 1), 2) for i in (0, 2, 4))
    return f"{middle} ({low} to {high})"


def bounds_words(row: Audited) -> str:
    """Return the bounds as words; those that decide nothing in brackets."""
    bounds = row.bounds
    ends = (bounds.interval.low, bounds.interval.high)
    if not any(math.isfinite(end) for end in ends) or (not bounds.steps and ends == (0.0, 100.0)):
        return "open"
    words = span(bounds.interval)
    return words if bounds.binding else f"({words})"


def chance(row: Audited) -> str:
    """Return the probability of a claim."""
    return "–" if row.probability is None else f"{row.probability:.2f}"


def table_rows(audit: Audit) -> list[list[str]]:
    """Return the rows of the table of verdicts, as text."""
    return [
        [
            row.claim.id,
            row.claim.figure,
            estimate_words(row),
            bounds_words(row),
            chance(row),
            row.verdict.word + (f" ({row.verdict.rests_on})" if row.verdict.rests_on else ""),
        ]
        for row in audit.rows
    ]


def short_rows(audit: Audit) -> list[list[str]]:
    """Return the rows of the table of verdicts for a terminal of a hundred columns."""
    return [
        [row.claim.id, row.claim.short, estimate_words(row), bounds_words(row), chance(row), row.verdict.word]
        for row in audit.rows
    ]


def short_gains(gains: Gains) -> list[list[str]]:
    """Return the totals by horizon for a terminal of a hundred columns."""
    rows = []
    for gain in gains.rows:
        if gain.kind == "total":
            cells = gain_row(gain)
            rows.append([str(cell) for cell in (*cells[:4], cells[5])])
    return rows


def gain_row(gain: Gain) -> list[Cell]:
    """Return the cells of one income over one horizon."""
    return [
        gain.name,
        gain.months,
        significant(gain.baseline * MILLION),
        _interval(gain.percent),
        _interval([x * MILLION for x in gain.change]),
        f"{gain.p_fall:.2f}",
    ]


def _interval(quantiles: Sequence[float]) -> str:
    if not math.isfinite(quantiles[2]):
        return "–"
    return _three(quantiles)


def _verdicts(made: Page, audit: Audit) -> None:
    made.section("Verdicts")
    made.table(HEADER, table_rows(audit), "Every claim; what each says in words is below, claim by claim")
    made.text(
        "Claimed: the figure, as we read it. Model or counts: median and 90 % interval of the same quantity. By hand: "
        "what published figures alone allow; in brackets where something that cannot be bounded is left out. P: the "
        "probability that the quantity lies where the claim puts it, give or take the tolerance."
    )
    made.note(RULE)
    if audit.clashes:
        made.text("Claims about the same thing at about the same time that cannot both be right:")
        made.points([f"`{a}` and `{b}`" for a, b in audit.clashes])


def _figures(made: Page, audit: Audit) -> None:
    groups = figures.groups(audit)
    if not groups:
        return
    made.section("Claimed, modelled, worked out by hand")
    for group in groups:
        made.figure(figures.ladder(group), group.caption, group.alt, figures.ladder_data(group))


def _claims(made: Page, audit: Audit) -> None:
    made.section("Claim by claim")
    for row in audit.rows:
        claim = row.claim
        quoted = f"“{claim.words}”" if claim.form == "quote" else (claim.words or "no words given")
        date = f", {claim.date}" if claim.date else ""
        where = ", ".join([*claim.places, *(f"via {via}" for via in claim.via)])
        made.text(
            f"`{claim.id}` · {claim.who}{date}: {quoted}{'' if quoted.endswith('.') else '.'} "
            f"{row.verdict.word.capitalize()}. {row.verdict.reason}"
        )
        slack = f", give or take {claim.tolerance:g}" if claim.tolerance else ""
        decided = row.verdict.word != UNDECIDABLE
        points = [
            f"Mapped to: {claim.observable.name} {f'({where}) ' if where else ''}in {claim.period} is "
            f"{claim.figure}{slack}. {claim.why}",
            f"{ORIGINS[row.origin].capitalize()}: {_said(row)}",
            f"By hand: {_hand(row)}",
            *(f"What matters: {lever_words(lever)}" for lever in row.levers),
            f"{'What could still change it' if decided else 'What would decide it'}: {row.decides}",
        ]
        if claim.note:
            points.append(f"Note: {claim.note}")
        made.points(points)
        lines = [[step.name, step.formula, span(step.interval, step.unit), ", ".join(step.sources)]
                 for step in (*row.bounds.steps, *row.bounds.implies)]  # fmt: skip
        lines += [[figure.name, "published", span(figure.interval, figure.unit), ", ".join(figure.sources)]
                  for figure in row.bounds.evidence]  # fmt: skip
        if lines:
            made.table(
                ("what", "how", "value", "sources"), lines, folded=f"{claim.id}: the figures, line by line"
            )


def _said(row: Audited) -> str:
    if row.quantiles is None:
        return row.note
    low, lower, middle, upper, high = (significant(q) for q in row.quantiles)
    unit = f" {row.claim.observable.unit}" if row.claim.observable.unit else ""
    return (
        f"{middle}{unit}, 50 % interval {lower} to {upper}, 90 % interval {low} to {high}; "
        f"P = {chance(row)}. {row.note}"
    )


def _hand(row: Audited) -> str:
    bounds = row.bounds
    words = bounds_words(row)
    unit = row.claim.observable.unit
    value = "no bound" if words == "open" else f"{span(bounds.interval, unit)}"
    implied = ""
    if bounds.implies:
        last = bounds.implies[-1]
        implied = f" If the claim is right, {last.name}: {span(last.interval, last.unit)}."
    return f"{value}. {bounds.note}{implied}"


def lever_words(lever: Lever) -> str:
    """Say how much a belief matters."""
    low, _, high = lever.probabilities
    correlation = f"{lever.correlation:+.2f}".replace("-", "−")
    return (
        f"`{lever.parameter}` (rank correlation {correlation}): P is {low:.2f} where it is below "
        f"{significant(lever.cuts[0])} and {high:.2f} where it is above {significant(lever.cuts[1])}"
        + ("; so well known, it would carry P over a threshold." if lever.decides else ".")
    )


def gains_words(gains: Gains) -> list[str]:
    """Say whether gains fall, in a few sentences."""
    said = []
    longest = max(gain.months for gain in gains.rows)
    for item in ("groups", "focus", "trade"):
        parts = []
        for gain in gains.rows:
            if gain.item == item and gain.months in (12, longest):
                change = _interval(gain.percent)
                parts.append(f"{gain.months} months: {change} %, P(falls) {gain.p_fall:.2f}")
        if parts:
            name = next(gain.name for gain in gains.rows if gain.item == item)
            said.append(f"{name[0].upper()}{name[1:]}: {'; '.join(parts)}.")
    return said


def _gains(made: Page, gains: Gains, beliefs: str) -> None:
    made.section("Do gains fall?")
    made.text(
        f"Income with `{gains.scenario}` beside `{gains.baseline}`, draw by draw, summed from the end of the common "
        "history over 6, 12, 24 and 36 months. Change: median, with the 90 % interval."
    )
    made.points(gains_words(gains))
    if beliefs == "prior":
        made.note(
            "These draws come from priors: the answer is what we believe before the model has met the record."
        )
    made.figure(
        figures.gains_figure(gains),
        "Change of income over 12 months and over the longest horizon, per cent: median, 50 % (thick) and 90 % "
        "interval. An arrow: the interval goes on.",
        "Change of income by total, stage and group, with intervals.",
        (GAINS_HEADER, [gain_row(gain) for gain in gains.rows]),
    )
    totals = [gain_row(gain) for gain in gains.rows if gain.kind == "total"]
    made.table(GAINS_HEADER, totals, "Totals by horizon")
    for kind, words in (("stage", "By stage of the trade"), ("group", "By armed group, every income")):
        rows = [gain_row(gain) for gain in gains.rows if gain.kind == kind]
        if rows:
            made.table(GAINS_HEADER, rows, folded=words)
    if not gains.dependence:
        return
    made.text(
        "How the answer depends on what is believed of demand, of pass-through (0: costs are passed on dollar by "
        "dollar, 1: in proportion) and of routing (`theta`: how readily routes change). The draws are split into "
        "thirds."
    )
    names = {g.item: g.name for g in gains.rows}
    rows = []
    for d in gains.dependence:
        cells = [f"{significant(m, 2)} ({p:.2f})" for m, p in zip(d.medians, d.p_falls, strict=True)]
        cuts = f"{significant(d.cuts[0], 2)} and {significant(d.cuts[1], 2)}"
        rows.append([names[d.item], d.months, BELIEFS.get(d.parameter, d.parameter), cuts, *cells])
    header = ("income", "months", "belief", "cut at", *(f"{t} third: median %, (P)" for t in THIRD))
    made.table(header, rows, "Median change in per cent and, in brackets, the probability of a fall")
    corners = []
    for item, months in dict.fromkeys((c.item, c.months) for c in gains.corners):
        for row in range(3):
            cells = [
                f"{significant(c.median, 2)} ({c.p_fall:.2f}, {c.draws})" if c.draws else "–"
                for c in gains.corners
                if (c.item, c.months, c.elasticity) == (item, months, row)
            ]
            corners.append([names[item], months, f"{THIRD[row]} third", *cells])
    header = ("income", "months", ELASTICITY, *(f"pass-through, {t} third" for t in THIRD))
    made.table(
        header, corners, "Median % (P of a fall, draws in the cell)", folded="Demand and pass-through at once"
    )


def _method(made: Page, audit: Audit) -> None:
    made.section("Method")
    made.text(
        "Every claim is mapped to an observable of a fixed vocabulary (`contraflow claims --list`), with a place, a "
        "period, a comparator, a figure and a tolerance. The mapping is ours; why it was made stands with each claim."
    )
    made.text(
        "By hand: interval arithmetic on published figures. A figure that several sources state differently is "
        "the range of all of them; figures of low confidence and sums over several years are left out. Seizures are "
        "gross weight; the pure part is anything from the lowest published purity of bulk to all of it."
    )
    made.text(
        "Model: the quantity in every draw. Counts: the noise of counting around the record (beta for shares, gamma "
        "for totals), widened by how much months differ more than chance allows."
    )
    made.text(
        "What matters: among the parameters of the model, the two whose rank correlation with the quantity is "
        "highest, if higher than chance. Their draws are cut into thirds."
    )
    made.text(
        "Add a claim of your own: a file `mine.toml` of a few lines, then `contraflow claims --file mine.toml`."
    )
    made.points(
        [
            "`[[claim]]`",
            '`words = "half of Europe\'s cocaine comes through Ecuador"`',
            '`observable = "supply-share"`',
            '`place = "western-central-europe"`',
            '`period = "2024"`',
            "`value = 50`",
        ]
    )
