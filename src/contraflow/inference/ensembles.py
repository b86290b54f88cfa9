"""Fit the trade with ensembles of its own runs: `contraflow.inference.smoother` on a `TradeProblem`.

Several ensembles from different seeds are fitted apart from each other: how far they agree is what R-hat and the
effective sample size then say. Whether they agree on the right thing is another question, which
`contraflow.inference.recovery` answers with invented records.
"""

from __future__ import annotations

import os
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from contraflow.ensemble.run import ONE_THREAD_A_CHUNK, use_double_precision_and_cache
from contraflow.errors import ContraflowError
from contraflow.files import whole
from contraflow.inference.evidence import Linear, draw_scales, linear
from contraflow.inference.priors import QUANTILE
from contraflow.inference.record import DEGREES, spread
from contraflow.inference.smoother import ROUNDS, Mode, find_mode, smooth
from contraflow.inference.trade import ERRORS, SCALES, WALKS, TradeProblem
from contraflow.model.symbols import SPEC

CHUNK = 50
"""Members simulated together by one thread."""
ROWS = 16
"""Members, or rows of the Jacobian, whose gradients are computed together by one thread."""
UNSEEN = 1e4
"""Factor on the error of a row that is left out."""
TINY = 1e-4
"""Step of the differences that say how a parameter follows its standard normal."""


@dataclass(frozen=True, eq=False)
class Ensembles:
    """Ensembles after the fit.

    Attributes
    ----------
    values : dict of str to numpy.ndarray
        By symbol; shape (ensemble, member, dimensions of the symbol...).
    said : numpy.ndarray, shape (ensemble, member, row)
        What each member says of every row of the record, on the scale of errors.
    error : numpy.ndarray, shape (ensemble, member, row)
        Standard errors of the rows.
    misfit : list of list of float
        Root mean squared residual of each ensemble, round by round, in standard errors.
    coarse : (float, float)
        Median and 90 % quantile of the distance between quarterly and monthly steps, in standard errors of the rows.
    seconds : float or None
        None where some ensembles were there before.
    """

    values: dict[str, np.ndarray]
    said: np.ndarray
    error: np.ndarray
    misfit: list[list[float]]
    coarse: tuple[float, float]
    seconds: float | None


class Latents:
    """The fitted parameters of a problem as one column of standard normals, and back."""

    def __init__(self, problem: TradeProblem) -> None:
        rows = problem.case.parameters.drop_duplicates("symbol").set_index("symbol")
        members = problem.model.members
        self.parts: list[tuple[str, str, float, float, tuple[int, ...]]] = []
        places: dict[str, slice] = {}
        first = 0
        for symbol in problem.symbols:
            if symbol not in ERRORS:
                row, shape = rows.loc[symbol], tuple(len(members[dim]) for dim in SPEC[symbol].dims)
                self.parts.append((symbol, *_prior(row), shape))
                places[symbol] = slice(first, first + int(np.prod(shape)))
                first = places[symbol].stop
        self.size = first
        self.scales = [(name, *_prior(rows.loc[name])) for name in SCALES]
        self.walk_rows = np.array([places[name].start for name in WALKS])
        self.blocks = {name: places[name.removesuffix("_scale")] for name in WALKS}

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


class Fitter:
    """A problem with its mode and the scales that fit it, from which ensembles are made.

    Parameters
    ----------
    problem : TradeProblem
    seed : int
        Ensemble 2 is the same whatever the others are.
    observed : numpy.ndarray, shape (row,), optional
        Another record, on the scale of errors.
    runs : Runs, optional
        Of the same problem, whose programs are compiled already.
    """

    def __init__(
        self,
        problem: TradeProblem,
        seed: int = 0,
        observed: np.ndarray | None = None,
        runs: Runs | None = None,
    ) -> None:
        use_double_precision_and_cache()
        self.problem, self.seed = problem, seed
        self.runs = runs or Runs(problem, Latents(problem))
        self.latents = self.runs.latents
        self.observed = problem.record.scale if observed is None else observed

    @cached_property
    def around(self) -> tuple[Mode, Linear]:
        """Mode at the scales that the linear model finds: once from the prior's medians, once from what they gave."""
        latents, degrees = self.latents, np.where(self.problem.record.quantity == "seizures", DEGREES, np.inf)
        rng = np.random.default_rng([self.seed, 2**31])
        middle, place = np.zeros(len(SCALES)), np.zeros(latents.size)
        mode, line = None, None
        for _ in range(2):
            errors = latents.errors(middle[:, None])
            place[latents.walk_rows] = middle[: len(latents.walk_rows)]
            mode = find_mode(
                place, self.runs.pull, self.runs.jacobian, self.observed,
                lambda said, e=errors: error(self.problem, said, e), degrees, latents.walk_rows,
            )  # fmt: skip
            at = dict(zip(WALKS, latents.walks(middle[:, None])[:, 0], strict=True))
            line = linear(
                self.observed, mode.said, mode.place, mode.derivatives, latents.blocks, at, latents.walk_rows
            )
            z, _ = draw_scales(
                line, lambda x, m=mode: latents.scaled(x, m, self.problem), len(SCALES), 500, rng
            )
            middle, place = z.mean(axis=1), mode.place.copy()
        assert mode is not None
        assert line is not None
        return mode, line

    def ensemble(
        self,
        number: int,
        members: int,
        rounds: int = ROUNDS,
        leave: np.ndarray | None = None,
        progress: Callable[[int, int, float], None] | None = None,
    ) -> Ensemble:
        """Make one ensemble.

        Parameters
        ----------
        number : int
            Names its random numbers.
        members, rounds : int
        leave : numpy.ndarray of bool, shape (row,), optional
            Rows of the record to leave out.
        progress : callable, optional
            Called with (rounds done, rounds, misfit).
        """
        (mode, line), latents, problem = self.around, self.latents, self.problem
        rng = np.random.default_rng([self.seed, number])
        z, _ = draw_scales(line, lambda x: latents.scaled(x, mode, problem), len(SCALES), members, rng)
        prior = rng.standard_normal((latents.size, members))
        prior[latents.walk_rows] = z[: len(latents.walk_rows)]
        errors = latents.errors(z)
        wide = np.where(np.zeros(len(self.observed)) if leave is None else leave, UNSEEN, 1.0)[:, None]
        made = smooth(
            prior, self.runs.pull, self.observed, lambda said: wide * error(problem, said, errors), mode,
            latents.walk_rows, rng, rounds, progress,
        )  # fmt: skip
        said = self.runs.monthly(made.latent)
        away = np.abs(made.said - said) / error(problem, said, errors)
        return Ensemble(made.latent, np.stack(list(errors.values())), said, np.array(made.misfit), away)

    def values(self, ensemble: Ensemble) -> dict[str, np.ndarray]:
        """Parameters of an ensemble's members by symbol, shape (dimensions of the symbol..., member)."""
        return self.latents.values(ensemble.latent) | dict(zip(ERRORS, ensemble.errors, strict=True))


class Ensemble(NamedTuple):
    """One ensemble: latents, scales of errors, what it says by month, misfit by round, quarters against months."""

    latent: np.ndarray
    errors: np.ndarray
    said: np.ndarray
    misfit: np.ndarray
    away: np.ndarray


def fit_ensembles(
    problem: TradeProblem,
    ensembles: int,
    members: int,
    seed: int = 0,
    rounds: int = ROUNDS,
    folder: Path | None = None,
    resume: bool = False,
    progress: Callable[[int, int, float], None] | None = None,
    fingerprint: str = "",
) -> Ensembles:
    """Fit ensembles to the record of a problem.

    Parameters
    ----------
    problem : TradeProblem
    ensembles, members : int
    seed, rounds : int
    folder : pathlib.Path, optional
        Each ensemble is kept there when it is done.
    resume : bool
        Take ensembles that are there and were made from the same things.
    progress : callable, optional
        Called with (rounds done, rounds in all, misfit).
    fingerprint : str
        Names what the ensembles are made from.
    """
    began = time.monotonic()
    fitter = Fitter(problem, seed)
    mark = f"{fingerprint} {members} {seed} {rounds}"
    parts: list[Ensemble] = []
    whole = True
    for number in range(ensembles):
        path = None if folder is None else folder / f"ensemble-{number}.npz"
        found = _read(path, mark) if resume and path is not None else None
        whole &= found is None
        if found is None:
            found = fitter.ensemble(
                number, members, rounds,
                progress=lambda turn, _, misfit, n=number: None
                if progress is None
                else progress(n * rounds + turn, ensembles * rounds, misfit),
            )  # fmt: skip
            _write(path, found, mark)
        parts.append(found)
    values = [fitter.values(part) for part in parts]
    errors = [dict(zip(ERRORS, part.errors, strict=True)) for part in parts]
    away = np.stack([part.away for part in parts])
    return Ensembles(
        {name: np.stack([np.moveaxis(v[name], -1, 0) for v in values]) for name in values[0]},
        np.stack([part.said.T for part in parts]),
        np.stack([error(problem, part.said, e).T for part, e in zip(parts, errors, strict=True)]),
        [[float(x) for x in part.misfit] for part in parts],
        (float(np.median(away)), float(np.quantile(away, 0.9))),
        time.monotonic() - began if whole else None,
    )


def error(problem: TradeProblem, said: np.ndarray, errors: dict[str, np.ndarray]) -> np.ndarray:
    """Standard errors of what members say, shape (row, member)."""
    return np.asarray(spread(problem.record, jnp.asarray(said), errors))  # pyright: ignore[reportArgumentType]


class Runs:
    """What members say of the record: chunks in threads, one compiled program."""

    def __init__(self, problem: TradeProblem, latents: Latents) -> None:
        self.problem, self.latents = problem, latents
        self.program: jax.stages.Compiled | None = None
        self.whole: jax.stages.Compiled | None = None
        self.lock = threading.Lock()

    def monthly(self, latent: np.ndarray) -> np.ndarray:
        """What members say by month, shape (row, member)."""
        members = latent.shape[1]

        def chunk(first: int) -> np.ndarray:
            chosen = np.minimum(np.arange(first, first + CHUNK), members - 1)
            values = {name: jnp.asarray(v) for name, v in self.latents.values(latent[:, chosen]).items()}
            with self.lock:
                if self.whole is None:
                    made = jax.jit(self._say).lower(values)
                    self.whole = made.compile(compiler_options=ONE_THREAD_A_CHUNK)
            return np.asarray(self.whole(values))[:, : members - first]

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return np.concatenate(list(pool.map(chunk, range(0, members, CHUNK))), axis=1)

    def pull(
        self, latent: np.ndarray, wanted: np.ndarray, variance: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """What members say by quarter, and Jᵀ(said − wanted)/variance of each; see `smoother.Pull`."""
        members = latent.shape[1]

        def chunk(first: int) -> tuple[np.ndarray, np.ndarray]:
            chosen = np.minimum(np.arange(first, first + ROWS), members - 1)
            mine = latent[:, chosen]
            values = {name: jnp.asarray(v) for name, v in self.latents.values(mine).items()}
            arguments = values, jnp.asarray(wanted[:, chosen]), jnp.asarray(variance[:, chosen])
            with self.lock:
                if self.program is None:
                    made = jax.jit(self._pull).lower(*arguments)
                    self.program = made.compile(compiler_options=ONE_THREAD_A_CHUNK)
            said, found = self.program(*arguments)
            slope = np.concatenate([np.asarray(found[name]).reshape(-1, ROWS) for name in values])
            return np.asarray(said)[:, : members - first], (slope * self._follows(mine))[:, : members - first]

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            parts = list(pool.map(chunk, range(0, members, ROWS)))
        said, slope = zip(*parts, strict=True)
        return np.concatenate(said, axis=1), np.concatenate(slope, axis=1)

    def _follows(self, latent: np.ndarray) -> np.ndarray:
        """How each parameter follows its standard normal."""
        up, down = (self.latents.values(latent + d) for d in (TINY, -TINY))
        members = latent.shape[1]
        with np.errstate(invalid="ignore"):
            parts = [((up[name] - down[name]) / (2 * TINY)).reshape(-1, members) for name in up]
        return np.concatenate(parts)

    def _pull(
        self, values: dict[str, jax.Array], wanted: jax.Array, variance: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        said, back = jax.vjp(lambda v: self._say(v, monthly=False), values)
        return said, back((said - wanted) / variance)[0]

    def jacobian(self, latent: np.ndarray) -> np.ndarray:
        """Derivatives of what the model says, by quarter, with respect to the latents; shape (row, latent)."""
        count = len(self.problem.record.value)
        rows = []
        for first in range(0, count, ROWS):
            # with a variance of one, and wanted so far off that the difference is one row, the pull is that row
            picked = np.eye(count, min(ROWS, count - first), -first)
            said = self.said_at(latent)
            rows.append(
                self.pull(
                    np.repeat(latent[:, None], picked.shape[1], axis=1), said - picked, np.ones_like(picked)
                )[1].T
            )
        return np.concatenate(rows)

    def said_at(self, latent: np.ndarray) -> np.ndarray:
        """What the model says by quarter at one latent vector, shape (row, 1)."""
        count = len(self.problem.record.value)
        return self.pull(latent[:, None], np.zeros((count, 1)), np.ones((count, 1)))[0]

    def _say(self, values: dict[str, jax.Array], monthly: bool = True) -> jax.Array:
        size = values["theta"].shape[-1]
        fixed = {name: jnp.broadcast_to(v, (*v.shape[:-1], size)) for name, v in self.problem.fixed.items()}
        errors = {name: jnp.ones(size) for name in ERRORS}
        return self.problem.say(fixed | errors | values, monthly=monthly)[0]


def _write(path: Path | None, kept: Ensemble, mark: str) -> None:
    if path is None:
        return
    with whole(path, parents=True) as temporary, temporary.open("wb") as file:
        np.savez(file, mark=mark, **kept._asdict())


def _read(path: Path, mark: str) -> Ensemble | None:
    """Read an ensemble; None where there is none, or one of something else."""
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            same = str(file["mark"]) == mark
            return Ensemble(*(file[name] for name in Ensemble._fields)) if same else None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as problem:
        raise ContraflowError(str(path), f"is damaged ({problem})", "remove it and resume") from problem
