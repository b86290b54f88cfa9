"""Run the model over its months: beliefs and drivers in, outcomes out."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from contraflow.model import conflict, demand, enforcement, killings, perception, production, trade
from contraflow.model.drivers import Drivers
from contraflow.model.money import KG_PER_TONNE
from contraflow.model.outcomes import ALL, select
from contraflow.model.parameters import Parameters
from contraflow.model.production import MONTHS_PER_YEAR
from contraflow.model.step import Base, Settings, State, step, sum_by
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
    traffic = unit.shipped * scale
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

    size = jnp.sum(potential, axis=0) / jnp.maximum(jnp.sum(base.area, axis=0), 1e-300)
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
    monthly = [n for n in names if ALL[n].every == "month" and n != "homicides"]
    if "homicides" in names and "deaths" not in monthly:
        monthly.append("deaths")
    yearly = [n for n in names if ALL[n].every == "year"]
    base = base_year(structure, settings, parameters)
    state = start(structure, parameters, base, settings)
    years = len(structure.names["year"])
    draws = base.hazard_traffic.shape[1]
    rows = jax.tree.map(lambda x: jnp.asarray(x)[..., None], drivers)
    calendar = structure.record
    months = calendar._replace(published=calendar.published[..., None], appetite=calendar.appetite[..., None])
    months = Record(*(jnp.asarray(x) for x in months))
    new_year = jnp.asarray(np.r_[True, np.diff(calendar.year) != 0])

    def kept(values: Array) -> Array:
        return values if keep is None else values.astype(keep)

    so_far = {n: jnp.zeros((len(structure.names[ALL[n].dim]), draws)) for n in yearly}
    sums = {n: kept(jnp.zeros((years, *zero.shape))) for n, zero in so_far.items()}

    def month(carry, row):
        state, so_far, sums = carry
        action, now, first = row
        state, out = step(structure, settings, parameters, base, state, action, now)
        # the year's sum is small enough to stay in cache; its row is written every month, the last one counts
        so_far = {n: jnp.where(first, 0.0, total) + out[n] for n, total in so_far.items()}
        sums = {
            n: jax.lax.dynamic_update_index_in_dim(sums[n], kept(so_far[n]), now.year, 0) for n in yearly
        }
        return (state, so_far, sums), {n: kept(out[n]) if n in names else out[n] for n in monthly}

    (_, _, sums), result = jax.lax.scan(month, (state, so_far, sums), (rows, months, new_year))
    count = np.bincount(calendar.year, minlength=years).astype(float)[:, None, None]
    for name in yearly:
        mean = ALL[name].unit == "USD/kg"
        result[name] = sums[name] / count if mean else sums[name] * (MONTHS_PER_YEAR / count)
    if "homicides" in names:
        result["homicides"] = _homicides(structure, parameters, drivers, result["deaths"])
    return {name: kept(result[name]) for name in names}


def _homicides(structure, parameters, drivers, deaths):
    curfew = jax.vmap(
        lambda covered: killings.curfew_factor(
            parameters.groups, covered[:, None], jnp.asarray(structure.night)[:, None]
        )
    )(jnp.asarray(drivers.curfew))
    anchor = structure.anchor
    return killings.expected(
        parameters.groups,
        deaths,
        jnp.asarray(structure.background)[:, None],
        jnp.asarray(structure.record.season)[:, None, None],
        curfew,
        None if anchor is None else (anchor[0], jnp.asarray(anchor[1])[:, None]),
    )
