"""From a question (what we do, what we believe, how many draws) to an answer: numbers for every picture."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from contraflow.analysis.windows import default_windows
from contraflow.ensemble.build import AFLOAT, build
from contraflow.ensemble.run import Past, common_months
from contraflow.errors import ContraflowError
from contraflow.scenario import compile_drivers
from contraflow.web import summary
from contraflow.web.beliefs import Scalars, check, sliders
from contraflow.web.packed import pack, quantiles
from contraflow.web.runs import YEARLY, Run, Simulator
from contraflow.web.scenarios import known, layered

if TYPE_CHECKING:
    from contraflow.case import Case
    from contraflow.model.drivers import Drivers
    from contraflow.scenario import Scenario

KEPT_DRAWS = 2400
"""Draws of baseline worlds kept in memory, over all worlds."""
YEARS = "years"
"""What is wanted of links and places by the year."""
KILOGRAMS = 1e3
"""In a tonne."""
SHOWN_DRAWS = 200
"""Draws behind a slider's histogram: five times what a picture needs at first."""


@dataclass(frozen=True)
class Question:
    """What a run is asked.

    Attributes
    ----------
    base, measures
        A scenario of the case, and what is layered on it.
    baseline
        Name of the scenario it is compared with.
    beliefs
        Values of parameters that are fixed.
    draws
        Number of draws.
    have
        Keys of the baseline worlds that the asker holds and need not get again.
    want
        Outcomes whose bands and drivers are wanted, and `YEARS`; nothing named: everything.
    passing
        Whether the baseline will hardly be asked for again, and need not be kept; no part of the question.
    """

    base: str
    measures: tuple[Mapping[str, Any], ...]
    baseline: str
    beliefs: Mapping[str, float]
    draws: int
    have: tuple[str, ...] = ()
    want: tuple[str, ...] = ()
    passing: bool = False

    @property
    def key(self) -> str:
        """Return a digest: equal questions have equal answers."""
        parts = [
            self.base,
            self.measures,
            self.baseline,
            sorted(self.beliefs.items()),
            self.draws,
            sorted(self.have),
            sorted(self.want),
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=list).encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class World:
    """A baseline under one set of beliefs, and what never changes of its summary.

    `full` has every draw, `run` those that are `good`.
    """

    key: str
    full: Run
    good: np.ndarray
    run: Run
    past: list[Past]
    drivers: Drivers
    scenario: Scenario
    means: tuple[dict, ...]
    scalars: Scalars


class Engine:
    """Answers questions about one case, one at a time.

    Parameters
    ----------
    case : Case
    seed : int
    """

    def __init__(self, case: Case, seed: int = 0) -> None:
        self.case, self.seed = case, seed
        self.model = build(case)
        self.simulator = Simulator(case, self.model, seed)
        self.windows = default_windows(case)
        months = [str(month) for month in case.months]
        self.months = months
        self.steps = [slice(months.index(str(w.first)), months.index(str(w.last)) + 1) for w in self.windows]
        self.common = self.steps[0].start
        edges = case.edges.set_index("id").loc[list(self.model.members["edge"])]
        self._afloat = edges["mode"].isin(AFLOAT).to_numpy()
        network = self.model.structure.network
        # what arrives at a node, or leaves it where nothing arrives
        self._arriving = np.zeros((len(network.nodes), len(network.edges)), np.float32)
        self._arriving[network.destination, np.arange(len(network.edges))] = 1.0
        self._leaving = np.zeros_like(self._arriving)
        self._leaving[network.origin, np.arange(len(network.edges))] = 1.0
        self._leaving[self._arriving.any(axis=1)] = 0.0
        self._named = lru_cache(maxsize=64)(known)
        self._worlds: OrderedDict[str, World] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def sliders(self) -> list[dict[str, Any]]:
        """Return the beliefs that may be fixed, with what is believed of each; drawn when first asked for."""
        return sliders(self.case, self.simulator.beliefs(SHOWN_DRAWS))

    @cached_property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Return the ends of every slider by symbol."""
        return {one["symbol"]: (one["low"], one["high"]) for one in self.sliders}

    @property
    def source(self) -> str:
        """Return where the draws come from: "posterior" or "prior"."""
        return "prior" if self.simulator.posterior is None else "posterior"

    def scenario(self, question: Question) -> tuple[Scenario, Scenario]:
        """Return the scenario and the baseline of a question, checked.

        Raises
        ------
        ContraflowError
            If a name, a measure or a belief is not valid.
        """
        if question.beliefs:
            check(question.beliefs, self.ranges)
        after = layered(self.case, question.base, question.measures, find=self._named)
        return after, self._named(self.case, question.baseline or self.case.default_baseline, "baseline")

    def answer(self, question: Question, abandoned: Callable[[], bool] = lambda: False) -> dict[str, Any]:
        """Simulate what is asked and summarise it; see `contraflow.web.schemas.Answer`.

        Raises
        ------
        ContraflowError
            If the question is not valid.
        AbandonedError
            If nobody waits any more.
        """
        after, before = self.scenario(question)
        with self._lock:
            begun = time.perf_counter()
            world = self._world(question, before, abandoned)
            drivers = compile_drivers(self.case, after)
            start = self._parting(drivers, world.drivers)
            run = world.run if start is None else self._continued(question, drivers, world, start, abandoned)
            simulated = time.perf_counter()
            run, world = self._finite(question, run, world)
            found = self._summarise(question, after, drivers, world, run, start)
            if world.key not in question.have:
                found["world"] = self._whole(world)
            found["seconds"] = {"simulate": simulated - begun, "summarise": time.perf_counter() - simulated}
        return found

    def _continued(
        self, question: Question, drivers: Drivers, world: World, start: int, abandoned: Callable[[], bool]
    ) -> Run:
        """Return the run of a scenario that is its baseline until month `start`, from there on."""
        if start == self.common:
            return self.simulator.go_on(world.past, drivers, question.draws, abandoned)
        return self.simulator.run(drivers, question.beliefs, question.draws, abandoned)

    def _parting(self, one: Drivers, two: Drivers) -> int | None:
        """Return the month from which on two scenarios are told apart, or None where they do the same.

        Scenarios that share the common history are run from its end. Killings are anchored to the last months of
        it: a scenario that departs before moves every month.
        """
        same = common_months([one, two])
        if same == len(self.months):
            return None
        return self.common if same >= self.common else 0

    def _world(self, question: Question, scenario: Scenario, abandoned: Callable[[], bool]) -> World:
        """Return the baseline of a question, simulated once and kept."""
        parts = [scenario.digest, sorted(question.beliefs.items()), question.draws, self.seed]
        key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
        world = self._worlds.pop(key, None)
        if world is None:
            drivers = compile_drivers(self.case, scenario)
            run, past = self.simulator.history(
                drivers, question.beliefs, question.draws, self.common, abandoned
            )
            world = self._assembled(question, key, run, run.finite, past, drivers, scenario)
            if question.passing:
                return world
        self._worlds[key] = world
        kept = list(self._worlds.values())
        while len(kept) > 1 and sum(len(one.good) for one in kept) > KEPT_DRAWS:
            del self._worlds[kept.pop(0).key]
        return world

    def _assembled(
        self,
        question: Question,
        key: str,
        full: Run,
        good: np.ndarray,
        past: list[Past],
        drivers: Drivers,
        scenario: Scenario,
    ) -> World:
        """Return a world of some draws."""
        run = full.only(good)
        means = tuple(summary.window_means(run.arrays, steps) for steps in self.steps)
        scalars = self.simulator.scalars(question.beliefs, question.draws, good)
        return World(key, full, good, run, past, drivers, scenario, means, scalars)

    def _finite(self, question: Question, run: Run, world: World) -> tuple[Run, World]:
        """Return run and baseline with the draws that are finite in both, so that draws stay in pairs.

        Raises
        ------
        ContraflowError
            If none is.
        """
        good = world.good if run is world.run else world.good & run.finite
        if not good.any():
            raise ContraflowError(
                "beliefs",
                "no draw gives finite numbers with these values",
                "move a slider towards the evidence",
            )
        if run is not world.run:
            run = run.only(good)
        if (good != world.good).any():
            key = hashlib.sha256(world.key.encode() + good.tobytes()).hexdigest()[:16]
            world = self._assembled(
                question, key, world.full, good, world.past, world.drivers, world.scenario
            )
        return run, world

    def _whole(self, world: World) -> dict[str, Any]:
        """Return a baseline from the first month to the last."""
        return {
            "key": world.key,
            "name": world.scenario.name,
            "title": world.scenario.title,
            "bands": summary.bands(world.run.arrays),
            "edges": self._edges(world.run),
            "years": {name: pack(quantiles(world.run.years[name])) for name in YEARLY},
            "worth": self._worth(world.run),
            "dollars": [summary.dollars(world.run.arrays, steps, self.model.members) for steps in self.steps],
        }

    def _edges(self, run: Run) -> dict[str, object]:
        """Return mean tonnes a month shipped, seized and destroyed on every edge, each packed as (month, edge).

        Tonnes destroyed are known by theatre; they are shared over the edges afloat in it by what is lost there.
        """
        theatre = self.model.structure.labels.theatre
        destroyed = run.arrays["destroyed"].mean(axis=-1, dtype=float)
        lost = run.means["lost"]
        afloat = np.where(self._afloat, lost, 0.0)
        total = np.zeros_like(destroyed)
        np.add.at(total.T, theatre, afloat.T)
        share = np.divide(destroyed, total, out=np.zeros_like(destroyed), where=total > 0)
        struck = np.minimum(afloat * share[:, theatre], lost)
        return {
            "shipped": pack(run.means["shipped"]),
            "seized": pack(lost - struck),
            "destroyed": pack(struck),
        }

    def _worth(self, run: Run) -> dict[str, object]:
        """Return the mean worth of what passes every node in a year, million USD, packed as (year, node)."""
        shipped, lost, value = (run.years[name] for name in ("shipped", "lost", "value"))
        tonnes = self._arriving @ (shipped - lost) + self._leaving @ shipped
        return pack((tonnes * value).mean(axis=-1, dtype=float) * KILOGRAMS * summary.MILLION)

    def _touched(self, one: Drivers, two: Drivers) -> set[str]:
        """Return the exit corridors on which, or right after which, two scenarios act differently."""

        def differing(dimension: str, names: tuple[str, ...]) -> set[str]:
            apart = np.zeros(len(self.case.members(dimension)), dtype=bool)
            for name in names:
                apart |= (np.asarray(getattr(one, name)) != np.asarray(getattr(two, name))).any(axis=0)
            return {name for name, there in zip(self.case.members(dimension), apart, strict=True) if there}

        edges = self.case.edges
        hit = edges["theatre"].isin(differing("theatre", ("effort", "strikes", "intelligence")))
        hit |= edges["network"].isin(differing("network", ("takedown",)))
        beyond = set(edges["origin"][hit])
        reached = (edges["corridor"] != "") & (hit | edges["destination"].isin(beyond))
        return set(edges["corridor"][reached])

    def _summarise(
        self, question: Question, after: Scenario, drivers: Drivers, world: World, run: Run, start: int | None
    ) -> dict[str, Any]:
        """Return everything about the scenario and its difference from the baseline."""
        first = start if start is not None else len(self.months)
        tail, before = (one.since(first) if one.start < first else one for one in (run, world.run))
        touched = self._touched(drivers, world.drivers) if start is not None else set()
        parts: dict[str, Callable[[], Any]] = {}
        if start is not None:
            parts = {
                "bands": lambda: summary.bands(tail.arrays, wanted=question.want),
                "difference": lambda: summary.bands(tail.arrays, before.arrays, question.want),
                "edges": lambda: self._edges(tail),
            }
        if start is not None and (not question.want or YEARS in question.want):
            parts |= {
                "years": lambda: {name: pack(quantiles(tail.years[name])) for name in YEARLY},
                "worth": lambda: self._worth(tail),
                "years_difference": lambda: {
                    name: pack(quantiles(tail.years[name] - before.years[name])) for name in YEARLY
                },
            }
        with ThreadPoolExecutor(2) as pool:  # the sorting of draws runs beside other Python
            windows = pool.map(
                lambda steps, old: self._in_window(question, run, world, steps, old, start, touched), self.steps, world.means
            )
            made = dict(zip(parts, pool.map(lambda make: make(), parts.values()), strict=True))
            tables, moves, moved, dollars = (list(each) for each in zip(*windows, strict=True))
        return {
            "scenario": {"name": after.name, "title": after.title},
            "baseline": world.key,
            "draws": int(world.good.sum()),
            "dropped": int((~world.good).sum()),
            "seed": self.seed,
            "source": self.source,
            "start": start,
            "tables": tables,
            "drivers": moves,
            "displaced": moved,
            "dollars": None if start is None else dollars,
            "bands": None,
            "difference": None,
            "edges": None,
            "years": None,
            "worth": None,
            "years_difference": None,
            "world": None,
            **made,
        }

    def _in_window(
        self,
        question: Question,
        run: Run,
        world: World,
        steps: slice,
        old: dict,
        start: int | None,
        touched: set[str],
    ) -> tuple[dict, dict, list, dict | None]:
        """Return the table, the drivers, the displacement and (after a departure) the dollars of a window."""
        places = self.model.members
        new, inside = old, None
        if start is not None:
            inside = _window(run if start < steps.stop else world.run, world.run, steps)
            if start < steps.stop:
                new = summary.window_means(inside, slice(None))
        # without the sum, which stands first
        later, earlier = new["corridor_flow"][1:], old["corridor_flow"][1:]
        return (
            summary.table(new, old),
            summary.tornado(new, old, world.scalars, question.want),
            summary.displaced(later, earlier, places["corridor"], touched),
            None if inside is None else summary.dollars(inside, slice(None), places),
        )


def _window(run: Run, before: Run, steps: slice) -> dict[str, np.ndarray]:
    """Return a run's outcomes in a window; months before the run's first are its baseline's."""
    cut = slice(max(steps.start - run.start, 0), steps.stop - run.start)
    early = slice(steps.start, min(run.start, steps.stop))
    if early.start >= early.stop:
        return {name: values[cut] for name, values in run.arrays.items()}
    return {
        name: np.concatenate([before.arrays[name][early], values[cut]]) for name, values in run.arrays.items()
    }
