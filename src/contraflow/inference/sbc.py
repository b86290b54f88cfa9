"""Simulation-based calibration: draw a truth, make data from it, fit, and see where the truth lies.

If prior, simulator, model and sampler agree, the rank of the truth among the draws of the posterior is uniform
(Talts, Betancourt, Simpson, Vehtari and Gelman, 2018). A mistake in any of them shows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from scipy import stats

from contraflow.ensemble.run import ONE_THREAD_A_CHUNK, use_double_precision_and_cache
from contraflow.errors import ContraflowError
from contraflow.inference.sampler import Sampling
from contraflow.inference.sampler.density import density_of

EXPECTED = 5
"""Least number of ranks expected in each bin of the chi-square test."""


@dataclass(frozen=True)
class Calibration:
    """Ranks of the truth.

    Attributes
    ----------
    ranks
        By quantity; shape (replica, element), whole numbers from 0 to `levels`.
    levels
        Draws each truth is ranked among.
    divergences
        Divergent transitions of each replica.
    """

    ranks: dict[str, np.ndarray]
    levels: int
    divergences: np.ndarray

    def p_values(self, name: str) -> np.ndarray:
        """P-value of each element of a quantity: chi-square test that its ranks are uniform."""
        ranks = self.ranks[name]
        bins = max(min(self.levels + 1, len(ranks) // EXPECTED, 20), 2)
        edges = np.linspace(0, self.levels + 1, bins + 1).round()
        share = np.diff(edges) / (self.levels + 1)
        counts = np.stack([np.histogram(row + 0.5, edges)[0] for row in ranks.T])
        return stats.chisquare(counts, len(ranks) * share, axis=1).pvalue

    @property
    def p_value(self) -> float:
        """P-value of everything together: the least, corrected for how many there are (Bonferroni)."""
        values = np.concatenate([self.p_values(name) for name in self.ranks])
        return float(min(1.0, values.min() * len(values)))


def sbc(
    prior: Callable[[jax.Array], dict[str, jax.Array]],
    simulate: Callable[[jax.Array, dict[str, jax.Array]], Any],
    model: Callable[[Any], Any],
    replicas: int = 100,
    how: Sampling | None = None,
    thin: int = 5,
    quantities: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Calibrate a model with NUTS.

    Everything is compiled once, with the data as an argument; replicas run in threads.

    Parameters
    ----------
    prior : callable
        From a random key to a truth, by site: latent or deterministic sites of the model.
    simulate : callable
        From a key and a truth to data: arrays of the same shapes each time. Pure JAX.
    model : callable
        A NumPyro model of the data.
    replicas : int
        Truths.
    how : Sampling, optional
        ``warmup``, ``draws``, ``seed``, ``target_accept``, ``max_tree_depth`` and ``radius`` are used; a replica is
        one chain.
    thin : int
        Every so many draws one is kept, because ranks need draws that are nearly independent.
    quantities : sequence of str, optional
        Sites to rank; all that `prior` gives if not given.
    threads : int, optional
        Replicas at once; as many as there are cores if not given.
    progress : callable, optional
        Called with (replicas done, total).

    Returns
    -------
    Calibration

    Raises
    ------
    ContraflowError
        If a quantity is not in the model or in the prior, or too few draws are left after thinning.
    """
    use_double_precision_and_cache()
    how = how or Sampling(warmup=200, draws=200)
    levels = how.draws // thin
    if levels < 10 or replicas < 2 * EXPECTED:
        raise ContraflowError(
            "calibration",
            f"{replicas} replicas ranked among {levels} draws",
            f"ask for {2 * EXPECTED} replicas and 10 thinned draws or more",
        )
    key = jax.random.PRNGKey(how.seed)
    truth = jax.eval_shape(prior, key)
    names = tuple(truth) if quantities is None else tuple(quantities)
    for name in names:
        if name not in truth:
            raise ContraflowError("calibration", f"the prior gives no {name!r}", f"use {', '.join(truth)}")
    example = jax.jit(lambda k: simulate(jax.random.fold_in(k, 1), prior(k)))(key)
    run = _replica(prior, simulate, model, names, how, levels, thin, example)
    compiled = jax.jit(run).lower(key).compile(compiler_options=ONE_THREAD_A_CHUNK)
    rows: dict[int, Any] = {}
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        waiting = {
            pool.submit(lambda i=i: jax.tree.map(np.asarray, compiled(jax.random.fold_in(key, i)))): i
            for i in range(replicas)
        }
        try:
            for done, future in enumerate(as_completed(waiting), 1):
                rows[waiting[future]] = future.result()
                if progress is not None:
                    progress(done, replicas)
        except BaseException:
            for future in waiting:
                future.cancel()
            raise
    ranks = {name: np.stack([rows[i][0][name] for i in range(replicas)]) for name in names}
    return Calibration(ranks, levels, np.array([int(rows[i][1]) for i in range(replicas)]))


def _replica(
    prior: Callable,
    simulate: Callable,
    model: Callable,
    names: tuple[str, ...],
    how: Sampling,
    levels: int,
    thin: int,
    example: Any,
) -> Callable[[jax.Array], tuple[dict[str, jax.Array], jax.Array]]:
    """From a key to the ranks of its truth and the number of divergences; pure JAX."""
    from numpyro.infer import NUTS
    from numpyro.infer.util import ParamInfo, constrain_fn, potential_energy

    density = density_of(lambda: model(example), names)

    def run(key: jax.Array) -> tuple[dict[str, jax.Array], jax.Array]:
        truth = prior(key)
        data = simulate(jax.random.fold_in(key, 1), truth)

        def potential(z):
            return jnp.asarray(potential_energy(model, (data,), {}, density.unravel(z)))

        start = jax.random.uniform(
            jax.random.fold_in(key, 2), (density.size,), minval=-how.radius, maxval=how.radius
        )
        kernel = NUTS(
            potential_fn=potential, target_accept_prob=how.target_accept, max_tree_depth=how.max_tree_depth
        )
        first = kernel.init(
            jax.random.fold_in(key, 3),
            how.warmup,
            init_params=ParamInfo(start, *jax.value_and_grad(potential)(start)),
        )
        state = jax.lax.fori_loop(0, how.warmup, lambda _, now: kernel.sample(now, (), {}), first)

        def one(now, _):
            now, bad = jax.lax.fori_loop(0, thin, count, (now, jnp.zeros((), jnp.int64)))
            values = constrain_fn(model, (data,), {}, density.unravel(now.z), return_deterministic=True)
            return now, ({name: ravel_pytree(values[name])[0] for name in names}, bad)

        def count(_, carry):
            now, bad = carry
            now = kernel.sample(now, (), {})
            return now, bad + now.diverging

        _, (draws, bad) = jax.lax.scan(one, state, length=levels)
        ranks = {name: (draws[name] < ravel_pytree(truth[name])[0]).sum(axis=0) for name in names}
        return ranks, bad.sum()

    return run
