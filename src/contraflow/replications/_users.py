"""One market of the demand module, for models of light and heavy users."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from contraflow.model import demand
from contraflow.model.parameters import Demand

Initiation = Callable[[demand.Users], Float[Array, "market draw"]]
"""New light users per year, given the users there are."""


def beliefs(
    light_to_none: float,
    light_to_heavy: float,
    heavy_to_light: float,
    heavy_to_none: float | Array,
    heavy_ratio: float,
) -> Demand:
    """Rates per year, for one market and one draw; price plays no part."""
    one = jnp.ones((1, 1))

    def scalar(value: float | Array) -> Array:
        return jnp.reshape(jnp.asarray(value, dtype=float), (1,))

    return Demand(
        market_share=one,
        elasticity=one,
        light_to_heavy=scalar(light_to_heavy),
        light_to_none=scalar(light_to_none),
        heavy_to_light=scalar(heavy_to_light),
        heavy_to_none=scalar(heavy_to_none),
        heavy_ratio=scalar(heavy_ratio),
    )


def users(persons: Float[Array, " 2"]) -> demand.Users:
    """Light and heavy users from an array of the two."""
    return demand.Users(persons[0].reshape(1, 1), persons[1].reshape(1, 1))


def after(
    persons: Float[Array, " 2"], belief: Demand, initiation: Initiation, years: float
) -> Float[Array, " 2"]:
    """Light and heavy users after one step of the core."""
    now = users(persons)
    then = demand.advance(now, belief, initiation(now), years)
    return jnp.stack([then.light[0, 0], then.heavy[0, 0]])


def drift(persons: Float[Array, " 2"], belief: Demand, initiation: Initiation) -> Float[Array, " 2"]:
    """Change per year: the right-hand side that the core's step multiplies by its length."""
    return after(persons, belief, initiation, 1.0) - persons


def equilibrium(start: np.ndarray, belief: Demand, initiation: Initiation, steps: int = 50) -> np.ndarray:
    """Where nothing changes, by Newton's method with derivatives of the core's step."""

    @jax.jit
    def newton(persons: Array) -> Array:
        slope = jax.jacobian(drift)(persons, belief, initiation)
        return persons - jnp.linalg.solve(slope, drift(persons, belief, initiation))

    persons = jnp.asarray(start, dtype=float)
    for _ in range(steps):
        persons = newton(persons)
    return np.asarray(persons)


def eigenvalues(persons: np.ndarray, belief: Demand, initiation: Initiation) -> np.ndarray:
    """Eigenvalues of the change per year at a point, larger imaginary part first."""
    slope = np.asarray(jax.jacobian(drift)(jnp.asarray(persons), belief, initiation))
    found = np.linalg.eigvals(slope)
    return found[np.lexsort((-found.real, -found.imag))]
