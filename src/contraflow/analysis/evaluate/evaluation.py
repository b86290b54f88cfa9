"""`evaluate`: fit to the eve of a measure, forecast the world without it, set what happened beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from contraflow.analysis.evaluate import context, findings, measures, placebo, record, verdict, windows
from contraflow.analysis.evaluate.context import Other
from contraflow.analysis.evaluate.effects import Effect
from contraflow.analysis.evaluate.findings import Findings
from contraflow.analysis.evaluate.measures import Measure
from contraflow.analysis.evaluate.methods import METHODS, make
from contraflow.analysis.evaluate.placebo import FEWEST
from contraflow.analysis.evaluate.record import Record
from contraflow.analysis.evaluate.verdict import Verdict
from contraflow.analysis.evaluate.windows import Span
from contraflow.analysis.evaluate.world import Method, Question
from contraflow.case import Case, load_case
from contraflow.errors import ContraflowError

#: Placebo dates that are tried where there is room.
PLACEBOS = 24


@dataclass(frozen=True)
class Evaluation:
    """What happened after a measure, beside the world without it.

    Attributes
    ----------
    case
        Name of the case.
    measure
        What was judged.
    record
        The counts it was judged by.
    span
        Months forecast, and windows.
    findings
        What each method found, the main one first.
    hours
        Effect by part of the day (``night``, ``day``), method and window; empty where hours are not known.
    neighbours
        Untreated territories that border on treated ones.
    others
        What else happened.
    verdict
        The verdict.
    provenance
        Everything the numbers depend on.
    """

    case: str
    measure: Measure
    record: Record
    span: Span
    findings: tuple[Findings, ...]
    hours: dict[str, dict[str, dict[str, Effect]]]
    neighbours: tuple[str, ...]
    others: tuple[Other, ...]
    verdict: Verdict
    provenance: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        from contraflow.analysis.evaluate.plain import plain

        return plain(self)

    def write(self, path: str | Path) -> Path:
        """Write the one-file page.

        Parameters
        ----------
        path
            Where to.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        from contraflow.report.evaluation import page

        return page(self).write(path)


def evaluate(
    case: str | Path | Case = "ecuador",
    event: str | None = None,
    *,
    start: str | None = None,
    end: str | None = None,
    provinces: Sequence[str] = (),
    events: str | Path | None = None,
    data: str | Path | None = None,
    until: str | None = None,
    method: str | Sequence[str | Method] = METHODS,
    placebos: int = PLACEBOS,
    seed: int = 0,
    trust_newest: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Judge a dated measure by the killings after it.

    Parameters
    ----------
    case : str, Path or Case
        The case.
    event : str, optional
        Id of a row of the events table (`measures` lists them), or the beginning of one.
    start, end : str, optional
        Instead of an event: first and last day or month. Without an end the measure is taken to go on.
    provinces : sequence of str, optional
        Territories it was for; for an event, only these of its territories (or others). ``("all",)`` is all.
    events : path, optional
        A user's own table of events, in the format of ``events.csv``.
    data : path, optional
        Killings in the format of ``homicides.csv``, laid over those of the case.
    until : str, optional
        Last month of the record to use.
    method : str or sequence
        ``killings`` and ``structural`` (the default), ``mechanism``, or objects that can `forecast`. The first
        is the main.
    placebos : int
        Placebo dates, at least 20.
    seed : int
        Same seed, same numbers.
    trust_newest : bool
        Use the newest month even if it looks incomplete.
    progress : callable, optional
        Called with (done, total) after each forecast.

    Returns
    -------
    Evaluation

    Raises
    ------
    ContraflowError
        If the event, a territory, a date or a file cannot be used.
    """
    loaded = case if isinstance(case, Case) else load_case(case)
    if placebos < FEWEST:
        raise ContraflowError("--placebos", f"{placebos} are too few for a rank", f"give {FEWEST} or more")
    methods = make(loaded, (method,) if isinstance(method, str) else method)
    table = None if events is None else Path(events)
    measure = _measure(loaded, event, start, end, provinces, table)
    counted = record.read(loaded, None if data is None else Path(data), until, trust_newest)
    span = windows.span(measure, counted)
    neighbours = _neighbours(loaded, measure)
    question = _question(loaded, measure, counted, span, neighbours, seed)
    starts = placebo.origins(question, span.windows[0], placebos)
    known = _known_hours(counted, question, span)
    each = len(starts) + 1
    total = len(methods) * each * (1 + bool(neighbours) + len(known))
    tick = _counter(progress, total)
    columns = counted.columns(neighbours)
    found = tuple(findings.find(item, question, span, starts, columns, tick) for item in methods)
    hours: dict[str, dict[str, dict[str, Effect]]] = {}
    for part, counts in known.items():
        asked = replace(question, counts=counts, controls=(), part=True)
        usable = [k for k in starts if not np.isnan(counts[k : k + span.windows[0].last + 1]).any()]
        hours[part] = {item.name: findings.sums(item, asked, span, usable, tick) for item in methods}
    first, last = measure.start, counted.months[span.origin + span.windows[0].last]
    others = context.others(measure, measures.measures(loaded, table), first, last)
    rivals = sum(other.measure and bool(other.shared) for other in others)
    name = f"{measure.title} ({measure.dates})"
    return Evaluation(
        case=loaded.name,
        measure=measure,
        record=counted,
        span=span,
        findings=found,
        hours=hours,
        neighbours=neighbours,
        others=others,
        verdict=verdict.judge(found, span.windows, rivals, name, hours),
        provenance=_provenance(loaded, methods, len(starts), seed, until, data, events),
    )


def _measure(
    case: Case,
    event: str | None,
    start: str | None,
    end: str | None,
    provinces: Sequence[str],
    table: Path | None,
) -> Measure:
    """Find or make the measure.

    Raises
    ------
    ContraflowError
        If nothing, too much, or nowhere is given.
    """
    names = case.members("territory") if tuple(provinces) == ("all",) else list(provinces)
    if event is None:
        if start is None:
            value = "neither an event nor a start is given"
            raise ContraflowError(
                "evaluate",
                value,
                "name an event (`contraflow evaluate --list`) or give --start and --provinces",
            )
        made = measures.ad_hoc(case, start, end, names)
    elif start is not None or end is not None:
        value = f"event '{event}' has dates of its own"
        raise ContraflowError("--start and --end", value, "leave out the event, or the dates")
    else:
        made = measures.find(case, event, table)
        if names:
            made = measures.in_territories(case, made, names)
    if not made.territories:
        value = "no territory is named, so there is nowhere to look for an effect"
        raise ContraflowError(f"event {made.id}", value, "name some with --provinces a,b (or all)")
    return made


def _neighbours(case: Case, measure: Measure) -> tuple[str, ...]:
    """Return the untreated territories that border on treated ones."""
    treated = set(measure.territories)
    near: set[str] = set()
    for a, b in zip(case.adjacency["a"], case.adjacency["b"], strict=True):
        near |= {b} if a in treated else set()
        near |= {a} if b in treated else set()
    return tuple(name for name in case.members("territory") if name in near - treated)


def _question(
    case: Case, measure: Measure, counted: Record, span: Span, neighbours: tuple[str, ...], seed: int
) -> Question:
    """Put what is asked into arrays."""
    factor = dict(zip(case.season["month"], case.season["factor"], strict=True))
    away = set(counted.territories) - set(measure.territories) - set(neighbours)
    return Question(
        months=counted.months,
        territories=counted.territories,
        counts=counted.counts,
        season=np.array([float(factor[month.month]) for month in counted.months]),
        share=counted.share,
        origin=span.origin,
        horizon=span.horizon,
        treated=tuple(counted.columns(measure.territories)),
        controls=tuple(k for k, name in enumerate(counted.territories) if name in away),
        seed=seed,
    )


def _known_hours(counted: Record, question: Question, span: Span) -> dict[str, np.ndarray]:
    """Return counts by part of the day, if hours are known before and in the first window."""
    window = span.windows[0]
    treated = list(question.treated)
    first, last = question.origin + window.first, question.origin + window.last
    if np.isnan(counted.night[first : last + 1, treated]).any():
        return {}
    before = counted.night[question.origin - windows.FIT : question.origin, treated].sum(1)
    if np.mean(np.isnan(before)) > 0.1:
        return {}
    return {"night": counted.night, "day": counted.day}


def _counter(progress: Callable[[int, int], None] | None, total: int) -> Callable[[], None]:
    """Return a function that counts its calls for a progress bar."""
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(min(done, total), total)

    return tick


def _provenance(
    case: Case,
    methods: Sequence[Method],
    dates: int,
    seed: int,
    until: str | None,
    data: str | Path | None,
    events: str | Path | None,
) -> dict[str, Any]:
    """Return everything the numbers depend on."""
    import hashlib

    def digest(path: str | Path | None) -> str | None:
        return None if path is None else hashlib.sha256(Path(path).read_bytes()).hexdigest()

    return {
        "case": case.name,
        "case_digest": case.digest,
        "methods": [item.name for item in methods],
        "placebo_dates": dates,
        "seed": seed,
        "until": until,
        "data_digest": digest(data),
        "events_digest": digest(events),
        "versions": {name: metadata.version(name) for name in ("contraflow", "numpy", "pandas", "scipy")},
    }
