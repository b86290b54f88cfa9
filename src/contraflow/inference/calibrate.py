"""Calibrate a case: the trade first, then killings given what armed groups collect from it, then one file.

The order is a cut posterior: killings do not inform the trade. Killings are fitted with the mean over the trade's
posterior of what is collected, not with every draw of it; groups recruit on income relative to the base year with
an elasticity below one half, so the level of that income hardly matters to them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from contraflow.ensemble.build import build
from contraflow.ensemble.run import simulate_ensemble
from contraflow.errors import ContraflowError, OutputError
from contraflow.files import whole
from contraflow.inference import killings, priors, summary, trade
from contraflow.inference.batches import in_batches
from contraflow.inference.ensembles import fit_ensembles
from contraflow.inference.posterior import Posterior, draw_beliefs, fitted_to, save_posterior
from contraflow.inference.record import noise
from contraflow.inference.sampler import Draws, Progress, Sampling, sample
from contraflow.inference.store import save
from contraflow.inference.trees import killings_tree, trade_tree
from contraflow.inference.whiten import Whitened, whiten
from contraflow.model.symbols import SPEC
from contraflow.scenario import compile_drivers, load_scenario

if TYPE_CHECKING:
    from contraflow.case import Case

SHIPPED = 400
"""Draws kept in the file that ships."""
TOGETHER = 8
"""Chains of the trade's fit that advance as one batch: eight gradients cost little more than three."""
STARTS = 64
"""Draws of the normal approximation that the trade's chains start from."""
CHAINS, WARMUP = 4, 300
"""Chains of the fit to killings, and the least iterations in which they adapt."""
MEAN_OF = 100
"""Draws over which what groups collect is averaged."""

Report = Callable[[str, Progress | None], None]


@dataclass(frozen=True, eq=False)
class TradeFit:
    """Draws of the trade's posterior.

    Attributes
    ----------
    problem : contraflow.inference.trade.TradeProblem
    values : dict of str to numpy.ndarray
        By symbol; shape (chain, draw, dimensions of the symbol...).
    said, error, replicated : numpy.ndarray, shape (chain, draw, row)
        What the model says of every row of the record, how far that may err, and what it would have recorded, on the
        scale of errors.
    stats, info : dict
        Of the sampler.
    """

    problem: trade.TradeProblem
    values: dict[str, np.ndarray]
    said: np.ndarray
    error: np.ndarray
    replicated: np.ndarray
    stats: dict[str, np.ndarray]
    info: dict[str, Any]

    def flat(self, symbol: str) -> np.ndarray:
        """Draws of a symbol, chains one after the other: shape (draw, ...)."""
        value = self.values[symbol]
        return value.reshape(-1, *value.shape[2:])


def fit_trade(
    case: Case,
    how: Sampling,
    last_year: int | None = None,
    folder: Path | None = None,
    resume: bool = False,
    report: Report | None = None,
    problem: trade.TradeProblem | None = None,
    smoothed: bool = True,
) -> TradeFit:
    """Fit the trade of a case to its calibration table.

    Parameters
    ----------
    case : Case
    how : Sampling
    last_year : int, optional
        Last year that is known; by default the last of the table.
    folder : pathlib.Path, optional
        Where checkpoints go.
    resume : bool
        Take up an interrupted run in `folder`.
    report : callable, optional
        Called with a line of words and, while sampling, a `Progress`.
    problem : TradeProblem, optional
        To fit another problem than the case's own.
    smoothed : bool
        By ensembles (`contraflow.inference.smoother`), of which ``how.chains`` are made with ``how.draws`` members;
        otherwise by the sampler.
    """
    said = report or (lambda words, progress: None)
    problem = problem or trade.problem(case, last_year)
    print_ = _fingerprint(case, problem)
    if smoothed:
        return _smoothed(problem, how, print_, folder, resume, said)
    white = _whitened(problem, print_, folder, resume, said)
    together = np.gcd(TOGETHER, how.chains) if how.method == "nuts" else 1
    draws = sample(
        white,
        replace(how, together=int(together), metric=False, integrator="rotation"),
        None if folder is None else folder / "chains",
        resume,
        lambda progress: said("trade", progress),
        keep=("u",),
        fingerprint=print_,
        start=white.near(STARTS, how.seed),
    )
    said("computing what the draws say", None)
    return _evaluate(problem, white, draws, how.seed)


def _smoothed(
    problem: trade.TradeProblem, how: Sampling, print_: str, folder: Path | None, resume: bool, said: Report
) -> TradeFit:
    began: list[tuple[float, int]] = []

    def tell(chain: int, done: int, steps: int) -> None:
        now, so_far = time.monotonic(), chain * steps + done
        if not began:
            began.append((now, so_far))
        first, before = began[0]
        pace = (now - first) / (so_far - before) if so_far > before else np.nan
        said("trade", Progress(chain, done, steps, False, pace * (how.chains * steps - so_far)))

    said("finding the mode of the trade", None)
    made = fit_ensembles(
        problem,
        how.chains,
        how.draws,
        how.seed,
        folder=folder,
        resume=resume,
        progress=tell,
        fingerprint=print_,
    )
    info = {
        "settings": {"method": "smoother", "chains": how.chains, "draws": how.draws, "seed": how.seed},
        "misfit": made.misfit,
        "acceptance": float(np.mean(made.moved)),
        "restarted": sum(made.lost),
        "push": made.push,
        "ahead": [row._asdict() for row in made.ahead],
        "quarters": made.coarse,
    }
    if made.seconds is not None:
        info["seconds"] = made.seconds
    errors = noise(problem.record, made.said.shape, np.random.default_rng(how.seed))
    replicated = made.said + errors * made.error
    return TradeFit(problem, made.values, made.said, made.error, replicated, {}, info)


def _evaluate(problem: trade.TradeProblem, white: Whitened, draws: Draws, seed: int) -> TradeFit:
    chains, count, size = draws.values["u"].shape

    def values(u):
        found = white.values(white.place(u))
        draw = problem.fixed | {name: found[name][..., None] for name in problem.symbols if name in found}
        said, error = problem.say(problem.complete(draw), monthly=True)
        return {name: found[name] for name in problem.symbols if name in found}, said[:, 0], error[:, 0]

    found, said, error = in_batches(values, draws.values["u"].reshape(-1, size).astype(float))
    shape = (chains, count)
    errors = noise(problem.record, said.shape, np.random.default_rng(seed))
    return TradeFit(
        problem,
        {name: value.reshape(*shape, *value.shape[1:]) for name, value in found.items()},
        said.reshape(*shape, -1),
        error.reshape(*shape, -1),
        (said + errors * error).reshape(*shape, -1),
        draws.stats,
        draws.info,
    )


def _fingerprint(case: Case, problem: trade.TradeProblem) -> str:
    rows = problem.record
    text = f"{fitted_to(case)} {rows.name} {rows.year.tolist()} {problem.settings} {problem.model.tables.walk_from}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _whitened(
    problem: trade.TradeProblem, print_: str, folder: Path | None, resume: bool, said: Report
) -> Whitened:
    """Coordinates of a problem, kept in the folder: a resumed run must use the same ones to the last bit."""
    path = None if folder is None else folder / "coordinates.npz"
    known = None
    if path is not None and resume and path.exists():
        with np.load(path) as data:
            known = {name: data[name] for name in data.files}
        if str(known.pop("fingerprint")) != print_:
            known = None
    said("finding the mode of the trade", None)
    white = whiten(
        problem,
        trade.SCALES,
        progress=lambda done, total, height: said(
            f"mode: step {done} of {total}, height {height:,.1f}", None
        ),
        known=known,
    )
    if path is not None and known is None:
        with whole(path, parents=True) as temporary, temporary.open("wb") as file:
            np.savez(
                file, mode=white.mode, spread=white.spread, directions=white.directions, shrink=white.shrink,
                fingerprint=print_,
            )  # fmt: skip
    return white


def collected(case: Case, fit: TradeFit) -> np.ndarray:
    """Tolls on the trade by month and territory, USD a month: the mean over the posterior of the trade."""
    count = len(fit.flat("theta"))
    rows = np.linspace(0, count - 1, min(MEAN_OF, count)).astype(int)
    chosen = {name: np.moveaxis(fit.flat(name)[rows], 0, -1) for name in fit.values}
    believed = Posterior(chosen, dict(fit.problem.model.members), {}, "")
    model = build(case, anchored=False)
    drivers = compile_drivers(case, load_scenario(case, case.default_scenario))
    (result,) = simulate_ensemble(
        model,
        [drivers],
        lambda draws: draw_beliefs(case, model.members, draws, 0, believed),
        len(rows),
        ("toll_territory",),
    )
    return result["toll_territory"].mean(axis=0)


def compose(
    case: Case, fit: TradeFit, deaths: killings.KillingsFit, seed: int, about: dict[str, Any], folder: Path
) -> Path:
    """Write the file that ships: draws of both fits side by side, thinned evenly over the chains."""
    values, members = {}, dict(fit.problem.model.members)
    rng = np.random.default_rng(seed)
    count = min(SHIPPED, len(fit.flat("theta")), len(deaths.samples["dispersion"]))
    chosen = rng.permutation(np.linspace(0, len(fit.flat("theta")) - 1, count).astype(int))
    ends = deaths.panel.end.year
    ahead = [
        year for year in deaths.inputs.structure.names["year"] if members["year"][-1] < year <= str(ends)
    ]
    for name in fit.values:
        values[name] = np.moveaxis(fit.flat(name)[chosen], 0, -1)
        if "year" in SPEC[name].dims and ahead:
            # killings may be known for longer than the trade, which then goes on as the prior says
            rest = priors.sample(case.parameters, members | {"year": ahead}, range(count), seed, (name,))
            values[name] = np.concatenate([values[name], rest[name]], axis=-2)
    members["year"] = (*members["year"], *ahead)
    chosen = rng.permutation(np.linspace(0, len(deaths.samples["dispersion"]) - 1, count).astype(int))
    samples = deaths.samples | deaths.shocks()
    for name, value in samples.items():
        if name in trade.KILLINGS:
            values[name] = np.moveaxis(value[chosen], 0, -1)
    if "recruitment_walk" in values:
        values["recruitment_walk"] = values["recruitment_walk"][: len(members["year"])]
    members["month"] = tuple(str(m) for m in deaths.panel.months)
    members["territory"] = tuple(deaths.panel.territories)
    return save_posterior(folder, values, members, {"fitted_to": fitted_to(case), **about})


def calibrate(
    case: Case,
    how: Sampling,
    folder: Path,
    until: str | None = None,
    resume: bool = False,
    report: Report | None = None,
    install: bool = False,
    smoothed: bool = True,
    fast: bool = True,
) -> list[Path]:
    """Fit a case and write what came of it.

    Parameters
    ----------
    case : Case
    how : Sampling
        Of killings; of the trade too where it is not `smoothed`. Killings get as many draws from `CHAINS` chains.
    folder : pathlib.Path
        For checkpoints (``trade/``, ``killings/``) and results.
    until : str, optional
        Last month that is known, YYYY-MM. The trade is yearly: it is fitted to the last whole year.
    resume : bool
        Take up an interrupted run.
    report : callable, optional
        Called with words and, while sampling, a `Progress`.
    install : bool
        Put the posterior into the case's folder.
    smoothed : bool
        Fit the trade by ensembles; see `fit_trade`.
    fast : bool
        Fit killings by mode and curvature (`contraflow.inference.killings.laplace`) instead of by NUTS.

    Returns
    -------
    list of pathlib.Path
        ``trade.nc``, ``killings.nc``, ``posterior.nc`` and ``diagnosis.json``.

    Raises
    ------
    ContraflowError
        If `until` is no month, the case has nothing to fit to, or the folder cannot be written.
    """
    said = report or (lambda words, progress: None)
    panel = killings.panel(case, until)
    last = last_year(case, until)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            str(folder), f"cannot be made ({error.strerror or error})", "choose another"
        ) from None
    fit = fit_trade(case, how, last, folder / "trade", resume, said, smoothed=smoothed)
    trees = {"trade": trade_tree(case, fit)}
    trade_file = save(trees["trade"], folder / "trade.nc")
    said("what armed groups collect", None)
    tolls = collected(case, fit)
    deaths = killings.fit(
        case,
        panel,
        how=replace(
            how,
            chains=CHAINS,
            draws=-(-how.chains * how.draws // CHAINS),
            warmup=max(how.warmup, WARMUP),
        ),
        method="laplace" if fast else None,
        tolls=tolls,
        folder=folder / "killings",
        resume=resume,
        progress=lambda progress: said("killings", progress),
    )
    trees["killings"] = killings_tree(case, deaths, how.seed)
    killings_file = save(trees["killings"], folder / "killings.nc")
    about = {
        "case": case.name,
        "until": str(panel.months[-1]),
        "last_year": int(fit.problem.record.year.max()),
        "sampling": asdict(how)
        | {"trade": "smoother" if smoothed else how.method, "killings": "laplace" if fast else how.method},
        "seconds": {"trade": fit.info.get("seconds"), "killings": deaths.info.get("seconds")},
        "versions": {name: metadata.version(name) for name in ("contraflow", "jax", "numpyro", "numpy")},
    }
    target = case.path if install else folder
    said("how good it is", None)
    written = summary.write(target, summary.summarise(trees))
    return [trade_file, killings_file, compose(case, fit, deaths, how.seed, about, target), written]


def last_year(case: Case, until: str | None) -> int | None:
    """Last whole year of the record up to a month; None where no month is given.

    Raises
    ------
    ContraflowError
        If `until` is no month, or no whole year of the record lies before it.
    """
    if until is None:
        return None
    try:
        month = pd.Period(until, "M")
    except ValueError:
        raise ContraflowError("--until", f"'{until}' is not a month", "write it as YYYY-MM") from None
    year = month.year if month.month == 12 else month.year - 1
    first = int(case.calibration["year"].min())
    if year < first:
        raise ContraflowError(
            "--until", f"no whole year of the record lies before {until}", f"use {first}-12 or later"
        )
    return year
