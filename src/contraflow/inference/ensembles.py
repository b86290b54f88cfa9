"""Fit the trade with ensembles of its own runs: many small fits, which Hamiltonian Monte Carlo then takes further.

Members come near the posterior of a `TradeProblem` by `contraflow.inference.smoother`, which is cheap and approximate:
errors of seizures as if they were normal, scales of walks and errors as a linear model finds them. From there a few
trajectories of `contraflow.inference.hamiltonian` move them, and the scales with them, under the posterior itself.

Several ensembles from different seeds are fitted apart from each other: how far they agree is what R-hat and the
effective sample size then say. Whether they agree on the right thing is another question, which
`contraflow.inference.recovery` answers with invented records.
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from contraflow.ensemble.run import use_double_precision_and_cache
from contraflow.errors import ContraflowError
from contraflow.files import whole
from contraflow.inference.evidence import Linear, draw_scales, linear
from contraflow.inference.hamiltonian import STEPS, Standing, mass, metropolis, trajectory
from contraflow.inference.marginal import LongRun, look_ahead, push
from contraflow.inference.record import DEGREES
from contraflow.inference.runs import Latents, Runs, error, minus_log_likelihood
from contraflow.inference.smoother import ROUNDS, Mode, find_mode, smooth, widening
from contraflow.inference.trade import ERRORS, SCALES, WALKS, TradeProblem

UNSEEN = 1e4
"""Factor on the error of a row that is left out."""
TRAJECTORIES = 5
"""Trajectories of every member after its small fit."""
SWEEPS = 20
"""Moves of each scale of errors before every trajectory."""
MASSES = 16
"""Members whose curvature makes the mass."""
FAR = 6.0
"""Members whose height is so many standard deviations above the median did not arrive, and start where another did."""


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
    misfit : list of float
        Root mean squared residual of each ensemble, in standard errors, median member.
    moved : list of float
        Share of trajectories that were taken, by ensemble.
    lost : list of int
        Members that did not arrive and started where another did, by ensemble.
    push : list of float
        Mean gradient at the end, by ensemble; see `contraflow.inference.marginal.push`.
    ahead : list of LongRun
        Of the numbers that are single, over all ensembles.
    coarse : (float, float)
        Median and 90 % quantile of the distance between quarterly and monthly steps, in standard errors of the rows.
    seconds : float or None
        None where some ensembles were there before.
    """

    values: dict[str, np.ndarray]
    said: np.ndarray
    error: np.ndarray
    misfit: list[float]
    moved: list[float]
    lost: list[int]
    push: list[float]
    ahead: list[LongRun]
    coarse: tuple[float, float]
    seconds: float | None


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
    def _degrees(self) -> np.ndarray:
        return np.where(self.problem.record.quantity == "seizures", DEGREES, np.inf)

    @cached_property
    def around(self) -> tuple[Mode, Linear]:
        """Mode at the scales that the linear model finds: once from the prior's medians, once from what they gave."""
        latents = self.latents
        rng = np.random.default_rng([self.seed, 2**31])
        middle, place = np.zeros(len(SCALES)), np.zeros(latents.size)
        mode, line = None, None
        for _ in range(2):
            errors = latents.errors(middle[:, None])
            place[latents.walk_rows] = middle[: len(WALKS)]
            mode = find_mode(
                place, self.runs.pull, self.runs.jacobian, self.observed,
                lambda said, e=errors: error(self.problem, said, e), self._degrees, latents.walk_rows,
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
        leave: np.ndarray | None = None,
        progress: Callable[[int, int], None] | None = None,
        trajectories: int = TRAJECTORIES,
    ) -> Ensemble:
        """Make one ensemble.

        Parameters
        ----------
        number : int
            Names its random numbers.
        members : int
        leave : numpy.ndarray of bool, shape (row,), optional
            Rows of the record to leave out.
        progress : callable, optional
            Called with (steps done, steps).
        trajectories : int
        """
        (mode, line), latents, problem = self.around, self.latents, self.problem
        rng = np.random.default_rng([self.seed, number])
        z, _ = draw_scales(line, lambda x: latents.scaled(x, mode, problem), len(SCALES), members, rng)
        prior = rng.standard_normal((latents.size, members))
        prior[latents.walk_rows] = z[: len(WALKS)]
        keep = np.ones(len(self.observed), dtype=bool) if leave is None else ~leave
        wide, errors = np.where(keep, 1.0, UNSEEN)[:, None], latents.errors(z)
        tell = progress or (lambda done, total: None)
        steps = ROUNDS + trajectories * STEPS
        made = smooth(
            prior, self.runs.pull, self.observed, lambda said: wide * error(problem, said, errors), mode,
            latents.walk_rows, rng, progress=lambda turn, _: tell(turn, steps),
        )  # fmt: skip
        z[: len(WALKS)] = made.latent[latents.walk_rows]
        gone = self._further(made.latent, z, keep, rng, trajectories, lambda done: tell(ROUNDS + done, steps))
        now, errors, monthly = gone.now, latents.errors(gone.z), self.runs.monthly(gone.now.place)
        away = np.abs(now.said - monthly) / error(problem, monthly, errors)
        return Ensemble(
            now.place, np.stack(list(errors.values())), monthly, away,
            np.array(self._misfit(now.said, gone.z, keep)), np.array(gone.moved), np.array(gone.lost),
            np.stack(gone.path), np.array(gone.push),
        )  # fmt: skip

    def _further(
        self,
        latent: np.ndarray,
        z: np.ndarray,
        keep: np.ndarray,
        rng: np.random.Generator,
        trajectories: int,
        tell: Callable[[int], None],
    ) -> Gone:
        """Take members further under the posterior."""
        done = 0

        def look(place: np.ndarray) -> Standing:
            errors = np.stack(list(self.latents.errors(z).values()))
            return self.runs.density(place, errors, self.observed, keep)

        def step(place: np.ndarray) -> Standing:
            nonlocal done
            done += 1
            tell(done)
            return look(place)

        now = look(latent)
        begin, lost = _begin(now, rng)
        z, now = z[:, begin], Standing(*(x[..., begin] for x in now))
        some = range(min(MASSES, latent.shape[1]))
        weight = mass(self._derivatives(now, z, keep, i) for i in some)
        rows = list(self.latents.singles.values())
        gone = Gone(now, z, [], lost, [now.place[rows]], [push(now.slope)])
        for _ in range(trajectories):
            z = self._errors(now.said, z, keep, rng)
            now, taken = trajectory(look(now.place), step, weight, rng)
            z[: len(WALKS)] = now.place[self.latents.walk_rows]
            gone.moved.append(float(taken.mean()))
            gone.path.append(now.place[rows])
            gone.push.append(push(now.slope))
        return gone._replace(now=now, z=z)

    def _derivatives(self, now: Standing, z: np.ndarray, keep: np.ndarray, member: int) -> np.ndarray:
        """What one member says of the record, by latent, in standard errors of what a row teaches."""
        one = slice(member, member + 1)
        spread = error(self.problem, now.said[:, one], self.latents.errors(z[:, one]))
        return keep[:, None] * self.runs.jacobian(now.place[:, member]) / (spread * self._teaches)

    @cached_property
    def _teaches(self) -> np.ndarray:
        return np.sqrt(widening(self._degrees))[:, None]

    def _errors(
        self, said: np.ndarray, z: np.ndarray, keep: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Scales after the errors' have moved, given what is said."""
        first = len(WALKS)
        observed, counts = (np.broadcast_to(x[:, None], said.shape) for x in (self.observed, keep))

        def height(x: np.ndarray) -> np.ndarray:
            scales = self.latents.errors(np.concatenate([z[:first], x]))
            return np.asarray(minus_log_likelihood(self.problem, said, scales, observed, counts))

        return np.concatenate([z[:first], metropolis(z[first:], height, rng, SWEEPS)])

    def _misfit(self, said: np.ndarray, z: np.ndarray, keep: np.ndarray) -> float:
        residual = (self.observed[:, None] - said) / error(self.problem, said, self.latents.errors(z))
        return float(np.median(np.sqrt((residual[keep] ** 2).mean(axis=0))))

    def values(self, ensemble: Ensemble) -> dict[str, np.ndarray]:
        """Parameters of an ensemble's members by symbol, shape (dimensions of the symbol..., member)."""
        return self.latents.values(ensemble.latent) | dict(zip(ERRORS, ensemble.errors, strict=True))


class Gone(NamedTuple):
    """Members after their trajectories: where they stand, all scales; and of each trajectory how many were taken.

    `path` has the numbers that are single, and `push` the mean gradient, before the first trajectory and after each.
    """

    now: Standing
    z: np.ndarray
    moved: list[float]
    lost: int
    path: list[np.ndarray]
    push: list[float]


class Ensemble(NamedTuple):
    """One ensemble, see `Ensembles`: latents, scales of errors, what it says by month, quarters against months.

    `path` has the shape (trajectory + 1, single number, member), `push` (trajectory + 1,).
    """

    latent: np.ndarray
    errors: np.ndarray
    said: np.ndarray
    away: np.ndarray
    misfit: np.ndarray
    moved: np.ndarray
    lost: np.ndarray
    path: np.ndarray
    push: np.ndarray


def _begin(now: Standing, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Where each member begins: where it stands, or, where that is far above the others, where another does.

    Heights of draws scatter by √(latents/2) where the posterior is near normal.
    """
    members = np.arange(len(now.height))
    far = now.height > np.median(now.height) + FAR * np.sqrt(len(now.place) / 2.0)
    return np.where(far, rng.choice(members[~far], len(members)), members), int(far.sum())


def fit_ensembles(
    problem: TradeProblem,
    ensembles: int,
    members: int,
    seed: int = 0,
    folder: Path | None = None,
    resume: bool = False,
    progress: Callable[[int, int, int], None] | None = None,
    fingerprint: str = "",
) -> Ensembles:
    """Fit ensembles to the record of a problem.

    Parameters
    ----------
    problem : TradeProblem
    ensembles, members : int
    seed : int
    folder : pathlib.Path, optional
        Each ensemble is kept there when it is done.
    resume : bool
        Take ensembles that are there and were made from the same things.
    progress : callable, optional
        Called with (ensemble, steps done, steps of an ensemble).
    fingerprint : str
        Names what the ensembles are made from.
    """
    began = time.monotonic()
    fitter = Fitter(problem, seed)
    mark = f"{fingerprint} {members} {seed} {ROUNDS} {TRAJECTORIES} {STEPS}"
    parts: list[Ensemble] = []
    whole = True
    for number in range(ensembles):
        path = None if folder is None else folder / f"ensemble-{number}.npz"
        found = _read(path, mark) if resume and path is not None else None
        whole &= found is None
        if found is None:
            tell = None if progress is None else partial(progress, number)
            found = fitter.ensemble(number, members, progress=tell)
            _write(path, found, mark)
        parts.append(found)
    values = [fitter.values(part) for part in parts]
    errors = [dict(zip(ERRORS, part.errors, strict=True)) for part in parts]
    away = np.stack([part.away for part in parts])
    return Ensembles(
        {name: np.stack([np.moveaxis(v[name], -1, 0) for v in values]) for name in values[0]},
        np.stack([part.said.T for part in parts]),
        np.stack([error(problem, part.said, e).T for part, e in zip(parts, errors, strict=True)]),
        [float(part.misfit) for part in parts],
        [float(part.moved.mean()) for part in parts],
        [int(part.lost) for part in parts],
        [float(part.push[-1]) for part in parts],
        look_ahead(
            tuple(fitter.latents.singles), np.concatenate([part.path for part in parts], axis=-1), seed
        ),
        (float(np.median(away)), float(np.quantile(away, 0.9))),
        time.monotonic() - began if whole else None,
    )


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
