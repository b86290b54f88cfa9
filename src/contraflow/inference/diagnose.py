"""How good a posterior is: whether its chains converged, what the record taught, whether it covers what was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from scipy import special

from contraflow.errors import ContraflowError
from contraflow.inference import leaveout
from contraflow.inference.convergence import convergence, energy_information
from contraflow.inference.store import STANDARD, read_json

RHAT, ESS, BFMI = 1.01, 400.0, 0.3
"""Largest R-hat, smallest effective sample sizes, smallest fraction of missing information that pass."""
ACCEPTANCE = 0.5
"""Least share of trajectories that are taken: below it most members stay where their small fits left them."""
PUSH = 1.1
"""Largest mean gradient of the members, in standard errors: about one for draws of the posterior."""
ASIDE = 0.25
"""A single number has settled if the mean of its long run and its error are less than that many standard deviations."""
HALF, NINETY = (0.45, 0.60), (0.85, 0.95)
"""Share of the fitted points that 50 % and 90 % intervals should cover."""
LEARNED = 0.1
"""A parameter whose contraction is smaller counts as not identified."""
MOVED = 0.5
"""One whose mean moved by more standard deviations of its prior is not what was believed before, however wide it is."""


@dataclass(frozen=True)
class Quantity:
    """One number of the posterior: summary and convergence.

    Attributes
    ----------
    name
        Variable and labels, such as ``income[guayas]``.
    variable
        The variable it belongs to.
    mean, sd, q05, q50, q95
        Of the draws.
    rhat, ess_bulk, ess_tail
        NaN where they cannot be computed.
    """

    name: str
    variable: str
    mean: float
    sd: float
    q05: float
    q50: float
    q95: float
    rhat: float
    ess_bulk: float
    ess_tail: float


@dataclass(frozen=True)
class Learned:
    """How far the record narrowed and moved a parameter, both as standard normals of its prior.

    Attributes
    ----------
    contraction
        1 - var(posterior) / var(prior).
    shift
        Mean of the posterior less that of the prior, in standard deviations of the prior.
    """

    name: str
    variable: str
    contraction: float
    shift: float

    @property
    def identified(self) -> bool:
        """Whether the record narrowed it."""
        return self.contraction >= LEARNED

    @property
    def silent(self) -> bool:
        """Whether the record neither narrowed nor moved it: it is what was believed before."""
        return not self.identified and abs(self.shift) < MOVED


@dataclass(frozen=True)
class Taught:
    """What the record taught of all the numbers of one parameter.

    Attributes
    ----------
    variable, elements
        Its name, and how many numbers it has.
    least, median, largest
        Contraction over them.
    shift
        Of the number that moved furthest.
    not_identified, silent
        How many of them are.
    """

    variable: str
    elements: int
    least: float
    median: float
    largest: float
    shift: float
    not_identified: int
    silent: int


@dataclass(frozen=True)
class Coverage:
    """Share of a series' points inside the intervals of what the model would have recorded.

    Attributes
    ----------
    series, points
        Name and number of points.
    half, ninety
        Share inside the 50 and 90 % intervals of the fit, which has seen the points.
    half_without, ninety_without
        The same for what the fit would say of each point without having seen it
        (`contraflow.inference.leaveout`); NaN where the likelihood of the points is not known.
    unsure
        Share of the points whose left-out intervals rest on few draws.
    """

    series: str
    points: int
    half: float
    ninety: float
    half_without: float = float("nan")
    ninety_without: float = float("nan")
    unsure: float = float("nan")

    @property
    def left_out(self) -> bool:
        """Whether it is known what the fit would say of each point without that point."""
        return bool(np.isfinite(self.half_without))

    @property
    def fair(self) -> tuple[float, float]:
        """The shares that targets are for: with each point left out, if that is known."""
        return (self.half_without, self.ninety_without) if self.left_out else (self.half, self.ninety)

    def judged(self, share: int) -> str:
        """Say how the 50 or 90 % intervals stand to their target; a question mark where that may be chance."""
        value, (low, high) = (self.fair[0], HALF) if share == 50 else (self.fair[1], NINETY)
        if low <= value <= high:
            return "met"
        edge = low if value < low else high
        chance = abs(value - edge) <= 2 * np.sqrt(edge * (1 - edge) / max(self.points, 1))
        return f"{'few' if value < low else 'many'}{'?' if chance else ''}"


@dataclass(frozen=True)
class Verdict:
    """A target and whether it is met; ``met`` is None where there is nothing to judge."""

    what: str
    value: str
    target: str
    met: bool | None


@dataclass(frozen=True)
class Diagnosis:
    """Everything there is to say about a posterior.

    Attributes
    ----------
    quantities, learned, coverage, verdicts
        See the classes.
    sampler
        Figures of the sampler: chains, draws, method, divergences, E-BFMI and the like.
    provenance
        As stored with the posterior.
    """

    quantities: tuple[Quantity, ...]
    learned: tuple[Learned, ...]
    coverage: tuple[Coverage, ...]
    verdicts: tuple[Verdict, ...]
    sampler: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether no target is missed."""
        return all(verdict.met is not False for verdict in self.verdicts)

    @property
    def not_identified(self) -> tuple[Learned, ...]:
        """Parameters that the record did not narrow."""
        return tuple(item for item in self.learned if not item.identified)

    @property
    def silent(self) -> tuple[Learned, ...]:
        """Those of them that it did not move either: it says next to nothing about them."""
        return tuple(item for item in self.learned if item.silent)

    @property
    def by_parameter(self) -> tuple[Taught, ...]:
        """What was learned, parameter by parameter, the most first."""
        items: dict[str, list[Learned]] = {}
        for item in self.learned:
            items.setdefault(item.variable, []).append(item)
        rows = []
        for name, of in items.items():
            values = np.array([item.contraction for item in of])
            rows.append(
                Taught(
                    name,
                    len(of),
                    float(values.min()),
                    float(np.median(values)),
                    float(values.max()),
                    max((item.shift for item in of), key=abs),
                    sum(not item.identified for item in of),
                    sum(item.silent for item in of),
                )
            )
        return tuple(sorted(rows, key=lambda row: -row.median))

    def worst(self, count: int) -> tuple[Quantity, ...]:
        """Return the quantities that converged least: by R-hat, then by the smaller effective sample size."""

        def key(item: Quantity) -> tuple[bool, float, float]:
            known = np.isfinite(item.rhat)
            ess = min(item.ess_bulk, item.ess_tail)
            return bool(known), item.rhat if known else 0.0, -ess if np.isfinite(ess) else 0.0

        moving = [item for item in self.quantities if np.isfinite(item.ess_bulk)]
        return tuple(sorted(moving, key=key, reverse=True)[:count])

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, with None for what is not a number."""
        return {
            "good": self.good,
            "verdicts": [asdict(item) for item in self.verdicts],
            "sampler": _plain(self.sampler),
            "coverage": [_plain(asdict(item)) for item in self.coverage],
            "not_identified": [item.name for item in self.not_identified],
            "contraction": {item.name: _plain(item.contraction) for item in self.learned},
            "shift": {item.name: _plain(item.shift) for item in self.learned},
            "quantities": [_plain(asdict(item)) for item in self.quantities],
            "provenance": self.provenance,
        }


def diagnose(tree: xr.DataTree, quantities: Sequence[str] | None = None) -> Diagnosis:
    """Diagnose a posterior.

    Parameters
    ----------
    tree : xarray.DataTree
        In ArviZ's standard, as `contraflow.inference.store.load` gives it; only ``posterior`` is needed, and each
        other group adds what it can.
    quantities : sequence of str, optional
        Variables that are reported; all of the posterior if not given.

    Raises
    ------
    ContraflowError
        If a variable does not exist.
    """
    posterior = tree["posterior"].to_dataset()
    names = [str(name) for name in posterior.data_vars] if quantities is None else list(quantities)
    for name in names:
        if name not in posterior.data_vars:
            known = ", ".join(str(key) for key in posterior.data_vars)
            raise ContraflowError("quantities", f"there is no variable {name!r}", f"choose among {known}")
    found = tuple(item for name in names for item in _quantities(posterior[name]))
    learned = tuple(item for name in posterior.data_vars for item in _learned(tree, str(name)))
    coverage = _coverage(tree)
    sampler = _sampler(tree)
    verdicts = (*_convergence_verdicts(found), *_sampler_verdicts(sampler), *_coverage_verdicts(coverage))
    return Diagnosis(found, learned, coverage, verdicts, sampler, read_json(tree, "provenance"))


def slow_numbers(ahead: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Return numbers that may have another mean in the long run, the furthest first, and those not known.

    Parameters
    ----------
    ahead : sequence of mapping
        What `contraflow.inference.marginal.LongRun` holds, by name.
    """
    off, unknown = {}, []
    for row in ahead:
        if any(row[name] is None or not np.isfinite(row[name]) for name in ("later", "error")):
            unknown.append(row["symbol"])
        elif (away := abs(row["later"] - row["mean"]) + row["error"]) > ASIDE * row["sd"]:
            off[row["symbol"]] = away / row["sd"]
    return sorted(off, key=lambda symbol: -off[symbol]), unknown


def labels_of(variable: xr.DataArray, lead: tuple[str, ...] = ("chain", "draw")) -> list[str]:
    """Return the names of a variable's elements, in order: ``a[guayas,2024]``."""
    dims = [dim for dim in variable.dims if dim not in lead]
    ticks = [
        [str(x) for x in variable[dim].to_numpy()]
        if dim in variable.coords
        else [str(i) for i in range(variable.sizes[dim])]
        for dim in dims
    ]
    names = [()]
    for axis in ticks:
        names = [(*name, tick) for name in names for tick in axis]
    return [f"{variable.name}[{','.join(name)}]" if name else str(variable.name) for name in names]


def flat(variable: xr.DataArray) -> np.ndarray:
    """Return the draws of a variable with its elements along one axis: (chain, draw, element)."""
    array = variable.transpose("chain", "draw", ...).to_numpy()
    return array.reshape(*array.shape[:2], -1).astype(float)


def _quantities(variable: xr.DataArray) -> list[Quantity]:
    values = flat(variable)
    rhat, bulk, tail = convergence(values)
    together = values.reshape(-1, values.shape[-1])
    low, middle, high = np.quantile(together, (0.05, 0.5, 0.95), axis=0)
    mean, sd = together.mean(axis=0), together.std(axis=0)
    columns = zip(labels_of(variable), mean, sd, low, middle, high, rhat, bulk, tail, strict=True)
    return [Quantity(name, str(variable.name), *(float(x) for x in rest)) for name, *rest in columns]


def _learned(tree: xr.DataTree, name: str) -> list[Learned]:
    """Contraction and shift of each element, where its prior is known: by rule, or by draws."""
    variable = tree["posterior"].to_dataset()[name]
    values = flat(variable).reshape(-1, max(int(np.prod(variable.shape[2:])), 1))
    if variable.attrs.get("prior") != STANDARD:
        if "prior" not in tree.children or name not in tree["prior"].to_dataset().data_vars:
            return []
        before = flat(tree["prior"].to_dataset()[name])
        before = before.reshape(-1, before.shape[-1])
        if before.shape[-1] != values.shape[-1]:
            return []
        values = np.stack([_scores(values[:, i], before[:, i]) for i in range(values.shape[-1])], axis=1)
    rows = zip(labels_of(variable), 1 - values.var(axis=0), values.mean(axis=0), strict=True)
    return [Learned(label, name, float(x), float(by)) for label, x, by in rows if np.isfinite(x)]


def _scores(values: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Draws as standard normals of their prior: by their ranks among draws of it."""
    ordered = np.sort(before)
    if ordered[0] == ordered[-1]:
        return np.full(len(values), np.nan)
    below, upto = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return special.ndtri((0.5 * (below + upto) + 0.5) / (len(ordered) + 1))


def series(tree: xr.DataTree) -> list[str]:
    """Return the names of the series that were observed and that the model says something about."""
    if not {"observed_data", "posterior_predictive"} <= set(tree.children):
        return []
    said = tree["posterior_predictive"].to_dataset().data_vars
    return [str(name) for name in tree["observed_data"].to_dataset().data_vars if name in said]


def positions(
    observed: np.ndarray, replicated: np.ndarray, seed: int = 0, weights: np.ndarray | None = None
) -> np.ndarray:
    """Where each observed point lies among its replicates: 0 to 1, uniform if the model is right.

    Parameters
    ----------
    observed : numpy.ndarray, shape (point,)
    replicated : numpy.ndarray, shape (draw, point)
    seed : int
        For counts: a point equal to some replicates takes a random place among them, because intervals of few
        whole numbers would otherwise cover too often.
    weights : numpy.ndarray, optional, shape (draw, point)
        Of the replicates, summing to one over draws; equal by default.
    """
    share = np.full((len(replicated), 1), 1.0 / len(replicated)) if weights is None else weights
    below = ((replicated < observed) * share).sum(axis=0)
    equal = ((replicated == observed) * share).sum(axis=0)
    return below + np.random.default_rng(seed).uniform(size=len(observed)) * equal


def _coverage(tree: xr.DataTree) -> tuple[Coverage, ...]:
    rows, everything = [], []
    likely = tree["log_likelihood"].to_dataset() if "log_likelihood" in tree.children else {}
    for name in series(tree):
        observed = tree["observed_data"].to_dataset()[name]
        said = tree["posterior_predictive"].to_dataset()[name].transpose("chain", "draw", *observed.dims)
        points = observed.to_numpy().astype(float).ravel()
        seen = np.isfinite(points)
        if not seen.any():
            continue
        replicated = flat(said).reshape(-1, len(points))[:, seen]
        places = [positions(points[seen], replicated)]
        if name in likely:
            # replicates may be those of the last draws alone
            logs = flat(likely[name].isel(draw=slice(-said.sizes["draw"], None)))
            share, k = leaveout.weights(logs.reshape(-1, len(points))[:, seen])
            places += [positions(points[seen], replicated, weights=share), k]
        everything.append(places)
        rows.append(_cover(name, *places))
    if len(rows) > 1:
        full = min(len(places) for places in everything)
        rows.append(
            _cover("all", *(np.concatenate([places[i] for places in everything]) for i in range(full)))
        )
    return tuple(rows)


def _cover(
    name: str, place: np.ndarray, without: np.ndarray | None = None, k: np.ndarray | None = None
) -> Coverage:
    half, ninety = _inside(place)
    if without is None or k is None:
        return Coverage(name, len(place), half, ninety)
    return Coverage(name, len(place), half, ninety, *_inside(without), float((k > leaveout.TRUSTED).mean()))


def _inside(place: np.ndarray) -> tuple[float, float]:
    """Share of places in the middle 50 and 90 %."""
    away = np.abs(place - 0.5)
    return float((away <= 0.25).mean()), float((away <= 0.45).mean())


def _sampler(tree: xr.DataTree) -> dict[str, Any]:
    posterior = tree["posterior"].to_dataset()
    found: dict[str, Any] = {"chains": posterior.sizes["chain"], "draws": posterior.sizes["draw"]}
    info = read_json(tree, "sampler")
    settings = info.get("settings", {})
    found |= {"method": settings.get("method", "unknown"), "seed": settings.get("seed")}
    kept = ("seconds", "dimensions", "pareto_k", "effective", "acceptance", "restarted", "push", "ahead")
    found |= {name: info[name] for name in kept if name in info}
    if "ahead" in found:
        found["unsettled"], unknown = slow_numbers(found["ahead"])
        found["unsettled_unknown"] = len(unknown)
    if "sample_stats" not in tree.children:
        return found
    stats = tree["sample_stats"].to_dataset()
    values = {str(name): stats[name].to_numpy() for name in stats.data_vars}
    if "diverging" in values:
        found["divergences"] = int(values["diverging"].sum())
    if "energy" in values:
        found["e_bfmi"] = [float(x) for x in energy_information(values["energy"])]
    if "tree_depth" in values:
        deepest = int(settings.get("max_tree_depth", 10))
        found["max_tree_depth"] = deepest
        found["depth_hits"] = float((values["tree_depth"] >= deepest).mean())
    for name in ("acceptance_rate", "step_size", "n_steps"):
        if name in values:
            found[name] = float(values[name].mean())
    return found


def _convergence_verdicts(quantities: Sequence[Quantity]) -> list[Verdict]:
    rows = []
    for what, field_, target in (
        ("largest R-hat", "rhat", f"below {RHAT}"),
        ("smallest bulk ESS", "ess_bulk", f"above {ESS:.0f}"),
        ("smallest tail ESS", "ess_tail", f"above {ESS:.0f}"),
    ):
        known = [(getattr(q, field_), q.name) for q in quantities if np.isfinite(getattr(q, field_))]
        if not known:
            rows.append(Verdict(what, "cannot be computed", target, None))
            continue
        value, name = max(known) if field_ == "rhat" else min(known)
        text = f"{value:.4f} ({name})" if field_ == "rhat" else f"{value:.0f} ({name})"
        rows.append(Verdict(what, text, target, value < RHAT if field_ == "rhat" else value > ESS))
    return rows


def _sampler_verdicts(sampler: dict[str, Any]) -> list[Verdict]:
    rows = []
    if "divergences" in sampler:
        number = sampler["divergences"]
        rows.append(Verdict("divergences", str(number), "0", number == 0))
    if "e_bfmi" in sampler:
        low = min(sampler["e_bfmi"])
        rows.append(Verdict("smallest E-BFMI", f"{low:.2f}", f"above {BFMI}", low > BFMI))
    if "depth_hits" in sampler:
        share = sampler["depth_hits"]
        rows.append(
            Verdict("draws at the largest tree depth", f"{100 * share:.1f} %", "0 %", None if share else True)
        )
    if "acceptance" in sampler:
        share = sampler["acceptance"]
        target = f"above {100 * ACCEPTANCE:.0f} %"
        rows.append(Verdict("trajectories taken", f"{100 * share:.0f} %", target, share > ACCEPTANCE))
        # starting elsewhere is no flaw of what is found, so it is said and not judged
        count = f"{sampler['restarted']} of {sampler['chains'] * sampler['draws']}"
        rows.append(Verdict("members that did not arrive and began elsewhere", count, "0", None))
    if "push" in sampler:
        most = max(sampler["push"])
        target = f"below {PUSH}"
        rows.append(Verdict("mean gradient (standard errors)", f"{most:.2f}", target, most < PUSH))
    if sampler.get("ahead"):
        # how far off they are cannot be had exactly, so it is said and not judged
        value, unknown = ", ".join(sampler["unsettled"]) or "none", sampler["unsettled_unknown"]
        if unknown:
            value += f"; too few members to say of {unknown} of {len(sampler['ahead'])}"
        rows.append(Verdict("single numbers that have not settled", value, "none", None))
    if "pareto_k" in sampler:
        k = float(np.max(sampler["pareto_k"]))
        rows.append(
            Verdict(
                "Pareto k of the approximation", f"{k:.2f}", f"below {leaveout.TRUSTED}", k < leaveout.TRUSTED
            )
        )
    return rows


def _coverage_verdicts(coverage: Sequence[Coverage]) -> list[Verdict]:
    """Judge all points together; a series on its own often has too few of them."""
    rows = []
    for item in coverage[-1:]:
        for share, (low, high), value, without in (
            (50, HALF, item.half, item.half_without),
            (90, NINETY, item.ninety, item.ninety_without),
        ):
            target = f"{100 * low:.0f} to {100 * high:.0f} %"
            what, of = f"covered by {share} % intervals", f"% of {item.points} points"
            # what has been seen is covered more often than intervals say, by an exact posterior too
            met = None if item.left_out else low <= value <= high
            rows.append(Verdict(what, f"{100 * value:.0f} {of}", target, met))
            if item.left_out:
                met = low <= without <= high
                rows.append(Verdict(f"{what}, left out", f"{100 * without:.0f} {of}", target, met))
    return rows


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
