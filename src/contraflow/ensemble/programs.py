"""The compiled programs of a model: beliefs and base year, some months of one year, killings.

There is one program for months. How many it runs, and of which year, is said when it runs: every month of every
scenario is made by the same machine code, whether it is run after a history kept in memory or from the start.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import NamedTuple

import jax
import numpy as np

from contraflow.ensemble.assemble import assemble
from contraflow.ensemble.build import Model
from contraflow.model.drivers import DIMENSIONS, Drivers
from contraflow.model.outcomes import OUTCOMES
from contraflow.model.production import MONTHS_PER_YEAR
from contraflow.model.simulate import advance, base_year, begin, killed, rows_of
from contraflow.model.step import Settings
from contraflow.model.structure import Record, Structure
from contraflow.model.symbols import SPEC

ONE_THREAD_A_CHUNK = {"xla_cpu_multi_thread_eigen": False}
"""Compiler option: a chunk stays on its thread, because chunks already fill the cores."""
CHUNK = 100
"""Draws simulated together; the last chunk is padded, so that a draw has the same bits in any ensemble."""


class Programs(NamedTuple):
    """Compiled programs of a model for one record and one way to solve it.

    Attributes
    ----------
    opening : Compiled
        From a draw to parameters, base year and where the simulation stands before the first month.
    months : Compiled
        `contraflow.model.simulate.advance`.
    killings : Compiled or None
        `contraflow.model.simulate.killed`, where killings are recorded.
    """

    opening: jax.stages.Compiled
    months: jax.stages.Compiled
    killings: jax.stages.Compiled | None


class Block(NamedTuple):
    """Some months of one calendar year.

    Attributes
    ----------
    year, first, count : int
        Row of the year, row of the first month, number of months.
    arguments : tuple
        What `contraflow.model.simulate.advance` needs to run them: rows, months, opens and length.
    """

    year: int
    first: int
    count: int
    arguments: tuple


def dtype(settings: Settings) -> np.dtype:
    """Type of the numbers that are computed with."""
    return np.dtype(np.float32 if settings.precision == "single" else np.float64)


def kept(record: tuple[str, ...], settings: Settings) -> np.dtype:
    """Type in which a record is kept: single precision for the default one, which is large."""
    return np.dtype(np.float32) if record == tuple(OUTCOMES) else dtype(settings)


def computing(settings: Settings) -> AbstractContextManager:
    """Where programs are traced and their inputs made: numbers have the precision of the settings."""
    return jax.enable_x64(settings.precision == "double")


@lru_cache(maxsize=8)
def programs(model: Model, record: tuple[str, ...], settings: Settings) -> Programs:
    """Compile a model; kept, so that a second run of the same model starts at once.

    Compiled once, ahead of the threads that call them: left to them, each would compile them for itself.
    """
    structure, number = model.structure, dtype(settings)
    keep = kept(record, settings)

    def opening(draw):
        parameters = assemble(structure.network, model.tables, draw)
        base = base_year(structure, settings, parameters)
        return parameters, base, begin(structure, parameters, base, record, settings)

    def months(parameters, base, running, rows, count, opens, length):
        return advance(
            structure, settings, parameters, base, running, rows, count, opens, length, record, keep
        )

    def killings(belief, curfew, deaths):
        return killed(structure, belief, curfew, deaths).astype(keep)

    with computing(settings), ThreadPoolExecutor(3) as pool:

        def compiled(traced: jax.stages.Traced) -> Future[jax.stages.Compiled]:
            return pool.submit(traced.lower().compile, ONE_THREAD_A_CHUNK)

        size = {dim: len(ids) for dim, ids in model.members.items()}
        draw = {
            name: jax.ShapeDtypeStruct((*(size[dim] for dim in symbol.dims), CHUNK), number)
            for name, symbol in SPEC.items()
        }
        nothing = Drivers(**{name: np.zeros((size["month"], size[dim])) for name, dim in DIMENSIONS.items()})
        opened = jax.jit(opening).trace(draw)
        parameters, base, running = opened.out_info
        # one is compiled, or read from the cache, while the next is traced
        found = [compiled(opened)]
        (block, *_) = blocks(structure, nothing, 0, structure.months, settings)
        found.append(compiled(jax.jit(months).trace(parameters, base, running, *block.arguments)))
        if "homicides" in record:
            deaths = jax.ShapeDtypeStruct((size["month"], size["territory"], CHUNK), number)
            curfew = nothing.curfew.astype(number)
            found.append(compiled(jax.jit(killings).trace(parameters.groups, curfew, deaths)))
        made = [one.result() for one in found]
    return Programs(made[0], made[1], made[2] if len(made) > 2 else None)


def blocks(structure: Structure, drivers: Drivers, first: int, stop: int, settings: Settings) -> list[Block]:
    """Cut months at the ends of calendar years.

    Parameters
    ----------
    drivers : Drivers
        In the model's order.
    first, stop : int
        The months, as rows.
    settings : Settings
        Whose precision the rows get.

    Returns
    -------
    list of Block
    """
    years, number = structure.record.year, dtype(settings)
    whole = np.dtype(f"i{number.itemsize}")
    rows = jax.tree.map(
        lambda x: x.astype(whole if x.dtype.kind == "i" else number), rows_of(structure, drivers)
    )
    found = []
    while first < stop:
        year = int(years[first])
        (of_year,) = np.nonzero(years == year)
        count = min(int(of_year[-1]) + 1, stop) - first
        # as many rows in every block; those beyond `count` are never run
        chosen = np.minimum(first + np.arange(int(MONTHS_PER_YEAR)), first + count - 1)
        cut: tuple[Drivers, Record] = jax.tree.map(lambda x, chosen=chosen: x[chosen], rows)
        opens, length = first == int(of_year[0]), float(of_year.size)
        found.append(
            Block(year, first, count, (cut, whole.type(count), np.bool_(opens), number.type(length)))
        )
        first += count
    return found
