"""Rydell & Everingham (1994): what 1 % less cocaine costs. An illustrative band, partial."""

from __future__ import annotations

from pathlib import Path

from contraflow.replications.rand_cost_effectiveness.model import (
    COURSE_USD,
    HEAVY_USERS,
    NAME,
    RECALLED,
    imposed,
    price_rise,
    retail_dollars,
    treat_all,
    treat_by_hand,
    treat_one,
    treatment_band,
)
from contraflow.replications.replication import Replication, Report, Row, judge

SUPPLY = ("source-country control", "interdiction", "domestic enforcement")


def run(report: Report) -> list[Row]:
    """Run treatment forwards, supply control backwards."""
    report("following one course of treatment for fifteen years")
    course = treat_one()
    low, high = treatment_band()
    ours = {
        "retail dollars per dollar imposed at export, additive": retail_dollars("export, Colombia", 0.0),
        "retail dollars per dollar imposed at export, multiplicative": retail_dollars(
            "export, Colombia", 1.0
        ),
        "retail dollars per dollar imposed at import, multiplicative": retail_dollars("import, Miami", 1.0),
        "price rise for 1 % less consumption at |e| = 0.5, %": price_rise(0.01),
        "treatment, million USD per 1 %, by hand": treat_by_hand().cost,
        "treatment, million USD per 1 %, by the core": course.cost,
        "treatment, million USD per 1 %, low end of the band": low,
        "treatment, million USD per 1 %, high end of the band": high,
        "domestic enforcement over treatment": RECALLED["domestic enforcement"] / course.cost,
        "treating all heavy users, bn USD a year more": HEAVY_USERS * COURSE_USD / 1e9,
        "treating all heavy users, consumption less by": treat_all(),
    }
    for name in SUPPLY:
        ours[f"dollars to impose per dollar of {name}"] = imposed(RECALLED[name])
    return judge(REPLICATION.targets, ours)


def figure(path: Path) -> None:
    """Cost of 1 % by programme: what is recalled, and our band."""
    from contraflow.replications.rand_cost_effectiveness.figure import draw

    draw(path)


REPLICATION = Replication(
    name=NAME,
    title="cost of 1 % less cocaine consumption, an illustrative band",
    paper="Rydell & Everingham (1994), RAND MR-331",
    folder=Path(__file__).parent,
    run=run,
    figure=figure,
    partial=True,
)
