"""What members say of the record, and how that follows from their latents.

A member is a column of standard normals, one for every fitted parameter of a `TradeProblem`. Members are simulated in
chunks by threads, each with one compiled program.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from contraflow.ensemble.run import ONE_THREAD_A_CHUNK
from contraflow.inference.hamiltonian import Standing
from contraflow.inference.priors import QUANTILE
from contraflow.inference.record import log_likelihood, spread
from contraflow.inference.smoother import Mode
from contraflow.inference.trade import ERRORS, SCALES, WALKS, TradeProblem
from contraflow.model.symbols import SPEC

CHUNK = 50
"""Members simulated together by one thread."""
ROWS = 16
"""Members, or rows of the Jacobian, whose gradients are computed together by one thread."""
TINY = 1e-4
"""Step of the differences that say how a parameter follows its standard normal."""


class Latents:
    """The fitted parameters of a problem as one column of standard normals, and back."""

    def __init__(self, problem: TradeProblem) -> None:
        rows = problem.case.parameters.drop_duplicates("symbol").set_index("symbol")
        members = problem.model.members
        self.parts: list[tuple[str, str, float, float, tuple[int, ...]]] = []
        self.places: dict[str, slice] = {}
        first = 0
        for symbol in problem.symbols:
            if symbol not in ERRORS:
                row, shape = rows.loc[symbol], tuple(len(members[dim]) for dim in SPEC[symbol].dims)
                self.parts.append((symbol, *_prior(row), shape))
                self.places[symbol] = slice(first, first + int(np.prod(shape)))
                first = self.places[symbol].stop
        self.size = first
        self.singles = {name: rows.start for name, rows in self.places.items() if rows.stop - rows.start == 1}
        self.scales = [(name, *_prior(rows.loc[name])) for name in SCALES]
        self.walk_rows = np.array([self.places[name].start for name in WALKS])
        self.blocks = {name: self.places[name.removesuffix("_scale")] for name in WALKS}

    def walks(self, z: np.ndarray) -> np.ndarray:
        """Scales of the walks from standard normals of all scales, shape (walk, draw)."""
        return np.stack([QUANTILE[d](z[i], a, b) for i, (_, d, a, b) in enumerate(self.scales[: len(WALKS)])])

    def errors(self, z: np.ndarray) -> dict[str, np.ndarray]:
        """Scales of the errors, by name, from standard normals of all scales."""
        first = len(WALKS)
        return {n: QUANTILE[d](z[first + i], a, b) for i, (n, d, a, b) in enumerate(self.scales[first:])}

    def scaled(self, z: np.ndarray, mode: Mode, problem: TradeProblem) -> tuple[np.ndarray, np.ndarray]:
        """Scales of the walks and variances of the rows at the mode, for draws of all scales."""
        said = np.repeat(mode.said[:, None], z.shape[1], axis=1)
        return self.walks(z), error(problem, said, self.errors(z)) ** 2 / mode.weight[:, None]

    def values(self, latent: np.ndarray) -> dict[str, np.ndarray]:
        """Parameters of members; shape (dimensions of the symbol..., member)."""
        found, first = {}, 0
        for symbol, dist, a, b, shape in self.parts:
            last = first + int(np.prod(shape))
            # a step that goes much too far overflows: what it says is not finite, and the step is cut
            with np.errstate(over="ignore"):
                found[symbol] = QUANTILE[dist](latent[first:last].reshape(*shape, latent.shape[1]), a, b)
            first = last
        return found


def _prior(row: pd.Series) -> tuple[str, float, float]:
    return str(row["dist"]), float(row["a"]), float(row["b"])


class Runs:
    """What members say of the record: chunks in threads, one compiled program for each question.

    Parameters
    ----------
    problem : TradeProblem
    latents : Latents
    """

    def __init__(self, problem: TradeProblem, latents: Latents) -> None:
        self.problem, self.latents = problem, latents
        self.programs: dict[str, jax.stages.Compiled] = {}
        self.lock = threading.Lock()

    def monthly(self, latent: np.ndarray) -> np.ndarray:
        """What members say by month, shape (row, member)."""
        return self._each(self._say, latent, size=CHUNK)

    def pull(
        self, latent: np.ndarray, wanted: np.ndarray, variance: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """What members say by quarter, and Jᵀ(said − wanted)/variance of each; see `smoother.Pull`."""
        said, back = self._each(self._pull, latent, wanted, variance)
        return said, self._slope(back, latent)

    def density(
        self, latent: np.ndarray, errors: np.ndarray, observed: np.ndarray, keep: np.ndarray
    ) -> Standing:
        """Minus the log density of members given a record, by quarter, with its gradient.

        Parameters
        ----------
        latent : numpy.ndarray, shape (latent, member)
        errors : numpy.ndarray, shape (scale, member)
            Scales of errors, in the order of `ERRORS`.
        observed : numpy.ndarray, shape (row,)
            The record, on the scale of errors.
        keep : numpy.ndarray of bool, shape (row,)
            Rows that count.
        """
        shape = (len(observed), latent.shape[1])
        rows = (np.broadcast_to(x[:, None], shape) for x in (observed, keep.astype(float)))
        height, said, back = self._each(self._density, latent, errors, *rows)
        slope = self._slope(back, latent)
        with np.errstate(over="ignore"):
            height = height + 0.5 * (latent**2).sum(axis=0)
        fine = np.isfinite(height) & np.isfinite(slope).all(axis=0)
        return Standing(latent, np.where(fine, height, np.inf), np.where(fine, latent + slope, 0.0), said)

    def jacobian(self, latent: np.ndarray) -> np.ndarray:
        """Derivatives of what the model says, by quarter, with respect to the latents; shape (row, latent)."""
        # with a variance of one, and wanted so far off that the difference is one row, the pull is that row
        rows = np.eye(len(self.problem.record.value))
        said = self.pull(latent[:, None], rows[:, :1], np.ones_like(rows[:, :1]))[0]
        return self.pull(np.repeat(latent[:, None], len(rows), axis=1), said - rows, np.ones_like(rows))[1].T

    def _each(
        self, body: Callable[..., Any], latent: np.ndarray, *others: np.ndarray, size: int = ROWS
    ) -> Any:
        """Ask every member; what else goes in, and all that comes out, has the member last."""
        members = latent.shape[1]

        def chunk(first: int) -> Any:
            # the last chunk is padded, so that one program serves all
            chosen = np.minimum(np.arange(first, first + size), members - 1)
            values = {name: jnp.asarray(v) for name, v in self.latents.values(latent[:, chosen]).items()}
            arguments = values, *(jnp.asarray(x[..., chosen]) for x in others)
            with self.lock:
                if body.__name__ not in self.programs:
                    made = jax.jit(body).lower(*arguments)
                    self.programs[body.__name__] = made.compile(compiler_options=ONE_THREAD_A_CHUNK)
            found = self.programs[body.__name__](*arguments)
            return jax.tree.map(lambda x: np.asarray(x)[..., : members - first], found)

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            parts = list(pool.map(chunk, range(0, members, size)))
        return jax.tree.map(lambda *x: np.concatenate(x, axis=-1), *parts)

    def _slope(self, back: dict[str, np.ndarray], latent: np.ndarray) -> np.ndarray:
        """From derivatives by parameter to those by its standard normal, shape (latent, member)."""
        up, down = (self.latents.values(latent + d) for d in (TINY, -TINY))
        with np.errstate(invalid="ignore"):
            parts = [back[name] * ((up[name] - down[name]) / (2 * TINY)) for name in up]
        return np.concatenate([part.reshape(-1, latent.shape[1]) for part in parts])

    def _say(self, values: dict[str, jax.Array], monthly: bool = True) -> jax.Array:
        size = values["theta"].shape[-1]
        fixed = {name: jnp.broadcast_to(v, (*v.shape[:-1], size)) for name, v in self.problem.fixed.items()}
        errors = {name: jnp.ones(size) for name in ERRORS}
        return self.problem.say(fixed | errors | values, monthly=monthly)[0]

    def _pull(
        self, values: dict[str, jax.Array], wanted: jax.Array, variance: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        said, back = jax.vjp(partial(self._say, monthly=False), values)
        return said, back((said - wanted) / variance)[0]

    def _density(
        self, values: dict[str, jax.Array], errors: jax.Array, observed: jax.Array, keep: jax.Array
    ) -> tuple[jax.Array, jax.Array, dict[str, jax.Array]]:
        scales = dict(zip(ERRORS, errors, strict=True))

        def height(said: jax.Array) -> jax.Array:
            return minus_log_likelihood(self.problem, said, scales, observed, keep)

        said, back = jax.vjp(partial(self._say, monthly=False), values)
        return height(said), said, back(jax.grad(lambda x: height(x).sum())(said))[0]


def error(problem: TradeProblem, said: np.ndarray, errors: dict[str, np.ndarray]) -> np.ndarray:
    """Standard errors of what members say, shape (row, member)."""
    return np.asarray(spread(problem.record, jnp.asarray(said), errors))  # pyright: ignore[reportArgumentType]


def minus_log_likelihood(
    problem: TradeProblem,
    said: jax.Array,
    scales: Mapping[str, jax.Array],
    observed: jax.Array,
    keep: jax.Array,
) -> jax.Array:
    """Minus the log density of a record at members, shape (member,).

    Parameters
    ----------
    problem : TradeProblem
    said : jax.Array, shape (row, member)
    scales : mapping
        Scales of errors, shape (member,).
    observed, keep : jax.Array, shape (row, member)
        The record, on the scale of errors, and the weight of its rows.
    """
    record = problem.record
    rows = log_likelihood(record, said.T, spread(record, said, scales).T, observed.T)
    return -(keep.T * rows).sum(axis=1)
