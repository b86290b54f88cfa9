"""Mass balance by hand: what can have passed a country, given what was made and what was seized where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contraflow.analysis.claims.bounds import LOGIC, Figure, Step, given
from contraflow.analysis.claims.evidence import WORLD
from contraflow.analysis.claims.interval import Interval

if TYPE_CHECKING:
    from contraflow.analysis.claims.evidence import Evidence

EVERYTHING = Interval(1.0, 1.0)


@dataclass(frozen=True)
class Balance:
    """What a year's figures say of the flow from some countries through another.

    Attributes
    ----------
    made
        Potential production of the countries, t pure a year.
    kept
        Pure cocaine seized inside them, which cannot have passed anywhere else.
    seen
        Pure cocaine seized in the country in between, which must have passed it.
    share
        Share of what was made that passed it, per cent.
    tonnes
        Tonnes that passed it.
    steps
        The derivation up to here.
    """

    made: Interval
    kept: Interval
    seen: Interval
    share: Interval
    tonnes: Interval
    steps: tuple[Step, ...]


def balance(evidence: Evidence, producers: Sequence[str], via: str, year: int) -> Balance | str:
    """Work out what can have passed a country.

    Parameters
    ----------
    evidence : Evidence
    producers
        Codes of the countries whose output is followed, or ``["world"]``.
    via
        Code of the country in between.
    year : int

    Returns
    -------
    Balance or str
        The balance, or the figure that is missing.
    """
    made = evidence.production(producers, year)
    if made is None:
        return f"no production of {' and '.join(map(evidence.country, producers))} was found for {year}"
    steps = [given(made)]
    purity = evidence.purity
    steps.append(given(purity))
    makers = evidence.case.nodes
    countries = (
        list(dict.fromkeys(makers.loc[makers["kind"] == "source", "country"]))
        if list(producers) == [WORLD]
        else producers
    )
    kept = Interval.exactly(0.0)
    for code in countries:
        part = _inside(evidence, code, year, purity, steps)
        kept = kept + part
    seen, middle = Interval.exactly(0.0), evidence.seized(via, year)
    if middle is not None:
        seen = middle.interval * purity.interval
        formula = f"{_range(middle.interval)} t × {_range(purity.interval)}"
        steps += [
            given(middle),
            Step(f"pure, seized in {evidence.country(via)}", formula, seen, "t", middle.sources),
        ]
    others = _others(evidence, producers, year)
    floor = seen.low - others.interval.high if others else (seen.low if others is None else 0.0)
    low = max(floor, 0.0)
    # each share is one figure over another, so that production enters its formula only once
    least = low / made.interval.high if made.interval.high else 0.0
    most = 1.0 - (kept.low / made.interval.high if made.interval.high else 0.0)
    share = Interval(least, max(most, least)).times(100.0)
    tonnes = Interval(low, max(made.interval.high - kept.low, low))
    if others and middle is not None:
        steps.append(
            Step(f"of it, what others can have made: {others.name}", "", others.interval, "t", others.sources)
        )
    steps.append(
        Step(
            "tonnes that passed",
            f"from {_end(low)} (what was seized there and nobody else can have made) to "
            f"{_end(made.interval.high)} − {_end(kept.low)} (what was made and not seized at home)",
            tonnes,
            "t",
        )
    )
    steps.append(
        Step(
            "share that passed",
            f"from {_end(low)} ÷ {_end(made.interval.high)} to 1 − {_end(kept.low)} ÷ {_end(made.interval.high)}",
            share,
            "%",
        )
    )
    return Balance(made.interval, kept, seen, share, tonnes, tuple(steps))


def _inside(evidence: Evidence, code: str, year: int, purity: Figure, steps: list[Step]) -> Interval:
    """Pure cocaine seized inside a producing country; nothing where it is not known."""
    seized = evidence.seized(code, year)
    if seized is None:
        return Interval.exactly(0.0)
    steps.append(given(seized))
    home = evidence.at_home(code)
    part = home.interval if home else EVERYTHING
    if home:
        steps.append(given(home))
    pure = seized.interval * part * purity.interval
    factor = f" × {_range(part)}" if home else ""
    formula = f"{_range(seized.interval)} t{factor} × {_range(purity.interval)}"
    keys = seized.sources + (home.sources if home else ())
    steps.append(Step(f"pure, seized inside {evidence.country(code)}", formula, pure, "t", keys))
    return pure


def _others(evidence: Evidence, producers: Sequence[str], year: int) -> Figure | None:
    """What countries outside `producers` made; None if there are none (everything is followed)."""
    if list(producers) == [WORLD]:
        return None
    nodes = evidence.case.nodes
    codes = list(dict.fromkeys(nodes.loc[nodes["kind"] == "source", "country"]))
    rest = [code for code in codes if code not in producers]
    if not rest:
        return None
    unknown = Figure("production of the other countries, unknown", Interval(0.0, float("inf")), "t", LOGIC)
    return evidence.production(rest, year) or unknown


def _range(interval: Interval) -> str:
    low, high = _end(interval.low), _end(interval.high)
    return low if low == high else f"{low} to {high}"


def _end(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
