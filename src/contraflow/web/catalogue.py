"""Everything about a case that the page needs before the first run."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

from contraflow.model.outcomes import ALL
from contraflow.model.structure import STAGES
from contraflow.report.labels import TABLES, Labels
from contraflow.report.outcomes import unit_of
from contraflow.report.places import places, records
from contraflow.scenario import KINDS
from contraflow.web.scenarios import own
from contraflow.web.summary import MILLION, SHOWN, places_of, unit_factor

if TYPE_CHECKING:
    from contraflow.case import Case
    from contraflow.scenario import Kind
    from contraflow.web.engine import Engine

EDGE_FIGURES = (
    "id",
    "share_start",
    "share_base",
    "freight",
    "toll",
    "risk",
    "loss",
    "justification",
    "source",
)
NODE_FIGURES = ("id", "price", "margin", "note", "source")
NOTED = ("theatres", "corridors", "networks", "groups", "territories", "jurisdictions")
"""Tables whose rows may carry a description and sources that a card shows."""
FITTED = {
    "seized_gross": ("seizures",),
    "delivered": ("seizures",),
    "corridor_flow": ("share", "transit"),
    "transit_share": ("share", "transit"),
    "price": ("price",),
    "members": ("members",),
}
"""Kinds of fitted figures that bear on an outcome directly."""


def case_info(engine: Engine) -> dict[str, Any]:
    """Return what `contraflow.web.schemas.CaseInfo` describes."""
    case = engine.case
    labels = Labels(case)
    return {
        "name": case.name,
        "title": case.title,
        "description": " ".join(case.description.split()),
        "version": str(case.meta.get("version", "")),
        "digest": case.digest,
        "licence": str(case.meta.get("licence", "")),
        "country": labels.country,
        "focus": labels.focus,
        "months": engine.months,
        "history_end": str(case.history_end),
        "windows": [[str(window.first), str(window.last)] for window in engine.windows],
        "baseline": case.default_baseline,
        "scenario": case.default_scenario,
        "source": engine.source,
        "seed": engine.seed,
        "software": metadata.version("contraflow"),
        "outcomes": [_outcome(engine, labels, outcome) for outcome in SHOWN],
        "kinds": [_kind(case, kind) for kind in KINDS.values()],
        "sliders": engine.sliders,
        "presets": [own(case, name) for name in sorted(case.scenarios)],
        "names": _names(engine, labels),
        "parameters": records(
            case.parameters, ("symbol", "name", "unit", "dist", "a", "b", "kind", "description", "source")
        ),
        "places": _places(case),
        "observed": observed_homicides(case),
    }


def _outcome(engine: Engine, labels: Labels, outcome: Any) -> dict[str, Any]:
    spec = ALL[outcome.variable]
    unit, _ = unit_of(spec.unit)
    money = unit_factor(outcome.variable) == MILLION
    ids = list(engine.model.structure.names[spec.dim]) if spec.dim else []
    total = not ids or bool(outcome.total and len(ids) > 1)
    return {
        "id": outcome.variable,
        "label": labels.outcome(outcome),
        "section": outcome.section,
        "unit": f"million {unit}" if money else unit,
        "dimension": spec.dim,
        "places": places_of(outcome.variable, ids, total),
        "description": spec.description,
        "sources": _evidence(engine, outcome.variable),
    }


def _evidence(engine: Engine, outcome: str) -> list[str]:
    """Return the sources of the figures of an outcome's kind that the posterior was fitted to."""
    if engine.source == "prior":
        return []
    case = engine.case
    table = case.calibration
    found = list(table["source"][table["quantity"].isin(FITTED.get(outcome, ()))])
    if outcome == "homicides":
        found += list(case.homicides["source"])
    if outcome == "produced":
        found += list(case.production["source"])
    keys = (key.strip() for cell in dict.fromkeys(found) for key in str(cell).split(";"))
    return sorted({key for key in keys if key in case.sources})


def _kind(case: Case, kind: Kind) -> dict[str, Any]:
    found = case.members(kind.dimension)
    if kind.name == "split":
        parent = dict(zip(case.groups["id"], case.groups["parent"], strict=True))
        found = [group for group in found if parent[group]]
    return {
        "name": kind.name,
        "key": kind.key,
        "dimension": kind.dimension,
        "unit": kind.unit,
        "low": kind.low,
        "high": kind.high,
        "neutral": kind.neutral,
        "pulse": kind.pulse,
        "description": kind.description,
        "places": found,
    }


def _names(engine: Engine, labels: Labels) -> dict[str, dict[str, str]]:
    found = {}
    for dimension in (*TABLES, "edge"):
        ids = engine.model.structure.names.get(dimension) or engine.case.members(dimension)
        found[dimension] = {name: labels.of(dimension, name) for name in ids}
    found["stage"] = {name: labels.of("stage", name) for name in STAGES}
    return found


def _places(case: Case) -> dict[str, Any]:
    """Return the map's places, and the figures and sources behind each for its card."""
    found = places(case)
    edges = case.edges.set_index("id")
    for edge in found["edges"]:
        for key in ("theatre", "jurisdiction", "corridor", "network"):
            edge[key] = str(edges.at[edge["id"], key])
    return found | {
        "edge_figures": records(case.edges, EDGE_FIGURES),
        "node_figures": records(case.nodes, NODE_FIGURES),
        "presence": records(case.presence, ("group", "territory", "weight", "note", "source")),
        "noted": {
            table: records(getattr(case, table), ("id", "name", "description", "note", "source"))
            for table in NOTED
        },
    }


def observed_homicides(case: Case) -> dict[str, list[list[float]]]:
    """Return recorded homicides as [month index, count] by territory; their sum, where all have one, under ""."""
    months = {str(month): index for index, month in enumerate(case.months)}
    table = case.homicides
    if table.empty:
        return {}
    stamp = table["year"].astype(int).astype(str) + "-" + table["month"].astype(int).astype(str).str.zfill(2)
    known = table.assign(at=stamp.map(months)).dropna(subset=["at"])
    wide = known.pivot_table(index="at", columns="territory", values="homicides", aggfunc="sum").sort_index()
    columns = {str(name): wide[name].dropna() for name in wide.columns} | {"": wide.dropna().sum(axis=1)}
    return {name: [[int(at), float(n)] for at, n in column.items()] for name, column in columns.items()}  # type: ignore[call-overload]


def sources(case: Case) -> list[dict[str, str]]:
    """Return the case's bibliography."""
    return [
        {
            "key": key,
            "title": entry.get("title") or key,
            "publisher": entry.get("publisher") or entry.get("howpublished") or entry.get("author") or "",
            "date": entry.get("date") or entry.get("year") or "",
            "url": entry.get("url", "") if entry.get("url", "").startswith(("https://", "http://")) else "",
            "note": entry.get("note") or entry.get("annotation") or "",
        }
        for key, entry in sorted(case.sources.items())
    ]
