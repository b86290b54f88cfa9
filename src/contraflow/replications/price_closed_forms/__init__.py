"""Closed forms: price ladder, pass-through, seizure gross-up, elasticities, and who bears a shortfall."""

from __future__ import annotations

from pathlib import Path

from contraflow.replications.price_closed_forms.model import (
    NAME,
    halved,
    ladder_shares,
    landed,
    revenue_after,
    revenue_slope,
    seized_at_export,
    shortfall_shares,
    violence_slope,
)
from contraflow.replications.replication import Replication, Report, Row, judge

SEIZED = (0.7, 0.9)
ELASTICITIES = (0.5, 1.0, 2.0)


def run(report: Report) -> list[Row]:
    """Compute every closed form with the core and set it beside the target."""
    report("walking up the price ladder")
    ours = {f"{stage}, % of retail": share for stage, share in ladder_shares().items()}
    ours["retail after wholesale 50 -> 25, additive"] = halved(0.0)
    ours["retail after wholesale 50 -> 25, multiplicative"] = halved(1.0)
    for share in SEIZED:
        cost, rise = seized_at_export(share)
        ours[f"export cost per kg delivered, {share:.0%} seized, USD"] = cost
        ours[f"retail rise, {share:.0%} seized at export, additive, %"] = rise
    _, steep = seized_at_export(0.7, pass_through=1.0)
    ours["retail rise, 70% seized at export, multiplicative, %"] = steep
    ours["70% of exports seized raises the retail price by under 5 % (additive)"] = float(
        seized_at_export(0.7)[1] < 5.0
    )
    ours["landed cost, (c + A)(1 + odds) + odds F at c=1000, A=200, F=5000, odds=0.25"] = landed(
        1000.0, 200.0, 5000.0, 0.25
    )
    for e in ELASTICITIES:
        ours[f"dlnR/dlnP at |e| = {e:g}"] = revenue_slope(e)
        ours[f"dlnV/dlnQ at |e| = {e:g}"] = violence_slope(e)
    ours["violence after supply -10 %, |e| = 0.5"] = revenue_after(0.9, 0.5)
    low, high = shortfall_shares([188_000.0, 94_000.0], [1.0, 1.0], [0.5, 0.5])
    ours["shortfall borne by the dearer of two equal markets, additive"] = low
    ours["shortfall borne by the market at half the price, additive"] = high
    ours["a cheaper market bears more than its share of consumption (additive)"] = float(high > 0.5)
    ours["shortfall borne by the market at half the price, multiplicative"] = shortfall_shares(
        [188_000.0, 94_000.0], [1.0, 1.0], [0.5, 0.5], pass_through=1.0
    )[1]
    return judge(REPLICATION.targets, ours)


def figure(path: Path) -> None:
    """The ladder, and the retail price against the share seized under both pass-throughs."""
    from contraflow.replications.price_closed_forms.figure import draw

    draw(path)


REPLICATION = Replication(
    name=NAME,
    title="price ladder, pass-through, seizure gross-up, revenue and violence elasticities",
    paper="Reuter (1994); Caulkins (1994); Kennedy, Reuter & Riley (1994); Becker, Murphy & Grossman (2006); "
    "Castillo, Mejía & Restrepo (2020); Caulkins & Hao (2008)",
    folder=Path(__file__).parent,
    run=run,
    figure=figure,
)
