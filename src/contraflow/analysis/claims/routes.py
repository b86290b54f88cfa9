"""Observables about routes: shares and tonnes through a country, to a market, out of a port."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from contraflow.analysis.claims.balance import Balance, balance
from contraflow.analysis.claims.bounds import Bounds, Step, no_bounds
from contraflow.analysis.claims.evidence import WORLD
from contraflow.analysis.claims.interval import PERCENT, Interval
from contraflow.analysis.claims.network import Tonnes
from contraflow.analysis.claims.observable import Estimate, NotModelledError, Observable, register

if TYPE_CHECKING:
    from contraflow.analysis.claims.claim import Claim
    from contraflow.analysis.claims.evidence import Evidence
    from contraflow.analysis.claims.runs import Runs
    from contraflow.case import Case

YEARS_A_MONTH = 1.0 / 12.0
SHORT_WORD = 5
"""Words of a port's name up to this length ("Port", "of") do not tell it from others."""
UNMEASURED = (
    "What reaches a market is not measured, so mass balance does not bound the share; the figures listed each "
    "cover one port, country or service."
)


def producers_of(case: Case) -> list[str]:
    """Countries with a source."""
    nodes = case.nodes
    return list(dict.fromkeys(nodes.loc[nodes["kind"] == "source", "country"]))


def countries_of(case: Case) -> Iterable[str]:
    """Countries of the network."""
    return sorted(set(case.nodes["country"]) - {"XXX"})


def _followed(claim: Claim, case: Case) -> list[str]:
    return list(claim.places) or list(case.meta["focus_sources"])


def _via(claim: Claim, case: Case) -> str:
    return claim.via[0] if claim.via else str(case.meta["focus_country"])


def _share(claim: Claim, runs: Runs, year: int | None = None) -> Estimate:
    case = runs.case
    period = claim.period if year is None else claim.period.year(year)
    tonnes = Tonnes(case, runs.state(claim, period), period)
    followed, via = _followed(claim, case), _via(claim, case)
    if followed == [WORLD]:
        into, made = tonnes.entering(via), tonnes.output(None)
    elif set(followed) == set(case.meta["focus_sources"]):
        into, made = tonnes.entering(via), tonnes.output(followed)
    else:
        into, made = tonnes.entering(via, followed), tonnes.output(followed)
    return Estimate(100.0 * into / made)


def _share_bounds(claim: Claim, evidence: Evidence, year: int | None = None) -> Bounds:
    followed, via = _followed(claim, evidence.case), _via(claim, evidence.case)
    when = claim.period.years[-1 if year is None else year]
    found = balance(evidence, followed, via, when)
    if isinstance(found, str):
        return no_bounds(found, PERCENT)
    claimed = claim.accepted.clipped(0.0, 100.0) if year is None else None
    return Bounds(
        found.share,
        found.steps,
        note="What was seized there had come there; what was seized at home had not left.",
        evidence=tuple(
            evidence.like("share_of_seizures", [f"from {evidence.country(via)}"], claim.period.years, "%")
        ),
        implies=_implied_rate(found, claimed.times(0.01) * found.made) if claimed else (),
    )


def _implied_rate(found: Balance, tonnes: Interval) -> tuple[Step, ...]:
    """Interception rate that a claimed flow implies."""
    if found.seen.high <= 0 or tonnes.high <= 0:
        return ()
    rate = (found.seen / tonnes).times(100.0).clipped(0.0, 100.0)
    return (
        Step("tonnes that would pass", "", tonnes, "t"),
        Step("share of it that was seized there", "pure seizures there ÷ tonnes that would pass", rate, "%"),
    )


def _change(claim: Claim, runs: Runs) -> Estimate:
    return Estimate(_share(claim, runs, -1).values - _share(claim, runs, 0).values)


def _change_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    first, last = _share_bounds(claim, evidence, 0), _share_bounds(claim, evidence, -1)
    steps = [Step(f"share that passed in {claim.period.years[0]}", "", first.interval, "%")]
    steps += [*last.steps, Step("change", "last year − first year", last.interval - first.interval, "points")]
    return Bounds(last.interval - first.interval, tuple(steps), note=first.note or last.note)


def _tonnes(claim: Claim, runs: Runs) -> Estimate:
    tonnes = Tonnes(runs.case, runs.state(claim), claim.period)
    return Estimate(
        tonnes.entering(_via(claim, runs.case), claim.places) / (claim.period.months * YEARS_A_MONTH)
    )


def _tonnes_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    makers = list(claim.places) or producers_of(evidence.case)
    via = _via(claim, evidence.case)
    found = balance(evidence, makers, via, claim.period.years[-1])
    if isinstance(found, str):
        return no_bounds(found, Interval(0.0, float("inf")))
    implied = _implied_rate(found, claim.accepted.clipped(0.0, found.made.high))
    return Bounds(found.tonnes, found.steps, implies=implied)


def _supply(claim: Claim, runs: Runs) -> Estimate:
    tonnes = Tonnes(runs.case, runs.state(claim), claim.period)
    via = claim.via or (_via(claim, runs.case),)
    return Estimate(100.0 * tonnes.came_through(claim.places[0], via))


def _supply_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    words = [f"from {evidence.country(_via(claim, evidence.case))}"]
    seen = evidence.like("share_of_seizures", words, claim.period.years, "%")
    return no_bounds(UNMEASURED, PERCENT, seen)


def _outflow(claim: Claim, runs: Runs) -> Estimate:
    tonnes = Tonnes(runs.case, runs.state(claim), claim.period)
    return Estimate(100.0 * tonnes.headed_for(claim.places[0], _via(claim, runs.case)))


def _outflow_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    words = [evidence.country(_via(claim, evidence.case))]
    seen = evidence.like("share_destination", words, claim.period.years, "%")
    return no_bounds("Where kilograms were going is known for seized ones only.", PERCENT, seen)


def _exit(claim: Claim, runs: Runs) -> Estimate:
    tonnes = Tonnes(runs.case, runs.state(claim), claim.period)
    out = tonnes.leaving(_via(claim, runs.case))
    chosen = out & runs.case.edges["corridor"].isin(list(claim.places)).to_numpy()
    return Estimate(100.0 * tonnes.shipped[:, chosen].sum(1) / tonnes.shipped[:, out].sum(1))


def _exit_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    edges, nodes = evidence.case.edges, evidence.case.nodes
    ports = edges.loc[edges["corridor"].isin(list(claim.places)), "origin"]
    names = nodes.loc[nodes["id"].isin(list(ports)), "name"]
    words = sorted(
        {word.strip("(),") for name in names for word in name.split() if word[0].isupper() and len(word) > 5}
    )
    seen = evidence.like("share_of_seizures", words, claim.period.years, "%")
    return no_bounds("Departures are not measured; seizures show where police looked.", PERCENT, seen)


def _network(claim: Claim, runs: Runs) -> Estimate:
    tonnes = Tonnes(runs.case, runs.state(claim), claim.period)
    own = runs.case.edges["network"].isin(list(claim.places)).to_numpy()
    if not own.any():
        raise NotModelledError("no edge of the case belongs to the network")
    return Estimate(tonnes.shipped[:, own].sum(1))


def _network_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    note = "Nothing is published on what one network moves, except what was seized from it."
    return no_bounds(note, Interval(0.0, float("inf")))


def _makers(case: Case) -> Iterable[str]:
    return [WORLD, *producers_of(case)]


def _markets(case: Case) -> Iterable[str]:
    return case.members("market")


def _ways(case: Case) -> Iterable[str]:
    return [*countries_of(case), *case.theatres["id"], *case.corridors["id"]]


register(
    Observable(
        "transit-share",
        "%",
        "Share of the potential output of some producing countries that enters a country on its way.",
        "place: producing countries (empty: those the case follows) or world; via: the country; period: years",
        5.0,
        "a measured interception rate of the country in between (seized tonnes divided by it give the flow), or an "
        "estimate of departures by its coasts and ports with an error",
        _share,
        _share_bounds,
        places=_makers,
        vias=countries_of,
    )
)
register(
    Observable(
        "transit-change",
        "points",
        "Change of that share from the first to the last year, in percentage points.",
        "place, via: as for transit-share; period: first year to last year",
        5.0,
        "the same measured interception rate, for both years",
        _change,
        _change_bounds,
        places=_makers,
        vias=countries_of,
    )
)
register(
    Observable(
        "tonnes-through",
        "t/year",
        "Pure cocaine that enters a country from other countries in a year.",
        "place: countries it comes from (empty: all); via: the country; period: years",
        50.0,
        "a measured interception rate of the country, or a count of crossings with loads",
        _tonnes,
        _tonnes_bounds,
        places=countries_of,
        vias=countries_of,
    )
)
register(
    Observable(
        "supply-share",
        "%",
        "Share of what a market receives that passed a country, a theatre or an exit corridor on the way.",
        "place: the market; via: country, theatre or corridor (empty: the focus country); period: years or months",
        5.0,
        "the origin of a random sample of what is sold in the market (chemical signature and port of departure), "
        "not of what is seized",
        _supply,
        _supply_bounds,
        places=_markets,
        vias=_ways,
        needs=("place",),
    )
)
register(
    Observable(
        "outflow-share",
        "%",
        "Share of what leaves a country that is on its way to a market.",
        "place: the market; via: the country; period: years or months",
        5.0,
        "destinations of seized loads by mode of transport, together with the chance of seizure of each mode",
        _outflow,
        _outflow_bounds,
        places=_markets,
        vias=countries_of,
        needs=("place",),
    )
)
register(
    Observable(
        "exit-share",
        "%",
        "Share of what leaves a country that leaves by some exit corridors.",
        "place: corridors; via: the country; period: years or months",
        5.0,
        "an estimate of departures by boat beside those by container",
        _exit,
        _exit_bounds,
        places=lambda case: case.corridors["id"].tolist(),
        vias=countries_of,
        needs=("place",),
    )
)
register(
    Observable(
        "network-tonnes",
        "t",
        "Pure cocaine shipped over the routes of a trafficking organisation in the whole period.",
        "place: the network; period: months",
        0.5,
        "what the case file of the operation says was shipped, not only what was seized",
        _network,
        _network_bounds,
        places=lambda case: case.networks["id"].tolist(),
        needs=("place",),
    )
)
