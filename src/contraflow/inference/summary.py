"""What a calibration says about itself, short enough to ship: targets, coverage, what was learned, answers' reach."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from contraflow.files import write_text

if TYPE_CHECKING:
    import xarray as xr

    from contraflow.inference.diagnose import Diagnosis

FILE = "diagnosis.json"
WORST = 8
"""Quantities that converged least."""


def summarise(trees: Mapping[str, xr.DataTree]) -> dict[str, Any]:
    """Diagnoses of several posteriors as plain values.

    Parameters
    ----------
    trees : mapping of str to xarray.DataTree
        Posteriors in ArviZ's standard, by name.
    """
    # every run reads a summary, and only a calibration makes one
    from contraflow.inference.diagnose import diagnose

    return {name: _short(diagnose(tree)) for name, tree in trees.items()}


def _short(found: Diagnosis) -> dict[str, Any]:
    whole = found.as_dict()
    return {
        "verdicts": whole["verdicts"],
        "sampler": whole["sampler"],
        "coverage": whole["coverage"],
        "learned": _by_variable(found),
        "worst": [
            {"name": q.name, "rhat": q.rhat, "ess_bulk": q.ess_bulk, "ess_tail": q.ess_tail}
            for q in found.worst(WORST)
        ],
    }


def _by_variable(found: Diagnosis) -> list[dict[str, Any]]:
    """One row a parameter: how many numbers it has, how far the record narrowed and moved them, and how many not."""
    rows = []
    for variable in dict.fromkeys(item.variable for item in found.learned):
        items = [item for item in found.learned if item.variable == variable]
        values = np.array([item.contraction for item in items])
        rows.append(
            {
                "variable": variable,
                "elements": len(values),
                "median": float(np.median(values)),
                "largest": float(values.max()),
                "shift": max((item.shift for item in items), key=abs),
                "not_identified": sum(not item.identified for item in items),
                "silent": sum(item.silent for item in items),
            }
        )
    return sorted(rows, key=lambda row: -row["median"])


def write(folder: Path, found: dict[str, Any]) -> Path:
    """Write the summary into a folder, whole or not at all."""
    return write_text(folder / FILE, json.dumps(found, indent=1, sort_keys=True) + "\n")


def read(folder: Path) -> dict[str, Any] | None:
    """Read the summary of a folder; None where there is none."""
    path = folder / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def silent(part: Mapping[str, Any]) -> list[str]:
    """Return the parameters of a fit, as `read` gives it, of which the record narrowed and moved no number."""
    return [row["variable"] for row in part["learned"] if row["silent"] == row["elements"]]


def moved(part: Mapping[str, Any]) -> dict[str, float]:
    """Return the parameters that the record moved without narrowing any number, and how far, the furthest first."""
    rows = [row for row in part["learned"] if row["silent"] < row["not_identified"] == row["elements"]]
    return {row["variable"]: row["shift"] for row in sorted(rows, key=lambda row: -abs(row["shift"]))}
