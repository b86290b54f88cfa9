"""Fit the trade to its record: a NumPyro model around the differentiable simulator.

The trade is fitted first and alone; groups and killings come after it, given what they collect from it
(`contraflow.inference.killings`). Killings say nothing about the trade here: a cut posterior. Until a group is
designated, nothing in the trade depends on the groups, so the cut loses no evidence that the model would use; it
keeps a poorly known conflict model from bending the flows.

In the fit the trade steps by quarter (`contraflow.ensemble.coarse`); what its draws say is computed by month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
from numpyro import distributions as dist

from contraflow.ensemble.as_of import as_of, first_years, held
from contraflow.ensemble.assemble import assemble
from contraflow.ensemble.build import Model, build
from contraflow.ensemble.coarse import compounded, quarters
from contraflow.inference import latents, record
from contraflow.model.drivers import Drivers
from contraflow.model.parameters import Groups
from contraflow.model.simulate import simulate
from contraflow.model.step import Settings
from contraflow.model.symbols import SPEC
from contraflow.scenario import compile_drivers, load_scenario

if TYPE_CHECKING:
    from contraflow.case import Case

KILLINGS = tuple(
    name
    for name in SPEC
    if name in Groups.__dataclass_fields__
    or name.startswith(("recruitment_walk", "recruitment_persistence", "national_", "territory_"))
    or name == "dispersion"
)
"""Parameters of groups and killings, which are fitted after the trade."""

ERRORS = ("reporting_error", "consignment", "price_error")
"""Scales of errors."""
WALKS = ("share_walk_scale", "effort_walk_scale", "detection_walk_scale")
"""Scales of walks."""
SCALES = (*WALKS, *ERRORS)
"""Scales of walks and errors."""


@dataclass(frozen=True, eq=False)
class TradeProblem:
    """The trade of a case up to the end of a year, ready to fit.

    Attributes
    ----------
    case : Case
    model : Model
        Months up to the last year fitted, no groups.
    drivers : Drivers
    coarse : (Model, Drivers)
        The same by quarter.
    record : contraflow.inference.record.Record
    settings : Settings
    fixed : dict of str to Array
        Values of the parameters that are not fitted, one draw.
    symbols : tuple of str
        The parameters that are.
    """

    case: Case
    model: Model
    drivers: Drivers
    coarse: tuple[Model, Drivers]
    record: record.Record
    settings: Settings
    fixed: dict[str, jax.Array]
    symbols: tuple[str, ...]

    def __call__(self) -> None:
        """Run as a NumPyro model, conditioned on the record."""
        said, error = self.say(self.latent())
        numpyro.deterministic(
            "residuals", (jnp.asarray(self.record.scale)[:, None] - said)[:, 0] / error[:, 0]
        )
        self.observe(said, error, jnp.asarray(self.record.scale))

    def latent(self) -> dict[str, jax.Array]:
        """Place the latent sites alone and return a whole draw."""
        return self.fixed | latents.place(self.case.parameters, self.model.members, self.symbols)

    def complete(self, draw: dict[str, jax.Array]) -> dict[str, jax.Array]:
        """Add what has no site, parameters whose prior is a fixed number, to a draw."""
        missing = [name for name in self.symbols if name not in draw]
        return draw | {name: jnp.asarray(centre(self.case, self.model, name))[..., None] for name in missing}

    def say(self, draw: dict[str, jax.Array], monthly: bool = False) -> tuple[jax.Array, jax.Array]:
        """Say what the model makes of every row and how far it may err; shapes (row, draw)."""
        model, drivers = (self.model, self.drivers) if monthly else self.coarse
        parameters = assemble(model.structure.network, model.tables, draw)
        parameters = parameters if monthly else compounded(parameters)
        outcomes = simulate(model.structure, parameters, drivers, record.OUTCOMES, self.settings)
        said = record.predicted(self.record, outcomes, draw, months_of(model))
        return said, record.spread(self.record, said, draw)

    def observe(self, said: jax.Array, error: jax.Array, value: jax.Array | None) -> None:
        """Observe rows: seizures with heavy tails, everything else with normal errors."""
        seizing = self.record.quantity == "seizures"
        for name, rows, law in (
            ("seizures", np.flatnonzero(seizing), lambda m, s: dist.StudentT(record.DEGREES, m, s)),
            ("other", np.flatnonzero(~seizing), dist.Normal),
        ):
            if rows.size:
                seen = None if value is None else value[rows]
                numpyro.sample(f"record:{name}", law(said[rows, 0], error[rows, 0]), obs=seen)


def months_of(model: Model) -> np.ndarray:
    """Weights of the months in the mean of each year, shape (year, month)."""
    year = model.structure.record.year
    member = (np.arange(len(model.structure.names["year"]))[:, None] == year[None, :]).astype(float)
    return member / np.maximum(member.sum(1, keepdims=True), 1.0)


def problem(
    case: Case,
    last_year: int | None = None,
    settings: Settings = Settings(),
    keep: Callable[[record.Record], np.ndarray] | None = None,
) -> TradeProblem:
    """Set up the fit of a case's trade.

    Parameters
    ----------
    case : Case
    last_year : int, optional
        Last year that is known; by default the last in the calibration table.
    settings : Settings
        How the model is solved.
    keep : callable, optional
        Says which rows of the record to keep, to leave a source out.

    Returns
    -------
    TradeProblem
    """
    year = int(case.calibration["year"].max()) if last_year is None else last_year
    whole = as_of(build(case, anchored=False), year)
    model = first_years(whole, year)
    compiled = held(
        whole.arrange(compile_drivers(case, load_scenario(case, case.default_baseline))), whole, year
    )
    months = model.structure.months
    drivers = jax.tree.map(lambda x: np.asarray(x)[:months], compiled)
    rows = record.read_record(case, model, year)
    if keep is not None:
        rows = record.subset(rows, keep(rows))
    free = tuple(name for name in SPEC if name not in KILLINGS)
    fixed = {name: jnp.asarray(centre(case, model, name))[..., None] for name in SPEC if name not in free}
    return TradeProblem(case, model, drivers, quarters(model, drivers), rows, settings, fixed, free)


def centre(case: Case, model: Model, symbol: str) -> np.ndarray:
    """Central value of a prior, in the symbol's shape."""
    from contraflow.inference.priors import QUANTILE

    row = case.parameters.drop_duplicates("symbol").set_index("symbol").loc[symbol]
    shape = tuple(len(model.members[dim]) for dim in SPEC[symbol].dims)
    return QUANTILE[str(row["dist"])](np.zeros(shape), float(row["a"]), float(row["b"]))
