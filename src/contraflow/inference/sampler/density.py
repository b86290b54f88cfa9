"""A NumPyro model as a density over one flat vector of unconstrained numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from contraflow.errors import ContraflowError

ATTEMPTS = 100
"""Random starts tried before a model is called impossible."""


@dataclass(frozen=True)
class Density:
    """Minus the log density of a model, and the way from its flat vector to named sites.

    Attributes
    ----------
    model
        A NumPyro model without arguments.
    sites
        Unconstrained shape of every latent site.
    keep
        Sites that draws are kept of, latent or deterministic.
    unravel
        From the flat vector to the latent sites, unconstrained.
    size
        Length of the flat vector.
    """

    model: Callable[[], Any]
    sites: dict[str, tuple[int, ...]]
    keep: tuple[str, ...]
    unravel: Callable[[jax.Array], dict[str, jax.Array]]
    size: int

    def potential(self, z: jax.Array) -> jax.Array:
        """Minus the log density at a flat vector, its change of variables included."""
        from numpyro.infer.util import potential_energy

        return jnp.asarray(potential_energy(self.model, (), {}, self.unravel(z)))

    def constrain(self, z: jax.Array) -> dict[str, jax.Array]:
        """Return the kept sites at a flat vector; floats in single precision."""
        from numpyro.infer.util import constrain_fn

        wanted = any(name not in self.sites for name in self.keep)
        values = constrain_fn(self.model, (), {}, self.unravel(z), return_deterministic=wanted)
        return {name: _single(jnp.asarray(values[name])) for name in self.keep}

    def unconstrain(self, values: Mapping[str, jax.Array]) -> jax.Array:
        """Return the flat vector of constrained values of the latent sites."""
        from numpyro.infer.util import unconstrain_fn

        flat, _ = ravel_pytree(unconstrain_fn(self.model, (), {}, dict(values)))
        return flat


def _single(value: jax.Array) -> jax.Array:
    return value.astype(jnp.float32) if jnp.issubdtype(value.dtype, jnp.floating) else value


def density_of(model: Callable[[], Any], keep: Sequence[str] | None) -> Density:
    """Read the sites of a model, without running it.

    Parameters
    ----------
    model
        A NumPyro model without arguments.
    keep
        Names of latent or deterministic sites to keep; all of them if not given.

    Raises
    ------
    ContraflowError
        If a latent site is discrete, nothing is latent, or a site to keep does not exist.
    """
    from numpyro import handlers
    from numpyro.infer.util import unconstrain_fn

    kinds: dict[str, str] = {}

    def look(key):
        trace = handlers.trace(handlers.seed(model, key)).get_trace()
        values = {}
        for name, site in trace.items():
            if site["type"] == "deterministic":
                kinds[name] = "deterministic"
            elif site["type"] == "sample" and not site["is_observed"]:
                if site["fn"].support.is_discrete:
                    raise ContraflowError("model", f"site {name!r} is discrete and latent", "sum it out")
                kinds[name] = "latent"
                values[name] = site["value"]
        return values

    values = jax.eval_shape(look, jax.random.PRNGKey(0))
    if not values:
        raise ContraflowError("model", "there is no latent site", "give a model with something to sample")
    chosen = tuple(kinds) if keep is None else tuple(dict.fromkeys(keep))
    for name in chosen:
        if name not in kinds:
            raise ContraflowError("keep", f"there is no site {name!r}", f"choose among {', '.join(kinds)}")
    bare = jax.eval_shape(lambda v: unconstrain_fn(model, (), {}, v), values)
    flat, unravel = ravel_pytree({name: np.zeros(site.shape) for name, site in bare.items()})
    shapes = {name: tuple(site.shape) for name, site in bare.items()}
    return Density(model, shapes, chosen, unravel, flat.size)


def find_start(
    evaluate: Callable[[jax.Array], tuple[jax.Array, jax.Array]],
    size: int,
    radius: float,
    key: jax.Array,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Find a start where potential and gradient are finite.

    Parameters
    ----------
    evaluate
        Gives the potential and its gradient.
    size
        Length of the vector.
    radius
        The start is uniform within plus and minus this.
    key
        Random key.

    Returns
    -------
    tuple of jax.Array
        Start, potential, gradient.

    Raises
    ------
    ContraflowError
        If none is found.
    """
    for attempt in range(ATTEMPTS):
        z = jax.random.uniform(jax.random.fold_in(key, attempt), (size,), minval=-radius, maxval=radius)
        value, gradient = evaluate(z)
        if bool(jnp.isfinite(value)) and bool(jnp.all(jnp.isfinite(gradient))):
            return z, value, gradient
    raise ContraflowError(
        "model",
        f"its density is not finite at {ATTEMPTS} random starts within {radius:g}",
        "choose a smaller radius, or check the model's likelihood",
    )
