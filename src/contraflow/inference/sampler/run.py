"""`sample`: one function for all methods."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.ensemble.run import use_double_precision_and_cache
from contraflow.errors import ContraflowError
from contraflow.inference.sampler.chains import Kernel, Programs, _compile, batches_of, run_chains
from contraflow.inference.sampler.checkpoint import Checkpoint
from contraflow.inference.sampler.density import Density, density_of, find_start
from contraflow.inference.sampler.settings import Draws, Progress, Sampling

DEFAULT = Sampling()
EXTENDABLE = ("draws", "chains", "paths")
"""Settings that a resumed run may change, because a chain's draws do not depend on them."""
LIBRARIES = ("jax", "jaxlib", "numpyro", "numpy")
FLOOR = 1e-4
"""Smallest variance the mass matrix may begin with."""
SAME = 1e-6
"""Relative difference of a stored potential from the same computed again that passes for rounding."""


def sample(
    model: Callable[[], Any],
    how: Sampling = DEFAULT,
    folder: Path | None = None,
    resume: bool = False,
    progress: Callable[[Progress], None] | None = None,
    threads: int | None = None,
    keep: Sequence[str] | None = None,
    fingerprint: str = "",
    start: Draws | None = None,
) -> Draws:
    """Sample the posterior of a NumPyro model.

    Every chain has its own random stream, so that its draws do not depend on how many others there are. The
    program is compiled once and the chains run in threads, one a core.

    Parameters
    ----------
    model : callable
        A NumPyro model without arguments; its data are in its closure.
    how : Sampling
        Method and settings.
    folder : pathlib.Path, optional
        Where checkpoints go, after each block of iterations. `pathfinder` takes a minute or less on most
        models and writes none.
    resume : bool
        Take up the run in `folder`, if there is one: at any moment of a kill, the draws become bit for bit
        those of a run that was never interrupted. More `draws` or `chains` than before extend a run.
    progress : callable, optional
        Called with a `Progress` after each block, never by two threads at once.
    threads : int, optional
        Chains run at once; as many as there are cores if not given.
    keep : sequence of str, optional
        Latent and deterministic sites to keep; all of them if not given.
    fingerprint : str
        Names the data and code behind the model, such as a digest; a checkpoint of another one is refused.
    start : Draws, optional
        Draws of a cheaper method (all latent sites kept): chains start from them, and the mass matrix of
        NUTS begins with their variances.

    Returns
    -------
    Draws

    Raises
    ------
    ContraflowError
        If the libraries are missing, the model has nothing to sample or is finite nowhere, or the folder holds
        the checkpoints of something else.
    """
    try:
        import numpyro  # noqa: F401
    except ImportError:
        raise ContraflowError(
            "sampling", "NumPyro is not installed", "pip install 'contraflow[inference]'"
        ) from None
    use_double_precision_and_cache()
    began = time.monotonic()
    density = density_of(model, keep)
    vectors = _unconstrained(density, start) if start is not None else None
    evaluate = _compile(jax.value_and_grad(density.potential), jnp.zeros(density.size))

    def first(chain: int) -> tuple[jax.Array, jax.Array, jax.Array]:
        key = jax.random.fold_in(jax.random.PRNGKey(how.seed), 2**31 + chain)
        if vectors is not None:
            z = jnp.asarray(vectors[int(jax.random.randint(key, (), 0, len(vectors)))])
            value, gradient = evaluate(z)
            if bool(jnp.isfinite(value)) and bool(jnp.all(jnp.isfinite(gradient))):
                return z, value, gradient
        return find_start(evaluate, density.size, how.radius, key)

    info: dict[str, Any] = {"settings": asdict(how), "fingerprint": fingerprint, "dimensions": density.size}
    if how.method == "pathfinder":
        from contraflow.inference.sampler.pathfinder import pathfinder

        values, stats, more = pathfinder(density, how, first, progress)
        return Draws(values, stats, info | more | {"seconds": time.monotonic() - began})

    checkpoint = None
    if folder is not None:
        problem = _problem(density, how, fingerprint, vectors)
        checkpoint = Checkpoint(Path(folder), problem, resume)
    if how.method == "nuts" and how.integrator == "rotation":
        from contraflow.inference.sampler.rotation import rotating_nuts

        kernel = rotating_nuts(density, how, first)
    elif how.method == "nuts":
        from contraflow.inference.sampler.nuts import nuts

        scales = None if vectors is None or not how.metric else np.maximum(vectors.var(axis=0), FLOOR)
        kernel = nuts(density, how, first, scales)
    else:
        from contraflow.inference.sampler.svi import svi

        kernel = svi(density, how, first)
    programs = Programs(density, kernel, how)
    if checkpoint is not None:
        _verify(checkpoint, kernel, programs, how, evaluate)
    values, stats = run_chains(density, kernel, programs, how, checkpoint, progress, threads)
    if "lq" in stats:
        info["pareto_k"] = _pareto_k(stats["lp"] - stats["lq"])
    return Draws(values, stats, info | {"seconds": time.monotonic() - began})


def _problem(density: Density, how: Sampling, fingerprint: str, vectors: np.ndarray | None) -> dict[str, Any]:
    """Everything the draws of a chain depend on, as plain values."""
    return {
        "fingerprint": fingerprint,
        **{name: value for name, value in asdict(how).items() if name not in EXTENDABLE},
        "sites": {name: list(shape) for name, shape in density.sites.items()},
        "keep": list(density.keep),
        "start": None if vectors is None else hashlib.sha256(vectors.tobytes()).hexdigest(),
        "versions": {name: metadata.version(name) for name in LIBRARIES},
    }


def _unconstrained(density: Density, start: Draws) -> np.ndarray:
    """Return the draws to start from as flat vectors, shape (draw, size)."""
    missing = [name for name in density.sites if name not in start.values]
    if missing:
        raise ContraflowError(
            "start", f"it has no draws of {', '.join(missing)}", "keep every latent site in the first run"
        )
    values = {name: jnp.asarray(start.flat(name), dtype=jnp.float64) for name in density.sites}
    vectors = np.asarray(jax.jit(jax.vmap(density.unconstrain))(values))
    if vectors.shape[1:] != (density.size,) or not np.all(np.isfinite(vectors)):
        raise ContraflowError("start", "its draws do not fit this model", "sample the same model first")
    return vectors


def _verify(
    checkpoint: Checkpoint,
    kernel: Kernel,
    programs: Programs,
    how: Sampling,
    evaluate: Callable[[jax.Array], tuple[jax.Array, jax.Array]],
) -> None:
    """Refuse a checkpoint whose potential is not that of this model: its data or code have changed since."""
    for chain in range(batches_of(how)):
        saved = checkpoint.load(chain, how.before)
        place = kernel.position(programs.state(saved[1])) if saved else None
        if place is None:
            continue
        now = float(evaluate(jnp.asarray(place[0]))[0])
        if not abs(now - place[1]) <= SAME * max(abs(now), 1.0):
            raise ContraflowError(
                str(checkpoint.folder),
                f"is the run of another problem: the potential of chain {chain} was {place[1]:.8g} there and is "
                f"{now:.8g} here",
                "use the data and code it was begun with, or choose another folder",
            )
        return


def _pareto_k(ratios: np.ndarray) -> list[float]:
    """Pareto k of each chain's importance ratios; above 0.7 the fit is not to be trusted."""
    from blackjax.diagnostics import psis_weights

    return [float(psis_weights(jnp.asarray(row))[1]) for row in ratios]


def digest(values: Any) -> str:
    """Return a short name of plain values, for use as a fingerprint."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]
