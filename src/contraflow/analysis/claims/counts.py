"""Observables about recorded numbers: killings, their hours and places, strikes; and what the groups do of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from contraflow.analysis.claims.bounds import Bounds, Figure, Step, given, no_bounds
from contraflow.analysis.claims.effects import struck
from contraflow.analysis.claims.interval import PERCENT, Interval
from contraflow.analysis.claims.observable import (
    FROM_COUNTS,
    Estimate,
    NotModelledError,
    Observable,
    register,
)
from contraflow.case.cells import split_keys

if TYPE_CHECKING:
    from contraflow.analysis.claims.claim import Claim
    from contraflow.analysis.claims.evidence import Evidence
    from contraflow.analysis.claims.period import Period
    from contraflow.analysis.claims.runs import Runs
    from contraflow.case import Case

HALF = 0.5
"""Jeffreys' prior for counts and for shares."""
NOISE = "The interval is the noise of counting, widened by how much months differ more than chance allows."
ALL_YEAR = 12


def _months(case: Case, period: Period) -> pd.DataFrame:
    """Rows of the homicide table in a period."""
    rows = case.homicides
    first, last = 12 * period.first.year + period.first.month, 12 * period.last.year + period.last.month
    when = 12 * rows["year"] + rows["month"]
    return rows.loc[(when >= first) & (when <= last)]


def _cut(rows: pd.DataFrame, places: tuple[str, ...]) -> pd.DataFrame:
    return rows.loc[rows["territory"].isin(list(places))] if places else rows


def _sums(rows: pd.DataFrame, column: str) -> np.ndarray:
    """Sums by month of a column of counts."""
    return rows.groupby(["year", "month"])[column].sum().to_numpy(float)


def _sources(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for cell in rows["source"] for key in split_keys(cell)))


def excess(observed: np.ndarray, expected: np.ndarray, variance: np.ndarray) -> float:
    """How much more counts vary than chance allows (Pearson); 1 or more."""
    keep = variance > 0
    freedom = max(int(keep.sum()) - 1, 1)
    return max(float(((observed - expected)[keep] ** 2 / variance[keep]).sum()) / freedom, 1.0)


def _generator(claim: Claim, runs: Runs) -> np.random.Generator:
    """Random numbers of their own for each claim, so that others do not change them."""
    return np.random.default_rng([runs.seed, *claim.id.encode()])


def share_draws(part: np.ndarray, whole: np.ndarray, draws: int, random: np.random.Generator) -> np.ndarray:
    """Share behind monthly counts, per cent: beta draws with fewer effective counts where months differ too much."""
    total, hits = whole.sum(), part.sum()
    share = hits / total
    spread = excess(part, whole * share, whole * share * (1.0 - share))
    return 100.0 * random.beta(hits / spread + HALF, (total - hits) / spread + HALF, draws)


def _whole(rows: pd.DataFrame, claim: Claim, per_month: int = 1) -> None:
    """Refuse a period that the record does not hold in full."""
    months = rows.groupby(["year", "month"]).ngroups
    if months < claim.period.months * per_month:
        raise NotModelledError(f"the record holds {months} of the {claim.period.months} months")


def _night(claim: Claim, runs: Runs) -> Estimate:
    rows = _cut(_months(runs.case, claim.period), claim.places)
    _whole(rows, claim)
    known = rows[rows["night"].notna()]
    if not _sums(known, "homicides").sum():
        raise NotModelledError("no hour is on record")
    values = share_draws(
        _sums(known, "night"), _sums(known, "homicides"), runs.draws, _generator(claim, runs)
    )
    return Estimate(values, FROM_COUNTS, NOISE)


def _night_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    rows = _cut(_months(evidence.case, claim.period), claim.places)
    if rows.empty:
        return no_bounds("no homicides are on record for the period", PERCENT)
    keys = _sources(rows)
    total = float(rows["homicides"].sum())
    night = float(rows["night"].sum())
    unknown = float(rows.loc[rows["night"].isna(), "homicides"].sum())
    share = (Interval(night, night + unknown) / Interval.exactly(total)).times(100.0) if total else PERCENT
    steps = (
        Step("killings on record", "", Interval.exactly(total), "", keys),
        Step("of them at a recorded hour from 23:00 to 04:59", "", Interval.exactly(night), "", keys),
        Step("in months without hours", "", Interval.exactly(unknown), "", keys),
        Step("share", f"({night:g} to {night + unknown:g}) ÷ {total:g}", share, "%"),
    )
    return Bounds(share, steps, note="The hour can be wrong for bodies found later.")


def _growth(claim: Claim, runs: Runs) -> Estimate:
    random, sides = _generator(claim, runs), []
    for which in (0, -1):
        period = claim.period.year(which)
        monthly = _sums(_cut(_months(runs.case, period), claim.places), "homicides")
        if len(monthly) < ALL_YEAR:
            raise NotModelledError(f"the record holds {len(monthly)} of 12 months of {period}")
        spread = excess(monthly, np.full(ALL_YEAR, monthly.mean()), np.full(ALL_YEAR, monthly.mean()))
        sides.append(random.gamma(monthly.sum() / spread + HALF, spread, runs.draws))
    return Estimate(100.0 * (sides[1] / sides[0] - 1.0), FROM_COUNTS, NOISE)


def _growth_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    sides, steps = [], []
    for which in (0, -1):
        year = claim.period.year(which).years[0]
        rows = _cut(_months(evidence.case, claim.period.year(which)), claim.places)
        counted = float(rows["homicides"].sum()) if rows["month"].nunique() == ALL_YEAR else None
        figure = _totals(claim, evidence, year, counted, _sources(rows))
        if figure is None:
            return no_bounds(f"no total is published for {year}")
        sides.append(figure.interval)
        steps.append(given(figure))
    growth = (sides[1] / sides[0]).plus(-1.0).times(100.0)
    steps.append(Step("change", "last year ÷ first year − 1", growth, "%"))
    return Bounds(growth, tuple(steps), note="The range is that of the totals published at different times.")


def _totals(
    claim: Claim, evidence: Evidence, year: int, counted: float | None, keys: tuple[str, ...]
) -> Figure | None:
    """Range of a year's totals: the record, and for the country whatever else was published."""
    name = f"homicides of {year}"
    country = evidence.country(str(evidence.case.meta["focus_country"]))
    found = None if claim.places else evidence.figure(name, ["homicides_year"], [country], [year], "")
    if counted is None:
        return found
    mine = Figure(name, Interval.exactly(counted), "", keys)
    if found is None:
        return mine
    return Figure(name, found.interval.hull(mine.interval), "", tuple(dict.fromkeys(found.sources + keys)))


def _place(claim: Claim, runs: Runs) -> Estimate:
    rows = _months(runs.case, claim.period)
    _whole(rows, claim)
    whole = _sums(rows, "homicides")
    part = rows.assign(n=rows["homicides"].where(rows["territory"].isin(list(claim.places)), 0))
    return Estimate(
        share_draws(_sums(part, "n"), whole, runs.draws, _generator(claim, runs)), FROM_COUNTS, NOISE
    )


def _place_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    rows = _months(evidence.case, claim.period)
    total = float(rows["homicides"].sum())
    if not total:
        return no_bounds("no homicides are on record for the period", PERCENT)
    part = float(_cut(rows, claim.places)["homicides"].sum())
    share = Interval.exactly(100.0 * part / total)
    keys = _sources(rows)
    steps = (
        Step("killings on record", "", Interval.exactly(total), "", keys),
        Step("of them there", "", Interval.exactly(part), "", keys),
        Step("share", f"{part:g} ÷ {total:g}", share, "%"),
    )
    return Bounds(share, steps)


def _strikes(claim: Claim, runs: Runs) -> Estimate:
    raise NotModelledError("strikes are put into the model, not worked out by it")


def _strikes_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    steps, _ = struck(claim, evidence, claim.places)
    return Bounds(steps[0].interval, (steps[0],), note="Counted from the scenario, month by month.")


def _by_groups(claim: Claim, runs: Runs) -> Estimate:
    data, case = runs.state(claim), runs.case
    table = case.territories.set_index("id")
    places = list(claim.places) or table.index.tolist()
    monthly = (table["background"] * table["population"] / 1e5 / 12.0).loc[places].to_numpy(float).sum()
    killed = (
        data["homicides"]
        .sel(month=claim.period.span, territory=places)
        .sum(["month", "territory"])
        .to_numpy()
    )
    drawn = runs.parameters().get("background_scale", np.ones(killed.shape))
    other = np.minimum(monthly * claim.period.months * drawn, killed)
    return Estimate(
        100.0 * (1.0 - other / killed), note="Killings above the background believed for each province."
    )


def _by_groups_bounds(claim: Claim, evidence: Evidence) -> Bounds:
    rows = _cut(_months(evidence.case, claim.period), claim.places)
    quiet = _cut(evidence.case.homicides, claim.places)
    yearly = quiet.groupby("year")[["homicides", "month"]].agg({"homicides": "sum", "month": "nunique"})
    yearly = yearly.loc[yearly["month"] == ALL_YEAR, "homicides"]
    if rows.empty or yearly.empty:
        return no_bounds("no homicides are on record for the period", PERCENT)
    now = float(rows["homicides"].sum())
    calm = float(yearly.min()) * claim.period.months / ALL_YEAR
    share = Interval(0.0, 100.0) if not now else Interval(100.0 * max(1.0 - calm / now, 0.0), 100.0)
    keys = _sources(rows)
    steps = (
        Step("killings on record", "", Interval.exactly(now), "", keys),
        Step("killings of the calmest year on record, for as many months", "", Interval.exactly(calm), "", keys),
        Step("share above that", f"from 1 − {calm:,.0f} ÷ {now:,.0f} (nothing of the calm year was the groups') to all",
             share, "%"),
    )  # fmt: skip
    note = "That all of the rise is the groups' is an assumption: it informs and decides nothing."
    return Bounds(share, steps, binding=False, note=note)


def _territories(case: Case) -> list[str]:
    return case.members("territory")


register(
    Observable(
        "night-share",
        "%",
        "Share of killings between 23:00 and 04:59.",
        "place: territories (empty: all); period: years or months",
        2.0,
        "the hours of the months in which they are missing, and the share of bodies found later",
        _night,
        _night_bounds,
        places=_territories,
    )
)
register(
    Observable(
        "homicide-change",
        "%",
        "Change of recorded homicides from the first to the last calendar year.",
        "place: territories (empty: all); period: first year to last year",
        5.0,
        "the final count of the newest year",
        _growth,
        _growth_bounds,
        places=_territories,
    )
)
register(
    Observable(
        "killings-share",
        "%",
        "Share of the country's killings that happen in some territories.",
        "place: territories; period: years or months",
        2.0,
        "nothing: it is on record",
        _place,
        _place_bounds,
        places=_territories,
        needs=("place",),
    )
)
register(
    Observable(
        "strike-count",
        "strikes",
        "Lethal strikes on vessels.",
        "place: theatres (empty: all); period: months",
        0.0,
        "a list by the force that strikes, with dates and positions to the nearest sea",
        _strikes,
        _strikes_bounds,
        places=lambda case: case.theatres["id"].tolist(),
    )
)
register(
    Observable(
        "group-killings-share",
        "%",
        "Share of killings due to conflict between armed groups.",
        "place: territories (empty: all); period: years or months",
        5.0,
        "the motive and the group, where known, of a random sample of case files by year",
        _by_groups,
        _by_groups_bounds,
        places=_territories,
    )
)
