"""Many draws on one machine: chunks of draws, one compiled program, one thread a core."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import lru_cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.ensemble.assemble import assemble
from contraflow.ensemble.build import Model
from contraflow.model.drivers import DIMENSIONS, Drivers
from contraflow.model.outcomes import OUTCOMES, select
from contraflow.model.simulate import simulate
from contraflow.model.step import Settings
from contraflow.model.symbols import SPEC

ONE_THREAD_A_CHUNK = {"xla_cpu_multi_thread_eigen": False}
"""Compiler option: a chunk stays on its thread, because chunks already fill the cores."""
CHUNK = 100
"""Draws simulated together; the last chunk is padded, so that a draw has the same bits in any ensemble."""


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


@lru_cache(maxsize=8)
def _program(model: Model, record: tuple[str, ...], settings: Settings) -> jax.stages.Compiled:
    """Compiled simulation of one chunk; kept, so that a second run of the same model starts at once.

    Compiled once, ahead of the threads that call it: left to them, each would compile it for itself.
    """

    def outcomes(draw, drivers):
        parameters = assemble(model.structure.network, model.tables, draw)
        keep = jnp.float32 if record == tuple(OUTCOMES) else None
        return simulate(model.structure, parameters, drivers, record, settings, keep)

    size = {dim: len(ids) for dim, ids in model.members.items()}
    draw = {
        name: jax.ShapeDtypeStruct((*(size[dim] for dim in symbol.dims), CHUNK), jnp.float64)
        for name, symbol in SPEC.items()
    }
    drivers = Drivers(**{name: jnp.zeros((size["month"], size[dim])) for name, dim in DIMENSIONS.items()})
    return jax.jit(outcomes).lower(draw, drivers).compile(compiler_options=ONE_THREAD_A_CHUNK)


def simulate_ensemble(
    model: Model,
    scenarios: Sequence[Drivers],
    sample: Callable[[range], dict[str, np.ndarray]],
    draws: int,
    record: str | tuple[str, ...] = "default",
    settings: Settings = Settings(),
    progress: Callable[[int, int], None] | None = None,
    threads: int | None = None,
) -> list[dict[str, np.ndarray]]:
    """Simulate every draw under every scenario, with the same beliefs in each.

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
        Chunks computed at once; the number of cores by default.

    Returns
    -------
    list of dict of str to numpy.ndarray
        One a scenario; shapes (draw, time, dimension), or (draw, time). The default record is large and is
        kept in single precision; any other record is kept in double. Everything is computed in double.
    """
    use_double_precision_and_cache()
    arranged = [jax.tree.map(jnp.asarray, model.arrange(d)) for d in scenarios]

    run = _program(model, select(record), settings)
    starts = list(range(0, draws, CHUNK))
    total = draws * len(arranged)
    results: list[dict[str, np.ndarray]] = [{} for _ in arranged]

    def work(first: int) -> int:
        chosen = sample(range(first, first + CHUNK))
        keep = min(CHUNK, draws - first)
        for into, drivers in zip(results, arranged, strict=True):
            for name, value in run(chosen, drivers).items():
                store(into, name, np.asarray(value), first, keep)
        return keep

    def store(into: dict[str, np.ndarray], name: str, value: np.ndarray, first: int, keep: int) -> None:
        into[name][..., first : first + keep] = value[..., :keep]

    for into in results:
        for name, shape in run.out_info.items():
            into[name] = np.empty((*shape.shape[:-1], draws), dtype=shape.dtype)
    done = 0
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        waiting = [pool.submit(work, first) for first in starts]
        try:
            for future in as_completed(waiting):
                done += future.result() * len(arranged)
                if progress is not None:
                    progress(done, total)
        except BaseException:
            for future in waiting:
                future.cancel()
            raise
    # kept with the draws last, as computed, and shown with the draws first: a view, no copy
    return [{name: np.moveaxis(values, -1, 0) for name, values in result.items()} for result in results]
