"""SOAR (Caulkins, Crawford & Reuter 1993): why hardening a few routes changes little. Qualitative, partial."""

from __future__ import annotations

from pathlib import Path

from contraflow.replications.replication import Replication, Report, Row, judge
from contraflow.replications.soar.model import BACKSTOP, NAME, ROUTES, hardened, spread


def run(report: Report) -> list[Row]:
    """Harden more and more of twenty routes, with a backstop and without."""
    report("hardening routes one by one")
    half, all_but_one, every = (hardened(k) for k in (ROUTES // 2, ROUTES - 1, ROUTES))
    ours = {
        "relative smuggling cost, half of 20 routes hardened": half,
        "relative smuggling cost, 19 of 20 routes hardened": all_but_one,
        "relative smuggling cost, all hardened": every,
        "relative smuggling cost, all hardened, no backstop": hardened(ROUTES, backstop=False),
        "share of the whole rise that the last route makes": (every - all_but_one) / (every - 1.0),
        "cost never falls as routes are hardened": float(
            all(hardened(k + 1) >= hardened(k) for k in range(ROUTES))
        ),
        "the backstop caps the cost": float(every <= BACKSTOP * 1.05),
        "effort spread over all routes raises cost more than the same effort on five": float(
            spread(ROUTES) - 1.0 > 10.0 * (spread(5) - 1.0)
        ),
    }
    return judge(REPLICATION.targets, ours)


def figure(path: Path) -> None:
    """Relative smuggling cost against the share of routes hardened."""
    from contraflow.replications.soar.figure import draw

    draw(path)


REPLICATION = Replication(
    name=NAME,
    title="smuggling cost against the share of routes hardened",
    paper="Caulkins, Crawford & Reuter (1993), Math. Comput. Modelling 17(2):37",
    folder=Path(__file__).parent,
    run=run,
    figure=figure,
    partial=True,
)
