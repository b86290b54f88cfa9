"""Prieto-Curiel, Campedelli & Hope (2023) as a configuration of the core: 150 groups in one territory.

    Ċ_i = C_i (ρ − η/T − θ Σ_j S_ij C_j − ω C_i),     S_ij = (R_ij + 1)/(a_i + 1)

is the group module with response to income zero and background conflict one. Halved recruitment and doubled
incapacitation are the core's own measures of those names, from the week on that ends the first decade.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.model.groups import conflict_rate, rivalry_matrix
from contraflow.model.simulate import simulate
from contraflow.model.step import Settings
from contraflow.replications._world import World, groups_only
from contraflow.replications.data import tables

NAME = "prieto-curiel-2023"
ADDRESS = (
    "https://raw.githubusercontent.com/rafaelprietocuriel/Recruitment/"
    "a1db30caae9b83eb70472aa4d0b37c94383a52d8"
)
FILES = {
    "BACRIM2020_Alliances.csv": "7ea9016be4a83a965513d415615e645c848d335b406990e105bd4b275e509f6e",
    "BACRIM2020_Nodes.csv": "563002ab1636ca2597bf5ed36c62c5b13eee23d14f27fcc7f64a4031acaf0e72",
    "BACRIM2020_Rivals.csv": "cf137c49e08ed20d1394c94bfdb0f81efced9a74888adc5ada4507738f3fe84b",
    "Trends2012_2021.csv": "721dc1823e2164c1252b72ebdb943d952a14c705ca1c99066be09e5407989dab",
}
"""SHA-256 of each table, as `contraflow.replications.data.digest` counts it."""

MEMBERS = 115_000.0
"""Members of all cartels in 2012."""
WEEKLY = {
    "recruitment": 2.527474e-3,
    "incapacitation": 110.0,
    "conflict": 1.549231e-8,
    "saturation": 4.0e-8,
}
"""ρ, η, θ and ω of the authors' code, per week."""
DECADE, AFTER, YEAR = 520, 312, 52
"""Weeks from 2012 to 2022, weeks followed after that, weeks in a year."""
CASUALTY_SHARE = 0.10
"""Share of homicides and missing persons that the authors attribute to cartels."""
STEPS = 4
"""Steps of the group module in a week."""
JALISCO, SINALOA = "N10025", "N10013"
"""Ids of the two largest cartels in the authors' table of nodes."""

POLICIES = {
    "status quo": (1.0, 1.0),
    "double incapacitation": (1.0, 2.0),
    "half recruitment": (0.5, 1.0),
    "both": (0.5, 2.0),
    "no recruitment": (0.0, 1.0),
}
"""Factors on recruitment and on incapacitation from 2022 on."""


class Cartels(NamedTuple):
    """The authors' tables.

    Attributes
    ----------
    ids : tuple of str
        Cartels by falling strength of rivalries and alliances together.
    rivals, allies, feud, background : numpy.ndarray, shape (cartel, cartel)
        Symmetrised weights, and what `contraflow.model.groups.rivalry_matrix` makes of them.
    casualties : float
        Homicides and missing persons of the decade.
    """

    ids: tuple[str, ...]
    rivals: np.ndarray
    allies: np.ndarray
    feud: np.ndarray
    background: np.ndarray
    casualties: float


class History(NamedTuple):
    """One policy, week by week from 2012 (row 0).

    Attributes
    ----------
    members : numpy.ndarray, shape (week + 1, cartel)
    dying : numpy.ndarray, shape (week + 1,)
        Deaths per week at the moment between two weeks, θ C'SC.
    deaths : numpy.ndarray, shape (week,)
        Deaths in each week.
    """

    members: np.ndarray
    dying: np.ndarray
    deaths: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """Members of all cartels, shape (week + 1,)."""
        return self.members.sum(axis=1)


@cache
def cartels() -> Cartels:
    """Read the authors' tables.

    Raises
    ------
    DataMissingError
        If they cannot be had.
    """
    folder = tables(NAME, FILES, ADDRESS)
    nodes = [row["Node"] for row in _rows(folder / "BACRIM2020_Nodes.csv")]
    place = {node: i for i, node in enumerate(nodes)}

    def weights(file: str) -> np.ndarray:
        matrix = np.zeros((len(nodes), len(nodes)))
        for row in _rows(folder / file):
            matrix[place[row["Node"]], place[row["RNode"]]] += float(row["weight"])
        return np.maximum(matrix, matrix.T)

    rivals, allies = weights("BACRIM2020_Rivals.csv"), weights("BACRIM2020_Alliances.csv")
    order = np.argsort(-(rivals + allies).sum(axis=1), kind="stable")
    rivals, allies = rivals[np.ix_(order, order)], allies[np.ix_(order, order)]
    feud, background = rivalry_matrix(rivals, allies)
    casualties = sum(
        float(row["homicide"]) + float(row["missings"]) for row in _rows(folder / "Trends2012_2021.csv")
    )
    return Cartels(tuple(nodes[i] for i in order), rivals, allies, feud, background, casualties)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def world() -> World:
    """The core with the cartels in it: sizes fall as one over the rank."""
    data = cartels()
    beliefs = WEEKLY | {"members_start": MEMBERS, "background_conflict": 1.0, "contest": 1.0}
    weight = 1.0 / np.arange(1, len(data.ids) + 1)
    return groups_only(data.ids, weight, data.feud, data.background, beliefs, DECADE + AFTER)


@cache
def _simulator(steps: int, explicit: bool) -> Callable:
    """Compile the core once for all policies."""
    place = world()
    settings = Settings(group_steps=steps, explicit_groups=explicit)
    run = partial(simulate, place.structure, record=("members", "deaths"), settings=settings)
    return jax.jit(lambda drivers: run(place.parameters, drivers))


@cache
def history(policy: str, steps: int = STEPS, explicit: bool = False) -> History:
    """Simulate one of `POLICIES`.

    Parameters
    ----------
    policy : str
    steps : int
        Steps of the group module in a week.
    explicit : bool
        Plain Euler instead of the positivity-preserving step.
    """
    place, data = world(), cartels()
    recruitment, incapacitation = POLICIES[policy]
    late = (np.arange(DECADE + AFTER) >= DECADE)[:, None]
    drivers = dataclasses.replace(
        place.drivers,
        recruitment=np.where(late, recruitment, place.drivers.recruitment),
        incapacitation=np.where(late, incapacitation, place.drivers.incapacitation),
    )
    out = _simulator(steps, explicit)(drivers)
    start = MEMBERS * place.structure.cells.weight / place.structure.cells.weight.sum()
    members = np.concatenate([start[None], np.asarray(out["members"])[..., 0]])
    rate = conflict_rate(
        jnp.asarray(members.T),
        jnp.asarray(data.feud),
        jnp.asarray(data.background),
        jnp.ones(1),
        jnp.full((1, 1), WEEKLY["conflict"]),
    )
    dying = np.asarray(rate * members.T).sum(axis=0)
    return History(members, dying, np.asarray(out["deaths"])[:, 0, 0])
