"""Many draws on one machine: chunks of draws, the same compiled programs for all, one thread a core.

Scenarios of one case share their months up to the first in which what is done differs. That history is run once, and
each scenario goes on from where it ends: `simulate_ensemble` does so for the scenarios it is given, and with `begin`
and `go_on` a history can be kept in memory for scenarios that come later. A scenario has the same bits either way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from contraflow.ensemble.build import Model
from contraflow.ensemble.programs import (
    CHUNK,
    ONE_THREAD_A_CHUNK,
    Block,
    Programs,
    blocks,
    dtype,
    kept,
    programs,
)
from contraflow.model.drivers import Drivers
from contraflow.model.outcomes import ALL, select
from contraflow.model.parameters import Parameters
from contraflow.model.simulate import Running
from contraflow.model.step import Base, Settings

__all__ = [
    "CHUNK", "ONE_THREAD_A_CHUNK", "Past", "begin", "cache_folder", "common_months", "go_on", "simulate_ensemble",
    "use_double_precision_and_cache",
]  # fmt: skip

AT_ONCE = 2
"""Chunks a core: while the operations of one wait for a thread of the runtime, those of another run."""
Sample = Callable[[range], dict[str, np.ndarray]]
Progress = Callable[[int, int], None]


def use_double_precision_and_cache() -> Path | None:
    """Switch JAX to float64 and keep compiled programs between runs.

    The cache folder is ``CONTRAFLOW_CACHE`` or ``contraflow`` in the user's cache folder; an empty
    ``CONTRAFLOW_CACHE`` turns the cache off.

    Returns
    -------
    pathlib.Path or None
        The cache folder, if there is one.
    """
    jax.config.update("jax_enable_x64", True)
    folder = cache_folder()
    if folder is not None:
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    return folder


def cache_folder() -> Path | None:
    """Folder of compiled programs, or None where it is turned off or cannot be written."""
    named = os.environ.get("CONTRAFLOW_CACHE")
    if named == "":
        return None
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(named) if named else base / "contraflow"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


class Chunk(NamedTuple):
    """Some draws, run up to a month.

    Attributes
    ----------
    first, count : int
        The first of the draws, and how many of the `CHUNK` simulated are wanted.
    parameters, base, running
        Beliefs, base year, and where the simulation stands.
    deaths : numpy.ndarray, shape (month, territory, CHUNK)
        Conflict deaths of every month, which killings are told from; zero in months not yet run.
    """

    first: int
    count: int
    parameters: Parameters
    base: Base
    running: Running
    deaths: np.ndarray


class Sheet(NamedTuple):
    """Outcomes of one scenario from some month on, the draws last.

    Attributes
    ----------
    month, year : int
        Rows of the first month and of its year.
    arrays : dict of str to numpy.ndarray
        Shapes (time, dimension, draw), or (time, draw).
    """

    month: int
    year: int
    arrays: dict[str, np.ndarray]

    def write(self, chunk: Chunk, block: Block, made: dict[str, np.ndarray]) -> None:
        """Write what a chunk made of a block."""
        for name in made.keys() & self.arrays.keys():
            row, count = block.year - self.year, 1
            values = made[name][None]
            if ALL[name].every == "month":
                row, count = block.first - self.month, block.count
                values = made[name][:count]
            self.write_rows(chunk, name, row, values)

    def write_rows(self, chunk: Chunk, name: str, row: int, values: np.ndarray) -> None:
        """Write rows of one outcome."""
        into = self.arrays[name][row : row + len(values), ..., chunk.first : chunk.first + chunk.count]
        into[...] = values[..., : chunk.count]

    def shown(self) -> dict[str, np.ndarray]:
        """Shapes (draw, time, dimension): a view, no copy."""
        return {name: np.moveaxis(values, -1, 0) for name, values in self.arrays.items()}


@dataclass(frozen=True, eq=False)
class Past:
    """A history that scenarios share, kept so that they can go on from it; made by `begin`.

    Attributes
    ----------
    model : Model
    drivers : Drivers
        What was done, in the model's order; only its first `months` months count.
    draws, months : int
        How many draws, and how many months have been run.
    record : tuple of str
        Outcomes that are recorded.
    settings : Settings
    outcomes : dict of str to numpy.ndarray
        Outcomes of the history, shapes (draw, time, dimension): monthly ones of its months, yearly ones up to
        the year it ends in, of which only the history is counted.
    chunks : tuple of Chunk
        Where every draw stands.
    """

    model: Model
    drivers: Drivers
    draws: int
    months: int
    record: tuple[str, ...]
    settings: Settings
    outcomes: dict[str, np.ndarray]
    chunks: tuple[Chunk, ...]


def begin(
    model: Model,
    drivers: Drivers,
    sample: Sample,
    draws: int,
    months: int,
    record: str | tuple[str, ...] = "default",
    settings: Settings = Settings(),
    progress: Progress | None = None,
    threads: int | None = None,
) -> Past:
    """Run the months that scenarios share and keep where every draw then stands.

    Parameters
    ----------
    drivers : Drivers
        Any of the scenarios, as compiled, in the order of the case's rows.
    months : int
        How many months they share.
    model, sample, draws, record, settings, progress, threads
        See `simulate_ensemble`.

    Returns
    -------
    Past
        About 100 kB a draw for the Ecuador case, and the outcomes of the history.

    Raises
    ------
    ValueError
        If `months` is not a number of months of the case, or killings are recorded and the history ends before
        the months they are anchored over.
    """
    use_double_precision_and_cache()
    names, structure = select(record), model.structure
    if not 0 <= months <= structure.months:
        raise ValueError(f"months is {months}: give 0 to {structure.months}")
    if "homicides" in names and structure.anchor is not None and months < structure.anchor[0].stop:
        raise ValueError(
            f"months is {months}: killings are anchored over months up to {structure.anchor[0].stop}; "
            "share at least those, or do not record homicides"
        )
    arranged = model.arrange(drivers)
    compiled = programs(model, names, settings)
    sheet = _sheet(model, names, draws, 0, months, settings)
    history = blocks(structure, arranged, 0, months, settings)

    def work(first: int) -> Chunk:
        chunk = _open(compiled, model, sample, draws, first, settings)
        chunk = _run(compiled, chunk, history, [sheet])
        _tell_killings(compiled, chunk, arranged, sheet, months)
        return chunk

    chunks = _each(work, range(0, draws, CHUNK), threads, progress, draws, 1)
    return Past(model, arranged, draws, months, names, settings, sheet.shown(), tuple(chunks))


def go_on(past: Past, drivers: Drivers, threads: int | None = None) -> dict[str, np.ndarray]:
    """Run a scenario from where its history ends.

    Nothing is compiled: the programs are those that ran the history, whatever the drivers and the month.

    Parameters
    ----------
    past : Past
    drivers : Drivers
        As compiled, for all months of the case; the same as the history's while it lasts.
    threads : int, optional
        Chunks computed at once; twice the number of cores by default.

    Returns
    -------
    dict of str to numpy.ndarray
        Shapes (draw, time, dimension) or (draw, time), in time from `past.months` on; yearly outcomes begin with
        the year of that month, whole. The same bits as a run without a kept history.

    Raises
    ------
    ValueError
        If a driver differs from the history's within it.
    """
    arranged = past.model.arrange(drivers)
    same = common_months([past.drivers, arranged])
    if same < past.months:
        raise ValueError(
            f"the scenario differs from the history in month {past.model.structure.names['month'][same]}, before "
            f"it ends: begin a history of at most {same} months"
        )
    compiled = programs(past.model, past.record, past.settings)
    stop = past.model.structure.months
    sheet = _sheet(past.model, past.record, past.draws, past.months, stop, past.settings)
    rest = blocks(past.model.structure, arranged, past.months, stop, past.settings)

    def work(chunk: Chunk) -> None:
        chunk = _run(compiled, chunk._replace(deaths=chunk.deaths.copy()), rest, [sheet])
        _tell_killings(compiled, chunk, arranged, sheet, stop)

    _each(work, past.chunks, threads, None, past.draws, 1)
    return sheet.shown()


def common_months(scenarios: Sequence[Drivers]) -> int:
    """How many months pass before the drivers of any two scenarios differ."""
    first = scenarios[0]
    same = len(first.effort)
    for other in scenarios[1:]:
        for field in fields(Drivers):
            one, two = np.asarray(getattr(first, field.name)), np.asarray(getattr(other, field.name))
            (differs,) = np.nonzero((one != two).any(axis=1))
            same = min([same, *differs[:1].tolist()])
    return same


def simulate_ensemble(
    model: Model,
    scenarios: Sequence[Drivers],
    sample: Sample,
    draws: int,
    record: str | tuple[str, ...] = "default",
    settings: Settings = Settings(),
    progress: Progress | None = None,
    threads: int | None = None,
) -> list[dict[str, np.ndarray]]:
    """Simulate every draw under every scenario, with the same beliefs in each.

    The months that all scenarios share are run once.

    Parameters
    ----------
    model : Model
    scenarios : sequence of Drivers
        As compiled, in the order of the case's rows.
    sample : callable
        Gives the parameters of a range of draws.
    draws : int
        Number of draws.
    record, settings
        See `contraflow.model.simulate.simulate`.
    progress : callable, optional
        Called with (member-scenarios done, total) after each chunk.
    threads : int, optional
        Chunks computed at once; twice the number of cores by default.

    Returns
    -------
    list of dict of str to numpy.ndarray
        One a scenario; shapes (draw, time, dimension), or (draw, time). The default record is large and is
        kept in single precision, any other in the precision of the settings, in which everything is computed.
    """
    use_double_precision_and_cache()
    names, structure = select(record), model.structure
    arranged = [model.arrange(drivers) for drivers in scenarios]
    compiled = programs(model, names, settings)
    months = common_months(arranged)
    history = blocks(structure, arranged[0], 0, months, settings)
    rest = [blocks(structure, drivers, months, structure.months, settings) for drivers in arranged]
    sheets = [_sheet(model, names, draws, 0, structure.months, settings) for _ in arranged]

    def work(first: int) -> Chunk:
        shared = _run(compiled, _open(compiled, model, sample, draws, first, settings), history, sheets)
        for drivers, later, sheet in zip(arranged, rest, sheets, strict=True):
            chunk = _run(compiled, shared._replace(deaths=shared.deaths.copy()), later, [sheet])
            _tell_killings(compiled, chunk, drivers, sheet, structure.months)
        return shared

    _each(work, range(0, draws, CHUNK), threads, progress, draws, len(arranged))
    return [sheet.shown() for sheet in sheets]


def _sheet(
    model: Model, names: tuple[str, ...], draws: int, first: int, stop: int, settings: Settings
) -> Sheet:
    """Room for the outcomes of some months."""
    years = model.structure.record.year
    year = int(years[first]) if first < stop else 0
    rows = {"month": stop - first, "year": int(years[stop - 1]) + 1 - year if first < stop else 0}
    arrays = {}
    for name in names:
        dim = ALL[name].dim
        size = (len(model.structure.names[dim]),) if dim else ()
        arrays[name] = np.empty((rows[ALL[name].every], *size, draws), kept(names, settings))
    return Sheet(first, year, arrays)


def _open(
    compiled: Programs, model: Model, sample: Sample, draws: int, first: int, settings: Settings
) -> Chunk:
    """Draw beliefs and set up the base year."""
    number = dtype(settings)
    drawn = {name: values.astype(number) for name, values in sample(range(first, first + CHUNK)).items()}
    parameters, base, running = compiled.opening(drawn)
    deaths = np.zeros((model.structure.months, len(model.structure.names["territory"]), CHUNK), number)
    return Chunk(first, min(CHUNK, draws - first), parameters, base, running, deaths)


def _run(compiled: Programs, chunk: Chunk, months: list[Block], sheets: Sequence[Sheet]) -> Chunk:
    """Run months, write what they make, and say where the draws then stand."""
    running = chunk.running
    for block in months:
        running, made = compiled.months(chunk.parameters, chunk.base, running, *block.arguments)
        made = {name: np.asarray(values) for name, values in made.items()}
        if "deaths" in made:
            chunk.deaths[block.first : block.first + block.count] = made["deaths"][: block.count]
        for sheet in sheets:
            sheet.write(chunk, block, made)
    return chunk._replace(running=running)


def _tell_killings(compiled: Programs, chunk: Chunk, drivers: Drivers, sheet: Sheet, stop: int) -> None:
    """Write killings, once the months they are anchored over have been run."""
    if compiled.killings is not None:
        curfew = drivers.curfew.astype(chunk.deaths.dtype)
        killed = np.asarray(compiled.killings(chunk.parameters.groups, curfew, chunk.deaths))
        sheet.write_rows(chunk, "homicides", 0, killed[sheet.month : stop])


def _each(
    work: Callable, items: Sequence, threads: int | None, progress: Progress | None, draws: int, each: int
) -> list[Chunk]:
    """Work on every chunk, some at once, and report member-scenarios done."""
    with ThreadPoolExecutor(threads or AT_ONCE * (os.cpu_count() or 1)) as pool:
        waiting = [pool.submit(work, item) for item in items]
        try:
            for done, future in enumerate(as_completed(waiting), start=1):
                future.result()
                if progress is not None:
                    progress(min(done * CHUNK, draws) * each, draws * each)
        except BaseException:
            for future in waiting:
                future.cancel()
            raise
    return [future.result() for future in waiting]
