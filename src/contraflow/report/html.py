"""The one-file report: a template with the words in it, the page's script and style, and the payload."""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contraflow.files import write_text
from contraflow.report.forest import forest
from contraflow.report.labels import Labels
from contraflow.report.method import method
from contraflow.report.numbers import MISSING, amount, interval, signed, significant
from contraflow.report.payload import build_payload, dump
from contraflow.report.rows import Row, in_window, rows_of
from contraflow.report.words import headline_rows, split_caveats, summary, window_words

if TYPE_CHECKING:
    from contraflow.analysis import Comparison

HERE = Path(__file__).parent
_FIELD = re.compile(r"\{\{(\w+)\}\}")


def write_report(comparison: Comparison, path: str | os.PathLike[str]) -> Path:
    """Write a comparison as one HTML file that opens offline.

    Parameters
    ----------
    comparison
        What `contraflow.compare` returns.
    path
        The file; its folder is made where it is missing. It is written whole or not at all.

    Returns
    -------
    pathlib.Path
        The path written.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    return write_text(path, render_report(comparison))


def render_report(comparison: Comparison) -> str:
    """Return the report as text: equal comparisons give equal bytes."""
    payload = build_payload(comparison)
    meta = payload["meta"]
    labels = Labels(comparison.case)
    rows = rows_of(comparison, labels)
    about, rest = split_caveats(comparison.caveats)
    first = in_window(rows)
    fields = {
        "version": escape(meta["version"]),
        "page_title": escape(f"{meta['scenario']['title']} - contraflow report"),
        "case_title": escape(meta["caseTitle"]),
        "title": escape(meta["scenario"]["title"]),
        "standfirst": _standfirst(meta, first),
        "answer": _answer(comparison, _notice(about or comparison.caveats[:1])),
        "forest": forest(headline_rows(first), labels, window_words(first[0].window)) if first else "",
        "table": table(rows),
        "method": method(comparison, rest, payload),
        "footer": escape(f"Made with contraflow {meta['version']}. This file holds everything it shows: ")
        + "it asks no network for anything.",
        "css": _asset("report.css").replace("</style", "<\\/style"),
        "data": dump(payload),
        "js": _asset("report.js").replace("</script", "<\\/script").replace("<!--", "<\\!--"),
    }
    template = (HERE / "template.html").read_text(encoding="utf-8")
    return _FIELD.sub(lambda match: fields[match.group(1)], template)


def _asset(name: str) -> str:
    """Return a file of the built page."""
    return (HERE / "static" / name).read_text(encoding="utf-8")


def _standfirst(meta: dict[str, Any], rows: list[Row]) -> str:
    """Return the line under the title: what is compared, over which months, with how many draws."""
    scenario, baseline = meta["scenario"]["name"], meta["baseline"]["name"]
    months = f", {window_words(rows[0].window)}" if rows else ""
    return (
        f"Scenario <b>{escape(scenario)}</b> beside <b>{escape(baseline)}</b>{escape(months)}: "
        f"{meta['draws']:,} draws, each run under both with the same random numbers."
    )


def _answer(comparison: Comparison, notice: str) -> str:
    """Return the answer in words: a paragraph, the box on the draws, each finding with its interval."""
    answer = summary(comparison)
    parts = [f'<p class="opening">{escape(answer.opening)}</p>']
    for heading, findings in (("Clear", answer.clear), ("Not clear", answer.unclear)):
        if findings:
            items = "".join(f"<li>{escape(text)}</li>" for text in findings)
            parts.append(f"<div><h3>{heading}</h3><ul>{items}</ul></div>")
    lists = "".join(parts[1:])
    later = f'<p class="later">{escape(answer.later)}</p>' if answer.later else ""
    return parts[0] + later + notice + (f'<div class="findings">{lists}</div>' if lists else "")


def _notice(texts: list[str]) -> str:
    """Return the box that says where the draws come from."""
    if not texts:
        return ""
    body = "".join(f"<p>{escape(text)}</p>" for text in texts)
    return (
        f'<aside class="notice" aria-label="Where the draws come from"><h3>Read this first</h3>{body}</aside>'
    )


_HEAD = (
    ("Outcome", "text"),
    ("Place", "text"),
    ("Unit", "text"),
    ("Baseline", "number"),
    ("Scenario", "number"),
    ("Change", "number"),
    ("50 % interval", "number"),
    ("90 % interval", "number"),
    ("Change, %", "number"),
    ("90 % interval, %", "number"),
    ("P(fall)", "number"),
)


def table(rows: list[Row]) -> str:
    """Return the full table of differences; every numeric cell carries its value for sorting."""
    head = "".join(f'<th scope="col" data-type="{kind}">{name}</th>' for name, kind in _HEAD)
    lines = []
    for row in rows:
        unit = row.unit
        cells = (
            (row.baseline, amount(row.baseline, unit)),
            (row.scenario, amount(row.scenario, unit)),
            (row.diff_median, signed(row.diff_median, unit)),
            (row.diff_q25, interval(row.diff_q25, row.diff_q75, unit)),
            (row.diff_q05, interval(row.diff_q05, row.diff_q95, unit)),
            (row.pct_median, signed(row.pct_median)),
            (row.pct_q05, interval(row.pct_q05, row.pct_q95)),
            (row.p_decrease, _probability(row.p_decrease)),
        )
        values = "".join(f'<td data-v="{value:.6g}">{escape(text)}</td>' for value, text in cells)
        lines.append(
            f'<tr class="{row.verdict}">'
            f'<td>{escape(row.outcome_label)}</td><th scope="row">{escape(row.place_label)}</th>'
            f"<td>{escape(unit)}</td>{values}</tr>"
        )
    return (
        '<div class="scroll tall" tabindex="0" role="region" aria-label="All differences">'
        f'<table class="differences"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _probability(value: float) -> str:
    """Return a share of draws with two decimals, never a bare 0 or 1 for what only draws suggest."""
    if value != value:
        return MISSING
    if 0 < value < 0.01:
        return "<0.01"
    if 0.99 < value < 1:
        return ">0.99"
    return significant(value, 2) if 0 < value < 1 else f"{value:.0f}"
