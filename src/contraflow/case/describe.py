"""What a case holds, in a few small tables of words."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from contraflow.case.check.evidence import judgement_share, used_sources
from contraflow.case.model import Case
from contraflow.case.tables import KINDS, TABLES


@dataclass(frozen=True)
class Section:
    """A heading, a header and rows of words."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


def describe(case: Case) -> list[Section]:
    """Describe a case.

    Parameters
    ----------
    case
        The case.

    Returns
    -------
    list of Section
        Sizes, nodes, theatres, corridors, groups, parameters, scenarios and evidence.
    """
    return [
        _summary(case),
        _nodes(case),
        _theatres(case),
        _groups(case),
        _parameters(case),
        scenarios(case),
        _evidence(case),
    ]


def _summary(case: Case) -> Section:
    rows = [
        ("case", f"{case.name}: {case.title}"),
        ("folder", str(case.path)),
        ("digest", case.digest),
        ("months", f"{case.start} to {case.end}; common history to {case.history_end}"),
        ("base year", f"{case.base_year}; {case.meta['mass_unit']}, {case.meta['money_unit']}"),
        (
            "network",
            f"{len(case.nodes)} nodes, {len(case.edges)} edges, {len(case.corridors)} exit corridors",
        ),
        ("enforcement", f"{len(case.theatres)} theatres, {len(case.jurisdictions)} jurisdictions"),
        ("groups", f"{len(case.groups)} in {len(case.territories)} territories, {len(case.presence)} cells"),
    ]
    return Section("Case", ("", ""), rows)


def _nodes(case: Case) -> Section:
    rows = []
    for kind in KINDS:
        ids = case.nodes_of(kind)
        if ids:
            rows.append((kind, str(len(ids)), ", ".join(ids)))
    return Section("Nodes by kind", ("kind", "nodes", "ids"), rows)


def _theatres(case: Case) -> Section:
    edges = case.edges["theatre"].value_counts()
    rows = [
        (
            item.id,
            str(edges.get(item.id, 0)),
            "" if pd.isna(item.cost) else f"{item.cost / 1e6:,.3g} m",
            item.name,
        )
        for _, item in case.sheets["theatres"].rows()
    ]
    return Section("Theatres of enforcement", ("theatre", "edges", "USD a year", "name"), rows)


def _groups(case: Case) -> Section:
    cells = case.presence["group"].value_counts()
    rows = []
    for _, item in case.sheets["groups"].rows():
        sizes = [f"{size:,.0f}" for size in (item.size_low, item.size_high) if not pd.isna(size)]
        rows.append(
            (item.id, item.parent, str(cells.get(item.id, 0)), " to ".join(dict.fromkeys(sizes)), item.name)
        )
    return Section("Armed groups", ("group", "splits from", "territories", "members quoted", "name"), rows)


def prior_words(dist: str, a: float, b: float) -> str:
    """Return a prior as it is written in the field, for example ``lognormal(4, 0.35)``."""
    numbers = ", ".join(f"{number:g}" for number in (a, b) if not pd.isna(number))
    return f"{dist}({numbers})"


def _parameters(case: Case) -> Section:
    rows = []
    for item in case.parameters.to_dict("records"):
        prior = prior_words(item["dist"], item["a"], item["b"])
        unit = "" if item["unit"] == "1" else f" {item['unit']}"
        over = f", by {item['index'].replace(';', ' and ')}" if item["index"] else ""
        rows.append((item["symbol"], f"{prior}{unit}, {item['kind']}", f"{item['name']}{over}"))
    return Section("Parameters and their priors", ("symbol", "prior, unit and kind", "name"), rows)


def scenarios(case: Case) -> Section:
    """Describe the scenarios of a case; one that cannot be loaded says why."""
    from contraflow.errors import ScenarioError
    from contraflow.scenario.load import load_scenario

    rows = []
    for name in case.scenarios:
        try:
            scenario = load_scenario(case, name)
            rows.append((name, str(len(scenario.measures)), " > ".join(scenario.chain[:-1]), scenario.title))
        except ScenarioError as error:
            rows.append((name, "-", "", f"cannot be loaded: {error.place}: {error.value}"))
    return Section("Scenarios", ("scenario", "measures", "extends", "title"), rows)


def _evidence(case: Case) -> Section:
    named = len(used_sources(case) & set(case.sources))
    rows = [("sources.bib", f"{len(case.sources)} entries, {named} named in tables", "")]
    for name, table in TABLES.items():
        frame = getattr(case, name)
        if "source" in table.names and len(frame):
            alone, of = judgement_share(frame["source"])
            rows.append((name, f"{of} rows", f"{100 * alone / of:.0f} %"))
    return Section("Evidence", ("table", "size", "by judgement alone"), rows)
