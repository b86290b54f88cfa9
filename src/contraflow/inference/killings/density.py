"""The joint density of a panel of killings, the mechanism's parameters and the deviations.

    y_rt ~ NegBin(exposure_t · λ_rt, size),    log λ_rt = log m_rt + N_t + D_rt

With the mechanism, m is what the groups' conflict makes of rents, splits, rivalries, deployments and curfews,
anchored over the last year of the panel (`contraflow.model.killings.expected`). Without it, m is that year's mean
times the season. What is said of the groups' size bears on the mechanism too: killings alone leave it open, since
few members who fight much and many who fight little kill as many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import gammaln
from jaxtyping import Array, Float, Int

from contraflow.inference.killings import field
from contraflow.model import conflict, groups, killings
from contraflow.model.parameters import Groups
from contraflow.model.structure import Structure

BELIEFS = tuple(f.name for f in fields_of(Groups) if f.name not in ("recruitment_drift", "deviation"))
MECHANISM = (*BELIEFS, "recruitment_walk_scale", "recruitment_persistence", "recruitment_walk")
"""Symbols of the mechanism: scalars, and the yearly innovations of recruitment."""
MEMORY = field.Memory._fields
"""Symbols of the deviations' persistence and size."""


class Sizes(NamedTuple):
    """Statements about how many members armed groups have, one a row.

    Attributes
    ----------
    months : Array, shape (statement, T)
        Weights of the months in the mean of the statement's year; zero where the year is not covered.
    value : Array, shape (statement,)
        Persons.
    error : Array, shape (statement,)
        Standard error of the logarithm.
    """

    months: Float[Array, "statement T"]
    value: Float[Array, "statement"]
    error: Float[Array, "statement"]


class Data(NamedTuple):
    """What a fit is given: T months, padded with months that do not count.

    Attributes
    ----------
    counts : Array, shape (T, territory)
    valid : Array, shape (T,)
        One where there are counts.
    exposure : Array, shape (T,)
        Share of each month counted.
    season : Array, shape (T,)
    curfew : Array, shape (T, territory)
        Share of the night under curfew.
    night, background : Array, shape (territory, 1)
        Share of killings at night; killings a month not due to groups.
    window : Array of int, shape (12,)
        Months of the anchor.
    level : Array, shape (territory, 1)
        Counted mean per month over them.
    rows : contraflow.model.conflict.Months
    base_tolls : Array
        Tolls of a month of the base year, USD.
    sizes : Sizes
    working : contraflow.inference.killings.field.Working
    """

    counts: Float[Array, "T territory"]
    valid: Float[Array, "T"]
    exposure: Float[Array, "T"]
    season: Float[Array, "T"]
    curfew: Float[Array, "T territory"]
    night: Float[Array, "territory 1"]
    background: Float[Array, "territory 1"]
    window: Int[Array, "window"]
    level: Float[Array, "territory 1"]
    rows: conflict.Months
    base_tolls: Float[Array, ""]
    sizes: Sizes
    working: field.Working


def level_and_evidence(
    structure: Structure | None, values: Mapping[str, Array], data: Data
) -> tuple[Float[Array, "T territory draw"], Float[Array, "draw"]]:
    """Log of killings without deviations, and the log density of what is said of the groups' size.

    Parameters
    ----------
    structure : Structure or None
        None switches the mechanism off.
    values : mapping of str to Array
        Symbols of the mechanism: scalars of shape (draw,), the walk of shape (year, draw).

    Returns
    -------
    level : Array
    said : Array
        Zero without the mechanism, which has no groups.
    """
    if structure is None:
        usual = jnp.mean(data.season[data.window])
        return jnp.log(data.level * (data.season / usual)[:, None, None]), jnp.zeros(1)
    drift = groups.recruitment_drift(
        values["recruitment_walk_scale"] * values["recruitment_walk"], values["recruitment_persistence"]
    )
    belief = Groups(recruitment_drift=drift, **{name: values[name] for name in BELIEFS})
    draws = values["members_start"].shape[0]
    deaths, members = conflict.course(structure, belief, data.base_tolls, data.rows, draws)
    curfew = jax.vmap(lambda covered: killings.curfew_factor(belief, covered[:, None], data.night))(
        data.curfew
    )
    expected = killings.expected(
        belief,
        deaths,
        data.background,
        data.season[:, None, None],
        curfew,
        (data.window, data.level),
    )
    return jnp.log(expected), log_sizes(data.sizes, members)


def log_sizes(sizes: Sizes, members: Float[Array, "T draw"]) -> Float[Array, "draw"]:
    """Log density of statements about the groups' size, up to a constant: the logarithm errs normally."""
    covered = sizes.months.sum(axis=1)
    mean = jnp.maximum(sizes.months @ members, 1e-12) + (1.0 - covered)[:, None] * sizes.value[:, None]
    off = (jnp.log(mean) - jnp.log(sizes.value)[:, None]) / sizes.error[:, None]
    return -0.5 * jnp.sum(off**2, axis=0)


def log_likelihood(
    counts: Float[Array, "T territory"], mean: Float[Array, "T territory"], size: Float[Array, ""]
) -> Float[Array, "T territory"]:
    """Log of the negative binomial with this mean and size, up to a constant of the counts."""
    share = jnp.log(size + mean)
    return (
        gammaln(counts + size)
        - gammaln(size)
        + size * (jnp.log(size) - share)
        + counts * (jnp.log(mean) - share)
    )


def joint(
    structure: Structure | None,
    values: Mapping[str, Array],
    national: Float[Array, "T"],
    territory: Float[Array, "T territory"],
    data: Data,
) -> tuple[Float[Array, ""], Float[Array, "T"], Float[Array, "T territory"]]:
    """Log density of counts and coordinates given the scalars; the deviations N and D.

    Parameters
    ----------
    values : mapping of str to Array
        By symbol, without an axis for draws: the mechanism's, those of `field.Memory`, and ``dispersion``.
    national, territory : Array
        Standardised coordinates, see `contraflow.inference.killings.field`.
    """
    one = {name: value[..., None] for name, value in values.items()}
    levels, said = level_and_evidence(structure, one, data)
    level = levels[..., 0]
    memory = field.Memory(*(values[name] for name in MEMORY))
    path, own, log_prior = field.fields(data.working, memory, level, national, territory)
    mean = jnp.exp(level + path[:, None] + own) * data.exposure[:, None]
    terms = log_likelihood(data.counts, mean, values["dispersion"])
    return jnp.sum(data.valid[:, None] * terms) + log_prior + said[0], path, own


def deviations(structure: Structure | None, values: Mapping[str, Array], national, territory, data: Data):
    """N and D of many draws; every array with the draw first."""

    def one(row):
        value, n, d = row
        _, path, own = joint(structure, value, n, d, data)
        return path, own

    return jax.lax.map(one, (dict(values), national, territory))
