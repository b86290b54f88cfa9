"""Published figures of a case, looked up as intervals: what several sources disagree on is a range."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from contraflow.analysis.claims.bounds import LOGIC, Figure
from contraflow.analysis.claims.interval import Interval
from contraflow.case.cells import split_keys
from contraflow.case.read import named_rows

if TYPE_CHECKING:
    from contraflow.case import Case

WORLD = "world"
NEAR = 3
"""Years around a claim within which a measured share is worth showing beside it."""
SEVERAL_YEARS = "filed under its last year"
"""Words of a note that mark a figure as a sum or mean over several years."""
SUMS_OF_COUNTRIES = "World (sum of reporting countries)"


class Evidence:
    """What a case's observations and records say, without any model.

    Parameters
    ----------
    case : Case
    """

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """Figures of one whole year that are trusted at least a little."""
        rows = self.case.observations
        several = rows["note"].str.contains(SEVERAL_YEARS, regex=False)
        return rows.loc[rows["month"].isna() & (rows["confidence"] != "low") & ~several]

    def country(self, code: str) -> str:
        """Name of a country as the observations write it."""
        if code == WORLD:
            return "World"
        table = self.case.jurisdictions
        found = table.loc[table["id"] == code, "name"].tolist()
        return str(found[0]) if found else code

    def figure(
        self, name: str, series: Sequence[str], places: Sequence[str], years: Iterable[int], unit: str
    ) -> Figure | None:
        """Range of the published figures of some series, places and years; None if there is none."""
        rows = self._rows
        wanted = (
            rows["series"].isin(list(series))
            & rows["place"].isin(list(places))
            & rows["year"].isin(list(years))
        )
        return _hull(name, rows[wanted], unit)

    def like(self, series: str, words: Sequence[str], years: Iterable[int], unit: str) -> list[Figure]:
        """Every figure of a series whose place holds one of some words, one by one."""
        rows = self._rows
        near = list(years)
        wide = range(min(near) - NEAR, max(near) + NEAR + 1)
        wanted = (rows["series"] == series) & rows["year"].isin(list(wide))
        wanted &= rows["place"].map(lambda place: any(word in str(place) for word in words))
        groups = rows[wanted].groupby(["place", "year"], sort=False)
        found = [_hull(f"{key[0]}, {key[1]}", group, unit) for key, group in groups]  # pyright: ignore
        return [figure for figure in found if figure is not None]

    def production(self, countries: Sequence[str], year: int) -> Figure | None:
        """Potential production, t pure a year: every published series, with the error stated for it."""
        if list(countries) == [WORLD]:
            name = "potential production of the world"
            table = self._potential(self.case.nodes_of("source"), year)
            return _joined(
                name, [self.figure(name, ["cocaine_potential_production"], ["World"], [year], "t"), table]
            )
        parts = []
        for code in countries:
            name = f"potential production of {self.country(code)}"
            nodes = self.case.nodes
            own = nodes.loc[(nodes["kind"] == "source") & (nodes["country"] == code), "id"].tolist()
            series = ["cocaine_potential_production"]
            parts.append(_joined(name, [self.figure(name, series, [self.country(code)], [year], "t"),
                                        self._potential(own, year)]))  # fmt: skip
        if any(part is None for part in parts) or not parts:
            return None
        return added(
            f"potential production of {self._listed(countries)}", [p for p in parts if p is not None]
        )

    def _potential(self, nodes: Sequence[str], year: int) -> Figure | None:
        table = self.case.production
        rows = table.loc[(table["chosen"] == 1) & (table["year"] == year) & table["node"].isin(list(nodes))]
        if set(rows["node"]) != set(nodes) or rows.empty:
            return None
        value = rows["value"].to_numpy(float)
        low, high = rows["low"].to_numpy(float), rows["high"].to_numpy(float)
        low, high = np.where(np.isnan(low), value, low), np.where(np.isnan(high), value, high)
        return Figure("", Interval(float(low.sum()), float(high.sum())), "t", _keys(rows["source"]))

    def seized(self, code: str, year: int) -> Figure | None:
        """Cocaine seized by a country, t gross; all drugs times cocaine's share where only that is known."""
        where = self.country(code)
        name = f"seized by {where}, gross"
        series = ["seizures_cocaine", "seizures"]
        places = [where, code, SUMS_OF_COUNTRIES] if code == WORLD else [where, code]
        cocaine = self.figure(name, series, places, [year], "t")
        if cocaine is not None:
            return cocaine
        drugs = self.figure(name, ["seizures_all_drugs", "drug_seizures_year"], [where], [year], "t")
        rows = self.case.observations
        share = _hull("", rows[(rows["series"] == "share_cocaine") & (rows["place"] == where)], "%")
        if drugs is None or share is None:
            return drugs and Figure(name, Interval(0.0, drugs.interval.high), "t", drugs.sources)
        part = (drugs.interval * share.interval).times(0.01)
        return Figure(f"{name} (all drugs times cocaine's share)", part, "t", drugs.sources + share.sources)

    def at_home(self, code: str) -> Figure | None:
        """Part of a country's seizures made inside it, from the years in which one source gives both parts."""
        where = self.country(code)
        rows = self._rows.loc[self._rows["place"] == where]
        totals, outside = (_largest(rows, name) for name in ("seizures_cocaine", "seizures_cocaine_abroad"))
        shared = [key for key in outside if totals.get(key, 0.0) > outside[key]]
        if not shared:
            return None
        parts = [1.0 - outside[key] / totals[key] for key in shared]
        keys = _keys(str(key[1]) for key in shared)
        return Figure(f"part of it seized inside {where}", Interval.around(parts), "", keys)

    @cached_property
    def purity(self) -> Figure:
        """Pure cocaine in a tonne of bulk seizures: from the lowest published purity of bulk to all of it."""
        rows = self._rows
        bulk = rows[
            (rows["series"] == "purity") & rows["place"].str.contains("wholesale|[Bb]ulk", regex=True)
        ]
        found = _hull("", bulk, "%")
        name = "pure cocaine in a tonne seized"
        if found is None:
            return Figure(name, Interval(0.0, 1.0), "", LOGIC)
        return Figure(name, Interval(found.interval.low / 100.0, 1.0), "", found.sources)

    def _listed(self, codes: Sequence[str]) -> str:
        return " and ".join(self.country(code) for code in codes)


def _hull(name: str, rows: pd.DataFrame, unit: str) -> Figure | None:
    numbers = rows[["value", "low", "high"]].to_numpy(float)
    known = numbers[~np.isnan(numbers)]
    if not known.size:
        return None
    return Figure(name, Interval(float(known.min()), float(known.max())), unit, _keys(rows["source"]))


def _joined(name: str, figures: Sequence[Figure | None]) -> Figure | None:
    found = [figure for figure in figures if figure is not None]
    if not found:
        return None
    interval = found[0].interval
    for other in found[1:]:
        interval = interval.hull(other.interval)
    return Figure(name, interval, found[0].unit, tuple(dict.fromkeys(k for f in found for k in f.sources)))


def added(name: str, figures: Sequence[Figure]) -> Figure:
    """Sum of figures."""
    total = figures[0].interval
    for other in figures[1:]:
        total = total + other.interval
    return Figure(name, total, figures[0].unit, tuple(dict.fromkeys(k for f in figures for k in f.sources)))


def _keys(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for cell in cells for key in split_keys(str(cell))))


def _largest(rows: pd.DataFrame, series: str) -> dict[tuple[int, str], float]:
    """Largest figure of a series by year and source."""
    found: dict[tuple[int, str], float] = {}
    for row in named_rows(rows.loc[(rows["series"] == series) & rows["value"].notna()]):
        key = (int(row.year), str(row.source))
        found[key] = max(found.get(key, 0.0), float(row.value))
    return found
