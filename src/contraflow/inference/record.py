"""The record the trade is fitted to: rows of a case's calibration table against what the model says of them.

Rows of ``members`` are not among them: they are evidence for the fit to killings.

Each row has its own error model.

- ``seizures``: the log of yearly gross tonnes errs by a Student t whose squared scale is
  reporting² + consignment/tonnes + row²: offices disagree, and a year is a sum of few large finds, which makes small
  totals noisier (a compound Poisson sum of loads of size L has relative variance L/total).
- ``share`` and ``transit``: the log odds err normally, with squared scale reporting² + row². Statements about
  transit are one row whose own error is the spread between the statements.
- ``price``: the log errs normally, with squared scale price² + row².
- ``retail``, of a kilogram as sold: the log errs normally by row alone, since yearly surveys of a market and single
  quotations have no error in common. The price is that of a pure kilogram times the purity of what is sold, which is
  unknown, the same in all years and fitted: many rows of one market say how prices moved, not how high they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm, t
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from contraflow.errors import ContraflowError

if TYPE_CHECKING:
    from contraflow.case import Case
    from contraflow.ensemble.build import Model

OUTCOMES = ("edge_lost", "node_value", "transit_share")
"""What a simulation must record to be compared with the record."""
PRICES = ("price", "retail")
"""Quantities that are prices."""
DEGREES = 5.0
"""Degrees of freedom of the error of seizures: single finds of tens of tonnes are outliers, not trends."""


@dataclass(frozen=True, eq=False)
class Record:
    """Rows of the calibration table as arrays.

    Attributes
    ----------
    quantity : numpy.ndarray of str, shape (row,)
    name : tuple of str
        Series of each row, for tables: ``seizures jurisdiction:COL``.
    year : numpy.ndarray of int, shape (row,)
        Calendar year.
    position : numpy.ndarray of int, shape (row,)
        Position of the year among the simulated ones.
    value, error : numpy.ndarray, shape (row,)
    counted : numpy.ndarray, shape (row, edge)
        Gross tonnes counted per pure tonne lost on the edge.
    part : numpy.ndarray, shape (row, edge)
        Of those, the ones that make up the numerator of a share.
    node : numpy.ndarray of int, shape (row,)
        Node of a price, zero elsewhere.
    market : numpy.ndarray of int, shape (row,)
        Position of that node among the markets for a retail price, zero elsewhere.
    """

    quantity: np.ndarray
    name: tuple[str, ...]
    year: np.ndarray
    position: np.ndarray
    value: np.ndarray
    error: np.ndarray
    counted: np.ndarray
    part: np.ndarray
    node: np.ndarray
    market: np.ndarray

    @property
    def scale(self) -> np.ndarray:
        """The values on the scale on which they err: logs, log odds for shares."""
        odds = np.isin(self.quantity, ("share", "transit"))
        return np.where(odds, np.log(self.value / np.where(odds, 1.0 - self.value, 1.0)), np.log(self.value))


def read_record(case: Case, model: Model, last_year: int | None = None) -> Record:
    """Match a case's calibration table with its model.

    Parameters
    ----------
    case : Case
    model : Model
        Of that case; its last simulated year bounds the rows used.
    last_year : int, optional
        Last year used; all by default.

    Raises
    ------
    ContraflowError
        If a row names a place the case does not have, a year that is not simulated or a share above one.
    """
    structure, sheet = model.structure, case.sheets["calibration"]
    years = [int(y) for y in structure.names["year"]]
    net = structure.network
    row_of, market_of = (
        {name: i for i, name in enumerate(names)} for names in (net.nodes, structure.names["market"])
    )
    country = dict(zip(case.nodes["id"], case.nodes["country"], strict=True))
    starts = np.array([country[net.nodes[i]] for i in net.origin])
    gross = 1.0 / structure.purity[structure.labels.jurisdiction]
    kept: list[tuple] = []
    for number, row in enumerate(case.calibration.itertuples(index=False)):
        place = sheet.place(number, "where")
        year = int(row.year)
        if row.quantity == "members" or (last_year is not None and year > last_year):
            continue
        if year not in years:
            raise ContraflowError(
                sheet.place(number, "year"),
                f"the year {year} is not simulated",
                f"use {years[0]} to {years[-1]}",
            )
        if row.quantity in ("share", "transit") and not float(row.value) < 1.0:
            raise ContraflowError(
                sheet.place(number, "value"), f"a share of {row.value} is not below 1", "write 0.7 for 70 %"
            )
        counted, node, market = np.zeros(len(net.edges)), 0, 0
        if row.quantity == "price":
            node = _one("node", str(row.where), row_of, place)
        elif row.quantity == "retail":
            market = _one("market", str(row.where), market_of, place)
            node = int(net.markets[market])
        elif row.quantity != "transit":
            counted = _edges(str(row.where), model, row_of, place) * gross
        part = counted * (starts == row.origin) if row.quantity == "share" else counted
        label = " ".join(str(word) for word in (row.quantity, row.where, row.origin) if word)
        kept.append(
            (row.quantity, label, year, years.index(year), row.value, row.error, counted, part, node, market)
        )
    if not kept:
        raise ContraflowError(
            str(case.path / "calibration.csv"),
            "there is no row to fit to",
            "add figures, see `contraflow describe`",
        )
    quantity, name, year, position, value, error, counted, part, node, market = zip(*kept, strict=True)
    return Record(
        np.array(quantity), tuple(name), np.array(year), np.array(position), np.array(value, dtype=float),
        np.array(error, dtype=float), np.array(counted), np.array(part), np.array(node, dtype=int),
        np.array(market, dtype=int),
    )  # fmt: skip


def _one(wanted: str, where: str, row_of: Mapping[str, int], place: str) -> int:
    kind, _, name = where.partition(":")
    if kind != wanted or name not in row_of:
        raise ContraflowError(place, f"'{where}' is no {wanted}", f"write {wanted}: and the id of a {wanted}")
    return row_of[name]


def _edges(where: str, model: Model, row_of: Mapping[str, int], place: str) -> np.ndarray:
    """One on every edge whose losses are counted at a place."""
    kind, _, rest = where.partition(":")
    structure = model.structure
    names = rest.split("+")
    known = {"jurisdiction": "jurisdiction", "theatre": "theatre", "entry": "node"}.get(kind)
    if known is None:
        raise ContraflowError(
            place, f"'{where}' has no known kind", "write jurisdiction:, theatre: or entry:"
        )
    wrong = [n for n in names if n not in structure.names[known]]
    if wrong:
        raise ContraflowError(place, f"unknown {known} '{wrong[0]}'", f"use an id of the case's {known}s")
    rows = [structure.names[known].index(n) for n in names]
    of_edge = structure.network.destination if kind == "entry" else getattr(structure.labels, kind)
    return np.isin(of_edge, rows).astype(float)


def predicted(
    record: Record, outcomes: Mapping[str, Array], draw: Mapping[str, Array], months_of: np.ndarray
) -> Float[Array, "row draw"]:
    """What the model says of every row, on the scale on which it errs.

    Parameters
    ----------
    outcomes : mapping
        `OUTCOMES` as simulated, draws last: edges and nodes by year, the transit share by month.
    draw : mapping
        The parameters simulated with; of them, the purity of what is sold.
    months_of : numpy.ndarray, shape (year, month)
        Weights of the months in the mean of each year.
    """
    lost, tiny = outcomes["edge_lost"][record.position], 1e-12
    total = jnp.einsum("re,red->rd", jnp.asarray(record.counted), lost)
    part = jnp.einsum("re,red->rd", jnp.asarray(record.part), lost)
    price, retail = outcomes["node_value"][record.position, record.node], record.quantity == "retail"
    price = price * jnp.where(jnp.asarray(retail)[:, None], draw["retail_purity"][record.market], 1.0)
    transit = (jnp.asarray(months_of) @ outcomes["transit_share"])[record.position]
    share = jnp.where(
        jnp.asarray(record.quantity == "transit")[:, None], transit, part / jnp.maximum(total, tiny)
    )
    share = jnp.clip(share, 1e-6, 1.0 - 1e-6)
    odds = jnp.log(share) - jnp.log1p(-share)
    priced = jnp.asarray(np.isin(record.quantity, PRICES))[:, None]
    logs = jnp.log(jnp.maximum(jnp.where(priced, price, total), tiny))
    return jnp.where(jnp.asarray(np.isin(record.quantity, ("share", "transit")))[:, None], odds, logs)


def spread(
    record: Record, said: Float[Array, "row draw"], draw: Mapping[str, Array]
) -> Float[Array, "row draw"]:
    """Standard error of every row on that scale, given what the model says of it."""
    lumps = draw["consignment"] / jnp.exp(said)
    seizing = jnp.asarray(record.quantity == "seizures")[:, None]
    quoted = jnp.asarray(record.quantity == "price")[:, None]
    retail = jnp.asarray(record.quantity == "retail")[:, None]
    common = jnp.where(quoted, draw["price_error"], jnp.where(retail, 0.0, draw["reporting_error"]))
    return jnp.sqrt(common**2 + jnp.where(seizing, lumps, 0.0) + jnp.asarray(record.error)[:, None] ** 2)


def log_likelihood(
    record: Record,
    said: Float[ArrayLike, "... row"],
    error: Float[ArrayLike, "... row"],
    observed: Float[ArrayLike, "... row"] | None = None,
) -> Float[Array, "... row"]:
    """Log density of what was recorded: seizures with heavy tails, everything else normal.

    Parameters
    ----------
    said, error : array, shape (..., row)
        On the scale of errors.
    observed : array, shape (..., row), optional
        Another record than this one, on the scale of errors.
    """
    z = (jnp.asarray(record.scale if observed is None else observed) - said) / error
    heavy = jnp.asarray(record.quantity == "seizures")
    return jnp.where(heavy, t.logpdf(z, DEGREES), norm.logpdf(z)) - jnp.log(error)


def noise(record: Record, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw errors of recording, in standard errors, shape (..., row)."""
    heavy = record.quantity == "seizures"
    return np.where(heavy, rng.standard_t(DEGREES, shape), rng.standard_normal(shape))


def subset(record: Record, rows: np.ndarray) -> Record:
    """Rows of a record, chosen by a mask or by position."""
    chosen = np.arange(len(record.value))[rows]
    return Record(
        **{
            field: tuple(record.name[i] for i in chosen)
            if field == "name"
            else getattr(record, field)[chosen]
            for field in Record.__dataclass_fields__
        }
    )
