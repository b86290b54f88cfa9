"""Pages of the Ecuador case, written from its tables: nothing is copied by hand."""

from __future__ import annotations

from contraflow.case import Case
from contraflow.scenario import load_scenario
from markdown import anchor, code, sources, table, text


def nodes(case: Case) -> str:
    """Nodes by kind."""
    parts = []
    for kind, rows in case.nodes.groupby("kind", sort=False):
        parts.append(f"### {str(kind).capitalize()} ({len(rows)})\n")
        cells = [
            [
                code(r.id),
                text(r.name),
                text(r.country),
                text(r.territory),
                text(r.price if kind == "source" else r.margin),
                text(r.note),
                sources(r.source, case.sources),
            ]
            for r in rows.itertuples(index=False)
        ]
        money = "farmgate, USD/kg" if kind == "source" else "margin"
        parts.append(table(["id", "name", "country", "province", money, "note", "source"], cells))
    return "\n".join(parts)


def edges(case: Case) -> str:
    """Every edge, gathered under the node it supplies."""
    names = dict(zip(case.nodes["id"], case.nodes["name"], strict=True))
    parts = []
    for destination, rows in case.edges.groupby("destination", sort=False):
        parts.append(f"## Into {text(names[str(destination)])}\n")
        cells = [
            [
                text(names[r.origin]),
                text(r.mode),
                text(r.theatre) + (f"; {text(r.territory)}" if r.territory else ""),
                f"{100 * r.share_start:.3g} → {100 * r.share_base:.3g} %",
                f"{100 * r.loss:.3g} %",
                f"{r.freight:,.0f} / {r.toll:,.0f} / {r.risk:,.0f}",
                text(r.justification)
                + (f" *Exit corridor {text(r.corridor)}.*" if r.corridor else "")
                + (f" *Run in good part by {text(r.network)}.*" if r.network else ""),
                sources(r.source, case.sources),
            ]
            for r in rows.itertuples(index=False)
        ]
        header = [
            "from",
            "mode",
            "theatre; province",
            f"share of supply, {case.start.year} → {case.base_year}",
            "lost",
            "freight / toll / risk, USD/kg",
            "why it is there",
            "source",
        ]
        parts.append(table(header, cells))
    return "\n".join(parts)


def parameters(case: Case) -> str:
    """Every belief with its prior."""
    numbers = {
        "fixed": "{a:g}",
        "normal": "normal, mean {a:g}, sd {b:g}",
        "lognormal": "lognormal, median {a:g}, sd of log {b:g}",
        "uniform": "uniform, {a:g} to {b:g}",
        "beta": "beta({a:g}, {b:g})",
        "halfnormal": "half-normal, sd {b:g}",
    }
    cells = []
    for r in case.parameters.itertuples(index=False):
        b = r.a if r.dist == "halfnormal" and r.b != r.b else r.b
        cells.append(
            [
                code(r.symbol),
                text(r.name) + (f", one per {text(r.index)}" if r.index else ""),
                text(r.unit),
                text(numbers[r.dist].format(a=r.a, b=b)),
                text(r.kind),
                text(r.description),
                sources(r.source, case.sources),
            ]
        )
    return table(["symbol", "name", "unit", "prior", "kind", "why", "source"], cells)


def theatres(case: Case) -> str:
    """Theatres of enforcement, with the path of effort."""
    effort = case.effort.pivot(index="theatre", columns="year", values="index")
    cells = []
    for r in case.theatres.itertuples(index=False):
        path = effort.loc[r.id].dropna() if r.id in effort.index else []
        words = ", ".join(f"{year}: {value:g}" for year, value in getattr(path, "items", list)())
        cells.append(
            [
                code(r.id),
                text(r.name),
                text(r.description),
                words,
                text(r.cost),
                sources(r.source, case.sources),
            ]
        )
    return table(["id", "name", "what it covers", "effort, base year 1", "USD a year", "source"], cells)


def corridors(case: Case) -> str:
    """Exit corridors."""
    rows = case.corridors.itertuples(index=False)
    cells = [[code(r.id), text(r.name), text(r.region), text(r.note)] for r in rows]
    return table(["id", "name", "region", "note"], cells)


def groups(case: Case) -> str:
    """Armed groups and the provinces of their cells."""
    where = case.presence.groupby("group")["territory"].apply(lambda ids: ", ".join(sorted(ids)))
    cells = []
    for r in case.groups.itertuples(index=False):
        size = f"{text(r.size_low)} to {text(r.size_high)}" if r.size_high == r.size_high else ""
        cells.append(
            [
                code(r.id),
                text(r.name),
                code(r.parent),
                size,
                text(where.get(r.id, "")),
                text(r.note),
                sources(r.source, case.sources),
            ]
        )
    return table(["id", "name", "can split from", "size quoted", "provinces", "note", "source"], cells)


def territories(case: Case) -> str:
    """Provinces."""
    cells = [
        [
            text(r.name),
            f"{r.population:,.0f}",
            text(r.background),
            text(r.mining),
            text(r.extortion),
            text(r.night_share),
            text(r.note),
            sources(r.source, case.sources),
        ]
        for r in case.territories.itertuples(index=False)
    ]
    header = ["province", "people", "background killings per 100,000", "mining, USD/month",
              "extortion, USD/month", "share at night", "note", "source"]  # fmt: skip
    return table(header, cells)


def scenarios(case: Case) -> str:
    """Every scenario with its own measures (those it extends are under their own heading)."""
    parts = []
    for name in case.scenarios:
        scenario = load_scenario(case, name)
        parts += [f"### {text(name)}\n", f"**{text(scenario.title)}** {text(scenario.description)}\n"]
        if len(scenario.chain) > 1:
            parts.append(f"Extends {code(scenario.chain[-2])}.\n")
        own = [m for m in scenario.measures if m.scenario == name]
        if not own:
            parts.append("No measure of its own.\n")
            continue
        cells = [
            [
                text(m.kind),
                text(_places(m.places, case.members(m.spec.key))),
                text(m.start),
                "" if m.spec.pulse else text(m.end),
                f"{m.value:g}",
                text(m.note),
                sources(m.source, case.sources),
            ]
            for m in own
        ]
        parts.append(table(["measure", "where", "from", "to", "value", "note", "source"], cells))
    return "\n".join(parts)


def _places(places: tuple[str, ...], every: list[str]) -> str:
    return f"all {len(every)}" if len(places) == len(every) > 1 else ", ".join(places)


def bibliography(case: Case) -> str:
    """Every source key of the case."""
    parts = []
    for key, entry in sorted(case.sources.items()):
        maker = entry.get("publisher") or entry.get("howpublished") or entry.get("author", "")
        when = entry.get("date") or entry.get("year", "")
        line = ". ".join(text(part) for part in (entry.get("title", ""), maker, when) if part)
        url = entry.get("url", "")
        link = f" [link](<{url}>)" if url.startswith("http") else ""
        note = f" {text(entry['note'])}" if entry.get("note") else ""
        parts.append(f"({anchor(key)})=\n**{text(key)}**: {line}.{link}{note}\n")
    return "\n".join(parts)


PAGES = {
    "nodes": nodes,
    "edges": edges,
    "parameters": parameters,
    "theatres": theatres,
    "corridors": corridors,
    "groups": groups,
    "territories": territories,
    "scenarios": scenarios,
    "bibliography": bibliography,
}
