"""Latent sites of a NumPyro model: every parameter of a case as its prior, scaled so that it samples well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpyro
import pandas as pd
from jaxtyping import Array
from numpyro import distributions as dist

from contraflow.model.symbols import SPEC


def place(
    table: pd.DataFrame, members: Mapping[str, Sequence[str]], symbols: Sequence[str]
) -> dict[str, Array]:
    """Sample parameters from their priors, inside a NumPyro model.

    Normal and lognormal priors are transforms of standard normals; the value is kept under the symbol's name.

    Parameters
    ----------
    table : pandas.DataFrame
        The case's parameter table.
    members : mapping of str to sequence of str
        Ids along each dimension.
    symbols : sequence of str
        Which parameters.

    Returns
    -------
    dict of str to Array
        Shape (dimensions of the symbol..., 1): one draw, as `contraflow.ensemble.assemble` takes it.
    """
    rows = table.drop_duplicates("symbol").set_index("symbol")
    values = {}
    for symbol in symbols:
        shape = tuple(len(members[dim]) for dim in SPEC[symbol].dims)
        kind = str(rows.loc[symbol, "dist"])
        a, b = (float(rows.loc[symbol, name]) for name in ("a", "b"))  # pyright: ignore[reportArgumentType]
        values[symbol] = _site(symbol, kind, a, b, shape)[..., None]
    return values


def _site(symbol: str, kind: str, a: float, b: float, shape: tuple[int, ...]) -> Array:
    if kind == "fixed":
        return jnp.full(shape, a)
    if kind in ("normal", "lognormal"):
        if kind == "normal" and (a, b) == (0.0, 1.0):
            return jnp.asarray(numpyro.sample(symbol, dist.Normal(0.0, 1.0).expand(shape)))
        z = numpyro.sample(f"{symbol}.z", dist.Normal(0.0, 1.0).expand(shape))
        value = a + b * z if kind == "normal" else a * jnp.exp(b * z)
        return jnp.asarray(numpyro.deterministic(symbol, value))
    native = {
        "uniform": lambda: dist.Uniform(a, b),
        "beta": lambda: dist.Beta(a, b),
        "halfnormal": lambda: dist.HalfNormal(b),
    }[kind]()
    return jnp.asarray(numpyro.sample(symbol, native.expand(shape)))
