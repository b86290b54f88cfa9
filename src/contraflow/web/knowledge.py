"""The tabs of tables and words: the same figures as the commands give, by the same code."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from contraflow.inference.posterior import draw_beliefs, load_posterior
from contraflow.inference.priors import sample
from contraflow.model.symbols import SPEC
from contraflow.report.method import LICENCES, METHOD
from contraflow.report.numbers import significant

if TYPE_CHECKING:
    from contraflow.case import Case

TOPICS = ("claims", "evaluation", "replications", "sureness", "method")
DRAWS = 200
BEFORE_AFTER = 3
"""Months counted before and after an event."""
LEARNED = 0.1
"""A contraction below this counts as: the record says nothing."""
Tell = Callable[[int, int], None]
"""Told parts done, of how many; raises where the work should stop."""


def knowledge(topic: str, case: Case, tell: Tell = lambda *_: None) -> dict[str, Any]:
    """Return what `contraflow.web.schemas.Knowledge` describes.

    Parameters
    ----------
    topic
        One of `TOPICS`.
    case
        The case served.
    tell
        Told how much is done; what it raises stops the work.
    """
    return MAKERS[topic](case, tell)


def _section(
    title: str,
    header: Any = (),
    rows: Any = (),
    words: Any = (),
    numbers: Any = (),
    verdict: str = "",
    sources: Any = (),
) -> dict[str, Any]:
    return {
        "title": title,
        "verdict": verdict,
        "words": [text for text in words if text],
        "header": list(header),
        "rows": [["–" if cell is None else str(cell) for cell in row] for row in rows],
        "numbers": list(numbers),
        "sources": list(dict.fromkeys(sources)),
    }


def _claims(case: Case, tell: Tell) -> dict[str, Any]:
    """Audit of the case's claims."""
    from contraflow.analysis.claims import audit
    from contraflow.analysis.claims.verdict import RULE
    from contraflow.report.claims import (
        HEADER,
        SHORT_GAINS_HEADER,
        gains_words,
        lead,
        short_gains,
        table_rows,
    )

    found = audit(case, draws=DRAWS, progress=tell)
    cells = table_rows(found)
    sections = [_section("Verdicts", HEADER, cells, numbers=(4,))]
    if found.gains is not None:
        title = f"Do gains fall? {found.gains.scenario} beside {found.gains.baseline}"
        rows = short_gains(found.gains)
        sections.append(_section(title, SHORT_GAINS_HEADER, rows, gains_words(found.gains), (2, 3, 4)))
    for row, said in zip(found.rows, cells, strict=True):
        claim, verdict = row.claim, row.verdict
        mark = f"“{claim.words}”" if claim.form == "quote" else claim.words[0].upper() + claim.words[1:]
        words = (
            f"{claim.who}, {claim.date}.",
            verdict.reason,
            row.decides and f"What would decide it: {row.decides}",
            claim.why,
            row.note,
        )
        sections.append(_section(mark, HEADER[1:5], [said[1:5]], words, (3,), said[5], claim.sources))
    return {
        "command": f"contraflow claims {case.name} --draws {DRAWS}",
        "lead": [lead(found), RULE],
        "sections": sections,
    }


def _replications(_: Case, tell: Tell) -> dict[str, Any]:
    """Every replication, run."""
    from contraflow.replications import registry
    from contraflow.replications.words import BRACKETS, HEADER, cells, title

    items = list(registry().values())
    sections, verdicts = [], []
    for done, item in enumerate(items):
        tell(done, len(items))
        rows = item.run(lambda *_, done=done: tell(done, len(items)))
        mine = [row.verdict for row in rows]
        verdicts += mine
        sections.append(
            _section(
                f"{item.name}: {title(item)}", HEADER, map(cells, rows), [item.paper], (1, 2, 3), _counted(mine)
            )
        )
    return {
        "command": "contraflow replicate --all",
        "lead": [f"{_counted(verdicts)}.", BRACKETS],
        "sections": sections,
    }


def _counted(verdicts: list[str]) -> str:
    """Return how many of each word."""
    return ", ".join(f"{verdicts.count(word)} {word}" for word in dict.fromkeys(sorted(verdicts)))


def _evaluation(case: Case, _: Tell) -> dict[str, Any]:
    """Events that can be evaluated, with what was counted before and after; and the backtest, where one ships."""
    from contraflow.analysis.evaluate import measures

    every = len(case.members("territory"))
    counts = case.homicides.assign(month=12 * case.homicides["year"] + case.homicides["month"] - 1)
    rows = []
    for item in measures(case, None).values():
        where = "all" if len(item.territories) == every else ", ".join(item.territories) or "none named"
        before, after = _around(counts, item.id[:7], list(item.territories))
        rows.append([item.id, item.dates, where, item.title, before, after])
    header = (
        "id",
        "dates",
        "provinces",
        "what",
        f"{BEFORE_AFTER} months before",
        f"{BEFORE_AFTER} months from it",
    )
    lead = [
        "Counts before and after an event are no effect: the trend, the season and everything else that happened "
        "are in them. The command fits the killings up to the eve, forecasts the world without the event, sets what "
        "happened beside it, and tests dates and provinces where nothing happened.",
        "For one event: contraflow evaluate ID writes evaluation.html.",
    ]
    sections = [
        _section("Events, and killings counted around them in their provinces", header, rows, numbers=(4, 5))
    ]
    return {
        "command": f"contraflow evaluate --case {case.name} --list",
        "lead": lead,
        "sections": sections + _backtest(case),
    }


def evaluation_of(event: str, case: Case, tell: Tell = lambda *_: None) -> dict[str, Any]:
    """Evaluate one event of a case; the shape is that of `knowledge`.

    Parameters
    ----------
    event
        Its id in the case's table.
    case, tell
        As for `knowledge`.

    Raises
    ------
    ContraflowError
        If there is no such event, or it cannot be evaluated.
    """
    from contraflow.analysis.evaluate import evaluate
    from contraflow.report import evaluation as report

    found = evaluate(case, event, progress=tell)
    measure, verdict, effect = found.measure, found.verdict, report.EFFECT_HEADER
    answer = _section(
        f"{measure.title}, {measure.dates}",
        words=(verdict.sentence, verdict.after, verdict.hours, verdict.caution),
        verdict=f"{report.WORDS[verdict.strength]} of a {verdict.direction} in killings",
        sources=re.split(r"[;\s]+", measure.source),
    )
    tables = [
        _section("All provinces of the measure together", effect, report.effect_rows(found), (), (2, 3, 4, 5, 6)),
        _section("By night and by day", effect, report.hour_rows(found), (), (2, 3, 4, 5, 6)),
        _section("What the verdict rests on", report.SIGNAL_HEADER, report.signal_rows(found)),
        _section(
            "Placebo dates and provinces", report.PLACEBO_HEADER, report.placebo_rows(found),
            ["Share of placebos, and the event, at least as far from zero."], (2, 3, 4),
        ),
        _section("What else happened", report.OTHER_HEADER, report.other_rows(found)),
    ]  # fmt: skip
    return {
        "command": f"contraflow evaluate {event} --case {case.name}",
        "lead": [],
        "sections": [answer, *(table for table in tables if table["rows"])],
    }


def _around(counts: pd.DataFrame, month: str, territories: list[str]) -> tuple[str, str]:
    """Return killings counted in the months before an event's month, and from it on; a dash where not all are."""
    try:
        start = pd.Period(month, "M")
    except ValueError:
        return "–", "–"
    number = 12 * start.year + start.month - 1
    mine = counts[counts["territory"].isin(territories)]
    found = []
    for first in (number - BEFORE_AFTER, number):
        inside = mine[mine["month"].between(first, first + BEFORE_AFTER - 1)]
        whole = inside["month"].nunique() == BEFORE_AFTER
        found.append(f"{int(inside['homicides'].sum()):,}" if whole else "–")
    return found[0], found[1]


def _backtest(case: Case) -> list[dict[str, Any]]:
    from contraflow.report.sureness import BACKTEST

    path = case.path / BACKTEST
    if not path.exists():
        return []
    from contraflow.report.backtest import HEADER, TITLES, UNITS, read_table, rows, verdict, windows

    found = read_table(path)
    return [
        _section(
            f"Backtest: {TITLES.get(name, name)}, {horizon} months ahead",
            HEADER,
            rows(found, name, horizon),
            [verdict(found, name, horizon, "CRPS in " + UNITS.get(name, ""))],
            range(2, len(HEADER) - 1),
        )
        for name, horizon in windows(found)
    ]


def _sureness(case: Case, _: Tell) -> dict[str, Any]:
    """What is believed of every number, before and after the record."""
    from contraflow.report import sureness as report

    posterior = load_posterior(case)
    members = {
        dim: tuple(case.members(dim))
        for dim in ("theatre", "node", "source", "market", "jurisdiction", "edge")
    }
    rows = case.parameters.drop_duplicates("symbol").set_index("symbol")
    symbols = [name for name, spec in SPEC.items() if set(spec.dims) <= set(members) and name in rows.index]
    before = sample(case.parameters, members, range(DRAWS), 0, symbols)
    after = draw_beliefs(case, members, range(DRAWS), 0, posterior, symbols) if posterior else before
    table = []
    for symbol in symbols:
        row, one, two = rows.loc[symbol], np.asarray(before[symbol]), np.asarray(after[symbol])
        held = posterior is not None and symbol in posterior.values
        learned = (
            1.0 - float(np.mean(two.var(axis=-1) / np.maximum(one.var(axis=-1), 1e-300))) if held else None
        )
        said = (
            "not fitted"
            if learned is None
            else f"{max(learned, 0.0):.2f}" + (" (not identified)" if learned < LEARNED else "")
        )
        table.append([f"{row['name']} ({symbol})", row["unit"], _three(one), _three(two) if held else "–", said,
                      row["kind"], row["source"]])  # fmt: skip
    words = [
        "Median and 90 % interval of every parameter that is no walk over months or years; of one that runs over "
        "places, over all of them. Contraction is here one minus the variance after over the variance before, in the "
        "parameter's own unit."
    ]
    header = ("parameter", "unit", "before the record", "after", "contraction", "kind", "source")
    beliefs = _section("What is believed, before and after the record", header, table, words, (2, 3))
    made = report.sections(case)
    lead = report.in_short(case)
    if posterior is None:
        lead.insert(0, "The case has no posterior for its tables as they are: all draws come from the priors.")
    return {
        "command": "contraflow diagnose",
        "lead": lead,
        "sections": [*(_section(p.title, p.header, p.rows, p.words, p.numbers) for p in made), beliefs],
    }


def _three(values: np.ndarray) -> str:
    low, middle, high = (significant(float(x)) for x in np.quantile(values, (0.05, 0.5, 0.95)))
    return f"{middle} ({low} to {high})"


def _method(case: Case, _: Tell) -> dict[str, Any]:
    """How the model works, what it leaves out, and the licences."""
    limits = [
        "Months are the shortest time, provinces the smallest place. One commodity; other drugs, fuel, arms and "
        "migration are not in it. Groups have members, rents, rivals and splits, but no strategy.",
        "Boat strikes kill. The model counts what they destroy and how routes answer; it does not count the people "
        "killed in them, and it says nothing on whether they are lawful.",
    ]
    symbols = [
        [name, ", ".join(spec.dims) or "–", spec.unit, spec.description] for name, spec in SPEC.items()
    ]
    sections = [_section("Parameters of the model", ("symbol", "runs over", "unit", "meaning"), symbols)]
    return {
        "command": f"contraflow describe {case.name}",
        "lead": [*METHOD, *limits, " ".join(case.description.split()), LICENCES],
        "sections": sections,
    }


MAKERS: dict[str, Callable[[Case, Tell], dict[str, Any]]] = {
    "claims": _claims,
    "evaluation": _evaluation,
    "replications": _replications,
    "sureness": _sureness,
    "method": _method,
}
