"""From a case and a panel to the arrays of a fit: what is known at the panel's end, and what is assumed after it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.case import Case
from contraflow.ensemble.assemble import assemble
from contraflow.ensemble.build import Model, build
from contraflow.ensemble.run import use_double_precision_and_cache
from contraflow.errors import ContraflowError
from contraflow.inference import priors
from contraflow.inference.killings import field
from contraflow.inference.killings.density import Data, Sizes, level_and_evidence
from contraflow.inference.killings.known import known_case, known_scenario
from contraflow.inference.killings.panel import Panel
from contraflow.model import conflict
from contraflow.model.drivers import Drivers
from contraflow.model.numerics import sum_by
from contraflow.model.simulate import simulate
from contraflow.model.structure import Structure
from contraflow.scenario import Scenario, compile_drivers, load_scenario

ANCHOR_MONTHS = 12
"""Months from which the level of each territory is taken: the last of the panel, or of the common history where the
panel runs on after it, as in the whole model."""
FEWEST = 0.5
"""Killings counted in those months where none was (Galápagos): half a killing a year, so that a level exists."""
TOLL_DRAWS = 16
"""Prior draws of the trade over which tolls are averaged where nobody gives them."""
USUAL_SIZE = 30.0
"""Size of the negative binomial that sets the first coordinates; not a belief."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a fit and its forecasts are made from.

    Attributes
    ----------
    case, known : Case
        As given, and as it was known at the panel's end.
    structure : Structure
        Of the whole case; what changes with the panel's end is in `rows`.
    rows : contraflow.model.conflict.Months
        Every month of the case, under the scenario as known.
    curfew : numpy.ndarray, shape (month, territory)
    season : numpy.ndarray, shape (month,)
    first : int
        Month of the case in which the panel begins.
    tolls : numpy.ndarray, shape (month, territory)
    base_tolls : float
    """

    case: Case
    known: Case
    structure: Structure
    rows: conflict.Months
    curfew: np.ndarray
    season: np.ndarray
    first: int
    tolls: np.ndarray
    base_tolls: float


@lru_cache(maxsize=4)
def _whole(case: Case) -> Model:
    """Model of the whole case, kept so that its compiled programs are."""
    return build(case, anchored=False)


def gather(
    case: Case, panel: Panel, scenario: Scenario | str | None, tolls: np.ndarray | None, mechanism: bool
) -> Inputs:
    """Gather what a fit needs.

    Parameters
    ----------
    scenario : Scenario or str, optional
        The record of measures; the case's default scenario by default. What starts after the panel is dropped.
    tolls : numpy.ndarray, optional
        Tolls on the trade by month and territory, USD a month, from the case's first month on; their mean over
        the trade's prior by default.
    mechanism : bool
        Without it, tolls are not needed.
    """
    use_double_precision_and_cache()
    first = int(case.months.get_indexer([panel.months[0]])[0])
    if first != 0 or panel.end.ordinal > case.end.ordinal:
        value = f"the panel runs from {panel.months[0]} to {panel.end}"
        raise ContraflowError("killings", value, f"use months from {case.start} to {case.end}")
    known = known_case(case, panel)
    whole, cut = _whole(case), build(known, anchored=False)
    loaded = (
        scenario if isinstance(scenario, Scenario) else load_scenario(case, scenario or case.default_scenario)
    )
    drivers = compile_drivers(known, known_scenario(case, loaded, panel.end))
    months = whole.structure.months
    if tolls is None and mechanism:
        tolls = mean_tolls(known, cut, drivers)
    paid = _carried(tolls, months) if tolls is not None else np.zeros(drivers.curfew.shape)
    record = cut.structure.record
    epoch = np.asarray(whole.structure.record.epoch)
    stop = len(panel.months)
    base = np.array([m.year == case.base_year for m in case.months])
    return Inputs(
        case=case,
        known=known,
        structure=whole.structure,
        rows=conflict.months(cut.structure, drivers, paid)._replace(
            epoch=np.where(np.arange(months) < stop, epoch, epoch[stop - 1])
        ),
        curfew=np.asarray(drivers.curfew),
        season=record.season,
        first=first,
        tolls=paid,
        base_tolls=float(paid[base].sum(axis=1).mean())
        if base.any()
        else float(paid[stop - 12 : stop].sum() / 12),
    )


def under(inputs: Inputs, scenario: Scenario | str, stop: int) -> Inputs:
    """Inputs whose months from `stop` on are those of a scenario."""
    case = inputs.case
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(case, scenario)
    drivers: Drivers = compile_drivers(inputs.known, loaded)
    cut = build(inputs.known, anchored=False).structure
    new = conflict.months(cut, drivers, inputs.tolls)._replace(epoch=inputs.rows.epoch)

    def later(old: np.ndarray, now: np.ndarray) -> np.ndarray:
        return np.concatenate([old[:stop], now[stop:]])

    return Inputs(
        **{
            **{name: getattr(inputs, name) for name in inputs.__dataclass_fields__},
            "rows": conflict.Months(*(later(a, b) for a, b in zip(inputs.rows, new, strict=True))),
            "curfew": later(inputs.curfew, np.asarray(drivers.curfew)),
        }
    )


def _carried(tolls: np.ndarray, months: int) -> np.ndarray:
    tolls = np.asarray(tolls, dtype=float)[:months]
    mean = np.broadcast_to(tolls[-12:].mean(axis=0), (months - len(tolls), tolls.shape[1]))
    return np.concatenate([tolls, mean])


def mean_tolls(
    case: Case, model: Model, drivers: Drivers, draws: int = TOLL_DRAWS, seed: int = 0
) -> np.ndarray:
    """Tolls by month and territory, USD a month: the trade under the record, averaged over its prior.

    Killings do not inform the trade: the groups' tolls enter the fit as this mean.
    """
    structure = model.structure
    size = len(structure.names["territory"])

    @jax.jit
    def paid(draw, drivers):
        parameters = assemble(structure.network, model.tables, draw)
        edges = simulate(structure, parameters, drivers, ("toll_paid",))["toll_paid"]
        return jax.vmap(lambda row: sum_by(structure.labels.territory, size, row))(edges).mean(axis=-1)

    draw = priors.sample(case.parameters, model.members, range(draws), seed)
    return np.asarray(paid(draw, jax.tree.map(jnp.asarray, model.arrange(drivers))))


def observe(inputs: Inputs, panel: Panel, months: int | None = None) -> Data:
    """Arrays of the density, without coordinates.

    Parameters
    ----------
    months : int, optional
        Length; months beyond the panel follow the scenario and have no counts.
    """
    counted = len(panel.months)
    total = months or counted
    counts, exposure = np.zeros((total, len(panel.territories))), np.ones(total)
    counts[:counted], exposure[:counted] = panel.counts, panel.incomplete
    stop = min(counted, int(inputs.case.months.get_indexer([inputs.case.history_end])[0]) + 1)
    window = np.arange(max(0, stop - ANCHOR_MONTHS), stop)
    level = np.maximum((counts / exposure[:, None])[window].sum(axis=0), FEWEST) / len(window)
    structure, none = inputs.structure, jnp.zeros((0, 0))
    return Data(
        counts=jnp.asarray(counts),
        valid=jnp.asarray((np.arange(total) < counted).astype(float)),
        exposure=jnp.asarray(exposure),
        season=jnp.asarray(_long(inputs.season, total)),
        curfew=jnp.asarray(_long(inputs.curfew, total)),
        night=jnp.asarray(structure.night)[:, None],
        background=jnp.asarray(structure.background)[:, None],
        window=jnp.asarray(window),
        level=jnp.asarray(level)[:, None],
        rows=conflict.Months(*(jnp.asarray(_long(x, total)) for x in inputs.rows)),
        base_tolls=jnp.asarray(inputs.base_tolls),
        sizes=_sizes(inputs, total),
        working=field.Working(none, none, none[None]),
    )


def _sizes(inputs: Inputs, months: int) -> Sizes:
    """Statements about the groups' size that were known at the panel's end; as many rows at every end."""
    every = inputs.case.calibration
    rows = every[every["quantity"] == "members"]
    years = rows["year"].to_numpy(int)
    last = int(inputs.known.calibration["year"].max()) if len(inputs.known.calibration) else 0
    calendar = np.zeros(months, dtype=int)  # padding beyond the case's end is of no year
    known = inputs.case.months[:months]
    calendar[: len(known)] = [month.year for month in known]
    of_year = ((calendar[None, :] == years[:, None]) & (years <= last)[:, None]).astype(float)
    return Sizes(
        months=jnp.asarray(of_year / np.maximum(of_year.sum(axis=1, keepdims=True), 1.0)),
        value=jnp.asarray(rows["value"].to_numpy(float)),
        error=jnp.asarray(rows["error"].to_numpy(float)),
    )


def prepare(
    data: Data,
    memory: field.Memory = field.USUAL,
    size: float = USUAL_SIZE,
    mechanism: np.ndarray | None = None,
) -> Data:
    """Give arrays their coordinates.

    Parameters
    ----------
    memory, size
        Hyperparameters that the coordinates are made for.
    mechanism : numpy.ndarray, shape (T, territory), optional
        Log intensity that they are made around; the level and season by default.
    """
    if mechanism is None:
        mechanism = np.asarray(level_and_evidence(None, {}, data)[0])[..., 0]
    counts, exposure, valid = (np.asarray(x) for x in (data.counts, data.exposure, data.valid))
    return data._replace(working=field.work(counts, exposure, mechanism, valid, size, memory))


def _long(values: np.ndarray, months: int) -> np.ndarray:
    """First months of an array; its last row again where it is too short."""
    return values[np.minimum(np.arange(months), len(values) - 1)]
