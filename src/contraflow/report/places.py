"""The places of a case as the map needs them: base map, nodes, edges, territories."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from contraflow.case import Case

EDGE_COLUMNS = ("id", "origin", "destination", "mode", "jurisdiction", "theatre", "territory", "corridor")
BASEMAP = "basemap.json"
LAND_PLACES, TERRITORY_PLACES = 2, 3
"""Decimal places of a degree kept for coasts (about 1 km) and for territories (about 100 m)."""


def _clean(value: object) -> Any:
    """Return a cell for JSON: missing as an empty string, whole floats as int."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return ""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return round(float(value), 4)
    return str(value)


def records(table: pd.DataFrame, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the named columns of a table (those it has) as JSON-ready rows."""
    present = [column for column in columns if column in table.columns]
    return [
        {column: _clean(value) for column, value in zip(present, row, strict=True)}
        for row in table[present].astype(object).itertuples(index=False)
    ]


def _rings(rings: list, places: int) -> list[list[float]]:
    """Flatten rings to [lon, lat, lon, lat, ...], rounded, without points that rounding made equal."""
    flat = []
    for ring in rings:
        points: list[tuple[float, float]] = []
        for lon, lat in ring:
            point = (round(float(lon), places), round(float(lat), places))
            if not points or point != points[-1]:
                points.append(point)
        if len(points) > 2:
            flat.append([number for point in points for number in point])
    return flat


def basemap(case: Case) -> dict[str, Any]:
    """Return coast and territories of the case's base map, as flat rings; empty where the case has none."""
    path = Path(case.path) / BASEMAP
    if not path.is_file():
        return {"land": [], "territories": {}, "borders": []}
    source = json.loads(path.read_text(encoding="utf-8"))
    territories = source.get("territories", {})
    return {
        "land": _rings(source.get("land", []), LAND_PLACES),
        "borders": _rings(source.get("borders", []), LAND_PLACES),
        "territories": {key: _rings(rings, TERRITORY_PLACES) for key, rings in sorted(territories.items())},
    }


def places(case: Case) -> dict[str, Any]:
    """Return the base map, nodes, edges and territories of a case for the map."""
    jurisdictions, theatres, corridors = (
        dict(table[["id", "name"]].astype(str).itertuples(index=False, name=None))
        for table in (case.jurisdictions, case.theatres, case.corridors)
    )
    edges = records(case.edges, EDGE_COLUMNS)
    for edge in edges:
        edge["jurisdiction"] = jurisdictions.get(edge["jurisdiction"], edge["jurisdiction"])
        edge["theatre"] = theatres.get(edge["theatre"], edge["theatre"])
        edge["corridor"] = corridors.get(edge.get("corridor", ""), edge.get("corridor", ""))
    return {
        "basemap": basemap(case),
        "nodes": records(case.nodes, ("id", "name", "kind", "country", "territory", "lat", "lon")),
        "edges": edges,
        "territories": records(case.territories, ("id", "name", "population", "lat", "lon")),
    }
