"""Coordinates in which a posterior is nearly round, so that NUTS needs few steps.

A fit with a few hundred observations and thousands of latent numbers differs from its prior in at most as many
directions as there are observations. At the mode z* of the posterior (unconstrained space) let D be the diagonal
of the prior's Hessian and J the Jacobian of the standardised residuals. The Gauss-Newton Hessian is

    H = D + JᵀJ = D^½ (I + V S² Vᵀ) D^½,      with the thin singular value decomposition J D^(−½) = U S Vᵀ,

so that z = z* + D^(−½) (I + V ((1 + S²)^(−½) − 1) Vᵀ) u has u nearly standard normal (Nocedal & Wright 2006, ch. 10,
for the Hessian). The map is linear: the posterior sampled is exactly the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float
from numpyro import distributions as dist
from numpyro.handlers import block, seed, trace
from numpyro.infer.initialization import init_to_median
from numpyro.infer.util import constrain_fn, initialize_model

from contraflow.inference.sampler import Draws

RESIDUALS = "residuals"
"""Deterministic site a model must have: (observed − said)/error, one entry an observation."""
BATCH = 32
"""Rows of the Jacobian computed together."""
DAMPING = 1e-2
"""First damping of the search for the mode (Levenberg-Marquardt), relative to the prior's Hessian."""


@dataclass(frozen=True, eq=False)
class Whitened:
    """A NumPyro model in whitened coordinates.

    Attributes
    ----------
    mode, spread : numpy.ndarray, shape (dimension,)
        z* and D^(−½).
    directions : numpy.ndarray, shape (observation, dimension)
        Vᵀ.
    shrink : numpy.ndarray, shape (observation,)
        (1 + S²)^(−½): what the record leaves of the prior's standard deviation in each direction.
    potential : callable
        Minus the log density in the unconstrained space, as a function of the flat vector.
    values : callable
        Values of all sites at a flat unconstrained vector.
    """

    mode: np.ndarray
    spread: np.ndarray
    directions: np.ndarray
    shrink: np.ndarray
    potential: Callable[[Array], Array]
    values: Callable[[Array], dict[str, Array]]

    def place(self, u: Float[Array, " dimension"]) -> Float[Array, " dimension"]:
        """Unconstrained vector at whitened coordinates."""
        v = jnp.asarray(self.directions)
        bent = u + ((jnp.asarray(self.shrink) - 1.0) * (v @ u)) @ v
        return jnp.asarray(self.mode) + jnp.asarray(self.spread) * bent

    def __call__(self) -> None:
        """Run as a NumPyro model with the single site ``u``."""
        u = jnp.asarray(numpyro.sample("u", dist.Normal(0.0, 1.0).expand(self.mode.shape).to_event(1)))
        with block():
            height = self.potential(self.place(u))
        # what the site itself adds is taken back
        numpyro.factor("density", 0.5 * jnp.sum(u**2) - height)

    def near(self, draws: int, seed: int) -> Draws:
        """Draws of the normal approximation, to start chains from."""
        u = np.random.default_rng(seed).standard_normal((1, draws, len(self.mode)))
        return Draws({"u": u}, {})


def whiten(
    model: Callable[[], Any],
    hold: Sequence[str] = (),
    key: int = 0,
    sweeps: int = 12,
    progress: Callable[[int, int, float], None] | None = None,
    known: Mapping[str, np.ndarray] | None = None,
) -> Whitened:
    """Find the mode of a model and the coordinates around it.

    Parameters
    ----------
    model : callable
        A NumPyro model without arguments, with the deterministic site `RESIDUALS`.
    hold : sequence of str
        Sites that stay at their prior median in the search: the scales of errors and of walks, which at a joint mode
        are far from typical (the more numbers a walk has, the further).
    key : int
        Seed of the starting point.
    sweeps : int
        Most steps of the damped Gauss-Newton search.
    progress : callable, optional
        Called with (sweep, sweeps, potential).
    known : mapping, optional
        Mode, spread, directions and shrink of an earlier search, which are then used as they are.
    """
    info = initialize_model(
        jax.random.PRNGKey(key), model, init_strategy=init_to_median(), validate_grad=False
    )
    start, unravel = ravel_pytree(info.param_info.z)

    def values(flat):
        return constrain_fn(model, (), {}, unravel(flat), return_deterministic=True)

    def potential(flat):
        return info.potential_fn(unravel(flat))

    if known is not None:
        return Whitened(**known, potential=potential, values=values)  # pyright: ignore[reportArgumentType]

    def residuals(flat):
        return values(flat)[RESIDUALS]

    def prior(flat):
        return _prior_potential(model, unravel(flat))

    slope = jax.jit(jax.value_and_grad(potential))
    rows = jax.jit(_rows(residuals))
    curvature = jax.jit(lambda z: jax.jvp(jax.grad(prior), (z,), (jnp.ones_like(z),))[1])
    count = int(jax.eval_shape(residuals, start).shape[0])

    def jacobian(z):
        eye = np.eye(count)
        parts = [rows(z, jnp.asarray(_padded(eye[i : i + BATCH]))) for i in range(0, count, BATCH)]
        return np.concatenate([np.asarray(part) for part in parts])[:count]

    def frame(z, moving=1.0):
        scale = 1.0 / np.sqrt(np.maximum(np.asarray(curvature(z)), 1e-3))
        _, s, v = np.linalg.svd(jacobian(z) * scale * moving, full_matrices=False)
        return scale, s, v

    moves = {name: float(name.removesuffix(".z") not in hold) for name in info.param_info.z}
    free = np.asarray(ravel_pytree({n: jnp.full_like(v, moves[n]) for n, v in info.param_info.z.items()})[0])
    point = np.asarray(start)
    height, gradient = slope(point)
    damping = DAMPING
    for sweep in range(sweeps):
        scale, s, v = frame(point, free)
        improved = False
        for _ in range(6):
            scaled = scale * free * np.asarray(gradient)
            weight = 1.0 / (1.0 + damping + s**2) - 1.0 / (1.0 + damping)
            step = -scale * free * (scaled / (1.0 + damping) + (weight * (v @ scaled)) @ v)
            trial, trial_gradient = slope(point + step)
            if np.isfinite(float(trial)) and float(trial) < float(height):
                improved = True
                break
            damping = max(damping * 8.0, 0.1)
        if not improved:
            break
        gain = float(height) - float(trial)
        point, height, gradient, damping = point + step, trial, trial_gradient, damping / 4.0
        if progress is not None:
            progress(sweep + 1, sweeps, float(height))
        if gain < 0.05:
            break
    scale, s, v = frame(point)
    return Whitened(point, scale, v, 1.0 / np.sqrt(1.0 + s**2), potential, values)


def _rows(residuals):
    def rows(z, weights):
        _, back = jax.vjp(residuals, z)
        return jax.vmap(lambda w: back(w)[0])(weights)

    return rows


def _padded(rows: np.ndarray) -> np.ndarray:
    return np.pad(rows, ((0, BATCH - len(rows)), (0, 0)))


def _prior_potential(model: Callable[[], Any], params: dict[str, Array]) -> Array:
    """Minus the log prior density in the unconstrained space; every site must be independent of the others."""
    with block(), trace() as sites, seed(rng_seed=0):
        _latent(model)
    total = jnp.zeros(())
    for name, site in sites.items():
        if site["type"] == "sample" and not site["is_observed"]:
            transform = dist.biject_to(site["fn"].support)
            value = transform(params[name])
            total = total - jnp.sum(site["fn"].log_prob(value))
            total = total - jnp.sum(transform.log_abs_det_jacobian(params[name], value))
    return total


def _latent(model: Callable[[], Any]) -> None:
    """Run the part of a model that places its latent sites: all of it, unless it can say less."""
    getattr(model, "latent", model)()
