"""How the answer depends on the evidence and on the form of the model.

Each variant is a posterior of the trade in the normal approximation around the mode
(`contraflow.inference.whiten`): the whole record, the record without each of its sources
(`Whitened.without`), additive and multiplicative mark-ups, and the other cost kernel, which is fitted anew.
All of them answer the same question: what the case's default scenario changes against its baseline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contraflow.analysis.windows import default_windows
from contraflow.case import Case
from contraflow.ensemble.build import build
from contraflow.ensemble.run import simulate_ensemble
from contraflow.inference import trade
from contraflow.inference.forecast import values_of
from contraflow.inference.posterior import Posterior, draw_beliefs
from contraflow.inference.whiten import Whitened, whiten
from contraflow.model.step import Settings
from contraflow.scenario import compile_drivers, load_scenario

DRAWS = 200
"""Draws of each variant."""
EDGE = 0.02
"""Distance from its bounds at which the pass-through counts as additive or multiplicative."""
COLUMNS = ("variant", "rows", "quantity", "unit", "q05", "median", "q95")
"""Columns of the table."""
QUANTITIES = {
    "transit": ("share of Andean output through the country, last year fitted", "%"),
    "delivered": ("tonnes delivered, change", "%"),
    "price": ("retail price in the first market, change", "%"),
    "gains": ("income of armed groups, change", "%"),
    "trade": ("what markets pay, change", "%"),
}


@dataclass(frozen=True)
class Variant:
    """One way to read the evidence.

    Attributes
    ----------
    name : str
    rows : int
        Rows of the record used.
    posterior : Posterior
    settings : Settings
    """

    name: str
    rows: int
    posterior: Posterior
    settings: Settings


def sources(case: Case, problem: trade.TradeProblem) -> dict[str, np.ndarray]:
    """Rows of the record that rest on each source, as masks."""
    last = int(problem.record.year.max())
    used = case.calibration[case.calibration["year"] <= last]["source"].astype(str)
    keys = [set(text.split(";")) for text in used]
    return {key: np.array([key in row for row in keys]) for key in sorted(set().union(*keys))}


def variants(case: Case, draws: int = DRAWS, seed: int = 0) -> Iterator[Variant]:
    """Every variant in turn; see the module."""
    problem = trade.problem(case)
    white = whiten(problem, trade.SCALES)
    count = len(problem.record.value)

    def posterior(problem: trade.TradeProblem, white: Whitened) -> Posterior:
        u = np.random.default_rng(seed).standard_normal((draws, len(white.mode)))
        values = {name: np.moveaxis(v, 0, -1) for name, v in values_of(problem, white, u).items()}
        return Posterior(values, dict(problem.model.members), {}, "")

    whole = posterior(problem, white)
    yield Variant("whole record", count, whole, Settings())
    for name, share in (("additive mark-ups", EDGE), ("multiplicative mark-ups", 1.0 - EDGE)):
        fixed = whole.values | {"pass_through": np.full(draws, share)}
        yield Variant(name, count, Posterior(fixed, whole.members, {}, ""), Settings())
    for key, rows in sources(case, problem).items():
        yield Variant(
            f"without {key}", int((~rows).sum()), posterior(problem, white.without(rows)), Settings()
        )
    other = Settings(kernel="additive")
    again = trade.problem(case, settings=other)
    yield Variant("additive kernel", count, posterior(again, whiten(again, trade.SCALES)), other)


def answer(case: Case, variant: Variant, draws: int = DRAWS, seed: int = 0) -> pd.DataFrame:
    """What the default scenario changes under a variant: a row each of `QUANTITIES`."""
    model = build(case)
    pair = [load_scenario(case, name) for name in (case.default_scenario, case.default_baseline)]
    new, old = simulate_ensemble(
        model,
        [compile_drivers(case, scenario) for scenario in pair],
        lambda chosen: draw_beliefs(case, model.members, chosen, seed, variant.posterior),
        draws,
        ("delivered", "price", "income_group", "market_spending", "transit_share"),
        variant.settings,
    )
    window, _ = default_windows(case)
    months = case.months
    inside = (months >= window.first) & (months <= window.last)
    last = np.array([m.year for m in months]) == int(case.calibration["year"].max())

    def change(name: str, whole: bool = True) -> np.ndarray:
        parts = [r[name][:, inside].mean(axis=1) for r in (new, old)]
        a, b = (p.sum(axis=1) if whole and p.ndim > 1 else p[:, 0] if p.ndim > 1 else p for p in parts)
        return 100.0 * (a / b - 1.0)

    found = {
        "transit": 100.0 * old["transit_share"][:, last].mean(axis=1),
        "delivered": change("delivered"),
        "price": change("price", whole=False),
        "gains": change("income_group"),
        "trade": change("market_spending"),
    }
    rows = []
    for key, values in found.items():
        words, unit = QUANTITIES[key]
        q = np.quantile(values, (0.05, 0.5, 0.95))
        rows.append((variant.name, variant.rows, words, unit, *(float(x) for x in q)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def sensitivity(
    case: Case, draws: int = DRAWS, seed: int = 0, progress: Callable[[str], None] | None = None
) -> pd.DataFrame:
    """Answers of all variants, one below the other.

    Parameters
    ----------
    case : Case
    draws, seed : int
    progress : callable, optional
        Called with the name of each variant.
    """
    parts = []
    for variant in variants(case, draws, seed):
        if progress is not None:
            progress(variant.name)
        parts.append(answer(case, variant, draws, seed))
    return pd.concat(parts, ignore_index=True)
