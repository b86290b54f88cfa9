"""Observables about seizures and production: what share is intercepted, and how much more is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from contraflow.analysis.claims.balance import balance
from contraflow.analysis.claims.bounds import Bounds, Step, given, no_bounds, span
from contraflow.analysis.claims.evidence import WORLD
from contraflow.analysis.claims.interval import ANYTHING, PERCENT, Interval
from contraflow.analysis.claims.network import Tonnes
from contraflow.analysis.claims.observable import Estimate, NotModelledError, Observable, register
from contraflow.analysis.claims.routes import countries_of, producers_of

if TYPE_CHECKING:
    import xarray as xr

    from contraflow.analysis.claims.claim import Claim
    from contraflow.analysis.claims.evidence import Evidence
    from contraflow.analysis.claims.period import Period
    from contraflow.analysis.claims.runs import Runs
    from contraflow.case import Case


def _summed(
    data: xr.Dataset, name: str, period: Period, dim: str, chosen: Sequence[str] | None
) -> np.ndarray:
    """Sum of a monthly outcome over a period and some (or all) members of its dimension; shape (draw,)."""
    values = data[name].sel(month=period.span).sum("month", dtype=float)
    return (values if chosen is None else values.sel({dim: list(chosen)})).sum(dim).to_numpy()


def _rate(claim: Claim, runs: Runs) -> Estimate:
    case, data = runs.case, runs.state(claim)
    tonnes = Tonnes(case, data, claim.period)
    places = list(claim.places)
    if places == [WORLD]:
        seized, base = _summed(data, "seized", claim.period, "jurisdiction", None), tonnes.output(None)
    elif set(places) <= set(case.theatres["id"]):
        seized = _summed(data, "seized_theatre", claim.period, "theatre", places)
        base = tonnes.into_theatres(places)
    else:
        code = places[0]
        if code not in set(case.jurisdictions["id"]):
            raise NotModelledError(f"{code} is not a jurisdiction of the case")
        seized = _summed(data, "seized", claim.period, "jurisdiction", [code])
        base = tonnes.entering(code) + tonnes.output([code])
    return Estimate(100.0 * seized / base)


def _rate_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    case, code, year = evidence.case, claim.places[0], claim.period.years[-1]
    if code in set(case.theatres["id"]):
        return no_bounds("What crosses the sea unseen is not published.", PERCENT)
    if code != WORLD and code not in producers_of(case):
        return _transit_rate(claim, evidence, code, year)
    made = evidence.production([code], year)
    pure = evidence.figure("pure cocaine seized", ["seizures_pure"], [evidence.country(code)], [year], "t")
    seized, purity = evidence.seized(code, year), evidence.purity
    if made is None or (pure is None and seized is None):
        return no_bounds(
            f"no production or no seizures of {evidence.country(code)} for {year} were found", PERCENT
        )
    steps = [given(made)]
    if pure is not None:
        interval = pure.interval
        steps.append(given(pure))
    else:
        assert seized is not None
        interval = seized.interval * purity.interval
        steps += [
            given(seized),
            given(purity),
            Step("pure", "seized, gross × purity", interval, "t", seized.sources),
        ]
    share = (interval / made.interval).times(100.0).clipped(0.0, 100.0)
    formula = f"{span(interval)} ÷ {span(made.interval)}"
    return Bounds(share, (*steps, Step("share seized", formula, share, "%")))


def _transit_rate(claim: Claim, evidence: Evidence, code: str, year: int) -> Bounds:
    found = balance(evidence, producers_of(evidence.case), code, year)
    if isinstance(found, str):
        return no_bounds(found, PERCENT)
    low = 100.0 * found.seen.low / found.tonnes.high if found.tonnes.high else 0.0
    share = Interval(min(low, 100.0), 100.0)
    formula = f"at least {found.seen.low:,.0f} ÷ {found.tonnes.high:,.0f}, if everything passed there"
    steps = (*found.steps, Step(f"share seized in {evidence.country(code)}", formula, share, "%"))
    flow = (found.seen / claim.accepted.clipped(0.1, 100.0).times(0.01)).clipped(0.0, found.tonnes.high)
    followed = evidence.production(list(evidence.case.meta["focus_sources"]), year)
    implied = [Step("tonnes that would pass", "pure seizures ÷ the rate claimed", flow, "t")]
    if followed is not None and code == evidence.case.meta["focus_country"]:
        part = (flow / followed.interval).times(100.0).clipped(0.0, 100.0)
        names = " and ".join(map(evidence.country, evidence.case.meta["focus_sources"]))
        implied.append(
            Step(f"as a share of the potential output of {names}", "", part, "%", followed.sources)
        )
    return Bounds(share, steps, implies=tuple(implied))


def _gross(claim: Claim, runs: Runs) -> Estimate:
    case, data = runs.case, runs.state(claim)
    code = claim.places[0]
    nodes = case.nodes
    if code == WORLD:
        seized = _summed(data, "seized_gross", claim.period, "jurisdiction", None)
        made = _summed(data, "potential", claim.period, "source", None)
    else:
        own = nodes.loc[(nodes["kind"] == "source") & (nodes["country"] == code), "id"].tolist()
        seized = _summed(data, "seized_gross", claim.period, "jurisdiction", [code])
        made = _summed(data, "potential", claim.period, "source", own)
    return Estimate(100.0 * seized / made)


def _gross_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    shares, steps = [], []
    for year in claim.period.years:
        made, seized = evidence.production(list(claim.places), year), evidence.seized(claim.places[0], year)
        if made is None or seized is None:
            continue
        share = (seized.interval / made.interval).times(100.0)
        formula = f"{span(seized.interval)} ÷ {span(made.interval)}"
        steps += [
            given(made),
            given(seized),
            Step(f"seized weight over potential, {year}", formula, share, "%"),
        ]
        shares.append(share)
    if len(shares) < len(claim.period.years):
        missing = "production or seizures are not published for every year of the period"
        return no_bounds(missing, Interval(0.0, float("inf")))
    whole = Interval(min(s.low for s in shares), max(s.high for s in shares))
    note = "Gross weight over pure potential, as it is usually quoted: it overstates what is intercepted."
    return Bounds(whole, tuple(steps), note=note)


def _growth(claim: Claim, runs: Runs) -> Estimate:
    case, data = runs.case, runs.state(claim)
    own = case.nodes.loc[case.nodes["kind"] == "source"]
    everywhere = list(claim.places) in ([], [WORLD])
    ids = None if everywhere else own.loc[own["country"].isin(list(claim.places)), "id"].tolist()
    first, last = (_summed(data, "potential", claim.period.year(w), "source", ids) for w in (0, -1))
    return Estimate(100.0 * (last / first - 1.0))


def _growth_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    places = list(claim.places) or [WORLD]
    years = claim.period.years[0], claim.period.years[-1]
    made = [evidence.production(places, year) for year in years]
    if made[0] is None or made[1] is None:
        return no_bounds(f"no production is published for {years[0]} and {years[1]} both", ANYTHING)
    growth = (made[1].interval / made[0].interval).plus(-1.0).times(100.0)
    formula = f"{span(made[1].interval)} ÷ {span(made[0].interval)} − 1"
    return Bounds(growth, (given(made[0]), given(made[1]), Step("growth", formula, growth, "%")))


def _places(case: Case) -> Iterable[str]:
    return [WORLD, *countries_of(case), *case.theatres["id"]]


def _makers(case: Case) -> Iterable[str]:
    return [WORLD, *producers_of(case)]


register(
    Observable(
        "interdiction-rate",
        "%",
        "Pure cocaine seized, as a share of what enters a country or theatre or is made there.",
        "place: a country, world, or theatres; period: years or months",
        3.0,
        "the flow past the place, measured by anything but seizures (such as recoveries of marked loads), or the "
        "rate measured by random inspection",
        _rate,
        _rate_bounds,
        places=_places,
        needs=("place",),
    )
)
register(
    Observable(
        "seized-over-potential",
        "%",
        "Seizures by gross weight over potential production of pure cocaine, as it is usually quoted.",
        "place: a producing country or world; period: years",
        2.0,
        "the purity of what was seized and a revised yield; the ratio itself is a matter of definition",
        _gross,
        _gross_bounds,
        places=_makers,
        needs=("place",),
    )
)
register(
    Observable(
        "production-growth",
        "%",
        "Growth of potential production from the first to the last year.",
        "place: producing countries or world; period: first year to last year",
        10.0,
        "both years' area and yield measured by one method",
        _growth,
        _growth_bounds,
        places=_makers,
    )
)
