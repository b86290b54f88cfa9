"""Stochastic variational inference by NumPyro as a kernel of our chains: first it fits, then it draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.inference.sampler.chains import Kernel
from contraflow.inference.sampler.density import Density
from contraflow.inference.sampler.settings import Sampling

RATE, SPREAD = 0.03, 0.1
"""Learning rate at the start (a tenth of it at the end), and standard deviation the fit begins with."""


def svi(
    density: Density, how: Sampling, start: Callable[[int], tuple[jax.Array, jax.Array, jax.Array]]
) -> Kernel:
    """Make the kernel: a normal distribution over the flat vector, diagonal or diagonal plus low rank.

    Parameters
    ----------
    density
        What to fit.
    how
        Settings; ``rank`` 0 is mean field.
    start
        From a chain's number to its first vector, potential and gradient.
    """
    import numpyro
    from numpyro import distributions as dist
    from numpyro.infer import SVI, Trace_ELBO, init_to_value
    from numpyro.infer.autoguide import AutoDiagonalNormal, AutoLowRankMultivariateNormal

    steps = how.before

    def flat() -> None:
        z = numpyro.sample("z", dist.ImproperUniform(dist.constraints.real_vector, (), (density.size,)))
        with numpyro.handlers.block():  # the model's own sites are none of the outer model's business
            potential = density.potential(z)
        numpyro.factor("density", -potential)

    def blind() -> None:
        numpyro.sample("z", dist.ImproperUniform(dist.constraints.real_vector, (), (density.size,)))

    options: dict[str, Any] = {
        "init_scale": SPREAD,
        "init_loc_fn": init_to_value(values={"z": jnp.zeros(density.size)}),
    }
    # guide and first state need only the shape of the vector, and would evaluate the model to find it
    if how.rank:
        guide: Any = AutoLowRankMultivariateNormal(blind, rank=min(how.rank, density.size), **options)
    else:
        guide = AutoDiagonalNormal(blind, **options)
    optimiser = numpyro.optim.Adam(lambda i: RATE * 0.1 ** jnp.minimum(i / steps, 1.0))
    inner = SVI(blind, guide, optimiser, Trace_ELBO())

    def begin(chain: int, z: jax.Array) -> Any:
        key = jax.random.fold_in(jax.random.PRNGKey(how.seed), chain)
        parameters = {f"{guide.prefix}_loc": z}
        if how.rank:
            low = guide.rank
            parameters |= {
                # at exactly zero the mean gradient of the factor is zero, too
                f"{guide.prefix}_cov_factor": 0.01 * jax.random.normal(key, (density.size, low)),
                f"{guide.prefix}_scale": jnp.full(density.size, SPREAD),
            }
        else:
            parameters[f"{guide.prefix}_scale"] = jnp.full(density.size, SPREAD)
        inner.model = blind
        state = inner.init(key, init_params=parameters)
        inner.model = flat
        return jax.tree.map(np.asarray, (state, jnp.zeros((), jnp.int64), jax.random.fold_in(key, 1)))

    def fit(now: Any) -> tuple[Any, jax.Array, jax.Array, jax.Array]:
        state, _, _ = now
        new, _ = inner.update(state)
        return new, jnp.zeros(density.size), jnp.zeros(()), jnp.zeros(())

    def draw(now: Any) -> tuple[Any, jax.Array, jax.Array, jax.Array]:
        state, i, key = now
        posterior = guide.get_posterior(inner.get_params(state))
        z = posterior.sample(jax.random.fold_in(key, i))
        return state, z, -density.potential(z), jnp.sum(posterior.log_prob(z))

    def step(now: Any) -> tuple[Any, jax.Array, dict[str, jax.Array]]:
        state, z, lp, lq = jax.lax.cond(now[1] < steps, fit, draw, now)
        return (state, now[1] + 1, now[2]), z, {"lp": lp, "lq": lq}

    blank = begin(0, jnp.zeros(density.size))
    return Kernel(lambda chain: begin(chain, start(chain)[0]), step, blank, lambda now: None)
