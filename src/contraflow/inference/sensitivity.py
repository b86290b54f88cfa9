"""How the answer depends on the evidence and on the form of the model.

Each variant is a posterior of the trade from one small ensemble (`contraflow.inference.ensembles`): the whole record,
the record without each of its larger sources, additive and multiplicative mark-ups, and the other cost kernel.
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
from contraflow.inference.ensembles import Fitter
from contraflow.inference.posterior import Posterior, draw_beliefs
from contraflow.model.step import Settings
from contraflow.scenario import compile_drivers, load_scenario

MEMBERS, DRAWS = 60, 180
"""Members of each variant's ensemble, and draws of its answer: each member with three futures."""
LARGE = 3
"""Rows of the record from which on a source is left out in turn."""
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
    table = case.calibration
    used = table[(table["year"] <= last) & (table["quantity"] != "members")]["source"].astype(str)
    keys = [set(text.split(";")) for text in used]
    return {key: np.array([key in row for row in keys]) for key in sorted(set().union(*keys))}


def variants(case: Case, members: int = MEMBERS, seed: int = 0) -> Iterator[Variant]:
    """Every variant in turn; see the module."""
    problem = trade.problem(case)
    fitter = Fitter(problem, seed)
    count = len(problem.record.value)

    def posterior(fitter: Fitter, leave: np.ndarray | None = None) -> Posterior:
        values = fitter.values(fitter.ensemble(0, members, leave=leave))
        return Posterior(values, dict(fitter.problem.model.members), {}, "")

    whole = posterior(fitter)
    yield Variant("whole record", count, whole, Settings())
    for name, share in (("additive mark-ups", EDGE), ("multiplicative mark-ups", 1.0 - EDGE)):
        fixed = whole.values | {"pass_through": np.full(members, share)}
        yield Variant(name, count, Posterior(fixed, whole.members, {}, ""), Settings())
    for key, rows in sources(case, problem).items():
        if rows.sum() >= LARGE:
            what = "rows that rest on judgement" if key == "judgement" else key
            yield Variant(f"without {what}", int((~rows).sum()), posterior(fitter, rows), Settings())
    other = Settings(kernel="additive")
    yield Variant(
        "additive kernel", count, posterior(Fitter(trade.problem(case, settings=other), seed)), other
    )


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
    for variant in variants(case, seed=seed):
        if progress is not None:
            progress(variant.name)
        parts.append(answer(case, variant, draws, seed))
    return pd.concat(parts, ignore_index=True)
