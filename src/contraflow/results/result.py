"""`Result`: the outcomes of one scenario, labelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from contraflow.model.outcomes import ALL


@dataclass(frozen=True, eq=False)
class Result:
    """Outcomes of one scenario over all draws.

    Attributes
    ----------
    name : str
        Scenario.
    dataset : xarray.Dataset
        One variable an outcome, dimensions (draw, month or year, dimension of the outcome); ``units`` and
        ``long_name`` on each.
    provenance : dict
        What it was computed from, see `contraflow.results.provenance`.
    """

    name: str
    dataset: xr.Dataset
    provenance: dict[str, Any]


def label(arrays: Mapping[str, np.ndarray], names: Mapping[str, tuple[str, ...]]) -> xr.Dataset:
    """Give the model's arrays their names.

    Parameters
    ----------
    arrays : mapping of str to numpy.ndarray
        Shapes (draw, time, dimension) or (draw, time).
    names : mapping of str to tuple of str
        Ids along each dimension.

    Returns
    -------
    xarray.Dataset
    """
    variables = {}
    used: set[str] = set()
    for name, values in arrays.items():
        outcome = ALL[name]
        dims = ["draw", outcome.every, *([outcome.dim] if outcome.dim else [])]
        used.update(dims[1:])
        variables[name] = (dims, values, {"units": outcome.unit, "long_name": outcome.description})
    draws = next(iter(arrays.values())).shape[0]
    coords: dict[str, Any] = {"draw": np.arange(draws)}
    for dim in names:
        if dim in used:
            ids = names[dim]
            coords[dim] = np.array([int(i) for i in ids]) if dim == "year" else np.array(ids, dtype=str)
    return xr.Dataset(variables, coords=coords)
