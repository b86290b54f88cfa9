"""Compare a scenario with its baseline: same draws, same random numbers, so the difference is the policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from contraflow.analysis.displacement import displacement
from contraflow.analysis.quantiles import quantiles
from contraflow.analysis.simulate import Beliefs, Progress, simulate_all
from contraflow.analysis.windows import Window, default_windows
from contraflow.case import Case, load_case
from contraflow.inference import summary
from contraflow.model.step import Settings
from contraflow.results.result import Result
from contraflow.results.store import save
from contraflow.scenario import Scenario, load_scenario

ADDED = ("t/month", "USD/month", "person/month")
"""Units that add up over a window; everything else is averaged."""
TABLED = (
    "delivered", "seized_gross", "destroyed", "corridor_flow", "price", "farmgate", "market_spending",
    "income_stage", "income_focus", "income_group", "income_territory", "homicides", "members",
    "enforcement_cost", "transit_share",
)  # fmt: skip
TOTALLED = frozenset(
    ("delivered", "seized_gross", "destroyed", "market_spending", "income_group", "homicides", "members",
     "enforcement_cost")
)  # fmt: skip
TOTAL = "all"
ASKED_FIRST = (
    "theta", "pass_through", "elasticity", "strike_load", "strike_fear", "intelligence_effect", "takedown_cut",
    "designation_cost",
)  # fmt: skip
"""Parameters on which answers hang most, named first where the record is silent about them."""
GROWN = 1.5
"""Growth of projected killings from which a reader is warned."""
QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}


@dataclass(frozen=True, eq=False)
class Comparison:
    """A scenario beside its baseline.

    Attributes
    ----------
    case : Case
    scenario, baseline : Result
    table : pandas.DataFrame
        One row an outcome, place and window: medians, quantiles of the difference, quantiles of the
        difference in percent, and the probability of a decrease.
    displacement : pandas.DataFrame
        What leaves each exit corridor and where it reappears.
    caveats : list of str
        What a reader must know before believing a number.
    windows : tuple of Window
    """

    case: Case
    scenario: Result
    baseline: Result
    table: pd.DataFrame
    displacement: pd.DataFrame
    caveats: list[str]
    windows: tuple[Window, ...]

    def save(self, path: str | Path) -> Path:
        """Write both results to one NetCDF file; see `contraflow.results.store.save`."""
        results = [self.scenario, self.baseline]
        return save(results if self.scenario.name != self.baseline.name else results[:1], path)


def compare(
    case: Case | str | Path = "ecuador",
    scenario: Scenario | str | Path | None = None,
    baseline: Scenario | str | Path | None = None,
    draws: int = 200,
    seed: int = 0,
    record: str | tuple[str, ...] = "default",
    settings: Settings = Settings(),
    progress: Progress | None = None,
    threads: int | None = None,
    beliefs: Beliefs = "posterior",
) -> Comparison:
    """Simulate a scenario and its baseline, and table the differences.

    Parameters
    ----------
    case, draws, seed, record, settings, progress, threads, beliefs
        See `contraflow.simulate`.
    scenario, baseline
        Loaded, or a name or path to load; by default the ones the case names.

    Returns
    -------
    Comparison

    Raises
    ------
    CaseError, ScenarioError, ContraflowError
        See `contraflow.simulate`.
    """
    case = case if isinstance(case, Case) else load_case(case)
    names = (scenario or case.default_scenario, baseline or case.default_baseline)
    pair = [s if isinstance(s, Scenario) else load_scenario(case, s) for s in names]
    after, before = simulate_all(case, pair, draws, seed, record, settings, progress, threads, beliefs)
    windows = default_windows(case)
    return Comparison(
        case=case,
        scenario=after,
        baseline=before,
        table=difference_table(after.dataset, before.dataset, windows),
        displacement=displacement(case, pair[0], pair[1], after.dataset, before.dataset, windows[0]),
        caveats=caveats(case, after),
        windows=windows,
    )


def difference_table(after: xr.Dataset, before: xr.Dataset, windows: tuple[Window, ...]) -> pd.DataFrame:
    """Table of differences by outcome, place and window.

    Parameters
    ----------
    after, before : xarray.Dataset
        Outcomes of the scenario and of its baseline, with the same draws.
    windows : tuple of Window

    Returns
    -------
    pandas.DataFrame
        Columns ``outcome, place, unit, window, baseline, scenario, diff_q05 ... diff_q95, pct_q05 ...
        pct_q95, p_decrease``; percentages are missing where the baseline is zero.
    """
    rows = []
    for name in TABLED:
        if name not in after:
            continue
        for window in windows:
            unit = str(after[name].attrs["units"])
            pairs = zip(_places(name, after, window), _places(name, before, window), strict=True)
            for (place, new), (_, old) in pairs:
                if new.any() or old.any():
                    shown = unit.replace("/month", "/year") if unit in ADDED else unit
                    rows.append({"outcome": name, "place": place, "unit": shown, "window": str(window)}
                                | _row(new, old))  # fmt: skip
    return pd.DataFrame(rows)


def _places(name: str, data: xr.Dataset, window: Window) -> Iterator[tuple[str, np.ndarray]]:
    cut = window.of(data[name])
    # a window shorter than a year is scaled to a year, so that units stay comparable
    added = data[name].attrs["units"] in ADDED
    values = cut.mean("month") * (12.0 if added else 1.0)
    dim = next((d for d in values.dims if d != "draw"), None)
    if dim is None or name in TOTALLED:
        yield TOTAL, (values if dim is None else values.sum(dim)).to_numpy()
    if dim is not None:
        for place in values[dim].to_numpy():
            yield str(place), values.sel({dim: place}).to_numpy()


def _row(new: np.ndarray, old: np.ndarray) -> dict[str, float]:
    change = new - old
    row = {"baseline": float(np.median(old)), "scenario": float(np.median(new))}
    levels = list(QUANTILES.values())
    row |= {f"diff_{q}": float(x) for q, x in zip(QUANTILES, quantiles(change, levels), strict=True)}
    if (np.abs(old) > 0).all():
        relative = 100.0 * change / np.abs(old)
        row |= {f"pct_{q}": float(x) for q, x in zip(QUANTILES, quantiles(relative, levels), strict=True)}
    else:
        row |= dict.fromkeys((f"pct_{q}" for q in QUANTILES), float("nan"))
    return row | {"p_decrease": float(np.mean(change < 0))}


def origin_of_draws(case: Case, result: Result) -> str:
    """Where the draws of a run come from, and what the record did not teach about them, in words."""
    draws, digest = result.provenance["draws"], result.provenance.get("posterior_digest")
    if digest is None:
        return (
            f"These {draws} draws come from the priors, not from a posterior: nothing in them has been fitted to the "
            "record. Read the intervals as what we would believe before looking at how well the model predicts."
        )
    said = (
        f"These {draws} draws come from the posterior that ships with the case (SHA-256 {digest[:12]}), fitted to "
        "recorded seizures, prices and killings."
    )
    found = summary.read(case.path)
    if found is None:
        return said
    fitted = sum(len(part["learned"]) for part in found.values())
    silent = [symbol for part in found.values() for symbol in summary.silent(part)]
    shifted = [symbol for part in found.values() for symbol in summary.moved(part)]
    names = dict(zip(case.parameters["symbol"], case.parameters["name"], strict=True))
    first = [names[symbol].lower() for symbol in ASKED_FIRST if symbol in silent]
    among = f", among them {', '.join(first)}" if first else ""
    others = ", ".join(names[symbol].lower() for symbol in shifted)
    also = f" It moves without narrowing: {others}." if others else ""
    slow = ", ".join(names[symbol].lower() for part in found.values() for symbol in summary.unsettled(part))
    also += f" The fit has not settled {slow}: more of it might move them." if slow else ""
    return (
        f"{said} That record says next to nothing about {len(silent)} of {fitted} parameters, which are still "
        f"the priors' judgement{among}.{also}"
    )


def runaway(case: Case, result: Result) -> list[str]:
    """Say so where killings are projected to grow far beyond the level at which the common history ended."""
    if "homicides" not in result.dataset:
        return []
    total = result.dataset["homicides"].sum("territory")
    first = Window(case.history_end - 11, case.history_end)
    last = default_windows(case)[1]
    before, after = (float(np.median(w.of(total).sum("month"))) for w in (first, last))
    if after < GROWN * before:
        return []
    return [
        f"Projected killings run away: {after:,.0f} a year at the end ({last}) against {before:,.0f} in the last year "
        "of the common history, because the growth of armed groups that fits the past goes on. Read differences "
        "between scenarios, not levels, and no level beyond the first year."
    ]


def caveats(case: Case, result: Result) -> list[str]:
    """What a reader must know before believing a number of this run."""
    beliefs = case.parameters
    judged = int((beliefs["kind"] == "judgement").sum())
    return [
        origin_of_draws(case, result),
        *runaway(case, result),
        f"{judged} of {len(beliefs)} priors are judgement, and so are most freights, tolls, losses and base "
        "shares of the edges; the parameter and edge tables say which.",
        "Killings are anchored: their level in each province is taken from the counts of the last year "
        "of the common history, and the model gives the change.",
        "The share of the trade through Ecuador, the payment per kilogram to armed groups and the tonnes "
        "lost per boat strike are not known from any source with a method.",
        "The cost of enforcement counts effort in the theatres only: no figure with a source was found for "
        "what a boat strike, a deployment or a curfew costs, so they appear to be free and are not.",
        f"The common history ends in {case.history_end}; what follows is projection, also where the calendar "
        "has passed.",
    ]
