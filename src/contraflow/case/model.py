"""`Case`: everything believed and recorded about one supply chain, as immutable tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from contraflow.case.read import Sheet


@dataclass(frozen=True, eq=False)
class Case:
    """One case: network, groups, beliefs, observations, events, sources and scenarios.

    Attributes
    ----------
    name, title, description
        Id and words.
    start, end, history_end
        First and last month simulated, and the last month of the history that all scenarios share.
    base_year
        Year of base prices, shares and losses.
    path, digest
        Folder, and the SHA-256 of its files.
    nodes, edges, ...
        The tables; their columns and units are described in `contraflow.case.tables`. Row order is the order
        of the model's axes. Empty text is ``""``, an empty number NaN.
    sources
        Entries of ``sources.bib`` by key.
    scenarios
        Scenario files by name.
    meta
        ``case.toml`` as written.
    sheets
        The tables with the file and line of every row, for messages.
    """

    name: str
    title: str
    description: str
    start: pd.Period
    end: pd.Period
    history_end: pd.Period
    base_year: int
    path: Path
    digest: str
    nodes: pd.DataFrame
    edges: pd.DataFrame
    theatres: pd.DataFrame
    effort: pd.DataFrame
    jurisdictions: pd.DataFrame
    corridors: pd.DataFrame
    networks: pd.DataFrame
    production: pd.DataFrame
    demand: pd.DataFrame
    users: pd.DataFrame
    territories: pd.DataFrame
    adjacency: pd.DataFrame
    groups: pd.DataFrame
    presence: pd.DataFrame
    relations: pd.DataFrame
    homicides: pd.DataFrame
    season: pd.DataFrame
    income: pd.DataFrame
    parameters: pd.DataFrame
    calibration: pd.DataFrame
    events: pd.DataFrame
    observations: pd.DataFrame
    claims: pd.DataFrame
    sources: dict[str, dict[str, str]]
    scenarios: dict[str, Path]
    meta: dict
    sheets: MappingProxyType[str, Sheet] = field(repr=False)

    @property
    def months(self) -> pd.PeriodIndex:
        """All months simulated, first to last."""
        return pd.period_range(self.start, self.end, freq="M")

    @property
    def history_years(self) -> range:
        """Years from the first to the base year."""
        return range(self.start.year, self.base_year + 1)

    @property
    def default_scenario(self) -> str:
        """Scenario that is simulated unless another is named."""
        return self.meta.get("scenario", "campaign-2026")

    @property
    def default_baseline(self) -> str:
        """Scenario that it is compared with unless another is named."""
        return self.meta.get("baseline", "no-campaign")

    def nodes_of(self, kind: str) -> list[str]:
        """Return the ids of the nodes of one kind, in row order."""
        ids, kinds = self.nodes["id"].to_numpy(), self.nodes["kind"].to_numpy()
        return ids[kinds == kind].tolist()

    def members(self, dimension: str) -> list[str]:
        """Return the ids along one of the model's dimensions, in the order of its axis.

        Parameters
        ----------
        dimension
            ``source``, ``market``, ``theatre``, ``network``, ``group``, ``territory``, ``node``, ``edge``,
            ``jurisdiction`` or ``corridor``.
        """
        if dimension in ("source", "market"):
            return self.nodes_of(dimension)
        tables = {"territory": "territories"}
        return getattr(self, tables.get(dimension, f"{dimension}s"))["id"].tolist()

    def __repr__(self) -> str:
        """Return one line of words."""
        size = f"{len(self.nodes)} nodes, {len(self.edges)} edges"
        return f"Case({self.name!r}, {size}, {self.start} to {self.end}, {self.digest[:8]})"
