"""Chains that advance block by block in threads, with checkpoints and a clock."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.ensemble.run import ONE_THREAD_A_CHUNK
from contraflow.errors import ContraflowError
from contraflow.inference.sampler.checkpoint import Checkpoint
from contraflow.inference.sampler.density import Density
from contraflow.inference.sampler.settings import Progress, Sampling

VALUE, STAT = "value:", "stat:"
MEMORY = 0.5
"""Weight of the newest block in the running mean of an iteration's time."""
_BATCHED = re.compile(r'\w+\[\d+(,\d+){2,}\].*custom_call_target="lapack_')
"""In a compiled program: LAPACK called for a stack of matrices."""


@dataclass(frozen=True)
class Kernel:
    """A method that makes one draw after another.

    Attributes
    ----------
    begin
        From the number of a batch of chains (of a chain, where they advance alone) to its first state.
    step
        From a state to (next state, flat vector, statistics); pure JAX. A batch of chains has them first in all.
    blank
        A state of the right structure, whose numbers do not matter; made without evaluating the model.
    position
        From a state to its flat vector and its potential, or None if a state has no such thing.
    """

    begin: Callable[[int], Any]
    step: Callable[[Any], tuple[Any, jax.Array, dict[str, jax.Array]]]
    blank: Any
    position: Callable[[Any], tuple[jax.Array, float] | None]


class Programs:
    """The compiled block of iterations and the way from its vectors to kept sites, shared by all chains.

    Compiled ahead of the threads that call them: left to them, each would compile them for itself.
    """

    def __init__(self, density: Density, kernel: Kernel, how: Sampling) -> None:
        leaves, self.structure = jax.tree.flatten(kernel.blank)
        leaves = [np.asarray(leaf) for leaf in leaves]
        _, one, stats = jax.eval_shape(kernel.step, kernel.blank)

        def advance(leaves, count):
            buffers = (
                jnp.zeros((how.block, *one.shape)),
                {name: jnp.zeros((how.block, *stat.shape), stat.dtype) for name, stat in stats.items()},
            )

            def body(row, carry):
                state, (vectors, kept) = carry
                new, vector, stat = kernel.step(state)
                new = jax.tree.map(lambda after, before: after.astype(before.dtype), new, state)
                kept = {name: kept[name].at[row].set(stat[name]) for name in kept}
                return new, (vectors.at[row].set(vector), kept)

            state = jax.tree.unflatten(self.structure, leaves)
            state, (vectors, kept) = jax.lax.fori_loop(0, count, body, (state, buffers))
            return jax.tree.leaves(state), vectors, kept

        vectors = jax.ShapeDtypeStruct((how.block, *one.shape), jnp.float64)
        self.advance = _compile(advance, leaves, np.int64(0))
        # XLA hands the pieces of a stack to the pool of threads it runs in, where two such calls can wait for
        # each other for ever
        if _BATCHED.search(self.advance.as_text() or ""):
            raise ContraflowError(
                "model",
                "it factors a stack of matrices at once, which can hang on this processor",
                "factor them one by one, with jax.lax.map or a diagonal",
            )
        self.constrain = _compile(lambda rows: _map(density.constrain, rows), vectors)

    def leaves(self, state: Any) -> list[np.ndarray]:
        """Return a state as plain arrays."""
        return [np.asarray(leaf) for leaf in jax.tree.leaves(state)]

    def state(self, leaves: list[np.ndarray]) -> Any:
        """Return a state from plain arrays."""
        return jax.tree.unflatten(self.structure, leaves)


def _map(function: Callable, rows: jax.Array) -> Any:
    """Map a function of vectors over all leading axes."""
    lead = rows.shape[:-1]
    values = jax.lax.map(function, rows.reshape(-1, rows.shape[-1]))
    return jax.tree.map(lambda x: x.reshape(*lead, *x.shape[1:]), values)


def _compile(function: Callable, *arguments: Any) -> jax.stages.Compiled:
    return jax.jit(function).lower(*arguments).compile(compiler_options=ONE_THREAD_A_CHUNK)


class Clock:
    """Seconds until all chains are done, from the speed of the latest blocks."""

    def __init__(self, warmup: int, total: int, done: list[int], threads: int) -> None:
        self.warmup, self.total, self.done, self.threads = warmup, total, done, threads
        self.pace: dict[bool, float] = {}

    def tick(self, chain: int, done: int, seconds: float) -> Progress:
        """Take note of a finished block."""
        fresh, before = done - self.done[chain], self.done[chain]
        phase = before < self.warmup
        self.done[chain] = done
        if fresh:
            pace = seconds / fresh
            old = self.pace.get(phase, pace)
            self.pace[phase] = (1 - MEMORY) * old + MEMORY * pace
        return Progress(chain, done, self.total, done < self.warmup, self.left())

    def left(self) -> float:
        """Seconds left, as long as the speed stays."""
        if not self.pace:
            return float("nan")
        warm = self.pace.get(True, self.pace.get(False, 0.0))
        cold = self.pace.get(False, warm)
        work = 0.0
        for done in self.done:
            work += warm * max(self.warmup - done, 0) + cold * (self.total - max(done, self.warmup))
        unfinished = sum(done < self.total for done in self.done)
        return work / max(min(self.threads, unfinished), 1)


def run_chains(
    density: Density,
    kernel: Kernel,
    programs: Programs,
    how: Sampling,
    checkpoint: Checkpoint | None,
    progress: Callable[[Progress], None] | None,
    threads: int | None,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Run all chains to their end.

    Returns
    -------
    tuple of dict of str to numpy.ndarray
        Values and statistics; shapes (chain, draw, ...).
    """
    warmup, total = how.before, how.before + how.draws
    batches = batches_of(how)
    workers = threads or min(batches, os.cpu_count() or 1)
    stored = [checkpoint.load(chain, warmup) if checkpoint else None for chain in range(batches)]
    clock = Clock(warmup, total, [min(item[0], total) if item else 0 for item in stored], workers)
    # here and not in the threads, because NumPyro keeps one stack of effect handlers for all of them
    begun = [None if item else programs.leaves(kernel.begin(chain)) for chain, item in enumerate(stored)]
    stop, lock = threading.Event(), threading.Lock()

    def work(chain: int) -> list[dict[str, np.ndarray]]:
        saved = stored[chain]
        done, leaves, blocks = saved if saved else (0, begun[chain], [])
        if saved and progress is not None:
            with lock:
                progress(Progress(chain, min(done, total), total, done < warmup, clock.left()))
        while done < total and not stop.is_set():
            start = time.monotonic()
            count = min(how.block, (warmup if done < warmup else total) - done)
            new, vectors, stats = programs.advance(leaves, np.int64(count))
            leaves = [np.asarray(leaf) for leaf in new]
            block = None
            if done >= warmup:
                values = programs.constrain(vectors)
                block = {VALUE + name: np.asarray(value)[:count] for name, value in values.items()}
                block |= {STAT + name: np.asarray(stat)[:count] for name, stat in stats.items()}
                blocks.append(block)
            first, done = max(done - warmup, 0), done + count
            if checkpoint is not None:
                checkpoint.save(chain, done, first, leaves, block)
            with lock:
                made = clock.tick(chain, done, time.monotonic() - start)
                if progress is not None and not stop.is_set():
                    progress(made)
        return blocks

    chains: list[list[dict[str, np.ndarray]]] = [[] for _ in range(batches)]
    with ThreadPoolExecutor(workers) as pool:
        waiting = {pool.submit(work, chain): chain for chain in range(batches)}
        try:
            for future in as_completed(waiting):
                chains[waiting[future]] = future.result()
        except BaseException:
            stop.set()
            for future in waiting:
                future.cancel()
            raise
    alone = batches == how.chains
    return _gather(chains, VALUE, how.draws, alone), _gather(chains, STAT, how.draws, alone)


def batches_of(how: Sampling) -> int:
    """Batches of chains that advance together; only those of NUTS do."""
    return how.chains // how.together if how.method == "nuts" else how.chains


def _gather(
    chains: list[list[dict[str, np.ndarray]]], mark: str, draws: int, alone: bool
) -> dict[str, np.ndarray]:
    """Join blocks to arrays of shape (chain, draw, ...), name by name, so that memory is not held twice."""
    gathered = {}
    for name in [name for name in chains[0][0] if name.startswith(mark)]:
        rows = [np.concatenate([block.pop(name) for block in blocks])[:draws] for blocks in chains]
        joined = np.stack(rows) if alone else np.concatenate([np.moveaxis(row, 1, 0) for row in rows])
        gathered[name.removeprefix(mark)] = joined
    return gathered
