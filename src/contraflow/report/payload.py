"""A comparison as compact JSON: quantiles instead of draws, names instead of ids, short numbers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from contraflow.report.displacement import displacement
from contraflow.report.flows import edge_years, homicide_years, money
from contraflow.report.labels import Labels
from contraflow.report.numbers import plain
from contraflow.report.places import places
from contraflow.report.quantiles import LEVELS
from contraflow.report.rows import NUMBERS, Row, rows_of
from contraflow.report.series import campaign_start, outcome_series
from contraflow.scenario import load_scenario

if TYPE_CHECKING:
    from contraflow.analysis import Comparison

SCHEMA = 1
"""Version of the payload; the page refuses another one."""


def months_of(comparison: Comparison) -> list[str]:
    """Return the months of the results as "YYYY-MM"."""
    dataset = comparison.scenario.dataset
    return [str(month) for month in dataset["month"].values] if "month" in dataset.coords else []


def scenario_words(comparison: Comparison, which: str) -> dict[str, str]:
    """Return name, title and description of "scenario" or "baseline".

    The words come from the result's provenance (`scenario_title`, `scenario_description`), else from the
    case's scenario file of that name, else from the name alone.
    """
    result = getattr(comparison, which)
    about = result.provenance
    title, description = about.get("scenario_title", ""), about.get("scenario_description", "")
    if not title and result.name in comparison.case.scenarios:
        found = load_scenario(comparison.case, result.name)
        title, description = found.title, found.description
    return {
        "name": str(result.name),
        "title": str(title or result.name),
        "description": " ".join(str(description).split()),
    }


def _row(row: Row) -> dict[str, Any]:
    """Return a row of the table of differences for JSON."""
    packed = asdict(row)
    numbers = plain(np.array([packed[name] for name in NUMBERS]))
    return packed | dict(zip(NUMBERS, numbers, strict=True)) | {"verdict": row.verdict}


def build_payload(comparison: Comparison) -> dict[str, Any]:
    """Return everything the page draws, as JSON-ready values.

    Parameters
    ----------
    comparison
        Scenario and baseline with the same draws in the same order. Outcomes that were not recorded are left
        out, and so are their charts.

    Returns
    -------
    dict
        See `web/src/payload.ts` for its shape. Equal comparisons give equal payloads: no time of day, no
        name of a machine.
    """
    case = comparison.case
    labels = Labels(case)
    months = months_of(comparison)
    start = campaign_start(comparison)
    history_end = pd.Period(str(case.history_end), "M")
    return {
        "schema": SCHEMA,
        "levels": list(LEVELS),
        "meta": {
            "case": str(case.name),
            "caseTitle": str(case.title),
            "country": labels.country,
            "focus": labels.focus,
            "scenario": scenario_words(comparison, "scenario"),
            "baseline": scenario_words(comparison, "baseline"),
            "draws": int(comparison.scenario.dataset.sizes.get("draw", 0)),
            "historyEnd": str(history_end),
            "start": None if start is None else months[start],
            "version": str(comparison.scenario.provenance.get("versions", {}).get("contraflow", "unknown")),
        },
        "months": months,
        "places": places(case),
        "outcomes": outcome_series(comparison, labels, months) if months else [],
        "edgeYears": edge_years(comparison),
        "homicideYears": homicide_years(comparison, months) if months else {},
        "money": money(comparison, labels, months) if months else {},
        "displacement": displacement(comparison, labels),
        "table": [_row(row) for row in rows_of(comparison, labels)],
    }


def dump(payload: dict[str, Any]) -> str:
    """Return the payload as JSON that may stand inside a script element: no "<", no bare line separators."""
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
