"""Figure of the NarcoLogic replication."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contraflow.replications._figures import MUTED, OURS, PUBLISHED, THIRD, figure
from contraflow.replications.narcologic.model import CAPACITIES, mean_active, runs, seized_share


def draw(path: Path) -> None:
    """Draw active nodes over time, active nodes by capacity, and the seized share by capacity."""
    colours = (OURS, PUBLISHED, THIRD)
    with figure(path, 1, 3, 11.0, 3.3) as (_, axes):
        over_time, nodes, share = axes[0]
        for seed, (made, colour) in enumerate(zip(runs(), colours, strict=False)):
            years = np.arange(len(made.active)) / 12.0
            yearly = made.active[:, -1].reshape(-1, 12).mean(axis=1)
            over_time.step(
                np.arange(len(yearly)), yearly, where="post", color=colour, label=f"network {seed + 1}"
            )
            over_time.plot(years, made.active[:, 0], color=MUTED, linewidth=1)
            nodes.plot(CAPACITIES, mean_active(made)[: len(CAPACITIES)], "o-", color=colour, markersize=3)
            share.plot(
                CAPACITIES, 100 * seized_share(made)[: len(CAPACITIES)], "o-", color=colour, markersize=3
            )
        over_time.text(15, 4, "no interdiction", color=MUTED, fontsize=8, ha="right")
        over_time.set_ylim(0)
        over_time.set_xlabel("year")
        over_time.set_ylabel("places in use (yearly mean)")
        over_time.set_title("Searches follow success, 21 to 125")
        over_time.legend()
        for ax, label, title in (
            (nodes, "places in use, mean after year 1", "Fixed capacity: places in use"),
            (share, "seized, % of supply after year 1", "Fixed capacity: seized share"),
        ):
            ax.set_ylim(0)
            ax.set_xlabel("edges searched a month")
            ax.set_ylabel(label)
            ax.set_title(title)
