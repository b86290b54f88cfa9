"""Observables about what a campaign changes: a scenario beside the case's baseline, draw by draw."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import special

from contraflow.analysis.claims.bounds import Bounds, Figure, Step, given, no_bounds
from contraflow.analysis.claims.interval import ANYTHING, Interval
from contraflow.analysis.claims.network import Tonnes
from contraflow.analysis.claims.observable import Estimate, NotModelledError, Observable, register
from contraflow.analysis.claims.routes import producers_of
from contraflow.case.cells import split_keys
from contraflow.case.read import named_rows
from contraflow.model.structure import STAGES
from contraflow.scenario import load_scenario
from contraflow.scenario.compile import compile_arrays

if TYPE_CHECKING:
    from contraflow.analysis.claims.claim import Claim
    from contraflow.analysis.claims.evidence import Evidence
    from contraflow.analysis.claims.runs import Runs
    from contraflow.case import Case

AFLOAT = ("boat", "semi-submersible")
FEAR = "Fear and detours have no published size, so these bounds inform and decide nothing."
INCOMES = {
    "trade": ("market_spending", "market"),
    "focus": ("income_focus", ""),
    "groups": ("income_group", "group"),
    "group-tolls": ("toll_group", "group"),
}
"""Incomes with a name of their own; any group or stage may be named too."""


def percent(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Change in per cent, draw by draw."""
    return 100.0 * (after / np.where(before == 0, np.nan, before) - 1.0)


def _effect(name: str, dim: str, claim: Claim, runs: Runs, total: bool = True) -> Estimate:
    sides = []
    for data in runs.pair(claim):
        values = data[name].sel(month=claim.period.span)
        if claim.places:
            values = values.sel({dim: list(claim.places)})
        sides.append((values.sum(dim) if total else values.mean(dim)).mean("month").to_numpy())
    return Estimate(percent(*sides))


def income(data: xr.Dataset, place: str) -> xr.DataArray:
    """Monthly income by a name of `INCOMES`, by a stage or by a group."""
    if place in STAGES:
        return data["income_stage"].sel(stage=place)
    if place in INCOMES:
        name, dim = INCOMES[place]
        return data[name].sum(dim) if dim else data[name]
    return data["income_group"].sel(group=place)


def _income(claim: Claim, runs: Runs) -> Estimate:
    after, before = runs.pair(claim)
    sides = [
        income(d, claim.places[0]).sel(month=claim.period.span).sum("month").to_numpy()
        for d in (after, before)
    ]
    if not sides[1].any():
        raise NotModelledError(f"{claim.places[0]} earns nothing in the baseline")
    return Estimate(percent(*sides))


def _flow(claim: Claim, runs: Runs) -> Estimate:
    edges = runs.case.edges
    wanted = (edges["theatre"].isin(list(claim.places)) & edges["mode"].isin(AFLOAT)).to_numpy()
    if not wanted.any():
        raise NotModelledError("no edge of the theatre is crossed by boat")
    sides = [Tonnes(runs.case, d, claim.period).shipped[:, wanted].sum(1) for d in runs.pair(claim)]
    return Estimate(percent(*sides))


def struck(claim: Claim, evidence: Evidence, theatres: Iterable[str] = ()) -> tuple[list[Step], Interval]:
    """Tonnes that strikes can have destroyed: strikes of the scenario times published loads."""
    case = evidence.case
    scenario = load_scenario(case, claim.scenario or case.default_scenario)
    strikes = compile_arrays(case, scenario)["strikes"]
    months = case.months
    when = (months >= claim.period.first) & (months <= claim.period.last)
    chosen = (
        case.theatres["id"].isin(list(theatres)).to_numpy()
        if theatres
        else np.ones(len(case.theatres), dtype=bool)
    )
    number = float(strikes[when][:, chosen].sum())
    keys = [m.source for m in scenario.measures if m.kind == "strikes"]
    sources = tuple(dict.fromkeys(key for cell in keys for key in cell.split(";") if key))
    steps = [Step("strikes in the scenario", "", Interval.exactly(number), "", sources)]
    loads = [f for unit, scale in (("t", 1.0), ("kg/vessel", 1e-3)) if (f := _loads(evidence, unit, scale))]
    if not loads:
        return steps, Interval(0.0, 0.0 if number == 0 else float("inf"))
    load = loads[0].interval
    for other in loads[1:]:
        load = load.hull(other.interval)
    whole = Interval(0.0, load.high)
    sources = tuple(dict.fromkeys(k for f in loads for k in f.sources))
    steps.append(Step("load of a boat (none to the largest published)", "", whole, "t", sources))
    lost = whole.times(number)
    steps.append(Step("tonnes destroyed", f"{number:g} × {whole.low:g} to {whole.high:.3g}", lost, "t"))
    return steps, lost


def _loads(evidence: Evidence, unit: str, scale: float) -> Figure | None:
    rows = evidence.case.observations
    rows = rows.loc[(rows["series"] == "load_per_boat") & (rows["unit"] == unit)]
    numbers = rows[["value", "low", "high"]].to_numpy(float)
    known = numbers[~np.isnan(numbers)] * scale
    return Figure("load", Interval.around(known.tolist()), "t", tuple(rows["source"])) if known.size else None


def _lost_share(claim: Claim, evidence: Evidence) -> tuple[list[Step], Interval | None]:
    """Largest share of a year's output that the strikes can have destroyed, per cent."""
    steps, lost = struck(claim, evidence)
    case = evidence.case
    made = next((m for y in range(claim.period.years[0], case.start.year - 1, -1)
                 if (m := evidence.production(producers_of(case), y))), None)  # fmt: skip
    if made is None or not np.isfinite(lost.high):
        return steps, None
    yearly = lost.times(12.0 / claim.period.months)
    share = (yearly / made.interval).times(100.0).clipped(0.0, 100.0)
    formula = f"{yearly.high:,.0f} t a year ÷ {made.interval.low:,.0f}"
    return [*steps, given(made), Step("share of output destroyed", f"at most {formula}", share, "%")], share


def _delivered_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    steps, share = _lost_share(claim, evidence)
    if share is None:
        return no_bounds(FEAR)
    fall = Interval(-share.high, 0.0)
    steps.append(Step("fall of what arrives by destruction alone", "", fall, "%"))
    return Bounds(fall, tuple(steps), binding=False, note=FEAR)


def _price_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    steps, share = _lost_share(claim, evidence)
    if share is None or share.high >= 100:
        return no_bounds(FEAR)
    rise = Interval(0.0, 100.0 * (1.0 / (1.0 - share.high / 100.0) - 1.0))
    formula = f"nothing, to all of it passed on in proportion: 1 ÷ (1 − {share.high / 100:.3g}) − 1"
    return Bounds(rise, (*steps, Step("rise of the price", formula, rise, "%")), binding=False, note=FEAR)


def _elasticity(case: Case) -> Figure | None:
    table = case.parameters
    rows = list(named_rows(table.loc[(table["symbol"] == "elasticity") & (table["dist"] == "lognormal")]))
    if not rows:
        return None
    a, b = float(rows[0].a), float(rows[0].b)
    ends = [a * float(np.exp(b * special.ndtri(q))) for q in (0.05, 0.95)]
    name, keys = "price elasticity of demand (90 % of belief)", tuple(split_keys(str(rows[0].source)))
    return Figure(name, Interval(ends[0], ends[1]), "", keys)


def _income_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    if claim.places[0] != "trade":
        return no_bounds("No figure is published on what this part of the trade earns.")
    prices = _price_bounds(claim, evidence)
    elasticity = _elasticity(evidence.case)
    if not prices.steps or elasticity is None:
        return no_bounds(FEAR)
    change = (Interval.exactly(1.0) - elasticity.interval) * prices.interval
    formula = f"(1 − {elasticity.interval.low:.2g} to {elasticity.interval.high:.2g}) × the rise of the price"
    steps = (*prices.steps, given(elasticity), Step("what users pay", formula, change, "%"))
    note = f"Spending falls only where the elasticity is above one. {FEAR}"
    return Bounds(change, steps, binding=False, note=note)


def _flow_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    steps, _ = struck(claim, evidence, claim.places)
    return Bounds(ANYTHING, tuple(steps), note="What crossed the theatre before is not published. " + FEAR)


def _unbounded(_: Claim, __: Evidence) -> Bounds:
    return no_bounds(
        "Nothing published bounds what would have happened otherwise; see `contraflow evaluate`."
    )


def _earners(case: Case) -> Iterable[str]:
    return [*INCOMES, *STAGES, *case.groups["id"]]


register(
    Observable(
        "delivered-effect",
        "%",
        "Change of the cocaine that reaches consumers, with the scenario relative to the baseline.",
        "place: markets (empty: all); period: months, or 12m",
        1.0,
        "wholesale prices and purity by month in the markets: supply cannot fall for long without both moving",
        lambda claim, runs: _effect("delivered", "market", claim, runs),
        _delivered_bounds,
        places=lambda case: case.members("market"),
    )
)
register(
    Observable(
        "price-effect",
        "%",
        "Change of the mean retail price per pure kilogram, with the scenario relative to the baseline.",
        "place: markets (empty: the plain mean of all); period: months, or 12m",
        1.0,
        "purity-adjusted prices by month before and after, which no agency has published since the campaign began",
        lambda claim, runs: _effect("price", "market", claim, runs, total=False),
        _price_bounds,
        places=lambda case: case.members("market"),
    )
)
register(
    Observable(
        "income-effect",
        "%",
        "Change of income with the scenario relative to the baseline, summed over the period.",
        "place: trade (what users pay), focus (earned in the focus country), groups, group-tolls, a stage or a group; "
        "period: months, or 12m",
        0.0,
        "the price elasticity of demand and the pass-through of costs: a panel of purity-adjusted prices and of "
        "use, and of prices at two stages of one chain",
        _income,
        _income_bounds,
        places=_earners,
        needs=("place",),
    )
)
register(
    Observable(
        "homicide-effect",
        "%",
        "Change of expected recorded homicides with the scenario relative to the baseline.",
        "place: territories (empty: all); period: months, or 12m",
        1.0,
        "monthly counts by province during the campaign, set beside the forecast made on its eve",
        lambda claim, runs: _effect("homicides", "territory", claim, runs),
        _unbounded,
        places=lambda case: case.members("territory"),
    )
)
register(
    Observable(
        "flow-effect",
        "%",
        "Change of the tonnes shipped by boat and semi-submersible over the edges of a theatre.",
        "place: theatres; period: months, or 12m",
        5.0,
        "the count of tracks behind the claim, by month and with the hours of surveillance that found them",
        _flow,
        _flow_bounds,
        places=lambda case: case.theatres["id"].tolist(),
        needs=("place",),
    )
)
