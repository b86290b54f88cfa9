"""NUTS with an integrator that is exact for a standard normal.

A leapfrog step errs in every direction, so that thousands of coordinates of which the record says nothing make it
short. Here the potential is split into ‖z‖²/2, whose flow is a rotation of place and momentum, and the rest, which
kicks the momentum before and after (Shahbaba, Lan, Johnson & Neal 2014, Statistics and Computing 24; Beskos, Pinski,
Sanz-Serna & Stuart 2011, Stochastic Processes and their Applications 121). The step is reversible and keeps volume, so
the no-U-turn sampler stays exact; it pays off where the posterior is nearly standard normal, as in whitened
coordinates. The trajectories are built by BlackJAX, which takes an integrator; NumPyro has its own inside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.inference.sampler.chains import Kernel
from contraflow.inference.sampler.density import Density
from contraflow.inference.sampler.settings import Sampling

FIRST_STEP = 0.5
"""Angle of the first steps, before it adapts."""


def rotation(log_density: Callable[[jax.Array], jax.Array], kinetic_energy: Any) -> Callable[[Any, Any], Any]:
    """Make one step: kick by the rest of the potential, rotate, kick."""
    evaluate = jax.value_and_grad(log_density)

    def one_step(state: Any, angle: Any) -> Any:
        momentum = state.momentum + 0.5 * angle * (state.logdensity_grad + state.position)
        place = jnp.cos(angle) * state.position + jnp.sin(angle) * momentum
        momentum = jnp.cos(angle) * momentum - jnp.sin(angle) * state.position
        height, gradient = evaluate(place)
        momentum = momentum + 0.5 * angle * (gradient + place)
        return type(state)(place, momentum, height, gradient)

    return one_step


def rotating_nuts(
    density: Density, how: Sampling, start: Callable[[int], tuple[jax.Array, jax.Array, jax.Array]]
) -> Kernel:
    """Make the kernel; the chains of a batch share their step, which adapts to their mean acceptance.

    Parameters
    ----------
    density
        What to sample.
    how
        Settings.
    start
        From a chain's number to its first vector, potential and gradient.
    """
    from blackjax.adaptation.step_size import dual_averaging_adaptation
    from blackjax.mcmc.hmc import HMCState
    from blackjax.mcmc.nuts import build_kernel

    move = build_kernel(integrator=rotation)
    adapt_begin, adapt, _ = dual_averaging_adaptation(how.target_accept)
    unit = jnp.ones(density.size)

    def log_density(z: jax.Array) -> jax.Array:
        return -density.potential(z)

    def begin(number: int) -> Any:
        chains = range(number * how.together, (number + 1) * how.together)
        return blank([start(chain) for chain in chains], list(chains))

    def blank(parts: list[Any], chains: list[int]) -> Any:
        keys = [jax.random.fold_in(jax.random.PRNGKey(how.seed), chain) for chain in chains]
        places, heights, gradients = (jnp.stack([jnp.asarray(p[i]) for p in parts]) for i in range(3))
        state = HMCState(places, -heights, -gradients)
        return jax.tree.map(
            np.asarray, (state, adapt_begin(FIRST_STEP), jnp.stack(keys), jnp.zeros((), jnp.int64))
        )

    def step(now: Any) -> tuple[Any, jax.Array, dict[str, jax.Array]]:
        state, memory, keys, turn = now
        adapting = turn < how.warmup
        angle = jnp.exp(jnp.where(adapting, memory.log_step_size, memory.log_step_size_avg))
        drawn = jax.vmap(lambda key: jax.random.fold_in(key, turn))(keys)
        new, info = jax.vmap(lambda k, s: move(k, s, log_density, angle, unit, how.max_tree_depth))(
            drawn, state
        )
        accepted = jnp.nan_to_num(info.acceptance_rate)
        learned = adapt(memory, jnp.mean(accepted))
        memory = jax.tree.map(
            lambda a, b: jnp.where(adapting, a, b).astype(jnp.asarray(b).dtype), learned, memory
        )
        stats = {
            "diverging": info.is_divergent,
            "energy": info.energy,
            "num_steps": info.num_integration_steps,
            "tree_depth": info.num_trajectory_expansions,
            "acceptance_rate": accepted,
            "step_size": jnp.broadcast_to(angle, accepted.shape),
            "lp": new.logdensity,
        }
        after = (new, memory, keys, turn + 1)
        place = jnp.asarray(new.position)
        if how.together == 1:
            return after, place[0], {name: value[0] for name, value in stats.items()}
        return after, place, stats

    nothing = jnp.zeros(density.size), jnp.zeros(()), jnp.zeros(density.size)
    return Kernel(
        begin,
        step,
        blank([nothing] * how.together, [0] * how.together),
        lambda now: (now[0].position[0], -float(now[0].logdensity[0])),
    )
