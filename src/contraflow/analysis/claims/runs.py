"""The simulations an audit needs: each scenario once, with the same draws, and only if a claim asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from contraflow.analysis.claims.observable import NotModelledError
from contraflow.analysis.simulate import simulate
from contraflow.inference.posterior import draw_beliefs, load_posterior
from contraflow.model.symbols import RECORDING, SPEC

if TYPE_CHECKING:
    from contraflow.analysis.claims.claim import Claim
    from contraflow.analysis.claims.period import Period
    from contraflow.case import Case
    from contraflow.results import Result

RECORD = (
    "delivered", "price", "seized", "seized_gross", "seized_theatre", "potential", "market_spending",
    "income_stage", "income_focus", "income_group", "toll_group", "homicides", "shipped", "lost",
)  # fmt: skip
LARGE = ("shipped", "lost")
"""Kept in single precision."""
PRIOR = "prior"
SHORT = ("market", "theatre", "source")
"""Dimensions whose members are looked at one by one; edges, nodes and months are too many."""


class Runs:
    """Results by scenario, simulated on first use.

    Parameters
    ----------
    case : Case
    draws, seed : int
        See `contraflow.simulate`.
    progress : callable, optional
        Called with (scenarios done, scenarios begun) as a simulation ends.
    """

    def __init__(
        self, case: Case, draws: int = 200, seed: int = 0, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.case, self.draws, self.seed = case, draws, seed
        self._progress = progress
        self._results: dict[str, Result] = {}

    @property
    def beliefs(self) -> str:
        """Where the draws come from: ``prior``, or words for the posterior; empty if nothing was simulated."""
        return next((str(r.provenance["beliefs"]) for r in self._results.values()), "")

    @property
    def provenance(self) -> dict:
        """Provenance of the first simulation; empty if there was none."""
        return next((dict(r.provenance) for r in self._results.values()), {})

    def of(self, scenario: str) -> xr.Dataset:
        """Outcomes of one scenario."""
        if scenario not in self._results:
            result = simulate(self.case, scenario, self.draws, self.seed, RECORD)
            for name in LARGE:
                result.dataset[name] = result.dataset[name].astype(np.float32)
            self._results[scenario] = result
            if self._progress is not None:
                self._progress(len(self._results), len(self._results))
        return self._results[scenario].dataset

    def state(self, claim: Claim, period: Period | None = None) -> xr.Dataset:
        """Outcomes a claim about the world as it is looks at.

        Raises
        ------
        NotModelledError
            If the case does not simulate the period.
        """
        self._inside(period or claim.period)
        return self.of(claim.scenario or self.case.default_scenario)

    def pair(self, claim: Claim) -> tuple[xr.Dataset, xr.Dataset]:
        """Outcomes with the claim's scenario and with the case's baseline.

        Raises
        ------
        NotModelledError
            If the case does not simulate the period.
        """
        self._inside(claim.period)
        return self.of(claim.scenario or self.case.default_scenario), self.of(self.case.default_baseline)

    def parameters(self) -> dict[str, np.ndarray]:
        """Draws of the parameters, each of shape (draw,); members of a dimension as ``elasticity[usa-canada]``.

        Those that are the same in every draw are left out.
        """
        case = self.case
        posterior = None if self.beliefs == PRIOR else load_posterior(case)
        held = set(case.parameters["symbol"])
        symbols = [s for s, spec in SPEC.items() if s in held - set(RECORDING) and _few(spec.dims)]
        members = {d: case.members(d) for s in symbols for d in SPEC[s].dims}
        drawn = draw_beliefs(case, members, range(self.draws), self.seed, posterior, symbols)
        named = {}
        for symbol in symbols:
            if not SPEC[symbol].dims:
                named[symbol] = drawn[symbol]
            else:
                ids = members[SPEC[symbol].dims[0]]
                named |= {f"{symbol}[{name}]": row for name, row in zip(ids, drawn[symbol], strict=True)}
        return {name: values for name, values in named.items() if np.ptp(values) > 0}

    def _inside(self, period: Period) -> None:
        if not period.inside(self.case):
            raise NotModelledError(f"the case simulates {self.case.start} to {self.case.end} only")


def _few(dims: tuple[str, ...]) -> bool:
    return not dims or (len(dims) == 1 and dims[0] in SHORT)
