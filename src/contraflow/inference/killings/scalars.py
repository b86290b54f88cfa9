"""Priors of the numbers of a fit to killings: as NumPyro distributions, and as maps from numbers of order one.

A symbol with a value a year is as many numbers, named ``symbol[year]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import pandas as pd
from jax.scipy.special import betaln, log_ndtr, ndtr, ndtri
from jaxtyping import Array, Float
from scipy import special

from contraflow.errors import ContraflowError
from contraflow.model.symbols import SPEC

if TYPE_CHECKING:
    from numpyro.distributions import Distribution


class Prior(NamedTuple):
    """One row of the parameter table."""

    symbol: str
    dist: str
    a: float
    b: float

    def distribution(self) -> Distribution:
        """Return the NumPyro distribution."""
        from numpyro import distributions as dist

        match self.dist:
            case "fixed":
                return dist.Delta(self.a)
            case "normal":
                return dist.Normal(self.a, self.b)
            case "lognormal":
                return dist.LogNormal(jnp.log(self.a), self.b)
            case "uniform":
                return dist.Uniform(self.a, self.b)
            case "halfnormal":
                return dist.HalfNormal(self.b)
        return dist.Beta(self.a, self.b)

    def value(self, u: Float[Array, ""]) -> tuple[Float[Array, ""], Float[Array, ""]]:
        """Value at a coordinate, and the coordinate's log prior density up to a constant."""
        normal = -0.5 * u**2
        if self.dist == "fixed":
            return self.a + 0.0 * u, normal
        if self.dist == "normal":
            return self.a + self.b * u, normal
        if self.dist == "lognormal":
            return self.a * jnp.exp(self.b * u), normal
        if self.dist == "uniform":
            return self.a + (self.b - self.a) * ndtr(u), normal
        if self.dist == "halfnormal":
            return -self.b * ndtri(0.5 * jnp.exp(log_ndtr(-u))), normal
        # beta: its quantile has no derivative here; the log odds, scaled to their mean and spread, are near normal
        centre = special.digamma(self.a) - special.digamma(self.b)
        spread = (special.polygamma(1, self.a) + special.polygamma(1, self.b)) ** 0.5
        odds = centre + spread * u
        density = self.a * jax.nn.log_sigmoid(odds) + self.b * jax.nn.log_sigmoid(-odds)
        return jax.nn.sigmoid(odds), density - betaln(self.a, self.b)


def gathered(values: Mapping[str, Array]) -> dict[str, Array]:
    """Values by symbol, from values by number: those of the years are stacked on the first axis."""
    made: dict[str, Array] = {}
    yearly: dict[str, list[Array]] = {}
    for name, value in values.items():
        symbol, bracket, _ = name.partition("[")
        if bracket:
            yearly.setdefault(symbol, []).append(jnp.asarray(value))
        else:
            made[name] = jnp.asarray(value)
    return made | {symbol: jnp.stack(parts) for symbol, parts in yearly.items()}


def priors(table: pd.DataFrame, symbols: Sequence[str], years: Sequence[str]) -> tuple[Prior, ...]:
    """Priors of symbols from a case's parameter table; `years` are those a yearly symbol has."""
    rows = {
        str(symbol): (str(dist), a, b)
        for symbol, dist, a, b in zip(table["symbol"], table["dist"], table["a"], table["b"], strict=True)
    }
    missing = [symbol for symbol in symbols if symbol not in rows]
    if missing:
        raise ContraflowError("parameters.csv", f"there is no row for {missing[0]}", "add its prior")
    made = []
    for symbol in symbols:
        dist, a, b = rows[symbol]
        names = [f"{symbol}[{year}]" for year in years] if SPEC[symbol].dims == ("year",) else [symbol]
        made += [
            Prior(name, dist, float(a) if a == a else 0.0, float(b) if b == b else 0.0) for name in names
        ]
    return tuple(made)
