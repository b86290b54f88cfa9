"""From a case's labelled tables to the model's arrays: the one place where the two meet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from contraflow.ensemble.assemble import Tables
from contraflow.model.drivers import Drivers
from contraflow.model.groups import rivalry_matrix
from contraflow.model.network import Network, build_network
from contraflow.model.structure import STAGES, Cells, Labels, Record, Structure

if TYPE_CHECKING:
    from contraflow.case import Case

AFLOAT = ("boat", "semi-submersible")
"""Modes that a boat strike can hit."""
ANCHOR_MONTHS = 12
"""Length of the window, at the end of the common history, over which killings are anchored."""


@dataclass(frozen=True, eq=False)
class Model:
    """A case ready to simulate.

    Attributes
    ----------
    structure : Structure
    tables : Tables
    members : dict of str to tuple of str
        Ids along each dimension a parameter runs over.
    driver_rows : dict of str to numpy.ndarray
        For drivers over sources and markets: positions in the case's rows of the canonical ones.
    """

    structure: Structure
    tables: Tables
    members: dict[str, tuple[str, ...]]
    driver_rows: dict[str, np.ndarray]

    def arrange(self, drivers: Drivers) -> Drivers:
        """Bring compiled drivers, which follow the case's rows, into the model's order."""
        source, market = self.driver_rows["source"], self.driver_rows["market"]
        return replace(drivers, eradication=drivers.eradication[:, source], demand=drivers.demand[:, market])


def build(case: Case, anchored: bool = True) -> Model:
    """Build the model of a case.

    Parameters
    ----------
    case : Case
        A checked case.
    anchored : bool
        Anchor killings to the last year of the common history, where the case counts them.

    Returns
    -------
    Model
    """
    nodes, edges = case.nodes, case.edges
    network = build_network(
        nodes["id"].tolist(),
        nodes["kind"].tolist(),
        edges["id"].tolist(),
        edges["origin"].tolist(),
        edges["destination"].tolist(),
    )
    nodes = nodes.set_index("id").loc[list(network.nodes)]
    edges = edges.set_index("id").loc[list(network.edges)]
    sources = [network.nodes[i] for i in network.sources]
    markets = [network.nodes[i] for i in network.markets]
    months = case.months
    years = tuple(sorted({m.year for m in months}))
    names = {
        "node": network.nodes,
        "edge": network.edges,
        "source": tuple(sources),
        "market": tuple(markets),
        **{
            dim: tuple(case.members(dim))
            for dim in ("theatre", "jurisdiction", "corridor", "network", "territory", "group")
        },
        "stage": STAGES,
        "year": tuple(str(y) for y in years),
        "month": tuple(str(m) for m in months),
    }
    cells, epoch = _cells(case, names)
    names["cell"] = tuple(
        f"{names['group'][g]}@{names['territory'][t]}"
        for g, t in zip(cells.group, cells.territory, strict=True)
    )
    users = case.users.set_index("market").loc[markets]
    territories = case.territories
    published, known, after = _production(case, sources)
    base = published[months.get_loc(pd.Period(f"{case.base_year}-07", "M"))]
    structure = Structure(
        network=network,
        labels=_labels(case, network, nodes, edges, names),
        cells=cells,
        record=Record(
            published=published,
            known=known,
            years_after=after,
            appetite=np.stack([_path(case.demand[case.demand["market"] == m], months) for m in markets], 1),
            mining=_income(case, "mining"),
            extortion=_income(case, "extortion"),
            season=case.season.set_index("month")["factor"].loc[[m.month for m in months]].to_numpy(float),
            epoch=epoch,
            year=np.array([years.index(m.year) for m in months]),
        ),
        names=names,
        base_production=base,
        users=(users["light"] + users["heavy"]).to_numpy(float),
        purity=case.jurisdictions["purity"].to_numpy(float),
        cost=case.theatres["cost"].fillna(0.0).to_numpy(float),
        background=(territories["background"] * territories["population"] / 1e5 / 12.0).to_numpy(float),
        night=territories["night_share"].to_numpy(float),
        mining=territories["mining"].fillna(0.0).to_numpy(float),
        extortion=territories["extortion"].fillna(0.0).to_numpy(float),
        anchor=_anchor(case, names) if anchored else None,
    )
    theatre = structure.labels.theatre
    tables = Tables(
        log_share_start=np.log(edges["share_start"].to_numpy(float)),
        log_share_base=np.log(edges["share_base"].to_numpy(float)),
        freight=edges["freight"].to_numpy(float),
        toll=edges["toll"].fillna(0.0).to_numpy(float),
        risk=edges["risk"].to_numpy(float),
        hazard=-np.log1p(-edges["loss"].to_numpy(float)),
        theatre=theatre,
        jurisdiction=structure.labels.jurisdiction,
        margin=nodes["margin"].fillna(0.0).to_numpy(float),
        farmgate=nodes.loc[sources, "price"].to_numpy(float),
        log_market_share=np.log(users["share"].to_numpy(float)),
        years=np.array(years),
        base_year=case.base_year,
        walk_from=case.base_year,
    )
    rows = {
        dim: np.array([case.members(dim).index(name) for name in names[dim]]) for dim in ("source", "market")
    }
    return Model(structure, tables, names, rows)


def _rows(values: pd.Series, ids: tuple[str, ...]) -> np.ndarray:
    position = {name: i for i, name in enumerate(ids)}
    return np.array([position.get(v, -1) for v in values], dtype=int)


def _labels(case: Case, network: Network, nodes: pd.DataFrame, edges: pd.DataFrame, names: dict) -> Labels:
    focus = case.meta.get("focus_country", "")
    followed = set(case.meta.get("focus_sources", []))
    country = nodes["country"].to_numpy()
    start, end = country[network.origin], country[network.destination]
    at_source = np.isin(network.origin, network.sources)
    producers = set(nodes.loc[nodes["kind"] == "source", "country"])
    stage = {"market": "margin-retail", "entry": "margin-import"}
    stages = [
        stage.get(kind, "margin-production" if place in producers else "margin-transit")
        for kind, place in zip(nodes["kind"], country, strict=True)
    ]
    return Labels(
        theatre=_rows(edges["theatre"], names["theatre"]),
        jurisdiction=_rows(edges["jurisdiction"], names["jurisdiction"]),
        corridor=_rows(edges["corridor"], names["corridor"]),
        network=_rows(edges["network"], names["network"]),
        territory=_rows(edges["territory"], names["territory"]),
        afloat=edges["mode"].isin(AFLOAT).to_numpy(),
        entering_focus=(end == focus) & (start != focus),
        leaving_focus_source=at_source & np.isin(start, list(followed)),
        focus_edge=start == focus,
        focus_node=country == focus,
        stage=np.array([STAGES.index(s) for s in stages]),
    )


def _path(rows: pd.DataFrame, months: pd.PeriodIndex, column: str = "index") -> np.ndarray:
    """Yearly index to months: linear between mid-years, constant beyond the first and the last."""
    rows = rows.sort_values("year")
    when = np.array([m.year + (m.month - 0.5) / 12.0 for m in months])
    return np.interp(when, rows["year"].to_numpy(float) + 0.5, rows[column].to_numpy(float))


def _production(case: Case, sources: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    months = case.months
    table = case.production[case.production["chosen"] == 1]
    paths = [_path(table[table["node"] == s], months, "value") for s in sources]
    last = int(table["year"].max())
    known = np.array([float(m.year <= last) for m in months])
    after = np.array([max(0.0, m.year + (m.month - 0.5) / 12.0 - (last + 1.0)) for m in months])
    return np.stack(paths, 1), known, after


def _income(case: Case, column: str) -> np.ndarray:
    return _path(case.income, case.months, column)


def _cells(case: Case, names: dict) -> tuple[Cells, np.ndarray]:
    presence = case.presence
    group = _rows(presence["group"], names["group"])
    territory = _rows(presence["territory"], names["territory"])
    parent_of = dict(zip(case.groups["id"], case.groups["parent"], strict=True))
    at = {(g, t): i for i, (g, t) in enumerate(zip(presence["group"], presence["territory"], strict=True))}
    pairs = [(i, at[(parent_of[g], t)]) for (g, t), i in at.items() if (parent_of[g], t) in at]
    feud, background, epoch = _rivalry(case, names["group"], group, territory)
    return (
        Cells(
            group=group,
            territory=territory,
            weight=presence["weight"].to_numpy(float),
            feud=feud,
            background=background,
            child=np.array([c for c, _ in pairs], dtype=int),
            parent=np.array([p for _, p in pairs], dtype=int),
        ),
        epoch,
    )


def _number(month: str) -> int:
    """Months since year 0, to compare months written YYYY-MM."""
    return 12 * int(month[:4]) + int(month[5:7]) - 1


def _rivalry(
    case: Case, groups: tuple[str, ...], group: np.ndarray, territory: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Conflict weights for every stretch of months in which relations do not change."""
    relations = case.relations
    months = [_number(str(m)) for m in case.months]
    first = [_number(s) if s else months[0] for s in relations["start"]]
    last = [_number(e) if e else months[-1] for e in relations["end"]]
    starts = {months[0], *first, *(e + 1 for e in last)}
    cuts = sorted(m for m in starts if months[0] <= m <= months[-1])
    position = {name: i for i, name in enumerate(groups)}
    same = (territory[:, None] == territory[None, :]).astype(float)
    feuds, backgrounds = [], []
    for cut in cuts:
        tie = {kind: np.zeros((len(groups), len(groups))) for kind in ("rival", "ally")}
        for (_, row), a, b in zip(relations.iterrows(), first, last, strict=True):
            if row["relation"] in tie and a <= cut <= b:
                tie[row["relation"]][position[row["a"]], position[row["b"]]] = 1.0
        feud, background = rivalry_matrix(tie["rival"], tie["ally"])
        feuds.append(feud[group][:, group] * same)
        backgrounds.append(background[group][:, group] * same)
    epoch = np.searchsorted(cuts, months, "right") - 1
    return np.stack(feuds), np.stack(backgrounds), epoch


def _anchor(case: Case, names: dict) -> tuple[slice, np.ndarray] | None:
    if case.homicides.empty:
        return None
    months = case.months
    stop = int(months.get_indexer([case.history_end])[0]) + 1
    window = months[max(stop - ANCHOR_MONTHS, 0) : stop]
    table = case.homicides
    number = 12 * table["year"].to_numpy(int) + table["month"].to_numpy(int) - 1
    inside = np.isin(number, [_number(str(m)) for m in window])
    counted = np.zeros(len(names["territory"]))
    np.add.at(
        counted,
        _rows(table["territory"], names["territory"])[inside],
        table["homicides"].to_numpy(float)[inside],
    )
    mean = counted / len(window)
    return slice(stop - len(window), stop), mean
