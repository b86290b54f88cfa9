"""The whole model with a trade so small that it does not matter: what remains is the group module.

One source, one market, one edge, no rents, no response of recruitment to income. The monthly step of the
core then moves nothing but members, and its own drivers (recruitment, incapacitation) are the policies. What the
step calls a month is whatever unit of time the rates are given in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from contraflow.model.drivers import Drivers
from contraflow.model.network import build_network
from contraflow.model.parameters import Demand, Enforcement, Groups, Parameters, Production, Trade
from contraflow.model.structure import STAGES, Cells, Labels, Record, Structure
from contraflow.model.symbols import SPEC
from contraflow.model.synthetic import neutral_drivers


class World(NamedTuple):
    """A structure, beliefs and drivers without any measure, ready for `contraflow.model.simulate.simulate`."""

    structure: Structure
    parameters: Parameters
    drivers: Drivers


def groups_only(
    ids: Sequence[str],
    weight: np.ndarray,
    feud: np.ndarray,
    background: np.ndarray,
    beliefs: Mapping[str, float],
    steps: int,
) -> World:
    """Put groups into one territory and leave everything else out.

    Parameters
    ----------
    ids : sequence of str
        The groups.
    weight : numpy.ndarray, shape (group,)
        Relative strength at the start.
    feud, background : numpy.ndarray, shape (group, group)
        Conflict weights, as `contraflow.model.groups.rivalry_matrix` gives them.
    beliefs : mapping of str to float
        Fields of `contraflow.model.parameters.Groups`; rates per step. Those left out are zero.
    steps : int
        Number of steps.
    """
    structure = _structure(ids, weight, feud, background, steps)
    one = jnp.ones((1, 1))
    trade = Trade(
        theta=jnp.ones(1),
        pass_through=jnp.ones(1),
        log_share=jnp.zeros((len(structure.names["year"]), 1, 1)),
        log_share_base=0.0 * one,
        freight=one,
        toll=0.0 * one,
        risk=0.0 * one,
        hazard=0.0 * one,
        margin=jnp.zeros((2, 1)),
        farmgate=one,
    )
    production = _filled(Production, structure, production_error=1.0, production_use=1.0, harvest_price=0.1)
    demand = _filled(Demand, structure, light_to_heavy=1.0, heavy_to_none=1.0)
    enforcement = _filled(
        Enforcement,
        structure,
        effort_exponent=1.0,
        training_lag=1.0,
        concealment_half_life=1.0,
        strike_fear_half_life=1.0,
        takedown_half_life=1.0,
    )
    parameters = Parameters(
        trade=trade,
        production=production,
        demand=dataclasses.replace(demand, market_share=one),
        enforcement=enforcement,
        groups=_filled(Groups, structure, **beliefs),
    )
    return World(structure, parameters, neutral_drivers(structure))


def _filled(module: type[eqx.Module], structure: Structure, **values: float):
    """Make one draw of a module of beliefs: the given numbers, zero for all others that must be given."""
    every = dataclasses.fields(module)  # pyright: ignore[reportArgumentType]
    if unknown := set(values) - {field.name for field in every}:
        raise TypeError(f"{module.__name__} has no {', '.join(sorted(unknown))}")
    names = [field.name for field in every if field.default is dataclasses.MISSING]

    def array(name: str):
        dims = SPEC[name].dims if name in SPEC else ("market",)
        return jnp.full((*(len(structure.names[d]) for d in dims), 1), float(values.get(name, 0.0)))

    return module(**{name: array(name) for name in names})


def _structure(
    ids: Sequence[str], weight: np.ndarray, feud: np.ndarray, background: np.ndarray, steps: int
) -> Structure:
    network = build_network(["source", "market"], ["source", "market"], ["edge"], ["source"], ["market"])
    count, years = len(ids), -(-steps // 12)
    none, row, yes = np.array([-1]), np.array([0]), np.array([False])
    flat, zero = np.ones(steps), np.zeros(1)
    return Structure(
        network=network,
        labels=Labels(
            theatre=row,
            jurisdiction=row,
            corridor=row,
            network=none,
            territory=none,
            afloat=yes,
            entering_focus=yes,
            leaving_focus_source=yes,
            focus_edge=yes,
            focus_node=np.array([False, False]),
            stage=np.full(2, STAGES.index("margin-retail")),
        ),
        cells=Cells(
            group=np.arange(count),
            territory=np.zeros(count, dtype=int),
            weight=np.asarray(weight, dtype=float),
            feud=np.asarray(feud, dtype=float)[None],
            background=np.asarray(background, dtype=float)[None],
            child=np.zeros(0, dtype=int),
            parent=np.zeros(0, dtype=int),
        ),
        record=Record(
            published=np.ones((steps, 1)),
            known=flat,
            years_after=0.0 * flat,
            appetite=np.ones((steps, 1)),
            mining=flat,
            extortion=flat,
            season=flat,
            epoch=np.zeros(steps, dtype=int),
            year=np.arange(steps) // 12,
        ),
        names={
            "node": network.nodes,
            "edge": network.edges,
            "source": ("source",),
            "market": ("market",),
            "theatre": ("theatre",),
            "jurisdiction": ("jurisdiction",),
            "corridor": ("corridor",),
            "network": ("network",),
            "territory": ("territory",),
            "group": tuple(ids),
            "cell": tuple(ids),
            "stage": STAGES,
            "year": tuple(str(i) for i in range(years)),
            "month": tuple(str(i) for i in range(steps)),
        },
        base_production=np.ones(1),
        users=np.ones(1),
        purity=np.ones(1),
        cost=zero,
        background=zero,
        night=zero,
        mining=zero,
        extortion=zero,
        anchor=None,
    )
