"""Simulated worlds as the page keeps them: draws in single precision, edges as means and years."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from contraflow.ensemble.run import simulate_ensemble, use_double_precision_and_cache
from contraflow.inference.posterior import draw_beliefs, load_posterior
from contraflow.model.outcomes import select
from contraflow.web.beliefs import fixed, scalars
from contraflow.web.summary import ONLY_DOLLARS, SERIES

if TYPE_CHECKING:
    from contraflow.case import Case
    from contraflow.ensemble.build import Model
    from contraflow.model.drivers import Drivers

BLOCK = 200
"""Draws simulated between two looks at whether anybody still waits."""
EDGES = ("shipped", "lost")
RECORD = select((*SERIES, *ONLY_DOLLARS, "seized_theatre", *EDGES))
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
        Tonnes a calendar year `shipped` and `lost`, shape (year, edge, draw), float32; the years of the months held.
    """

    start: int
    arrays: dict[str, NDArray[np.float32]]
    means: dict[str, NDArray[np.float64]]
    years: dict[str, NDArray[np.float32]]

    def since(self, start: int) -> Run:
        """Return the run from a later month on; a view."""
        cut, year = start - self.start, (start - self.start) // YEAR
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
        A case and its model, whose months begin in a January and end in a December.
    seed
        Seed of all draws.
    """

    def __init__(self, case: Case, model: Model, seed: int) -> None:
        use_double_precision_and_cache()
        self.case, self.model, self.seed = case, model, seed
        self.posterior = load_posterior(case)
        self._draw = lru_cache(maxsize=10)(self._sample)

    def _sample(self, first: int, stop: int) -> dict[str, NDArray]:
        return draw_beliefs(self.case, self.model.members, range(first, stop), self.seed, self.posterior)

    def beliefs(self, draws: int) -> dict[str, NDArray]:
        """Return the draws of every symbol, draws last."""
        parts = [self._draw(first, min(first + 100, draws)) for first in range(0, draws, 100)]
        return {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}

    def scalars(self, overrides: Mapping[str, float], draws: int) -> tuple[list[str], NDArray]:
        """Return the names and draws, shape (symbol, draw), of the parameters that are one number."""
        symbols, draw = scalars(), fixed(self.beliefs(draws), overrides)
        return symbols, np.stack([draw[name] for name in symbols])

    def run(
        self, drivers: Drivers, overrides: Mapping[str, float], draws: int, abandoned: Callable[[], bool]
    ) -> Run:
        """Simulate all months.

        Raises
        ------
        AbandonedError
            As soon as a block of draws is done and nobody waits any more.
        """
        blocks = []
        for first in range(0, draws, BLOCK):
            if abandoned():
                raise AbandonedError
            blocks.append(self._block(drivers, overrides, first, min(BLOCK, draws - first)))
        return _join(blocks)

    def _block(self, drivers: Drivers, overrides: Mapping[str, float], first: int, size: int) -> Run:
        def sample(chosen: range) -> dict[str, NDArray]:
            return fixed(self._draw(first + chosen.start, first + chosen.stop), overrides)

        found = simulate_ensemble(self.model, [drivers], sample, size, RECORD)[0]
        last = {name: np.moveaxis(values, 0, -1) for name, values in found.items()}
        arrays = {n: v.astype(np.float32) for n, v in last.items() if n not in EDGES}
        return Run(
            0,
            arrays,
            {n: last[n].mean(axis=-1) for n in EDGES},
            {n: last[n].reshape(-1, YEAR, *last[n].shape[1:]).sum(axis=1).astype(np.float32) for n in EDGES},
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
        {n: np.concatenate([b.years[n] for b in blocks], axis=-1) for n in EDGES},
    )
