"""Multi-path Pathfinder by BlackJAX: a normal distribution along each of several quasi-Newton paths.

One path after the other: along a path LAPACK works on many matrices at once, for which XLA hands the pieces to
the very pool of threads it runs in, and two such programs at a time can wait for each other for ever.

The draws of all paths are resampled by Pareto-smoothed importance weights where the Pareto k says that the
weights can be trusted; elsewhere they are plain draws of the path with the best lower bound.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.errors import ContraflowError
from contraflow.inference.sampler.density import Density
from contraflow.inference.sampler.settings import Progress, Sampling

STEPS, BOUND_DRAWS, TRUSTED = 100, 10, 0.7
"""Most optimisation steps, draws for each estimate of the lower bound, largest Pareto k that is trusted."""


def pathfinder(
    density: Density,
    how: Sampling,
    start: Callable[[int], tuple[jax.Array, jax.Array, jax.Array]],
    progress: Callable[[Progress], None] | None,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, Any]]:
    """Run all paths and draw from them.

    Parameters
    ----------
    density
        What to fit.
    how
        Settings: ``paths``, ``steps``, and chains times draws, the draws to return.
    start
        From a path's number to its first vector, potential and gradient.
    progress
        As for `contraflow.inference.sampler.sample`.

    Returns
    -------
    tuple
        Values and statistics of shapes (chain, draw, ...), and what there is to know about the fit.

    Raises
    ------
    ContraflowError
        If BlackJAX is not installed, or no path gets anywhere.
    """
    try:
        from blackjax.diagnostics import psis_weights
        from blackjax.vi.pathfinder import approximate
        from blackjax.vi.pathfinder import sample as draw_path
    except ImportError:
        raise ContraflowError(
            "sampling", "BlackJAX is not installed", "pip install 'contraflow[inference]'"
        ) from None

    target = _one_at_a_time(density.potential)
    wanted = how.chains * how.draws
    each = math.ceil(2 * wanted / how.paths) if how.paths > 1 else wanted

    def follow(key, z):
        state, _ = approximate(key, target, z, BOUND_DRAWS, maxiter=how.steps or STEPS, maxls=50)
        return state

    def pool_of(key, state, count):
        rows, lq = draw_path(key, state, count)
        return rows, jax.vmap(target)(rows), lq

    follow, pool_of = jax.jit(follow), jax.jit(pool_of, static_argnums=2)
    key = jax.random.PRNGKey(how.seed)
    found: list[tuple[Any, list[np.ndarray]]] = []
    began = time.monotonic()
    for path in range(how.paths):
        own = jax.random.fold_in(key, path)
        state = follow(own, start(path)[0])
        found.append((state, [np.asarray(part) for part in pool_of(jax.random.fold_in(own, 1), state, each)]))
        if progress is not None:
            eta = (time.monotonic() - began) * (how.paths - len(found)) / len(found)
            progress(Progress(path, len(found), how.paths, False, eta))
    bounds = [float(state.elbo) for state, _ in found]
    if not np.any(np.isfinite(bounds)):
        raise ContraflowError("sampling", "no path of Pathfinder found an optimum", "use method nuts or svi")

    rows, lp, lq = (np.concatenate([pool[part] for _, pool in found]) for part in range(3))
    ratio = np.where(np.isfinite(lp) & np.isfinite(lq), lp - lq, -np.inf)
    weights, k = psis_weights(jnp.asarray(ratio))
    trusted = bool(np.isfinite(k) and k < TRUSTED)
    choose = np.random.default_rng(how.seed)
    if trusted:
        share = np.exp(np.asarray(weights))
        chosen = choose.choice(len(rows), wanted, p=share / share.sum())
    else:
        state = found[int(np.nanargmax(bounds))][0]
        own = jax.random.fold_in(key, how.paths)
        rows, lp, lq = (np.asarray(part) for part in pool_of(own, state, wanted))
        chosen = np.arange(wanted)
    values = jax.jit(lambda z: jax.lax.map(density.constrain, z))(rows[chosen])
    shape = how.chains, how.draws
    shaped = {name: np.asarray(v).reshape(*shape, *v.shape[1:]) for name, v in values.items()}
    stats = {"lp": lp[chosen].reshape(shape), "lq": lq[chosen].reshape(shape)}
    return shaped, stats, {"pareto_k": float(k), "resampled": trusted, "lower_bounds": bounds}


def _one_at_a_time(potential: Callable[[jax.Array], jax.Array]) -> Callable[[jax.Array], jax.Array]:
    """Return the log density such that a batch of vectors is evaluated one by one.

    Pathfinder evaluates hundreds of vectors together, and a simulator may not fit in memory so often.
    """
    single = jax.custom_batching.sequential_vmap(lambda z: -potential(z))

    @jax.custom_vjp
    def log_density(z):
        return single(z)

    def forward(z):
        value, gradient = jax.value_and_grad(potential)(z)
        return -value, gradient

    log_density.defvjp(forward, lambda gradient, change: (-change * gradient,))
    return log_density
