"""The posterior that ships with a case: a small file of draws, and the tables it was fitted to.

`posterior.nc` holds draws of the fitted parameters, packed to 16 bits; `posterior.sha256` its hash. A posterior
belongs to the tables it was fitted to: where they have changed, it is not used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5netcdf
import numpy as np
import xarray as xr

from contraflow.errors import ContraflowError
from contraflow.files import whole, write_text
from contraflow.inference.priors import sample
from contraflow.model.symbols import SPEC

if TYPE_CHECKING:
    from contraflow.case import Case

FILE, HASH = "posterior.nc", "posterior.sha256"
TIMES = ("year", "month")
TABLES = (
    "nodes", "edges", "theatres", "effort", "jurisdictions", "corridors", "networks", "production", "demand", "users",
    "territories", "groups", "presence", "relations", "homicides", "season", "income", "parameters", "calibration",
)  # fmt: skip
"""Tables a fit depends on."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of the fitted parameters.

    Attributes
    ----------
    values : dict of str to numpy.ndarray
        Shape (dimensions of the symbol..., draw); years and months are those that were fitted.
    members : dict of str to tuple of str
        Ids along each dimension, as fitted.
    about : dict
        How it was made: command, versions, seeds, diagnostics.
    digest : str
        SHA-256 of the file.
    """

    values: dict[str, np.ndarray]
    members: dict[str, tuple[str, ...]]
    about: dict[str, Any]
    digest: str

    @property
    def draws(self) -> int:
        """Number of draws kept."""
        return next(iter(self.values.values())).shape[-1]


def fitted_to(case: Case) -> str:
    """SHA-256 of what a fit depends on: the tables in `TABLES` and the baseline scenario with all it extends."""
    from contraflow.scenario import load_scenario

    digest = hashlib.sha256()
    for name in TABLES:
        path = case.path / f"{name}.csv"
        digest.update(name.encode() + b"\0" + (path.read_bytes() if path.exists() else b""))
    chain = load_scenario(case, case.default_baseline).chain
    for name in chain:
        digest.update(case.scenarios[name].read_bytes())
    head = (case.start, case.end, case.history_end, case.base_year)
    digest.update(repr([str(x) for x in head]).encode())
    return digest.hexdigest()


def save_posterior(
    folder: Path,
    values: Mapping[str, np.ndarray],
    members: Mapping[str, Sequence[str]],
    about: Mapping[str, Any],
) -> Path:
    """Write a posterior and its hash, whole or not at all.

    Parameters
    ----------
    values : mapping of str to numpy.ndarray
        Shape (dimensions of the symbol..., draw).
    members : mapping of str to sequence of str
        Ids along each dimension, as fitted.
    """
    data = {name: ((*SPEC[name].dims, "draw"), np.asarray(v, dtype=float)) for name, v in values.items()}
    used = {dim for name in values for dim in SPEC[name].dims}
    dataset = xr.Dataset(data, coords={dim: list(members[dim]) for dim in sorted(used)})
    dataset.attrs["about"] = json.dumps(dict(about), sort_keys=True)
    encoding = {}
    for name, (_, value) in data.items():
        low, high = float(value.min()), float(value.max())
        step = max(high - low, 1e-12) / 65000.0
        encoding[name] = {
            "dtype": "int16", "scale_factor": step, "add_offset": 0.5 * (low + high), "zlib": True, "complevel": 6,
            "shuffle": True, "_FillValue": -32768,
        }  # fmt: skip
    with whole(folder / FILE) as temporary:
        dataset.to_netcdf(temporary, engine="h5netcdf", encoding=encoding)
        digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
    write_text(folder / HASH, f"{digest}  {FILE}\n")
    return folder / FILE


@lru_cache(maxsize=4)
def _read(path: Path, stamp: int) -> Posterior:
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    written = path.with_name(HASH)
    if written.exists() and written.read_text(encoding="utf-8").split()[:1] != [digest]:
        raise ContraflowError(
            str(path), f"the file's SHA-256 {digest[:12]}… is not the one in {HASH}",
            "restore both files, or run `contraflow calibrate`",
        )  # fmt: skip
    # not through xarray, which takes three times as long for as many small arrays
    values, members = {}, {}
    with h5netcdf.File(path, "r") as file:
        for name, variable in file.variables.items():
            raw = np.asarray(variable[...])
            if name in file.dimensions:
                members[name] = tuple(x.decode() if isinstance(x, bytes) else str(x) for x in raw.tolist())
            else:
                values[name] = (
                    raw.astype(float) * variable.attrs["scale_factor"] + variable.attrs["add_offset"]
                )
        about = json.loads(str(file.attrs["about"]))
    return Posterior(values, members, about, digest)


def load_posterior(case: Case) -> Posterior | None:
    """Posterior of a case, or None where it has none or its tables have changed since.

    Raises
    ------
    ContraflowError
        If the file is not the one that was hashed.
    """
    path = case.path / FILE
    if not path.exists():
        return None
    posterior = _read(path, path.stat().st_mtime_ns)
    return posterior if posterior.about.get("fitted_to") == fitted_to(case) else None


def draw_beliefs(
    case: Case,
    members: Mapping[str, Sequence[str]],
    draws: range,
    seed: int = 0,
    posterior: Posterior | None = None,
    symbols: Sequence[str] = tuple(SPEC),
) -> dict[str, np.ndarray]:
    """Draw every parameter: from the posterior what it holds, from the priors the rest and what lies ahead.

    Parameters
    ----------
    members : mapping of str to sequence of str
        Ids along each dimension.
    draws : range
        Which draws; draw 17 is the same whatever the others are.
    seed : int
        Order in which draws of the posterior are used, and seed of everything else.
    posterior : Posterior, optional
    symbols : sequence of str

    Returns
    -------
    dict of str to numpy.ndarray
        Shape (dimensions of the symbol..., draw).
    """
    if posterior is None:
        return sample(case.parameters, members, draws, seed, symbols)
    order = np.random.default_rng(seed).permutation(posterior.draws)
    rows = order[np.array(draws) % posterior.draws]
    values = sample(case.parameters, members, draws, seed, [s for s in symbols if s not in posterior.values])
    for symbol in symbols:
        if symbol in posterior.values:
            values[symbol] = _complete(case, members, draws, seed, posterior, symbol, rows)
    return {symbol: values[symbol] for symbol in symbols}


def _complete(
    case: Case,
    members: Mapping[str, Sequence[str]],
    draws: range,
    seed: int,
    posterior: Posterior,
    symbol: str,
    rows: np.ndarray,
) -> np.ndarray:
    """Fitted values in the model's order, with years and months that were not fitted from the prior."""
    value, dims = posterior.values[symbol][..., rows], SPEC[symbol].dims
    for axis, dim in enumerate(dims):
        if dim in TIMES:
            continue
        position = {name: i for i, name in enumerate(posterior.members[dim])}
        value = np.take(value, [position[name] for name in members[dim]], axis=axis)
    if not dims or dims[-1] not in TIMES:
        return value
    when = dims[-1]
    fitted = [t for t in members[when] if t in set(posterior.members[when])]
    ahead = [t for t in members[when] if t not in set(posterior.members[when])]
    position = {name: i for i, name in enumerate(posterior.members[when])}
    value = np.take(value, [position[t] for t in fitted], axis=-2)
    if not ahead:
        return value
    rest = sample(case.parameters, {**members, when: ahead}, draws, seed, (symbol,))[symbol]
    place = {t: i for i, t in enumerate([*fitted, *ahead])}
    return np.take(np.concatenate([value, rest], axis=-2), [place[t] for t in members[when]], axis=-2)
