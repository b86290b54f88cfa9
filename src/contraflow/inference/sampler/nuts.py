"""The no-U-turn sampler of NumPyro as a kernel of our chains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.inference.sampler.chains import Kernel
from contraflow.inference.sampler.density import Density
from contraflow.inference.sampler.settings import Sampling


def nuts(
    density: Density,
    how: Sampling,
    start: Callable[[int], tuple[jax.Array, jax.Array, jax.Array]],
    scales: np.ndarray | None,
) -> Kernel:
    """Make the kernel.

    Parameters
    ----------
    density
        What to sample.
    how
        Settings.
    start
        From a chain's number to its first vector, potential and gradient.
    scales
        Variances that the diagonal mass matrix begins with; ones if not given.
    """
    from numpyro.infer import NUTS
    from numpyro.infer.util import ParamInfo

    inner = NUTS(
        potential_fn=density.potential,
        inverse_mass_matrix=None if scales is None else jnp.asarray(scales),
        target_accept_prob=how.target_accept,
        max_tree_depth=how.max_tree_depth,
        find_heuristic_step_size=False,
        adapt_mass_matrix=how.metric,
    )

    def state(chain: int, parts: tuple[Any, Any, Any]) -> Any:
        key = jax.random.fold_in(jax.random.PRNGKey(how.seed), chain)
        return jax.tree.map(np.asarray, inner.init(key, how.warmup, init_params=ParamInfo(*parts)))

    def batch(states: list[Any]) -> Any:
        return states[0] if how.together == 1 else jax.tree.map(lambda *x: np.stack(x), *states)

    def begin(number: int) -> Any:
        chains = range(number * how.together, (number + 1) * how.together)
        return batch([state(chain, start(chain)) for chain in chains])

    def step(now: Any) -> tuple[Any, jax.Array, dict[str, jax.Array]]:
        new = inner.sample(now, (), {})
        stats = {
            "diverging": new.diverging,
            "energy": new.energy,
            "num_steps": new.num_steps,
            "tree_depth": jnp.ceil(jnp.log2(new.num_steps + 1.0)).astype(jnp.int64),
            "acceptance_rate": new.accept_prob,
            "step_size": new.adapt_state.step_size,
            "lp": -new.potential_energy,
        }
        return new, new.z, stats

    def position(now: Any) -> tuple[Any, float]:
        first = now if how.together == 1 else jax.tree.map(lambda x: x[0], now)
        return first.z, float(first.potential_energy)

    nothing = jnp.zeros(density.size), jnp.zeros(()), jnp.zeros(density.size)
    blank = batch([state(0, nothing)] * how.together)
    return Kernel(begin, step if how.together == 1 else jax.vmap(step), blank, position)
