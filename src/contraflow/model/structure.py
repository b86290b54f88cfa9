"""What is fixed in a case: who is connected to whom, and what the record says month by month.

A `Structure` holds no belief and no action, only topology, tables in canonical order and the record of
the past. It is static for compilation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from contraflow.model.network import Network


@dataclass(frozen=True, eq=False)
class Labels:
    """Row of each edge in the tables it belongs to, −1 where it belongs to none.

    Attributes
    ----------
    theatre, jurisdiction, corridor, network, territory : numpy.ndarray of int, shape (edge,)
    afloat : numpy.ndarray of bool, shape (edge,)
        Edges that a boat strike can hit.
    entering_focus, leaving_focus_source : numpy.ndarray of bool, shape (edge,)
        Edges into the focus country, and edges out of the sources whose output is followed.
    focus_edge : numpy.ndarray of bool, shape (edge,)
        Edges that start in the focus country.
    focus_node : numpy.ndarray of bool, shape (node,)
    stage : numpy.ndarray of int, shape (node,)
        Row of each node's margin in `STAGES`.
    """

    theatre: np.ndarray
    jurisdiction: np.ndarray
    corridor: np.ndarray
    network: np.ndarray
    territory: np.ndarray
    afloat: np.ndarray
    entering_focus: np.ndarray
    leaving_focus_source: np.ndarray
    focus_edge: np.ndarray
    focus_node: np.ndarray
    stage: np.ndarray


STAGES = (
    "farmgate",
    "freight",
    "tolls",
    "risk",
    "losses",
    "margin-production",
    "margin-transit",
    "margin-import",
    "margin-retail",
)
"""Uses of what markets pay; they sum to it."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of the group model: one group in one territory.

    Attributes
    ----------
    group, territory : numpy.ndarray of int, shape (cell,)
    weight : numpy.ndarray, shape (cell,)
        Relative strength at the start of the record (zero: dormant).
    feud, background : numpy.ndarray, shape (epoch, cell, cell)
        Conflict weights of rivals and of everybody, between cells of one territory; an epoch ends when a
        relation changes.
    child, parent : numpy.ndarray of int, shape (split,)
        Cells that can break away and the cells they leave.
    """

    group: np.ndarray
    territory: np.ndarray
    weight: np.ndarray
    feud: np.ndarray
    background: np.ndarray
    child: np.ndarray
    parent: np.ndarray

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Rows and columns of cells that ever meet, None where so many do that a matrix is no larger."""
        row, column = np.nonzero(((self.feud != 0.0) | (self.background != 0.0)).any(axis=0))
        return (row, column) if row.size * FEW_PAIRS <= self.group.size**2 else None


FEW_PAIRS = 10
"""Cells meet in pairs, not in a matrix, where at most one entry in so many is not zero."""


class Record(NamedTuple):
    """The record and the calendar, one entry a month (T months).

    Attributes
    ----------
    published : numpy.ndarray, shape (T, source)
        Potential production, t pure a year.
    known : numpy.ndarray, shape (T,)
        One where production is on record.
    years_after : numpy.ndarray, shape (T,)
        Years since production was last on record.
    appetite : numpy.ndarray, shape (T, market)
        Demand at constant price relative to the base year.
    mining, extortion : numpy.ndarray, shape (T,)
        Index of the groups' other incomes, base year one.
    season : numpy.ndarray, shape (T,)
        Factor on killings, mean one over a year.
    epoch, year : numpy.ndarray of int, shape (T,)
        Row of the relations in force, and of the calendar year.
    """

    published: np.ndarray
    known: np.ndarray
    years_after: np.ndarray
    appetite: np.ndarray
    mining: np.ndarray
    extortion: np.ndarray
    season: np.ndarray
    epoch: np.ndarray
    year: np.ndarray


@dataclass(frozen=True, eq=False)
class Structure:
    """Everything about a case that is neither believed nor done.

    Attributes
    ----------
    network : Network
    labels : Labels
    cells : Cells
    record : Record
    names : dict of str to tuple of str
        Ids along each dimension: ``node``, ``edge``, ``market``, ``source``, ``theatre``,
        ``jurisdiction``, ``corridor``, ``network``, ``territory``, ``group``, ``stage``, ``year``,
        ``month``.
    base_production : numpy.ndarray, shape (source,)
        Published production in the base year, t a year.
    users : numpy.ndarray, shape (market,)
        Users, light and heavy, in the base year, persons.
    purity : numpy.ndarray, shape (jurisdiction,)
        Purity that turns pure tonnes into gross weight.
    cost : numpy.ndarray, shape (theatre,)
        USD a year of enforcement at base-year effort.
    background, night, mining, extortion : numpy.ndarray, shape (territory,)
        Killings per month not due to groups; share of killings at night; USD a month of group income.
    anchor : tuple of (slice, numpy.ndarray) or None
        Months over which killings are anchored, and the counted mean per month in each territory.
    """

    network: Network
    labels: Labels
    cells: Cells
    record: Record
    names: dict[str, tuple[str, ...]]
    base_production: np.ndarray
    users: np.ndarray
    purity: np.ndarray
    cost: np.ndarray
    background: np.ndarray
    night: np.ndarray
    mining: np.ndarray
    extortion: np.ndarray
    anchor: tuple[slice, np.ndarray] | None

    @property
    def months(self) -> int:
        """Number of months simulated."""
        return len(self.names["month"])

    @cached_property
    def source_row(self) -> np.ndarray:
        """Row in the source table of each edge's origin, −1 for the others."""
        row = {int(node): i for i, node in enumerate(self.network.sources)}
        return np.array([row.get(int(node), -1) for node in self.network.origin], dtype=int)
