"""Fit killings by province and month: `fit` gives draws of the mechanism's parameters and of the deviations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.case import Case
from contraflow.ensemble.run import ONE_THREAD_A_CHUNK
from contraflow.errors import ContraflowError
from contraflow.inference.killings import field, inputs
from contraflow.inference.killings.density import MECHANISM, MEMORY, Data, joint, level_and_evidence
from contraflow.inference.killings.laplace import Fast, laplace
from contraflow.inference.killings.panel import Panel
from contraflow.inference.killings.scalars import Prior, gathered, priors
from contraflow.inference.sampler import Draws, Progress, Sampling, sample
from contraflow.model.structure import Structure
from contraflow.scenario import Scenario

Method = Literal["nuts", "pathfinder", "svi", "laplace"]
PADDED = 48
"""The fast fit's panels are padded to a multiple of this many months: one compiled program serves many dates."""
STARTS = 64
"""Draws of the fast fit that the sampler's chains start from."""
CHUNK = 256
"""Draws whose mechanism is computed together."""


@dataclass(frozen=True, eq=False)
class KillingsFit:
    """Draws of a fit to killings.

    Attributes
    ----------
    samples : dict of str to numpy.ndarray
        By symbol, draw first: scalars of shape (draw,), ``recruitment_walk`` (draw, year) with every year of the
        case, ``national_deviation`` (draw, month) and
        ``territory_deviation`` (draw, month, territory), the deviations N and D themselves.
    panel : Panel
    mechanism : bool
    inputs : contraflow.inference.killings.inputs.Inputs
    stats : dict of str to numpy.ndarray
        Of the sampler, shape (chain, draw); empty for the fast fit.
    info : dict
        Method, settings and seconds, as plain values.
    chains : int
        Chains whose draws stand one after the other.
    """

    samples: dict[str, np.ndarray]
    panel: Panel
    mechanism: bool
    inputs: inputs.Inputs
    stats: dict[str, np.ndarray]
    info: dict[str, Any]
    chains: int = 1

    @property
    def anchor(self) -> tuple[slice, np.ndarray]:
        """Months and counted mean of the anchor, as `contraflow.model.structure.Structure` takes them."""
        data = inputs.observe(self.inputs, self.panel)
        window = np.asarray(data.window)
        return slice(int(window[0]), int(window[-1]) + 1), np.asarray(data.level)[:, 0]

    def by_chain(self, symbol: str) -> np.ndarray:
        """Draws of a symbol with the chain first, for diagnostics."""
        values = self.samples[symbol]
        return values.reshape(self.chains, -1, *values.shape[1:])

    def expected(self) -> np.ndarray:
        """Expected killings of the fitted months, once all are counted: shape (draw, month, territory)."""
        path = self.samples["national_deviation"][:, :, None] + self.samples["territory_deviation"]
        return np.exp(mechanism_of(self, len(self.panel.months)) + path)

    def shocks(self) -> dict[str, np.ndarray]:
        """Deviations as standard normal innovations, by symbol and draw first.

        Returns
        -------
        dict of str to numpy.ndarray
            ``national_shock`` (draw, month) and ``territory_shock`` (draw, territory, month), as
            `contraflow.model.killings.deviation` takes them: deviations are zero before the first month.
        """
        made = {}
        for name, axes in (("national", (0, 1)), ("territory", (0, 2, 1))):
            path = self.samples[f"{name}_deviation"]
            before = np.concatenate([np.zeros_like(path[:, :1]), path[:, :-1]], axis=1)
            wide = (slice(None), *(None,) * (path.ndim - 1))
            step = path - self.samples[f"{name}_persistence"][wide] * before
            made[f"{name}_shock"] = (step / self.samples[f"{name}_scale"][wide]).transpose(axes)
        return made


def fit(
    case: Case,
    panel: Panel,
    scenario: Scenario | str | None = None,
    mechanism: bool = True,
    how: Sampling | None = None,
    method: Method | None = None,
    tolls: np.ndarray | None = None,
    folder: Path | None = None,
    resume: bool = False,
    progress: Callable[[Progress], None] | None = None,
    threads: int | None = None,
) -> KillingsFit:
    """Fit killings by territory and month.

    Parameters
    ----------
    case : Case
    panel : Panel
        From `contraflow.inference.killings.panel`.
    scenario : Scenario or str, optional
        Record of measures; what starts after the panel is dropped. The case's default by default.
    mechanism : bool
        False leaves level, season and deviations only.
    how : Sampling, optional
    method : str, optional
        That of `how` by default; ``laplace`` is the fast fit, of ``how.chains`` times ``how.draws`` draws.
    tolls : numpy.ndarray, shape (month, territory), optional
        Tolls on the trade, USD a month, from the case's first month; the mean over the trade's prior by default.
    folder, resume, progress, threads
        See `contraflow.inference.sampler.sample`.

    Returns
    -------
    KillingsFit
    """
    how = how or Sampling()
    method = method or how.method
    given = inputs.gather(case, panel, scenario, tolls, mechanism)
    structure = given.structure if mechanism else None
    symbols = (*(MECHANISM if mechanism else ()), *MEMORY, "dispersion")
    scalars = priors(case.parameters, symbols, given.structure.names["year"])
    total = -(-len(panel.months) // PADDED) * PADDED
    padded = inputs.observe(given, panel, total)
    wanted = how.chains * how.draws
    parts = how.chains if method == "laplace" else 1
    fast, _ = laplace(
        structure, scalars, padded, wanted if method == "laplace" else STARTS, how.seed, chains=parts
    )
    if method == "laplace":
        info = {"method": method, "draws": wanted, "seed": how.seed, "evaluations": fast.evaluations}
        info |= {"efficiency": round(fast.efficiency, 3), "effective": round(fast.effective)}
        return KillingsFit(_fast_samples(fast, len(panel.months)), panel, mechanism, given, {}, info, parts)
    if method not in ("nuts", "pathfinder", "svi"):
        raise ContraflowError("method", f"'{method}' is not one", "choose nuts, pathfinder, svi or laplace")
    data = _around(structure, given, panel, fast)
    draws = sample(
        numpyro_model(structure, scalars, data),
        replace(how, method=method),
        folder,
        resume,
        progress,
        threads,
        keep=(*(s.symbol for s in scalars if s.dist != "fixed"), "national_deviation", "territory_deviation"),
        fingerprint=_fingerprint(case, panel, mechanism, given),
        start=_start(scalars, fast, data),
    )
    samples = {name: draws.flat(name).astype(float) for name in draws.values}
    count = len(samples["dispersion"])
    samples |= {s.symbol: np.full(count, s.a) for s in scalars if s.dist == "fixed"}
    samples = _by_symbol(scalars, samples)
    info = {"method": method, **draws.info}
    chains = next(iter(draws.values.values())).shape[0]
    return KillingsFit(samples, panel, mechanism, given, draws.stats, info, chains)


def numpyro_model(structure: Structure | None, scalars: tuple[Prior, ...], data: Data) -> Callable[[], None]:
    """Return the NumPyro model of a panel; sites are called like the symbols."""
    import numpyro
    from numpyro import distributions as dist

    months, territories = data.counts.shape

    def model() -> None:
        values = {
            s.symbol: jnp.asarray(s.a) if s.dist == "fixed" else numpyro.sample(s.symbol, s.distribution())
            for s in scalars
        }
        national = numpyro.sample("national_z", dist.Normal(0.0, 1.0).expand((months,)).to_event(1))
        territory = numpyro.sample(
            "territory_z", dist.Normal(0.0, 1.0).expand((months, territories)).to_event(2)
        )
        log_density, path, own = joint(structure, gathered(values), national, territory, data)
        # the coordinates' own density is in the joint one: what their sites add is taken back
        added = -0.5 * (jnp.sum(national**2) + jnp.sum(territory**2))
        numpyro.factor("killings", log_density - added)
        numpyro.deterministic("national_deviation", path)
        numpyro.deterministic("territory_deviation", own)

    return model


@lru_cache(maxsize=8)
def _mechanism(structure: Structure | None):
    return jax.jit(
        lambda values, data: level_and_evidence(structure, values, data)[0],
        compiler_options=ONE_THREAD_A_CHUNK,
    )


def mechanism_of(fit: KillingsFit, months: int, given: inputs.Inputs | None = None) -> np.ndarray:
    """Log of killings without deviations, shape (draw, month, territory) or (1, month, territory)."""
    data = inputs.observe(given or fit.inputs, fit.panel, months)
    if not fit.mechanism:
        return np.moveaxis(np.asarray(level_and_evidence(None, {}, data)[0]), -1, 0)
    run = _mechanism(fit.inputs.structure)
    count = len(fit.samples["dispersion"])
    parts = []
    for first in range(0, count, CHUNK):
        # the last chunk is padded: one compiled program for all
        chosen = np.minimum(np.arange(first, first + CHUNK), count - 1)
        values = {name: jnp.asarray(fit.samples[name][chosen].T) for name in MECHANISM}
        parts.append(np.asarray(run(values, data))[..., : count - first])
    return np.moveaxis(np.concatenate(parts, axis=-1), -1, 0)


def _fast_samples(fast: Fast, months: int) -> dict[str, np.ndarray]:
    deviations = {"national_deviation": fast.paths[:, :months], "territory_deviation": fast.own[:, :months]}
    return {**fast.values, **deviations}


def _by_symbol(scalars: tuple[Prior, ...], samples: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Samples by symbol, from samples by number: years on the last axis."""
    numbers = {s.symbol: samples[s.symbol] for s in scalars}
    rest = {name: value for name, value in samples.items() if name not in numbers}
    return {name: np.asarray(value).T for name, value in gathered(numbers).items()} | rest


def _around(structure: Structure | None, given: inputs.Inputs, panel: Panel, fast: Fast) -> Data:
    """Arrays whose coordinates are made for the fast fit's mode."""
    data = inputs.observe(given, panel)
    one = {name: jnp.asarray(value)[..., None] for name, value in fast.mode.items()}
    mechanism = np.asarray(_mechanism(structure)(one, data))[..., 0] if structure is not None else None
    memory = field.Memory(*(jnp.asarray(fast.mode[name]) for name in MEMORY))
    return inputs.prepare(data, memory, float(fast.mode["dispersion"]), mechanism)


def _start(scalars: tuple[Prior, ...], fast: Fast, data: Data) -> Draws:
    """The fast fit as draws to start from; in the new coordinates the deviations are standard normal again."""
    rng = np.random.default_rng(0)
    place = {s.symbol: s.symbol.partition("[") for s in scalars if s.dist != "fixed"}
    position = {name: 0 for name, _, _ in place.values()}
    values = {}
    for number, (name, bracket, _) in place.items():
        value = fast.values[name]
        values[number] = (value[:, position[name]] if bracket else value)[None]
        position[name] += 1
    count = len(fast.values["dispersion"])
    months, territories = data.counts.shape
    values["national_z"] = rng.standard_normal((1, count, months))
    values["territory_z"] = rng.standard_normal((1, count, months, territories))
    return Draws(values, {})


def _fingerprint(case: Case, panel: Panel, mechanism: bool, given: inputs.Inputs) -> str:
    import hashlib

    digest = hashlib.sha256(f"{case.digest} {panel.end} {mechanism}".encode())
    for array in (panel.counts, panel.incomplete, given.tolls, *given.rows):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]
