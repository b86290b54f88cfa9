"""The page of an evaluation: what happened beside the world without the measure, and how far to trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contraflow.analysis.evaluate.verdict import interval_words
from contraflow.report import evaluation_figures as figures
from contraflow.report.page import Cell, Page

if TYPE_CHECKING:
    from contraflow.analysis.evaluate import Evaluation
    from contraflow.analysis.evaluate.effects import Effect
    from contraflow.analysis.evaluate.findings import Findings
    from contraflow.analysis.evaluate.placebo import Coverage

WORDS = {
    "strong": "Strong evidence",
    "moderate": "Moderate evidence",
    "weak": "Weak evidence",
    "none": "No evidence",
}


SIGNALS = {
    "agree": "the methods agree in sign",
    "dates": "at most one placebo date in ten is as far from zero",
    "provinces": "the provinces stand apart from those without the measure",
}


def page(evaluation: Evaluation) -> Page:
    """Lay an evaluation out as a page.

    Parameters
    ----------
    evaluation
        What `contraflow.analysis.evaluate.evaluate` returned.
    """
    measure, verdict = evaluation.measure, evaluation.verdict
    lead = " ".join(part for part in (verdict.sentence, verdict.after, verdict.caution) if part)
    made = Page(
        f"Did it work? {measure.title}, {measure.dates}", lead, kicker=f"evaluation, {evaluation.case}"
    )
    _verdict(made, evaluation)
    _world(made, evaluation)
    _provinces(made, evaluation)
    _hours(made, evaluation)
    _placebos(made, evaluation)
    _trust(made, evaluation)
    _others(made, evaluation)
    _method(made, evaluation)
    provenance = evaluation.provenance
    made.foot(
        f"Case {provenance['case']}, digest {provenance['case_digest'][:12]}; methods "
        f"{', '.join(provenance['methods'])}; {provenance['placebo_dates']} placebo dates; "
        f"seed {provenance['seed']}."
    )
    return made


def effect_row(label: str, method: str, effect: Effect) -> list[Cell]:
    """Return the cells of one effect: observed, expected, difference in counts and per cent, probability."""
    return [
        label,
        method,
        f"{effect.observed:,.0f}",
        expected_words(effect),
        interval_words(effect.count, spread=""),
        interval_words(effect.percent, spread=""),
        f"{100 * effect.fewer:.0f} %",
    ]


EFFECT_HEADER = (
    "window", "method", "counted", "expected without it (90 %)", "difference (90 %)", "per cent (90 %)",
    "probability of fewer",
)  # fmt: skip


def expected_words(effect: Effect) -> str:
    """Return the expected number with its 90 % interval."""
    expected = effect.expected
    return f"{expected.median:,.0f} ({expected.low90:,.0f} to {expected.high90:,.0f})"


def effect_rows(evaluation: Evaluation) -> list[list[Cell]]:
    """Return the effect in all treated territories together, by window and method."""
    return [
        effect_row(window.words, found.label, found.total[window.name])
        for window in evaluation.span.windows
        for found in evaluation.findings
    ]


def verdict_words(evaluation: Evaluation) -> str:
    """Return the verdict in a sentence or two."""
    verdict = evaluation.verdict
    return f"{WORDS[verdict.strength]} of a {verdict.direction} in killings. {verdict.hours}".strip()


SIGNAL_HEADER = ("signal", "given")


def signal_rows(evaluation: Evaluation) -> list[list[Cell]]:
    """Return what the verdict rests on."""
    words = {True: "yes", False: "no", None: "not to be had"}
    return [
        [SIGNALS.get(name, f"90 % {name}: excludes zero"), words[given]]
        for name, given in evaluation.verdict.signals.items()
    ]


def _verdict(made: Page, evaluation: Evaluation) -> None:
    made.section("Verdict")
    made.text(verdict_words(evaluation))
    made.table(EFFECT_HEADER, effect_rows(evaluation), "All provinces of the measure together")
    made.table(SIGNAL_HEADER, signal_rows(evaluation), "What the verdict rests on (the rule is under Method)")
    made.note(evaluation.verdict.caution)
    for note in evaluation.record.notes:
        made.note(note)


def _world(made: Page, evaluation: Evaluation) -> None:
    made.section("Month by month")
    main = evaluation.findings[0]
    made.figure(
        figures.path(evaluation),
        "Killings a month in the provinces of the measure. Line: counted. Band: the world without the measure, from "
        f"the eve on (median, 50 and 90 %, {main.label}). Shaded: the measure in force.",
        "Monthly killings counted, beside the interval of the forecast without the measure.",
        figures.path_data(evaluation),
    )
    made.figure(
        figures.cumulated(evaluation),
        "Killings more or fewer than in the world without the measure, added up from its first month. A line "
        "that turns back to zero means that it came back.",
        "Cumulative difference by method, with intervals.",
        figures.cumulated_data(evaluation),
    )
    if evaluation.span.mixed:
        months = [str(evaluation.record.months[evaluation.span.origin + k]) for k in evaluation.span.mixed]
        made.note(
            f"Under the measure on less than half of their days, shown but in no window: {', '.join(months)}."
        )


def _provinces(made: Page, evaluation: Evaluation) -> None:
    made.section("By province, and next door")
    first = evaluation.span.windows[0]
    made.figure(
        figures.forest(evaluation),
        f"Change in per cent, {first.words}: median, 50 and 90 %. Hollow: untreated neighbours. Provinces where fewer "
        "than one killing was expected are in the table only.",
        "Effect by province with intervals, for each method.",
    )
    rows: list[list[Cell]] = []
    treated = evaluation.measure.territories
    for window in evaluation.span.windows:
        for found in evaluation.findings:
            for name in (*treated, *evaluation.neighbours):
                role = "" if name in treated else " (neighbour)"
                rows.append(
                    [
                        name + role,
                        *effect_row(window.words, found.label, found.territories[name][window.name]),
                    ]
                )
    made.table(("province", *EFFECT_HEADER), rows, folded="All provinces, windows and methods")
    rows = [
        effect_row(window.words, found.label, found.neighbours[window.name])
        for window in evaluation.span.windows
        for found in evaluation.findings
        if window.name in found.neighbours
    ]
    if rows:
        names = ", ".join(evaluation.neighbours)
        made.table(EFFECT_HEADER, rows, f"Untreated neighbours together: {names}")
        made.text(
            "A rise next door beside a fall inside would point to displacement, if the intervals let one be seen."
        )
    else:
        made.text("There is no untreated neighbour, so displacement to one cannot be looked for.")


def hour_rows(evaluation: Evaluation) -> list[list[Cell]]:
    """Return the effect by night and by day, where hours are known."""
    return [
        effect_row(f"{part}, {window.words}", found.label, effects[found.name][window.name])
        for window in evaluation.span.windows
        for part, effects in evaluation.hours.items()
        for found in evaluation.findings
        if found.name in effects and window.name in effects[found.name]
    ]


def _hours(made: Page, evaluation: Evaluation) -> None:
    made.section("By day and by night")
    rows = hour_rows(evaluation)
    if not rows:
        made.text("Hours are not known for the months of the measure, or for too few months before.")
        return
    made.table(
        EFFECT_HEADER,
        rows,
        "Night is 23:00 to 04:59; prisons included, since the record does not cross the two",
    )
    missing = [
        window.words
        for window in evaluation.span.windows
        if not any(
            window.name in effects
            for by_method in evaluation.hours.values()
            for effects in by_method.values()
        )
    ]
    if missing:
        made.text(f"Hours are missing in some months of: {', '.join(missing)}.")
    made.text(
        "A fall by night beside a rise by day would be displacement to other hours. "
        "The hour of a body found later can be wrong."
    )


PLACEBO_HEADER = ("method", "placebo", "number", "score of the event", "p")


def placebo_rows(evaluation: Evaluation) -> list[list[Cell]]:
    """Return where the event ranks among placebo dates and provinces, by method."""
    rows: list[list[Cell]] = []
    for found in evaluation.findings:
        for what, rank in (("dates", found.dates), ("provinces", found.provinces)):
            if rank is None:
                rows.append([found.label, what, "too few to compare", None, None])
                continue
            own = f"{rank.own:+.2f}".replace("-", "−")
            rows.append([found.label, what, str(len(rank.scores)), own, f"{rank.p:.3f}"])
    return rows


def _placebos(made: Page, evaluation: Evaluation) -> None:
    made.section("Placebos")
    first = evaluation.span.windows[0]
    made.figure(
        figures.placebos(evaluation),
        f"What the same method would have reported at other dates ({first.words}), and the event itself.",
        "Histogram of placebo effects with the event marked, for each method.",
        figures.placebo_data(evaluation),
    )
    made.table(
        PLACEBO_HEADER, placebo_rows(evaluation),
        "Share of placebos (and the event) at least as far from zero. Dates: error in forecast spreads. Provinces: "
        "mean score of the treated less that of the untreated, labels shuffled",
    )  # fmt: skip


def coverage_rows(evaluation: Evaluation) -> list[list[Cell]]:
    """Return how often forecasts one month ahead were right before the measure, by method."""
    return [
        [found.label, what, seen.forecasts, _percent(seen.within50), _percent(seen.within90)]
        for found in evaluation.findings
        for what, seen in _coverages(found)
    ]


def _coverages(found: Findings) -> tuple[tuple[str, Coverage], ...]:
    return (("sum of the provinces", found.coverage), ("single provinces", found.coverage_single))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share == share else "–"


def _trust(made: Page, evaluation: Evaluation) -> None:
    made.section("Earlier forecasts")
    made.table(
        ("method", "what", "forecasts", "in the 50 % interval", "in the 90 % interval"), coverage_rows(evaluation),
        "One month ahead, at the placebo dates, as the method gave them",
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [window.words, found.label, f"{found.total[window.name].widened:.2f}"]
        for window in evaluation.span.windows
        for found in evaluation.findings
    ]
    made.table(
        ("window", "method", "factor"), rows,
        "Factor by which the spread was widened (above 1) or narrowed, to fit past errors of sums over such a window",
    )  # fmt: skip


OTHER_HEADER = ("when", "kind", "what", "provinces shared", "a measure")


def other_rows(evaluation: Evaluation) -> list[list[Cell]]:
    """Return what else the events table has for the months around the first window."""
    many = len(evaluation.measure.territories) > 8
    return [
        [
            other.when,
            other.kind.replace("_", " "),
            other.words,
            f"{len(other.shared)} of them"
            if many and len(other.shared) > 4
            else ", ".join(other.shared) or "–",
            "yes" if other.measure else "no",
        ]
        for other in evaluation.others
    ]


def _others(made: Page, evaluation: Evaluation) -> None:
    made.section("What else happened")
    if not evaluation.others:
        made.text("The events table has nothing else for these months.")
        return
    made.table(
        OTHER_HEADER,
        other_rows(evaluation),
        "From two months before to the end of the first window",
    )
    made.text("Later windows also hold whatever came later.")


def _method(made: Page, evaluation: Evaluation) -> None:
    made.section("Method")
    made.points(
        [f"{found.label[0].upper()}{found.label[1:]}: {found.words}" for found in evaluation.findings]
    )
    made.text(
        "Each method sees the record up to the eve, the month before the first, and forecasts on. At every placebo "
        "date it does the same, and the errors it made there set the width of its intervals: squared scores are "
        "averaged with a prior worth two errors, and the intervals have the Student tails that go with so few."
    )
    made.text(
        "Rule of the verdict. Strong: all methods agree in sign, the 90 % interval of each excludes zero, at most one "
        "in ten placebo dates is as far from zero, and the treated provinces stand apart from the untreated at the "
        "10 % level where there are such. Moderate: agreement, one of the intervals, and one of the ranks. Weak: "
        "agreement, and all 50 % intervals exclude zero. None: anything less. One method alone is at most weak."
    )
