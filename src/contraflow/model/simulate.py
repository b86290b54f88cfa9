"""Run the model over its months: beliefs and drivers in, outcomes out.

`simulate` runs all of them at once and can be differentiated. `advance` runs a few months of one calendar year
from any state, how many is decided when it runs: an ensemble that goes on from a shared history uses it, so
that the same compiled program makes every month of every scenario.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike
from jaxtyping import Array, Bool, Float, Int

from contraflow.model import conflict, demand, enforcement, killings, perception, production, trade
from contraflow.model.drivers import Drivers
from contraflow.model.money import KG_PER_TONNE
from contraflow.model.numerics import sum_by
from contraflow.model.outcomes import ALL, select
from contraflow.model.parameters import Groups, Parameters
from contraflow.model.production import MONTHS_PER_YEAR
from contraflow.model.step import Base, Settings, State, in_year, step
from contraflow.model.structure import Record, Structure


def base_year(structure: Structure, settings: Settings, parameters: Parameters) -> Base:
    """Base year of each draw: ladder, consumption that uses up production, traffic, income per member.

    Consumption is implied: its total is what makes the sources ship their base-year production, its
    split over markets is a belief.
    """
    net, belief = structure.network, parameters.trade
    chance = -jnp.expm1(-belief.hazard)
    outlay = trade.Outlay(belief.freight, belief.toll, belief.risk * chance, chance)
    share = jnp.exp(belief.log_share_base)
    ladder = trade.base_ladder(net, belief.farmgate, belief.margin, share, outlay)
    kernel: trade.AbstractKernel = trade.Multiplicative(belief.theta)
    if settings.kernel == "additive":
        # same local elasticity at the mean landed cost of the base year
        kernel = trade.Additive(belief.theta / jnp.mean(ladder.cost, axis=0))
    area = jnp.asarray(structure.base_production)[:, None] * parameters.production.production_error
    unit = trade.asked(net, share, chance, parameters.demand.market_share)
    made = area * (
        parameters.production.production_use * (1.0 - jnp.exp(-(parameters.production.harvest_price**-2.0)))
    )
    total = jnp.sum(made, axis=0) / MONTHS_PER_YEAR
    scale = total / jnp.sum(unit.asked[net.sources], axis=0)
    traffic = trade.ship(net, share, chance, unit, jnp.ones_like(unit.asked)).shipped * scale
    draws = traffic.shape[1]
    ones = jnp.ones((1, draws))
    users = demand.steady_users(structure.users[:, None] * ones, parameters.demand)
    tolls = jnp.sum(
        sum_by(
            structure.labels.territory,
            len(structure.names["territory"]),
            belief.toll * traffic * KG_PER_TONNE,
        ),
        axis=0,
    )
    return Base(
        kernel=kernel,
        ladder=ladder,
        hazard_traffic=traffic,
        demand=parameters.demand.market_share * scale,
        area=area,
        users=users,
        initiation=demand.steady_initiation(users, parameters.demand),
        groups=conflict.scale(structure, parameters.groups, tolls, draws),
    )


def start(structure: Structure, parameters: Parameters, base: Base, settings: Settings = Settings()) -> State:
    """State before the first month."""
    record = structure.record
    potential = jnp.asarray(record.published[0])[:, None] * parameters.production.production_error
    draws = base.hazard_traffic.shape[1]

    def zeros(name: str) -> Array:
        return jnp.zeros((len(structure.names[name]), draws))

    grown = jnp.sum(base.area, axis=0)
    size = jnp.sum(potential, axis=0) / jnp.maximum(grown, jnp.finfo(grown.dtype).tiny)
    ones = jnp.ones((1, draws))
    return State(
        sources=production.SourceState(
            price=parameters.trade.farmgate * ones,
            seen=parameters.trade.farmgate * ones,
            stock=parameters.production.stock_cover
            * parameters.production.production_use
            * potential
            / MONTHS_PER_YEAR
            * ones,
            area=potential * ones,
            asked=jnp.zeros_like(potential * ones),
        ),
        pressure=enforcement.Pressure(
            perceived=-jnp.expm1(-parameters.trade.hazard) * ones,
            traffic=base.hazard_traffic * size,
            concealment=zeros("theatre"),
            intelligence=zeros("theatre"),
            fear=zeros("theatre"),
            takedown=zeros("network"),
        ),
        users=base.users,
        members=conflict.members_at_start(structure, parameters.groups, draws),
        memory=None
        if settings.perception == "learning"
        else perception.start(-jnp.expm1(-parameters.trade.hazard) * ones, settings.salience),
    )


class Running(NamedTuple):
    """Where a simulation stands between two months.

    Attributes
    ----------
    state : State
    sums : dict of str to Array
        Yearly outcomes, added up over the calendar year so far; shapes (dimension, draw).
    """

    state: State
    sums: dict[str, Array]


def recorded(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Outcomes the months must give, and those added up over years, so that `names` can be told."""
    monthly = [n for n in names if ALL[n].every == "month" and n != "homicides"]
    if "homicides" in names and "deaths" not in monthly:
        monthly.append("deaths")
    return tuple(monthly), tuple(n for n in names if ALL[n].every == "year")


def begin(
    structure: Structure, parameters: Parameters, base: Base, names: tuple[str, ...], settings: Settings
) -> Running:
    """Where a simulation stands before the first month."""
    draws = base.hazard_traffic.shape[1]
    sums = {n: jnp.zeros((len(structure.names[ALL[n].dim]), draws)) for n in recorded(names)[1]}
    return Running(start(structure, parameters, base, settings), sums)


def rows_of(structure: Structure, drivers: Drivers) -> tuple[Drivers, Record]:
    """Rows of drivers and record, one a month, with an axis for the draws."""
    calendar = structure.record
    calendar = calendar._replace(
        published=calendar.published[..., None], appetite=calendar.appetite[..., None]
    )
    return jax.tree.map(lambda x: x[..., None], drivers), calendar


def of_year(name: str, total: Array, months: Array | np.ndarray) -> Array:
    """Yearly outcome from its sum over the months of the record that are in the year."""
    return total / months if ALL[name].unit == "USD/kg" else total * (MONTHS_PER_YEAR / months)


def _month(structure, settings, parameters, base, names, keep, running, action, now, first, year=None):
    """One month: where the simulation then stands, and the month's outcomes."""
    monthly, yearly = recorded(names)
    state, out = step(structure, settings, parameters, base, running.state, action, now, year)
    sums = {n: jnp.where(first, 0.0, running.sums[n]) + out[n] for n in yearly}
    return Running(state, sums), {n: _kept(out[n], keep if n in names else None) for n in monthly}


def _kept(values: Array, keep: DTypeLike | None) -> Array:
    return values if keep is None else values.astype(keep)


def advance(
    structure: Structure,
    settings: Settings,
    parameters: Parameters,
    base: Base,
    running: Running,
    rows: tuple[Drivers, Record],
    months: Int[Array, ""],
    opens: Bool[Array, ""],
    length: Float[Array, ""],
    names: tuple[str, ...],
    keep: DTypeLike | None = None,
) -> tuple[Running, dict[str, Array]]:
    """Run some months of one calendar year.

    Parameters
    ----------
    rows : tuple of Drivers and Record
        As `rows_of` gives them, a fixed number of rows of which the first `months` are run.
    months : int
        Months to run, all of one year.
    opens : bool
        Whether the first of them is the first of its year on record.
    length : float
        Months of that year on record.
    names : tuple of str
        Outcomes to record; ``homicides`` gives the ``deaths`` that `killed` needs.
    keep : dtype, optional
        Precision in which outcomes are kept.

    Returns
    -------
    running : Running
    outcomes : dict of str to Array
        Monthly ones with shape (row, dimension, draw), zero in rows that were not run; yearly ones up to
        the last month run, with shape (dimension, draw).
    """
    year = in_year(structure, parameters, rows[1].year[0])
    monthly, yearly = recorded(names)
    like = base.hazard_traffic

    def empty(name: str) -> Array:
        size = (len(structure.names[ALL[name].dim]),) if ALL[name].dim else ()
        shape = (rows[1].year.shape[0], *size, like.shape[1])
        return jnp.zeros(shape, keep if keep is not None and name in names else like.dtype)

    def month(row, carry):
        running, record = carry
        action, now = jax.tree.map(lambda x: jax.lax.dynamic_index_in_dim(x, row, 0, False), rows)
        running, out = _month(
            structure, settings, parameters, base, names, keep, running, action, now, opens & (row == 0), year
        )
        return running, {n: jax.lax.dynamic_update_index_in_dim(record[n], out[n], row, 0) for n in monthly}

    running, record = jax.lax.fori_loop(0, months, month, (running, {n: empty(n) for n in monthly}))
    return running, record | {n: _kept(of_year(n, running.sums[n], length), keep) for n in yearly}


def simulate(
    structure: Structure,
    parameters: Parameters,
    drivers: Drivers,
    record: str | tuple[str, ...] = "default",
    settings: Settings = Settings(),
    keep: DTypeLike | None = None,
) -> dict[str, Float[Array, "time dim draw"]]:
    """Simulate every month of a case under one scenario.

    Parameters
    ----------
    structure : Structure
        The case.
    parameters : Parameters
        Beliefs, trailing axis draws.
    drivers : Drivers
        Actions, arrays of shape (T, dimension).
    record : str or tuple of str
        ``"default"``, ``"all"`` or names from `contraflow.model.outcomes.ALL`; bounds memory.
    settings : Settings
        How the model is solved.
    keep : dtype, optional
        Precision in which outcomes are kept; that of the computation by default.

    Returns
    -------
    dict of str to Array
        Monthly outcomes with shape (T, dimension, draw), (T, draw) where there is no dimension; yearly
        ones with shape (year, dimension, draw).

    Raises
    ------
    ValueError
        If `record` names an unknown outcome.
    """
    names = select(record)
    base = base_year(structure, settings, parameters)
    years = len(structure.names["year"])
    calendar = structure.record
    actions, months = rows_of(structure, drivers)
    new_year = jnp.asarray(np.r_[True, np.diff(calendar.year) != 0])
    running = begin(structure, parameters, base, names, settings)
    yearly = {n: _kept(jnp.zeros((years, *zero.shape)), keep) for n, zero in running.sums.items()}

    def month(carry, row):
        running, yearly = carry
        action, now, first = row
        running, out = _month(structure, settings, parameters, base, names, keep, running, action, now, first)
        # the year's sum is small enough to stay in cache; its row is written every month, the last one counts
        yearly = {
            n: jax.lax.dynamic_update_index_in_dim(yearly[n], _kept(total, keep), now.year, 0)
            for n, total in running.sums.items()
        }
        return (running, yearly), out

    (_, yearly), result = jax.lax.scan(month, (running, yearly), (actions, months, new_year))
    count = np.bincount(calendar.year, minlength=years).astype(float)[:, None, None]
    result |= {name: of_year(name, total, count) for name, total in yearly.items()}
    if "homicides" in names:
        result["homicides"] = killed(
            structure, parameters.groups, jnp.asarray(drivers.curfew), result["deaths"]
        )
    return {name: _kept(result[name], keep) for name in names}


def killed(
    structure: Structure,
    belief: Groups,
    covered: Float[Array, "month territory"],
    deaths: Float[Array, "month territory draw"],
) -> Float[Array, "month territory draw"]:
    """Recorded killings of every month, from the conflict deaths of all of them and the hours under curfew."""
    night = jnp.asarray(structure.night)[:, None]
    curfew = jax.vmap(lambda covered: killings.curfew_factor(belief, covered[:, None], night))(covered)
    anchor = structure.anchor
    return killings.expected(
        belief,
        deaths,
        jnp.asarray(structure.background)[:, None],
        jnp.asarray(structure.record.season)[:, None, None],
        curfew,
        None if anchor is None else (anchor[0], jnp.asarray(anchor[1])[:, None]),
    )
