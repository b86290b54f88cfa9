"""Draws from the priors of a case's parameter table.

Every number has its own random stream, keyed by the seed, the parameter's name, the member's id, the year or
month where there is one, and the draw. A draw therefore keeps its numbers when others are added, when the table
is reordered, or when the horizon grows.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from scipy import special

from contraflow.model.symbols import SPEC

QUANTILE: dict[str, Callable[[np.ndarray, float, float], np.ndarray]] = {
    "fixed": lambda z, a, b: np.full_like(z, a),
    "normal": lambda z, a, b: a + b * z,
    "lognormal": lambda z, a, b: a * np.exp(b * z),
    "uniform": lambda z, a, b: a + (b - a) * special.ndtr(z),
    "beta": lambda z, a, b: special.betaincinv(a, b, special.ndtr(z)),
    "halfnormal": lambda z, a, b: -b * special.ndtri(0.5 * special.ndtr(-z)),
}
"""From a standard normal to each prior, rising; `a` and `b` as in the parameter table."""


TOGETHER = 64
"""Members and times whose numbers are drawn together: one compiled program for every symbol."""


def stream(name: str) -> np.uint32:
    """Fold a name into 32 bits, the same on every machine."""
    return np.uint32(zlib.crc32(name.encode()))


@jax.jit
def _normals(seed: jax.Array, symbol: jax.Array, members: jax.Array, times: jax.Array, draws: jax.Array):
    key = jax.random.fold_in(jax.random.PRNGKey(seed), symbol)

    def one(member, time, draw):
        folded = key
        for part in (member, time, draw):
            folded = jax.random.fold_in(folded, part)
        return jax.random.normal(folded)

    return jax.vmap(jax.vmap(one, (None, None, 0)), (0, 0, None))(members, times, draws)


def standard_normals(
    symbol: str, members: Sequence[str], times: Sequence[int], draws: range, seed: int
) -> np.ndarray:
    """Standard normals of shape (member, time, draw), each from its own named stream.

    A time is a year, a month as the number YYYYMM, or zero.
    """
    pairs = np.array([(stream(m), time) for m in members for time in times], dtype=np.uint32).reshape(-1, 2)
    draw = jnp.array(list(draws), dtype=jnp.uint32)
    made = np.empty((len(pairs), len(draws)))
    for first in range(0, len(pairs), TOGETHER):
        rows = pairs[np.minimum(np.arange(first, first + TOGETHER), len(pairs) - 1)]
        values = _normals(jnp.uint32(seed), jnp.uint32(stream(symbol)), rows[:, 0], rows[:, 1], draw)
        made[first : first + TOGETHER] = np.asarray(values)[: len(pairs) - first]
    return made.reshape(len(members), len(times), len(draws))


def sample(
    table: pd.DataFrame,
    members: Mapping[str, Sequence[str]],
    draws: range,
    seed: int = 0,
    symbols: Sequence[str] = tuple(SPEC),
) -> dict[str, np.ndarray]:
    """Draw every parameter of a case from its prior.

    Parameters
    ----------
    table : pandas.DataFrame
        The case's parameter table (columns ``symbol``, ``dist``, ``a``, ``b``).
    members : mapping of str to sequence of str
        Ids along each dimension a parameter can run over.
    draws : range
        Which draws; draw 17 is the same whatever the others are.
    seed : int
    symbols : sequence of str
        Which parameters; all of them by default.

    Returns
    -------
    dict of str to numpy.ndarray
        Shape (dimensions of the symbol..., draw); scalars have shape (draw,).
    """
    rows = table.drop_duplicates("symbol").set_index("symbol")
    values = {}
    for symbol in symbols:
        spec = SPEC[symbol]
        row = rows.loc[symbol]
        first = list(members[spec.dims[0]]) if spec.dims else ["-"]
        when = spec.dims[-1] if spec.dims and spec.dims[-1] in ("year", "month") else None
        times = [int(t.replace("-", "")) for t in members[when]] if when else [0]
        if spec.dims == (when,):
            first = ["-"]
        z = standard_normals(symbol, first, times, draws, seed)
        z = z.reshape(*(len(members[dim]) for dim in spec.dims), len(draws))
        values[symbol] = QUANTILE[str(row["dist"])](z, float(row["a"]), float(row["b"]))
    return values
