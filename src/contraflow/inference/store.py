"""A posterior on disk in ArviZ's standard: one NetCDF file with a group for each kind of draws."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from contraflow.errors import ContraflowError
from contraflow.files import whole

if TYPE_CHECKING:
    from contraflow.inference.sampler import Draws

STANDARD = "standard normal"
"""Value of a variable's attribute ``prior`` where it is a standard normal before it meets the record."""
GROUPS = ("posterior", "sample_stats", "posterior_predictive", "log_likelihood", "observed_data", "prior")
_STATS = {"num_steps": "n_steps"}
_LIBRARIES = ("contraflow", "jax", "jaxlib", "numpyro", "numpy", "xarray")
_COMPRESSION = {"zlib": True, "complevel": 4, "shuffle": True}

Values = Mapping[str, np.ndarray]


def to_tree(
    draws: Draws,
    observed: Values | None = None,
    predictive: Values | None = None,
    prior: Values | None = None,
    log_likelihood: Values | None = None,
    attrs: Mapping[str, Any] | None = None,
    dims: Mapping[str, Sequence[str]] | None = None,
    coords: Mapping[str, Sequence[Any]] | None = None,
    standard: Sequence[str] = (),
) -> xr.DataTree:
    """Set draws and what belongs to them into one tree.

    Parameters
    ----------
    draws : Draws
        Shapes (chain, draw, ...).
    observed : mapping of str to numpy.ndarray
        What was fitted to, by series; NaN where there is nothing.
    predictive : mapping of str to numpy.ndarray
        What the model would have recorded, by series; shape (chain, draw, ...). Fewer draws than the
        posterior's are fine.
    prior : mapping of str to numpy.ndarray
        Draws from the prior under the names of the posterior's; shape (draw, ...).
    log_likelihood : mapping of str to numpy.ndarray
        Shape (chain, draw, ...).
    attrs : mapping
        Where it comes from, see `provenance`; plain values.
    dims : mapping of str to sequence of str
        Names of the dimensions of a variable after chain and draw, in every group it occurs in.
    coords : mapping of str to sequence
        Labels along dimensions.
    standard : sequence of str
        Variables of the posterior that are standard normals a priori.

    Raises
    ------
    ValueError
        If a variable does not have as many dimensions as names for them.
    """
    named, labels = dict(dims or {}), dict(coords or {})

    def group(values: Values, lead: tuple[str, ...]) -> xr.Dataset:
        variables = {}
        for name, value in values.items():
            array = np.asarray(value)
            more = tuple(named.get(name, [f"{name}_dim_{i}" for i in range(array.ndim - len(lead))]))
            if array.ndim != len(lead) + len(more):
                raise ValueError(f"{name}: {array.ndim} dimensions, and names for {(*lead, *more)}")
            variables[name] = ((*lead, *more), array)
        found = xr.Dataset(variables)
        for dim, size in found.sizes.items():
            if dim in ("chain", "draw"):
                found = found.assign_coords({dim: np.arange(size)})
            elif dim in labels:
                found = found.assign_coords({dim: list(labels[str(dim)])})
        return found

    both = ("chain", "draw")
    posterior = group(draws.values, both)
    for name in standard:
        posterior[name].attrs["prior"] = STANDARD
    groups = {
        "posterior": posterior,
        "sample_stats": group({_STATS.get(name, name): v for name, v in draws.stats.items()}, both),
    }
    if predictive:
        groups["posterior_predictive"] = group(predictive, both)
    if log_likelihood:
        groups["log_likelihood"] = group(log_likelihood, both)
    if observed:
        groups["observed_data"] = group(observed, ())
    if prior:
        groups["prior"] = group({name: np.asarray(v)[None] for name, v in prior.items()}, both)
    tree = xr.DataTree.from_dict({f"/{name}": data for name, data in groups.items()})
    tree.attrs["title"] = "contraflow posterior"
    tree.attrs["provenance"] = json.dumps(dict(attrs or {}), sort_keys=True, default=str)
    tree.attrs["sampler"] = json.dumps(draws.info, sort_keys=True, default=str)
    return tree


def provenance(inputs: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Where a posterior comes from, as plain values.

    Parameters
    ----------
    inputs : mapping
        What went in, by name: arrays, texts, numbers; only their hash is kept.
    **more
        Anything else, such as ``case`` and ``case_digest``.

    Returns
    -------
    dict
        With ``inputs`` (hash of everything that went in) and ``versions``.
    """
    digest = hashlib.sha256()
    for name in sorted(inputs):
        value = inputs[name]
        array = np.asarray(value) if not isinstance(value, str | bytes | Mapping) else None
        if array is not None and array.dtype != object:
            raw = f"{array.dtype}{array.shape}".encode() + np.ascontiguousarray(array).tobytes()
        else:
            raw = (
                value if isinstance(value, bytes) else json.dumps(value, sort_keys=True, default=str).encode()
            )
        digest.update(name.encode() + b"\0" + raw)
    versions = {name: metadata.version(name) for name in _LIBRARIES}
    return {"inputs": digest.hexdigest(), "versions": versions, **more}


def save(tree: xr.DataTree, path: str | Path) -> Path:
    """Write a tree to a NetCDF file, compressed and in single precision, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    path = Path(path)
    groups, encoding = {}, {}
    for name, node in tree.children.items():
        data = node.to_dataset()
        for key in list(data.data_vars):
            if data[key].dtype == np.float64:
                data[key] = data[key].astype(np.float32)
        groups[f"/{name}"] = data
        encoding[f"/{name}"] = {
            str(key): dict(_COMPRESSION) for key, value in data.data_vars.items() if value.ndim
        }
    packed = xr.DataTree.from_dict(groups)
    packed.attrs.update(tree.attrs)
    with whole(path) as temporary:
        packed.to_netcdf(temporary, engine="h5netcdf", encoding=encoding)
    return path


def load(path: str | Path) -> xr.DataTree:
    """Read a posterior, ours or any in ArviZ's standard, into memory.

    Raises
    ------
    ContraflowError
        If the file is missing, or has no group ``posterior`` with chains and draws.
    """
    path = Path(path)
    remedy = "give a file written by contraflow calibrate, or by ArviZ"
    try:
        with xr.open_datatree(path, engine="h5netcdf") as opened:
            tree = opened.load().copy(deep=True)
    except (OSError, ValueError, KeyError) as error:
        reason = "there is no such file" if not path.exists() else f"is not a NetCDF file ({error})"
        raise ContraflowError(str(path), reason, remedy) from error
    if "posterior" not in tree.children:
        raise ContraflowError(str(path), "has no group 'posterior'", remedy)
    if not {"chain", "draw"} <= set(tree["posterior"].to_dataset().sizes):
        raise ContraflowError(str(path), "its posterior has no dimensions chain and draw", remedy)
    return tree


def read_json(tree: xr.DataTree, name: str) -> dict[str, Any]:
    """Return an attribute that holds plain values; empty where there is none."""
    try:
        found = json.loads(tree.attrs.get(name, "{}"))
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
