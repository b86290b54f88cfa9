"""The joint density of a panel of killings, the mechanism's parameters and the deviations.

    y_rt ~ NegBin(exposure_t · λ_rt, size),    log λ_rt = log m_rt + N_t + D_rt

With the mechanism, m is what the groups' conflict makes of rents, splits, rivalries, deployments and curfews,
anchored over the last year of the panel (`contraflow.model.killings.expected`). Without it, m is that year's mean
times the season.
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
from contraflow.model import conflict, killings
from contraflow.model.parameters import Groups
from contraflow.model.structure import Structure

MECHANISM = tuple(f.name for f in fields_of(Groups) if f.name != "deviation")
"""Symbols of the mechanism."""
MEMORY = field.Memory._fields
"""Symbols of the deviations' persistence and size."""


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
    working: field.Working


def log_mechanism(
    structure: Structure | None, values: Mapping[str, Array], data: Data
) -> Float[Array, "T territory draw"]:
    """Log of killings without deviations.

    Parameters
    ----------
    structure : Structure or None
        None switches the mechanism off.
    values : mapping of str to Array
        Scalars of the mechanism, shape (draw,).
    """
    if structure is None:
        usual = jnp.mean(data.season[data.window])
        return jnp.log(data.level * (data.season / usual)[:, None, None])
    belief = Groups(**{name: values[name] for name in MECHANISM})
    draws = values["members_start"].shape[0]
    deaths = conflict.deaths(structure, belief, data.base_tolls, data.rows, draws)
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
    return jnp.log(expected)


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
        Scalars (shape ()) by symbol: the mechanism's, those of `field.Memory`, and ``dispersion``.
    national, territory : Array
        Standardised coordinates, see `contraflow.inference.killings.field`.
    """
    one = {name: jnp.reshape(value, (1,)) for name, value in values.items()}
    mechanism = log_mechanism(structure, one, data)[..., 0]
    memory = field.Memory(*(values[name] for name in MEMORY))
    path, own, log_prior = field.fields(data.working, memory, mechanism, national, territory)
    mean = jnp.exp(mechanism + path[:, None] + own) * data.exposure[:, None]
    terms = log_likelihood(data.counts, mean, values["dispersion"])
    return jnp.sum(data.valid[:, None] * terms) + log_prior, path, own


def deviations(structure: Structure | None, values: Mapping[str, Array], national, territory, data: Data):
    """N and D of many draws; every array with the draw first."""

    def one(row):
        value, n, d = row
        _, path, own = joint(structure, value, n, d, data)
        return path, own

    return jax.lax.map(one, (dict(values), national, territory))
