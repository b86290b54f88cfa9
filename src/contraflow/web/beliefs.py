"""What we believe: the uncertain numbers a reader may fix, what is believed of them, and what drives an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from contraflow.errors import ContraflowError
from contraflow.model.symbols import RECORDING, SPEC

if TYPE_CHECKING:
    from contraflow.case import Case

SLIDERS = (
    "theta", "pass_through", "elasticity", "effort_exponent", "search_saturation", "intelligence_effect", "learning",
    "concealment_growth", "strike_load", "strike_fear", "takedown_cut", "deployment_suppression", "curfew_effect",
    "income_response", "conflict",
)  # fmt: skip
"""Parameters that move the differences between scenarios most, in the order of the panel. One that runs over
markets is fixed to the same value in all of them."""

BINS = 24
EDGE = 0.005
"""Share of draws beyond each end of a slider."""
KEPT = 12
"""Drivers shown for an outcome."""
FEWEST = 10
"""With fewer draws nothing is said about drivers."""


def sliders(case: Case, draw: Mapping[str, NDArray]) -> list[dict[str, Any]]:
    """Return the parameters of the panel with the distribution of their draws.

    Parameters
    ----------
    case
        For names, descriptions and sources.
    draw
        Draws of every symbol, draws last.
    """
    rows = case.parameters.drop_duplicates("symbol").set_index("symbol")
    found = []
    for symbol in SLIDERS:
        if symbol not in rows.index:
            continue
        row, values = rows.loc[symbol], np.asarray(draw[symbol], dtype=float).ravel()
        low, high = (float(np.quantile(values, level)) for level in (EDGE, 1.0 - EDGE))
        if not high > low:
            continue
        counts, _ = np.histogram(values, BINS, (low, high))
        found.append(
            {
                "symbol": symbol,
                "name": str(row["name"]),
                "unit": str(row["unit"]),
                "description": str(row["description"]),
                "prior": f"{row['dist']}({_shown(row['a'])}, {_shown(row['b'])})",
                "kind": str(row["kind"]),
                "source": str(row["source"]),
                "low": low,
                "high": high,
                "median": float(np.median(values)),
                "q05": float(np.quantile(values, 0.05)),
                "q95": float(np.quantile(values, 0.95)),
                "counts": counts.tolist(),
            }
        )
    return found


def _shown(value: object) -> str:
    """Return a parameter of a distribution; a missing one as a dash."""
    number = float(value)  # type: ignore[arg-type]
    return "–" if np.isnan(number) else f"{number:g}"


def check(overrides: Mapping[str, float], known: Mapping[str, tuple[float, float]]) -> None:
    """Hold fixed values to the ranges of the sliders.

    Raises
    ------
    ContraflowError
        If a symbol is not on the panel or its value is out of range.
    """
    for symbol, value in overrides.items():
        if symbol not in known:
            raise ContraflowError(
                f"beliefs, key {symbol[:40]}",
                "no slider of that name",
                f"use one of: {', '.join(known)}",
            )
        low, high = known[symbol]
        slack = 1e-6 * (high - low)
        if not low - slack <= value <= high + slack:
            raise ContraflowError(
                f"beliefs, key {symbol}", f"{value:g} is out of range", f"choose from {low:.4g} to {high:.4g}"
            )


def fixed(draw: Mapping[str, NDArray], overrides: Mapping[str, float]) -> dict[str, NDArray]:
    """Return draws in which some symbols have one value in every draw."""
    return {
        symbol: np.full_like(values, overrides[symbol]) if symbol in overrides else values
        for symbol, values in draw.items()
    }


def scalars() -> list[str]:
    """Return the symbols of which a draw holds one number, in the model's order."""
    return [name for name, symbol in SPEC.items() if not symbol.dims and name not in RECORDING]


def ranks(values: NDArray) -> NDArray:
    """Return ranks along the last axis, centred and scaled to length one; rows without spread become zero."""
    order = np.argsort(np.argsort(values, axis=-1, kind="stable"), axis=-1).astype(float)
    order -= order.mean(axis=-1, keepdims=True)
    length = np.sqrt((order**2).sum(axis=-1, keepdims=True))
    flat = np.ptp(values, axis=-1, keepdims=True) == 0
    return np.where(flat, 0.0, order / np.maximum(length, 1e-300))


class Scalars:
    """Draws of the parameters that are one number, arranged to ask what drives an outcome.

    Parameters
    ----------
    draw
        Draws of every symbol.
    """

    def __init__(self, draw: Mapping[str, NDArray]) -> None:
        self.symbols = scalars()
        values = np.stack([draw[name] for name in self.symbols])
        self._ranks = ranks(values)
        order = np.argsort(values, axis=-1, kind="stable")
        third = max(values.shape[-1] // 3, 1)
        self._low, self._high = order[:, :third], order[:, -third:]

    def drivers(self, outcomes: NDArray) -> list[list[dict[str, Any]]]:
        """Return what drives each outcome: its median where a parameter is low and where it is high.

        Parameters
        ----------
        outcomes
            Shape (outcome, draw): differences between scenarios.

        Returns
        -------
        list of list of dict
            `symbol`, `rank` (rank correlation), `low` and `high` (median of the outcome over the third of the
            draws where the parameter is lowest, and highest); strongest first. No run of its own: the draws at hand.
        """
        if outcomes.shape[-1] < FEWEST:
            return [[] for _ in outcomes]
        correlation = self._ranks @ ranks(outcomes).T
        chosen = np.argsort(-np.abs(correlation), axis=0, kind="stable")[:KEPT].T
        column = np.arange(len(outcomes))[:, None]
        low, high = (
            np.median(outcomes[column[..., None], side[chosen]], axis=-1) for side in (self._low, self._high)
        )
        return [
            [
                {
                    "symbol": self.symbols[row],
                    "rank": float(correlation[row, one]),
                    "low": float(low[one, at]),
                    "high": float(high[one, at]),
                }
                for at, row in enumerate(rows)
                if correlation[row, one] != 0
            ]
            for one, rows in enumerate(chosen)
        ]
