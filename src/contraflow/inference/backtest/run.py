"""Run a backtest: every forecaster after every origin, each kept on disk as soon as it is made."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from contraflow.case import Case
from contraflow.errors import ContraflowError, OutputError
from contraflow.inference.backtest import cells
from contraflow.inference.backtest.folds import Fold, folds, read_horizons, read_origins, ready
from contraflow.inference.backtest.measure import COLUMNS, measure
from contraflow.inference.backtest.model import Context, case_until, pooled
from contraflow.inference.backtest.protocol import FORECASTERS, Entry, choose
from contraflow.inference.backtest.series import SERIES, Series, homicides_by_province
from contraflow.inference.backtest.table import MISSING, summary, with_missing

#: A fitted forecaster counts as so many others in the estimate of the time left, until one has been timed.
_COSTLY = 60.0


@dataclass(frozen=True)
class Plan:
    """What to run.

    Attributes
    ----------
    case
        The case.
    origins, horizons
        Last months seen, and months ahead.
    series, forecasters
        Names.
    samples
        Samples of each forecast.
    seed
        Of all random numbers.
    fitting
        How the fitted forecasters sample.
    """

    case: Case
    origins: tuple[pd.Period, ...]
    horizons: tuple[int, ...]
    series: tuple[str, ...]
    forecasters: tuple[str, ...]
    samples: int = 1000
    seed: int = 0
    fitting: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        case: Case,
        origins: Sequence[str],
        horizons: Sequence[int | str],
        series: Sequence[str] = (),
        only: Sequence[str] = (),
        **settings: Any,
    ) -> Plan:
        """Check what was asked for.

        Raises
        ------
        ContraflowError
            Naming the option, what is wrong with it and the remedy.
        """
        record = homicides_by_province(case)
        if not len(record.periods):
            raise ContraflowError(
                "homicides.csv", "there are no rows", "add the record, or choose another case"
            )
        months, ahead = read_origins(origins, record), read_horizons(horizons)
        kinds = choose(series, tuple(SERIES), "--series")
        names = choose(only, tuple(FORECASTERS), "--only")
        if settings.get("samples", 2) < 2:
            raise ContraflowError("--samples", "one sample has no spread", "ask for at least 2")
        return cls(case, months, ahead, kinds, names, **settings)


@dataclass(frozen=True)
class Step:
    """How far a backtest is.

    Attributes
    ----------
    words
        What is being done.
    done, total
        Forecasts.
    left
        Seconds that remain, estimated; NaN before anything was timed.
    """

    words: str
    done: int
    total: int
    left: float


@dataclass(frozen=True)
class Backtest:
    """What a backtest found.

    Attributes
    ----------
    plan
        What was run.
    scores
        A row for each forecaster, series, origin, horizon and place.
    table
        The scores summed up; what was not run has rows without scores, and the reason as its note.
    missing
        What was not run or not scored: series, forecaster (empty: all), origin, horizon (0: all), why.
    records
        The recorded series, by name.
    forecasts
        Samples by (series, forecaster, origin); shape (sample, step, place).
    provenance
        Version, case, settings and times.
    """

    plan: Plan
    scores: pd.DataFrame
    table: pd.DataFrame
    missing: pd.DataFrame
    records: dict[str, Series]
    forecasts: dict[tuple[str, str, str], np.ndarray]
    provenance: dict[str, Any]


@dataclass(frozen=True)
class _Job:
    """One forecast to make; a costly one covers the total too."""

    series: Series
    entry: Entry
    origin: pd.Period
    steps: int


def run(
    plan: Plan,
    folder: Path,
    resume: bool = False,
    progress: Callable[[Step], None] | None = None,
    entries: dict[str, Entry] | None = None,
) -> Backtest:
    """Make every forecast and score it.

    Parameters
    ----------
    plan
        What to run.
    folder
        Where forecasts are kept, one file each, from the moment they are made.
    resume
        Take forecasts of an earlier run from `folder` where they were made from the same things.
    progress
        Called before each forecast.
    entries
        The forecasters, by name; by default `FORECASTERS`.

    Returns
    -------
    Backtest
    """
    entries = entries or FORECASTERS
    records = {name: SERIES[name](plan.case) for name in plan.series}
    windows = {name: list(folds(series, plan.origins, plan.horizons)) for name, series in records.items()}
    jobs = _jobs(plan, records, windows, entries)
    clock = _Clock(jobs)
    forecasts: dict[tuple[str, str, str], np.ndarray] = {}
    missing: list[tuple[str, str, str, int, str]] = _unscored(windows)
    for number, job in enumerate(jobs):
        key = (job.series.name, job.entry.name, str(job.origin))
        words = f"{job.series.name}, {job.entry.name}, {job.origin}"
        tell = _teller(progress, words, number, len(jobs), clock)
        tell("")
        try:
            cell, old = _forecast(plan, job, folder, resume, tell, entries)
        except OutputError:
            raise
        except ContraflowError as error:
            missing.append((*key, 0, str(error)))
            clock.done(number, None)
            continue
        clock.done(number, None if old else cell.seconds)
        forecasts[key] = _spread(cell, records.get(job.series.name, job.series))
    _add_totals(records, forecasts, entries, missing)
    forecasts = {key: value for key, value in forecasts.items() if key[0] in records}
    if progress is not None:
        progress(Step("scoring", len(jobs), len(jobs), 0.0))
    parts = [
        measure(name, records[kind], window, samples)
        for (kind, name, origin), samples in forecasts.items()
        for window in windows[kind]
        if str(window.origin) == origin and not window.why_not
    ]
    scores = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    peers = [name for name in plan.forecasters if entries[name].peer]
    left_out = pd.DataFrame([row for row in missing if row[0] in records], columns=list(MISSING))
    return Backtest(
        plan,
        scores,
        with_missing(summary(scores, peers, plan.seed), left_out, plan.horizons),
        left_out,
        records,
        forecasts,
        _provenance(plan, clock.seconds),
    )


def _jobs(
    plan: Plan, records: dict[str, Series], windows: dict[str, list[Fold]], entries: dict[str, Entry]
) -> list[_Job]:
    """Return what to forecast, cheap ones first; a joint forecaster gets a total from its places."""
    wanted: dict[tuple[str, str, str], _Job] = {}
    for name, series in records.items():
        for entry in (entries[key] for key in plan.forecasters):
            if name not in entry.series:
                continue
            source = series
            if entry.joint and series.total_of:
                source = records.get(series.total_of) or SERIES[series.total_of](plan.case)
            for origin in plan.origins:
                steps = [w.steps for w in windows[name] if w.origin == origin and not w.why_not]
                if steps:
                    key = (source.name, entry.name, str(origin))
                    before = wanted[key].steps if key in wanted else 0
                    wanted[key] = _Job(source, entry, origin, max(*steps, before))
    order = {name: number for number, name in enumerate(plan.forecasters)}
    return sorted(wanted.values(), key=lambda job: (job.entry.costly, job.origin, order[job.entry.name]))


def _forecast(
    plan: Plan,
    job: _Job,
    folder: Path,
    resume: bool,
    tell: Callable[[str], None],
    entries: dict[str, Entry],
) -> tuple[cells.Cell, bool]:
    """Make one forecast, or take it from an earlier run; say which."""
    if names := job.entry.parts(job.series.name):
        # the parts were made a moment ago, unless they were not asked for
        made = [_part(plan, replace(job, entry=entries[name]), folder, tell, entries) for name in names]
        mixed = pooled([cell.samples for cell in made], plan.samples, plan.seed)
        return cells.Cell(mixed, made[0].places, sum(cell.seconds for cell in made)), True
    history = job.series.only(ready(job.series, job.origin)).until(job.origin)
    known = case_until(plan.case, job.origin)
    settings: dict[str, Any] = {
        "forecaster": job.entry.name,
        "steps": job.steps,
        "samples": plan.samples,
        "seed": plan.seed,
        "version": metadata.version("contraflow"),
    }
    if job.entry.costly:
        settings["fitting"] = plan.fitting
    mark = cells.fingerprint(settings, history, known if job.entry.costly else None)
    path = cells.path_of(folder, job.series.name, job.entry.name, job.origin)
    if resume and (found := cells.read(path, mark)) is not None:
        return found, True
    checkpoints = path.with_suffix(".fit") if job.entry.costly else None
    context = Context(known, job.origin, plan.fitting, checkpoints, resume, tell)
    start = time.monotonic()
    forecaster = job.entry.make(context, job.series.name)
    samples = np.asarray(forecaster.predict(history, job.steps, plan.samples, plan.seed), dtype=float)
    shape = (plan.samples, job.steps, len(history.places))
    if samples.shape != shape or not np.isfinite(samples).all():
        raise ContraflowError(
            job.entry.name,
            f"gave samples of shape {samples.shape}, all finite: {bool(np.isfinite(samples).all())}",
            f"it must give finite samples of shape {shape}",
        )
    cell = cells.Cell(samples, history.places, time.monotonic() - start)
    cells.write(path, cell, mark)
    if checkpoints is not None:
        shutil.rmtree(checkpoints, ignore_errors=True)
    return cell, False


def _part(
    plan: Plan, job: _Job, folder: Path, tell: Callable[[str], None], entries: dict[str, Entry]
) -> cells.Cell:
    """Return a part of a pool; of a total, the sum of its places where its samples are draws of one future."""
    if not (job.entry.joint and job.series.total_of):
        return _forecast(plan, job, folder, True, tell, entries)[0]
    whole = SERIES[job.series.total_of](plan.case)
    cell, _ = _forecast(plan, replace(job, series=whole), folder, True, tell, entries)
    return cells.Cell(cell.samples.sum(axis=2, keepdims=True), job.series.places, cell.seconds)


def _spread(cell: cells.Cell, series: Series) -> np.ndarray:
    """Return samples with a column for every place of a series, NaN where it was not forecast."""
    column = {place: number for number, place in enumerate(series.places)}
    made = np.full((*cell.samples.shape[:2], len(series.places)), np.nan)
    made[:, :, [column[place] for place in cell.places]] = cell.samples
    return made


def _add_totals(
    records: dict[str, Series],
    forecasts: dict[tuple[str, str, str], np.ndarray],
    entries: dict[str, Entry],
    missing: list[tuple[str, str, str, int, str]],
) -> None:
    """Add the totals of joint forecasters: the sum of the places of each sample."""
    for name, series in records.items():
        if series.total_of is None:
            continue
        for (kind, forecaster, origin), samples in list(forecasts.items()):
            if kind == series.total_of and entries[forecaster].joint:
                forecasts[name, forecaster, origin] = samples.sum(axis=2, keepdims=True)
        left = [row for row in missing if row[0] == series.total_of and row[1] and entries[row[1]].joint]
        missing += [(name, *row[1:]) for row in left]


def _unscored(windows: dict[str, list[Fold]]) -> list[tuple[str, str, str, int, str]]:
    """Return the windows that nobody can be scored on."""
    return [
        (name, "", str(window.origin), window.horizon, window.why_not)
        for name, each in windows.items()
        for window in each
        if window.why_not
    ]


class _Clock:
    """Seconds spent, and an estimate of what is left."""

    def __init__(self, jobs: list[_Job]) -> None:
        self.costly = [job.entry.costly for job in jobs]
        self.spent: dict[bool, list[float]] = {False: [], True: []}
        self.begun = time.monotonic()
        self.finished = 0

    def done(self, number: int, seconds: float | None) -> None:
        """Note that a forecast is there; None if it was not made now."""
        self.finished = number + 1
        if seconds is not None:
            self.spent[self.costly[number]].append(seconds)

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.begun

    @property
    def left(self) -> float:
        """Seconds that remain, by the mean of each kind; a costly one as a multiple of a cheap one at first."""
        rest = self.costly[self.finished :]
        cheap, costly = (
            float(np.mean(self.spent[kind])) if self.spent[kind] else np.nan for kind in (False, True)
        )
        if np.isnan(costly):
            costly = cheap * _COSTLY
        return sum((costly if kind else cheap) for kind in rest)


def _teller(
    progress: Callable[[Step], None] | None, words: str, number: int, total: int, clock: _Clock
) -> Callable[[str], None]:
    """Return a function that passes words about a forecast on."""

    def tell(more: str) -> None:
        if progress is not None:
            progress(Step(f"{words}: {more}" if more else words, number, total, clock.left))

    return tell


def _provenance(plan: Plan, seconds: float) -> dict[str, Any]:
    """Return what the results follow from."""
    return {
        "version": metadata.version("contraflow"),
        "case": plan.case.name,
        "case_digest": plan.case.digest,
        "origins": [str(origin) for origin in plan.origins],
        "horizons": list(plan.horizons),
        "series": list(plan.series),
        "forecasters": list(plan.forecasters),
        "samples": plan.samples,
        "seed": plan.seed,
        "fitting": plan.fitting,
        "seconds": round(seconds, 1),
    }
