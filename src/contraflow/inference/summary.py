"""What a calibration says about itself, short enough to ship: targets, coverage, what was learned, answers' reach."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
        "learned": [asdict(row) for row in found.by_parameter],
        "worst": [
            {"name": q.name, "rhat": q.rhat, "ess_bulk": q.ess_bulk, "ess_tail": q.ess_tail}
            for q in found.worst(WORST)
        ],
    }


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


def unsettled(part: Mapping[str, Any]) -> list[str]:
    """Return single numbers of a fit, as `read` gives it, that more trajectories would take elsewhere."""
    return list(part["sampler"].get("unsettled", []))
