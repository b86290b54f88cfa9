"""NarcoLogic (Magliocca et al. 2019): decision blocks, and a pattern on networks of the same construction. Partial."""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import numpy as np

from contraflow.model.perception import PUBLISHED, perceived_risk, valuation
from contraflow.replications.narcologic.model import (
    CAPACITIES,
    NAME,
    NETWORKS,
    falls,
    mean_active,
    runs,
    seized_share,
)
from contraflow.replications.replication import Replication, Report, Row, judge


def blocks() -> dict[str, float]:
    """Values of the decision blocks."""
    ours = {}
    for events in (0, 1, 3):
        seen = jnp.zeros(PUBLISHED.window).at[:events].set(1.0)
        ours[f"perceived risk after {events} events in 13 months"] = float(perceived_risk(seen))
    value = valuation(
        jnp.asarray([2000.0, 1500.0]),
        jnp.asarray([200.0, 100.0]),
        jnp.asarray([100.0]),
        jnp.asarray([0.3, 0.1]),
    )
    ours["salience-weighted value of route 1"] = float(value[0])
    ours["salience-weighted value of route 2"] = float(value[1])
    return ours


def run(report: Report) -> list[Row]:
    """Compute the blocks, then run the core for 15 years on three networks at ten capacities."""
    ours = blocks()
    report(f"simulating {NETWORKS} networks of 150 places for 15 years")
    active = np.array([mean_active(made) for made in runs()])
    share = np.array([seized_share(made) for made in runs()])
    fixed = slice(1, len(CAPACITIES))
    ours |= {
        "active nodes without interdiction, median network": float(np.median(active[:, 0])),
        "active nodes with searches that follow success, median network": float(np.median(active[:, -1])),
        "active nodes at the fixed capacity with most, median network": float(
            np.median(active[:, fixed].max(axis=1))
        ),
        "interdiction multiplies the active nodes at least fivefold, every network": float(
            np.all(active[:, -1] >= 5.0 * active[:, 0])
        ),
        "the seized share is not monotone in capacity, every network": float(
            all(falls(row) for row in share)
        ),
    }
    return judge(REPLICATION.targets, ours)


def figure(path: Path) -> None:
    """Active nodes over time, and active nodes and seized share by capacity."""
    from contraflow.replications.narcologic.figure import draw

    draw(path)


REPLICATION = Replication(
    name=NAME,
    title="salience, risk premium and searches that follow success: places in use multiply",
    paper="Magliocca et al. (2019), PNAS 116:7784",
    folder=Path(__file__).parent,
    run=run,
    figure=figure,
    partial=True,
)
