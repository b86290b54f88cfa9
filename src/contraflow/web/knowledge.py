"""The tabs of tables and words: the same figures as the commands give, by the same code."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from contraflow.inference.posterior import draw_beliefs, load_posterior
from contraflow.inference.priors import sample
from contraflow.model.symbols import SPEC
from contraflow.report.method import LICENCES, METHOD
from contraflow.report.numbers import significant
from contraflow.web.runs import AbandonedError

if TYPE_CHECKING:
    from contraflow.case import Case

TOPICS = ("claims", "evaluation", "replications", "sureness", "method")
LONG = ("claims", "replications")
"""Topics that are computed, which takes a minute: they wait in a queue of their own."""
DRAWS = 200
BEFORE_AFTER = 3
"""Months counted before and after an event."""
LEARNED = 0.1
"""A contraction below this counts as: the record says nothing."""
BACKTEST, SENSITIVITY, DIAGNOSIS = "backtest.csv", "sensitivity.csv", "diagnosis.json"

Gone = Callable[[], bool]


def knowledge(topic: str, case: Case, gone: Gone = lambda: False) -> dict[str, Any]:
    """Return what `contraflow.web.schemas.Knowledge` describes.

    Parameters
    ----------
    topic
        One of `TOPICS`.
    case
        The case served.
    gone
        Whether nobody waits any more; asked between parts.

    Raises
    ------
    AbandonedError
        If nobody waits any more.
    """
    return MAKERS[topic](case, gone)


def _stop(gone: Gone) -> None:
    if gone():
        raise AbandonedError


def _table(title: str, header: Any, rows: Any, words: Any = (), numbers: Any = ()) -> dict[str, Any]:
    return {
        "title": title,
        "words": list(words),
        "header": list(header),
        "rows": [["–" if cell is None else str(cell) for cell in row] for row in rows],
        "numbers": list(numbers),
    }


def _claims(case: Case, gone: Gone) -> dict[str, Any]:
    """Audit of the case's claims."""
    from contraflow.analysis.claims import audit
    from contraflow.report.claims import (
        HEADER,
        SHORT_GAINS_HEADER,
        gains_words,
        lead,
        short_gains,
        table_rows,
    )

    found = audit(case, draws=DRAWS, progress=lambda *_: _stop(gone))
    words = {row.claim.id: row for row in found.rows}
    said = [
        [*cells, f"{words[cells[0]].claim.who}: {words[cells[0]].claim.words}"] for cells in table_rows(found)
    ]
    decides = [[row.claim.id, row.verdict.reason, row.decides] for row in found.rows]
    tables = [
        _table("Verdicts", (*HEADER, "who says what"), said, numbers=(4,)),
        _table("Why, and what would decide it", ("claim", "why", "what would decide it"), decides),
    ]
    if found.gains is not None:
        title = f"Do gains fall? {found.gains.scenario} beside {found.gains.baseline}"
        rows = short_gains(found.gains)
        tables.append(_table(title, SHORT_GAINS_HEADER, rows, gains_words(found.gains), (2, 3, 4)))
    return {
        "command": f"contraflow claims {case.name} --draws {DRAWS}",
        "lead": [lead(found)],
        "tables": tables,
    }


def _replications(_: Case, gone: Gone) -> dict[str, Any]:
    """Every replication, run."""
    from contraflow.replications import registry
    from contraflow.replications.words import BRACKETS, HEADER, cells, title

    tables, verdicts = [], []
    for item in registry().values():
        _stop(gone)
        rows = item.run(lambda _: _stop(gone))
        verdicts += [row.verdict for row in rows]
        tables.append(
            _table(f"{item.name}: {title(item)}", HEADER, map(cells, rows), [item.paper], (1, 2, 3))
        )
    counted = ", ".join(f"{verdicts.count(word)} {word}" for word in dict.fromkeys(sorted(verdicts)))
    return {"command": "contraflow replicate --all", "lead": [f"{counted}.", BRACKETS], "tables": tables}


def _evaluation(case: Case, _: Gone) -> dict[str, Any]:
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
    tables = [
        _table("Events, and killings counted around them in their provinces", header, rows, numbers=(4, 5))
    ]
    return {
        "command": f"contraflow evaluate --case {case.name} --list",
        "lead": lead,
        "tables": tables + _backtest(case),
    }


def evaluation_of(event: str, case: Case, gone: Gone = lambda: False) -> dict[str, Any]:
    """Evaluate one event of a case; the shape is that of `knowledge`.

    Raises
    ------
    ContraflowError
        If there is no such event, or it cannot be evaluated.
    AbandonedError
        If nobody waits any more.
    """
    from contraflow.analysis.evaluate import evaluate
    from contraflow.report import evaluation as report

    found = evaluate(case, event, progress=lambda *_: _stop(gone))
    verdict, effect = found.verdict, report.EFFECT_HEADER
    tables = [
        _table("All provinces of the measure together", effect, report.effect_rows(found), (), (2, 3, 4, 5, 6)),
        _table("By night and by day", effect, report.hour_rows(found), (), (2, 3, 4, 5, 6)),
        _table("What the verdict rests on", report.SIGNAL_HEADER, report.signal_rows(found)),
        _table(
            "Placebo dates and provinces", report.PLACEBO_HEADER, report.placebo_rows(found),
            ["Share of placebos, and the event, at least as far from zero."], (2, 3, 4),
        ),
        _table("What else happened", report.OTHER_HEADER, report.other_rows(found)),
    ]  # fmt: skip
    words = (report.verdict_words(found), verdict.sentence, verdict.after, verdict.caution)
    return {
        "command": f"contraflow evaluate {event} --case {case.name}",
        "lead": [f"{found.measure.title}, {found.measure.dates}", *(text for text in words if text)],
        "tables": [table for table in tables if table["rows"]],
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
    path = case.path / BACKTEST
    if not path.exists():
        return []
    from contraflow.report.backtest import HEADER, TITLES, UNITS, read_table, rows, verdict, windows

    found = read_table(path)
    return [
        _table(
            f"Backtest: {TITLES.get(name, name)}, {horizon} months ahead",
            HEADER,
            rows(found, name, horizon),
            [verdict(found, name, horizon, "CRPS in " + UNITS.get(name, ""))],
            range(2, len(HEADER) - 1),
        )
        for name, horizon in windows(found)
    ]


def _sureness(case: Case, _: Gone) -> dict[str, Any]:
    """What is believed of every number, before and after the record."""
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
    lead = [
        "Median and 90 % interval of every parameter that is no walk over months or years; of one that runs over "
        "places, over all of them. Contraction is one minus the variance after over the variance before: near one the "
        "record decides, near zero it says nothing."
    ]
    if posterior is None:
        lead.append("The case has no posterior for these tables: all draws come from the priors.")
    header = ("parameter", "unit", "before the record", "after", "contraction", "kind", "source")
    made = [_table("Beliefs", header, table, numbers=(2, 3))]
    return {
        "command": "contraflow diagnose",
        "lead": lead,
        "tables": [*_diagnosis(case), *made, *_sensitivity(case)],
    }


def _three(values: np.ndarray) -> str:
    low, middle, high = (significant(float(x)) for x in np.quantile(values, (0.05, 0.5, 0.95)))
    return f"{middle} ({low} to {high})"


def _diagnosis(case: Case) -> list[dict[str, Any]]:
    """How good the posterior that ships is, where its summary ships too."""
    if not (case.path / DIAGNOSIS).exists():
        return []
    from contraflow.inference.summary import read

    words = {True: "met", False: "missed", None: "not judged"}
    made = []
    for name, part in (read(case.path) or {}).items():
        judged = [[v["what"], v["value"], v["target"], words[v["met"]]] for v in part["verdicts"]]
        made.append(_table(f"Sampler: {name}", ("what", "value", "target", "verdict"), judged))
        covered = [
            [c["series"], c["points"], f"{c['half']:.2f}", f"{c['ninety']:.2f}"] for c in part["coverage"]
        ]
        header = ("series", "points", "in 50 %", "in 90 %")
        made.append(_table(f"Fitted points inside the intervals: {name}", header, covered, numbers=(1, 2, 3)))
    return made


def _sensitivity(case: Case) -> list[dict[str, Any]]:
    """Answers under other readings of the evidence, where the table ships."""
    path = case.path / SENSITIVITY
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    return [_table("Answers under other readings of the evidence", rows[0], rows[1:])]


def _method(case: Case, _: Gone) -> dict[str, Any]:
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
    tables = [_table("Parameters of the model", ("symbol", "runs over", "unit", "meaning"), symbols)]
    return {
        "command": f"contraflow describe {case.name}",
        "lead": [*METHOD, *limits, " ".join(case.description.split()), LICENCES],
        "tables": tables,
    }


MAKERS: dict[str, Callable[[Case, Gone], dict[str, Any]]] = {
    "claims": _claims,
    "evaluation": _evaluation,
    "replications": _replications,
    "sureness": _sureness,
    "method": _method,
}
