"""From a draw of the priors to the model's parameters: pure JAX, so that it can be differentiated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from contraflow.model import groups, killings
from contraflow.model.network import Network
from contraflow.model.parameters import Demand, Enforcement, Groups, Parameters, Production, Trade


@dataclass(frozen=True, eq=False)
class Tables:
    """Central values of the case's tables, in canonical order.

    Attributes
    ----------
    log_share_start, log_share_base : numpy.ndarray, shape (edge,)
        Log base shares in the first and in the base year.
    freight, toll, risk, hazard : numpy.ndarray, shape (edge,)
        USD/kg; USD/kg; USD/kg per unit of perceived loss; base-year hazard −ln(1 − loss).
    theatre, jurisdiction : numpy.ndarray of int, shape (edge,)
    margin : numpy.ndarray, shape (node,)
    farmgate : numpy.ndarray, shape (source,)
        Base-year farmgate price, USD/kg.
    log_market_share : numpy.ndarray, shape (market,)
    years : numpy.ndarray of int
        Calendar years simulated.
    base_year : int
    walk_from : int
        Year in which the walks of shares and effort are zero, and from which the shares' path is level: the base
        year, or the last year that is known.
    """

    log_share_start: np.ndarray
    log_share_base: np.ndarray
    freight: np.ndarray
    toll: np.ndarray
    risk: np.ndarray
    hazard: np.ndarray
    theatre: np.ndarray
    jurisdiction: np.ndarray
    margin: np.ndarray
    farmgate: np.ndarray
    log_market_share: np.ndarray
    years: np.ndarray
    base_year: int
    walk_from: int


def walk(innovations: Array, years: np.ndarray, zero: int) -> Array:
    """Random walk over years that is zero in one of them.

    Parameters
    ----------
    innovations : Array, shape (row, year, draw)
        Innovation of each year; before the year `zero` they are summed backwards from it.

    Returns
    -------
    Array, shape (year, row, draw)
    """
    later = (years[None, :] <= years[:, None]) & (years[None, :] > zero)
    earlier = (years[None, :] >= years[:, None]) & (years[None, :] < zero)
    return jnp.einsum("yk,ekd->yed", jnp.asarray((later | earlier).astype(float)), innovations)


def normalise(network: Network, log_share: Array) -> Array:
    """Make the shares of the edges into each node sum to one; `log_share` has shape (..., edge, draw)."""
    starts = np.flatnonzero(np.r_[True, np.diff(network.destination) != 0])
    group = np.cumsum(np.r_[True, np.diff(network.destination) != 0]) - 1
    member = jnp.asarray((np.arange(len(starts))[:, None] == group[None, :]).astype(float))
    total = jnp.einsum("ge,...ed->...gd", member, jnp.exp(log_share))
    return log_share - jnp.log(total)[..., group, :]


def assemble(network: Network, tables: Tables, draw: Mapping[str, Array]) -> Parameters:
    """Combine a draw with the tables' central values.

    Parameters
    ----------
    network : Network
    tables : Tables
    draw : mapping of str to Array
        A value for every symbol of `contraflow.model.symbols.SPEC`, draws last.

    Returns
    -------
    contraflow.model.parameters.Parameters
        For every draw.
    """
    path_years = np.minimum(tables.years, tables.walk_from)
    since = (path_years - tables.years[0]) / max(tables.base_year - tables.years[0], 1)
    weight = np.clip(since, 0.0, 1.0)[:, None]
    path = (1.0 - weight) * tables.log_share_start + weight * tables.log_share_base
    drift = draw["share_walk_scale"] * walk(draw["share_walk"], tables.years, tables.walk_from)
    belief = draw["share_belief"]
    market = tables.log_market_share[:, None] + draw["market_belief"]
    market = jnp.exp(market - jnp.max(market, axis=0))
    trade = Trade(
        theta=draw["theta"],
        pass_through=draw["pass_through"],
        log_share=normalise(network, path[:, :, None] + belief + drift),
        log_share_base=normalise(network, tables.log_share_base[:, None] + belief),
        freight=tables.freight[:, None] * draw["freight_scale"],
        toll=tables.toll[:, None] * draw["toll_scale"],
        risk=tables.risk[:, None] * draw["risk_scale"],
        hazard=tables.hazard[:, None]
        * draw["loss_scale"][tables.theatre]
        * draw["detection"][tables.jurisdiction],
        margin=tables.margin[:, None] * draw["margin_scale"],
        farmgate=tables.farmgate[:, None] * draw["farmgate_scale"],
    )
    demand = {"market_share": market / jnp.sum(market, axis=0)}
    effort = draw["effort_walk_scale"] * walk(draw["effort_walk"], tables.years, tables.walk_from)
    detection = draw["detection_walk_scale"] * walk(draw["detection_walk"], tables.years, tables.walk_from)
    recruits = groups.recruitment_drift(
        draw["recruitment_walk_scale"] * draw["recruitment_walk"], draw["recruitment_persistence"]
    )
    deviation = killings.deviation(
        draw["national_shock"] * draw["national_scale"],
        draw["national_persistence"],
        draw["territory_shock"] * draw["territory_scale"],
        draw["territory_persistence"],
    )
    return Parameters(
        trade=trade,
        production=Production(**_named(Production, draw)),
        demand=Demand(**demand, **_named(Demand, draw)),
        enforcement=Enforcement(effort_drift=effort, detection_drift=detection, **_named(Enforcement, draw)),
        groups=Groups(recruitment_drift=recruits, deviation=deviation, **_named(Groups, draw)),
    )


def _named(module: type, draw: Mapping[str, Array]) -> dict[str, Array]:
    return {f.name: draw[f.name] for f in fields(module) if f.name in draw}
