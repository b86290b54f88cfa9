"""The model's tonnes by edge, read as shares of routes: numpy only, over draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

if TYPE_CHECKING:
    from contraflow.analysis.claims.period import Period
    from contraflow.case import Case


@dataclass(frozen=True, eq=False)
class Tonnes:
    """What moved over the edges of a case in a period.

    Parameters
    ----------
    case : Case
    data : xarray.Dataset
        With ``shipped`` and ``lost``, t a month over (draw, month, edge).
    period : Period
    """

    case: Case
    data: xr.Dataset
    period: Period

    def _sum(self, name: str) -> np.ndarray:
        cut = self.data[name].sel(month=self.period.span)
        return cut.sum("month", dtype=float).sel(edge=self.case.edges["id"].to_numpy()).to_numpy()

    @cached_property
    def shipped(self) -> np.ndarray:
        """Tonnes shipped, shape (draw, edge), edges in the rows of the case."""
        return self._sum("shipped")

    @cached_property
    def arrived(self) -> np.ndarray:
        """Tonnes that came through, shape (draw, edge)."""
        return np.maximum(self.shipped - self._sum("lost"), 0.0)

    @cached_property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Node rows of each edge's origin and destination."""
        row = {name: i for i, name in enumerate(self.case.nodes["id"])}
        edges = self.case.edges
        return np.array([row[n] for n in edges["origin"]]), np.array([row[n] for n in edges["destination"]])

    @cached_property
    def countries(self) -> tuple[np.ndarray, np.ndarray]:
        """Country of each edge's origin and destination."""
        country = self.case.nodes["country"].to_numpy(dtype=str)
        return country[self.ends[0]], country[self.ends[1]]

    @cached_property
    def order(self) -> list[int]:
        """Node rows from the sources to the markets."""
        origin, destination = self.ends
        waiting = np.bincount(destination, minlength=len(self.case.nodes))
        ready = list(np.flatnonzero(waiting == 0))
        done: list[int] = []
        while ready:
            node = int(ready.pop())
            done.append(node)
            for edge in np.flatnonzero(origin == node):
                waiting[destination[edge]] -= 1
                if waiting[destination[edge]] == 0:
                    ready.append(int(destination[edge]))
        return done

    def entering(self, country: str, origins: Sequence[str] = ()) -> np.ndarray:
        """Tonnes shipped into a country, of all or of what starts in some countries; shape (draw,)."""
        start, end = self.countries
        wanted = (end == country) & (start != country)
        if origins:
            wanted &= np.isin(start, list(origins))
        return self.shipped[:, wanted].sum(1)

    def output(self, countries: Sequence[str] | None) -> np.ndarray:
        """Tonnes shipped from the sources of some countries, or of all; shape (draw,)."""
        source = (self.case.nodes["kind"] == "source").to_numpy()[self.ends[0]]
        wanted = source if countries is None else source & np.isin(self.countries[0], list(countries))
        return self.shipped[:, wanted].sum(1)

    def passing(self, via: str) -> np.ndarray:
        """Edges that count as passing a country, a theatre or a corridor; shape (edge,)."""
        edges = self.case.edges
        for column in ("theatre", "corridor"):
            if via in set(edges[column]):
                return (edges[column] == via).to_numpy()
        return self.countries[0] == via

    def came_through(self, market: str, via: Sequence[str]) -> np.ndarray:
        """Share of what arrives at a market that passed an edge of `via` on the way; shape (draw,)."""
        through = np.zeros(len(self.case.edges), dtype=bool)
        for name in via:
            through |= self.passing(name)
        origin, destination = self.ends
        share = np.zeros((self.shipped.shape[0], len(self.case.nodes)))
        for node in self.order:
            into = np.flatnonzero(destination == node)
            if into.size:
                part = np.where(through[into], 1.0, share[:, origin[into]])
                total = self.arrived[:, into].sum(1)
                share[:, node] = (self.arrived[:, into] * part).sum(1) / np.where(total > 0, total, 1.0)
        return share[:, self.case.nodes["id"].tolist().index(market)]

    def leaving(self, country: str) -> np.ndarray:
        """Edges that leave a country; shape (edge,)."""
        start, end = self.countries
        return (start == country) & (end != country)

    def headed_for(self, market: str, country: str) -> np.ndarray:
        """Share of what leaves a country that is on its way to a market; shape (draw,).

        What is lost on the way counts to where the rest of the same edge goes.
        """
        origin, destination = self.ends
        headed = np.zeros((self.shipped.shape[0], len(self.case.nodes)))
        headed[:, self.case.nodes["id"].tolist().index(market)] = 1.0
        for node in reversed(self.order):
            out = np.flatnonzero(origin == node)
            if out.size:
                total = self.shipped[:, out].sum(1)
                part = self.shipped[:, out] * headed[:, destination[out]]
                headed[:, node] = part.sum(1) / np.where(total > 0, total, 1.0)
        out = self.leaving(country)
        total = self.shipped[:, out].sum(1)
        return (self.shipped[:, out] * headed[:, destination[out]]).sum(1) / np.where(total > 0, total, 1.0)

    def into_theatres(self, theatres: Sequence[str]) -> np.ndarray:
        """Tonnes that enter a set of theatres from outside it; shape (draw,)."""
        origin, destination = self.ends
        inside = self.case.edges["theatre"].isin(list(theatres)).to_numpy()
        total = np.zeros(self.shipped.shape[0])
        for node in np.unique(origin[inside]):
            into = destination == node
            came = self.arrived[:, into].sum(1)
            before = self.arrived[:, into & inside].sum(1)
            fresh = 1.0 - before / np.where(came > 0, came, 1.0)
            total += self.shipped[:, inside & (origin == node)].sum(1) * fresh
        return total
