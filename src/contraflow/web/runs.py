"""Simulated worlds as the page keeps them: draws in single precision, edges as means and years."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from contraflow.ensemble.run import Past, begin, go_on, simulate_ensemble, use_double_precision_and_cache
from contraflow.inference.posterior import draw_beliefs, load_posterior
from contraflow.model.outcomes import select
from contraflow.model.step import Settings
from contraflow.web.beliefs import Scalars, fixed
from contraflow.web.summary import ONLY_DOLLARS, SERIES

if TYPE_CHECKING:
    from contraflow.case import Case
    from contraflow.ensemble.build import Model
    from contraflow.model.drivers import Drivers

BLOCK = 200
"""Draws simulated between two looks at whether anybody still waits."""
EDGES = ("shipped", "lost")
"""Monthly outcomes of edges, of which the mean is kept."""
YEARLY = {"shipped": "edge_flow", "lost": "edge_lost", "value": "node_value"}
"""What is kept by the calendar year, of edges and of nodes."""
RECORD = select((*SERIES, *ONLY_DOLLARS, *EDGES, *YEARLY.values()))
YEAR = 12



class AbandonedError(Exception):
    """Nobody waits for this run any more."""


@dataclass(frozen=True, eq=False)
class Run:
    """One scenario under one set of beliefs, from month `start` on.

    Attributes
    ----------
    start : int
        Index of the first month held.
    arrays : dict of str to numpy.ndarray
        Monthly outcomes, shape (month, place, draw) or (month, draw), float32.
    means : dict of str to numpy.ndarray
        Mean over draws of tonnes `shipped` and `lost` on each edge, shape (month, edge). Means, because only
        they add up: what enters a place in the picture also leaves it.
    years : dict of str to numpy.ndarray
        Tonnes a calendar year `shipped` and `lost`, shape (year, edge, draw), and the `value` of a kilogram in USD,
        shape (year, node, draw), float32; the years of the months held.
    """

    start: int
    arrays: dict[str, NDArray[np.float32]]
    means: dict[str, NDArray[np.float64]]
    years: dict[str, NDArray[np.float32]]

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Return for each draw whether every number of it is finite: extreme fixed beliefs can break a draw."""
        with np.errstate(over="ignore", invalid="ignore"):
            sums = [
                v.sum(axis=tuple(range(v.ndim - 1))) for v in (*self.arrays.values(), *self.years.values())
            ]
        return np.asarray(np.isfinite(np.stack(sums)).all(axis=0))

    def only(self, draws: NDArray[np.bool_]) -> Run:
        """Return the run with some of its draws; means over edges are of finite draws already."""
        if draws.all():
            return self
        return Run(
            self.start,
            {name: values[..., draws] for name, values in self.arrays.items()},
            self.means,
            {name: values[..., draws] for name, values in self.years.items()},
        )

    def since(self, start: int) -> Run:
        """Return the run from a later month on; a view."""
        cut, year = start - self.start, start // YEAR - self.start // YEAR
        return Run(
            start,
            {name: values[cut:] for name, values in self.arrays.items()},
            {name: values[cut:] for name, values in self.means.items()},
            {name: values[year:] for name, values in self.years.items()},
        )


class Simulator:
    """Runs scenarios of one case with draws that are made once and kept.

    Parameters
    ----------
    case, model
        A case and its model, whose months begin in a January.
    seed
        Seed of all draws.
    """

    def __init__(self, case: Case, model: Model, seed: int) -> None:
        use_double_precision_and_cache()
        self.case, self.model, self.seed = case, model, seed
        self.posterior = load_posterior(case)
        # six digits are enough for a picture; draws of a prior reach where they are not
        self._settings = Settings(precision="double" if self.posterior is None else "single")
        self._draw = lru_cache(maxsize=10)(self._sample)

    def _sample(self, first: int, stop: int) -> dict[str, NDArray]:
        return draw_beliefs(self.case, self.model.members, range(first, stop), self.seed, self.posterior)

    def beliefs(self, draws: int) -> dict[str, NDArray]:
        """Return the draws of every symbol, draws last."""
        parts = [self._draw(first, min(first + 100, draws)) for first in range(0, draws, 100)]
        return {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}

    def scalars(self, overrides: Mapping[str, float], draws: int, chosen: NDArray[np.bool_]) -> Scalars:
        """Return the chosen draws of the parameters that are one number."""
        draw = fixed(self.beliefs(draws), overrides)
        return Scalars({name: values[..., chosen] for name, values in draw.items()})

    def history(
        self,
        drivers: Drivers,
        overrides: Mapping[str, float],
        draws: int,
        months: int,
        abandoned: Callable[[], bool],
    ) -> tuple[Run, list[Past]]:
        """Simulate all months, and keep where every draw stood after the first `months` of them.

        Returns
        -------
        tuple
            The run, and a history a block of draws that `go_on` goes on from.

        Raises
        ------
        AbandonedError
            As soon as a block of draws is done and nobody waits any more.
        """
        runs, kept = [], []
        for first, size in self._blocks(draws, abandoned):
            past = begin(
                self.model, drivers, self._sampler(overrides, first), size, months, RECORD, self._settings
            )
            early, late = _kept(past.outcomes, 0), _kept(go_on(past, drivers), months)
            runs.append(_after(early, late))
            kept.append(replace(past, outcomes={}))
        return _join(runs), kept

    def go_on(self, past: list[Past], drivers: Drivers, draws: int, abandoned: Callable[[], bool]) -> Run:
        """Simulate a scenario from where the history it shares ends; raises as `history` does."""
        blocks = zip(past, self._blocks(draws, abandoned), strict=True)
        return _join([_kept(go_on(one, drivers), one.months) for one, _ in blocks])

    def run(
        self, drivers: Drivers, overrides: Mapping[str, float], draws: int, abandoned: Callable[[], bool]
    ) -> Run:
        """Simulate all months; raises as `history` does."""
        found = []
        for first, size in self._blocks(draws, abandoned):
            sampler = self._sampler(overrides, first)
            (made,) = simulate_ensemble(self.model, [drivers], sampler, size, RECORD, self._settings)
            found.append(_kept(made, 0))
        return _join(found)

    @staticmethod
    def _blocks(draws: int, abandoned: Callable[[], bool]) -> Iterator[tuple[int, int]]:
        """Give first draw and size of each block, as long as anybody waits."""
        for first in range(0, draws, BLOCK):
            if abandoned():
                raise AbandonedError
            yield first, min(BLOCK, draws - first)

    def _sampler(self, overrides: Mapping[str, float], first: int) -> Callable[[range], dict[str, NDArray]]:
        return lambda chosen: fixed(self._draw(first + chosen.start, first + chosen.stop), overrides)


def _kept(found: Mapping[str, NDArray], start: int) -> Run:
    """Return what is kept of outcomes, which come with the draws first."""
    last = {name: np.moveaxis(values, 0, -1) for name, values in found.items()}
    apart = {*EDGES, *YEARLY.values()}
    with np.errstate(over="ignore", invalid="ignore"):  # a broken draw: told from the others by `Run.finite`
        return Run(
            start,
            {name: values.astype(np.float32, copy=False) for name, values in last.items() if name not in apart},
            {name: _mean(last[name]) for name in EDGES},
            {name: last[yearly].astype(np.float32, copy=False) for name, yearly in YEARLY.items()},
        )


def _mean(values: NDArray) -> NDArray[np.float64]:
    """Return the mean over draws that are finite."""
    mean = values.mean(axis=-1)
    if np.isfinite(mean).all():
        return mean
    good = np.isfinite(values)
    return np.where(good, values, 0.0).sum(axis=-1) / np.maximum(good.sum(axis=-1), 1)


def _after(early: Run, late: Run) -> Run:
    """Put a run behind the history it goes on from; the year in which they meet is the later one's."""
    year = late.start // YEAR
    return Run(
        early.start,
        {name: np.concatenate([values, late.arrays[name]]) for name, values in early.arrays.items()},
        {name: np.concatenate([values, late.means[name]]) for name, values in early.means.items()},
        {name: np.concatenate([values[:year], late.years[name]]) for name, values in early.years.items()},
    )


def _join(blocks: list[Run]) -> Run:
    """Put blocks of draws together."""
    if len(blocks) == 1:
        return blocks[0]
    sizes = [next(iter(block.arrays.values())).shape[-1] for block in blocks]
    return Run(
        blocks[0].start,
        {n: np.concatenate([b.arrays[n] for b in blocks], axis=-1) for n in blocks[0].arrays},
        {n: np.average([b.means[n] for b in blocks], axis=0, weights=sizes) for n in EDGES},
        {n: np.concatenate([b.years[n] for b in blocks], axis=-1) for n in YEARLY},
    )
