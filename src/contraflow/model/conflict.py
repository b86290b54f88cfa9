"""Conflict of the armed groups over the months of a case, with their rents given.

`fight` is one month of it. The whole model calls it with the tolls that its trade pays; `course` runs it alone
over all months with tolls from elsewhere, which is what a fit to killings needs: a thousand times less work.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from contraflow.model import groups
from contraflow.model.drivers import Drivers, Numbers
from contraflow.model.numerics import power, sum_by
from contraflow.model.parameters import Groups
from contraflow.model.structure import Structure


class Scale(NamedTuple):
    """What the groups' month is measured against, once for each draw.

    Attributes
    ----------
    income_per_member : Array, shape (draw,)
        y₀, USD a month: income of the base year over the members at the start.
    removed : Array, shape (territory, draw)
        Members removed per month, η_r.
    """

    income_per_member: Float[Array, "*draw"]
    removed: Float[Array, "territory draw"]


class Months(NamedTuple):
    """What acts on the groups, one row a month: T months by groups or territories.

    Attributes
    ----------
    splits : Array, shape (T, group)
    deployment, incapacitation, recruitment : Array, shape (T, territory)
        As in `contraflow.model.drivers.Drivers`.
    tolls : Array, shape (T, territory)
        Tolls on the trade, USD a month.
    mining, extortion : Array, shape (T, territory)
        Other income before the beliefs' factors: the case's level, times its index, times the scenario's factor.
    epoch, year : Array of int, shape (T,)
        Rows of the relations in force and of the calendar year.
    """

    splits: Float[Numbers, "*T group"]
    deployment: Float[Numbers, "*T territory"]
    incapacitation: Float[Numbers, "*T territory"]
    recruitment: Float[Numbers, "*T territory"]
    tolls: Float[Numbers, "*T territory"]
    mining: Float[Numbers, "*T territory"]
    extortion: Float[Numbers, "*T territory"]
    epoch: Int[Numbers, "*T"]
    year: Int[Numbers, "*T"]


def months(structure: Structure, drivers: Drivers, tolls: Float[np.ndarray, "T territory"]) -> Months:
    """What acts on the groups under a scenario, with tolls given."""
    record = structure.record
    return Months(
        splits=np.asarray(drivers.splits, dtype=float),
        deployment=np.asarray(drivers.deployment, dtype=float),
        incapacitation=np.asarray(drivers.incapacitation, dtype=float),
        recruitment=np.asarray(drivers.recruitment, dtype=float),
        tolls=np.asarray(tolls, dtype=float),
        mining=structure.mining * record.mining[:, None] * np.asarray(drivers.mining),
        extortion=structure.extortion * record.extortion[:, None] * np.asarray(drivers.extortion),
        epoch=record.epoch,
        year=record.year,
    )


def scale(structure: Structure, belief: Groups, tolls: Float[Array, "*draw"], draws: int) -> Scale:
    """Base-year income per member and monthly removals.

    Parameters
    ----------
    tolls : Array, shape (draw,)
        Tolls of a month of the base year over all territories, USD.
    """
    income = (
        tolls
        + structure.mining.sum() * belief.mining_scale
        + structure.extortion.sum() * belief.extortion_scale
    )
    weight = structure.cells.weight
    present = np.bincount(structure.cells.territory, weight, len(structure.names["territory"])) / max(
        weight.sum(), 1e-300
    )
    return Scale(
        income_per_member=jnp.maximum(income / belief.members_start, 1.0),
        removed=present[:, None] * belief.incapacitation * jnp.ones((1, draws)),
    )


def members_at_start(structure: Structure, belief: Groups, draws: int) -> Float[Array, "cell draw"]:
    """Members of every cell before the first month."""
    weight = structure.cells.weight / max(structure.cells.weight.sum(), 1e-300)
    return weight[:, None] * belief.members_start * jnp.ones((1, draws))


def muster(
    structure: Structure, belief: Groups, members: Float[Array, "cell draw"], splits: Float[Array, "group 1"]
) -> tuple[Float[Array, "cell draw"], Float[Array, "cell draw"]]:
    """Members once this month's splits have happened, and their shares of what their territory earns."""
    cells = structure.cells
    present = groups.split(
        members, belief.split_share * splits[cells.group[cells.child]], cells.child, cells.parent
    )
    standing = groups.contest_shares(
        present, belief.contest, cells.territory, len(structure.names["territory"])
    )
    return present, standing


def fight(
    structure: Structure,
    belief: Groups,
    against: Scale,
    members: Float[Array, "cell draw"],
    standing: Float[Array, "cell draw"],
    rents: Float[Array, "territory draw"],
    drivers: Drivers | Months,
    epoch: Int[Numbers, ""],
    year: Int[Numbers, ""],
    steps: int = 1,
    explicit: bool = False,
) -> tuple[Float[Array, "cell draw"], Float[Array, "territory draw"]]:
    """Recruitment, conflict and incapacitation of one month.

    Parameters
    ----------
    members, standing : Array
        From `muster`.
    rents : Array
        Income of the groups in each territory, USD a month.
    drivers : Drivers or Months
        This month's row; deployment, incapacitation and recruitment of shape (territory, 1) are used.
    epoch, year : Array of int
        Rows of the relations in force and of the calendar year.
    steps : int
        Steps a month.
    explicit : bool
        Plain Euler instead of the positivity-preserving step.

    Returns
    -------
    members : Array
        At the end of the month.
    deaths : Array, shape (territory, draw)
        Conflict deaths.
    """
    cells = structure.cells
    tiny = jnp.finfo(members.dtype).tiny
    calm = 1.0 - belief.deployment_suppression * drivers.deployment
    arrests = (
        against.removed * drivers.incapacitation * (1.0 + belief.deployment_arrests * drivers.deployment)
    )
    pairs = cells.pairs
    feud, background = (
        jnp.asarray(of if pairs is None else of[:, *pairs])[epoch] for of in (cells.feud, cells.background)
    )
    recruitment = belief.recruitment
    if belief.recruitment_drift is not None:
        recruitment = recruitment * jnp.exp(belief.recruitment_drift[year])
    length = 1.0 / steps
    deaths = jnp.zeros_like(rents)

    def by_territory(values):
        return sum_by(cells.territory, rents.shape[0], values)

    for part in range(steps):
        if part:
            standing = groups.contest_shares(members, belief.contest, cells.territory, rents.shape[0])
        present = by_territory(members)
        earned = standing * rents[cells.territory] / jnp.maximum(members, 1.0)
        relative = jnp.maximum(earned / against.income_per_member, tiny)
        pull = power(relative, belief.income_response)
        gain = recruitment * pull * drivers.recruitment[cells.territory]
        rate = groups.conflict_rate(
            members, feud, background, belief.background_conflict, belief.conflict * calm[cells.territory],
            pairs,
        )  # fmt: skip
        removed = (arrests / jnp.maximum(present, 1.0))[cells.territory]
        after = groups.advance(members, gain, rate, removed, belief.saturation, length, explicit)
        deaths = deaths + length * by_territory(rate * (members if explicit else after))
        members = after
    return members, deaths


def course(
    structure: Structure,
    belief: Groups,
    base_tolls: Float[Array, "*draw"],
    rows: Months,
    draws: int,
    steps: int = 1,
    unroll: int = 1,
) -> tuple[Float[Array, "month territory draw"], Float[Array, "month draw"]]:
    """Conflict deaths and members of every month, from the groups alone.

    Parameters
    ----------
    structure : Structure
    belief : Groups
    base_tolls : Array, shape (draw,)
        Tolls of a month of the base year over all territories, USD.
    rows : Months
        As many months as are wanted, from the first.
    draws : int
    steps : int
        Steps a month.
    unroll : int
        Months compiled together: faster to run, slower to compile.

    Returns
    -------
    deaths : Array
        Conflict deaths a month.
    members : Array
        Of all groups, at the end of each month.
    """
    against = scale(structure, belief, base_tolls, draws)
    wide = Months(**{name: jnp.asarray(x)[..., None] for name, x in rows._asdict().items()})
    wide = wide._replace(epoch=jnp.asarray(rows.epoch), year=jnp.asarray(rows.year))

    def month(members, row):
        present, standing = muster(structure, belief, members, row.splits)
        rents = row.tolls + row.mining * belief.mining_scale + row.extortion * belief.extortion_scale
        after, deaths = fight(
            structure, belief, against, present, standing, rents * jnp.ones((1, draws)), row, row.epoch, row.year,
            steps,
        )  # fmt: skip
        return after, (deaths, after.sum(axis=0))

    first = members_at_start(structure, belief, draws)
    return jax.lax.scan(month, first, wide, unroll=unroll)[1]
