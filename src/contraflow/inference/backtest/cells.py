"""One forecast on disk: samples with what they were made from, so that a killed run goes on where it was."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from contraflow.case import Case
from contraflow.files import whole
from contraflow.inference.backtest.series import Series

#: Tables that a fitted forecaster may read; what is recorded is cut at the origin before.
_TABLES = (
    "nodes", "edges", "theatres", "effort", "jurisdictions", "production", "demand", "users", "territories",
    "adjacency", "groups", "presence", "relations", "homicides", "season", "income", "parameters", "calibration",
    "observations",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """What one forecaster said after one origin.

    Attributes
    ----------
    samples
        Shape (sample, step, place).
    places
        Names of the places.
    seconds
        How long it took.
    """

    samples: np.ndarray
    places: tuple[str, ...]
    seconds: float


def fingerprint(settings: dict[str, Any], history: Series, case: Case | None = None) -> str:
    """Return a digest of everything a forecast follows from.

    Parameters
    ----------
    settings
        Name of the forecaster, steps, samples, seed and how it is fitted.
    history
        The record it is given.
    case
        The case at the origin, for a forecaster that reads it.
    """
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    digest.update(json.dumps([history.name, *history.places, *map(str, history.periods[[0, -1]])]).encode())
    digest.update(np.ascontiguousarray(history.values).tobytes())
    if case is not None:
        for name in _TABLES:
            digest.update(getattr(case, name).to_csv(index=False).encode())
        for path in sorted(case.scenarios.values()):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def read(path: Path, mark: str) -> Cell | None:
    """Return a forecast made before from the same things, or None."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["mark"]) != mark:
                return None
            places = tuple(str(place) for place in file["places"])
            return Cell(file["samples"].astype(float), places, float(file["seconds"]))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, EOFError):
        return None


def write(path: Path, cell: Cell, mark: str) -> None:
    """Keep a forecast: written beside its place and renamed, so that no half of one is ever found."""
    with whole(path, parents=True) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            mark=mark,
            places=np.array(cell.places),
            seconds=cell.seconds,
            samples=cell.samples.astype(np.float32),
        )


def path_of(folder: Path, series: str, forecaster: str, origin: pd.Period) -> Path:
    """Return where a forecast is kept in the folder of a backtest."""
    return folder / "forecasts" / series / f"{forecaster}-{origin}.npz"
