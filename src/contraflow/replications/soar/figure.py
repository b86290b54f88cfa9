"""Figure of the SOAR replication."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contraflow.replications._figures import MUTED, OURS, PUBLISHED, THIRD, figure
from contraflow.replications.soar.model import BACKSTOP, ROUTES, SHARP, hardened


def draw(path: Path) -> None:
    """Draw the cost at three values of θ, and what it would be without the backstop."""
    with figure(path, 1, 1, 6.4, 3.8) as (_, axes):
        ax = axes[0, 0]
        counts = np.arange(ROUTES + 1)
        lines = (
            (SHARP, True, OURS, "-", f"θ = {SHARP:g}: the cheapest way takes all"),
            (20.0, True, THIRD, "-", "θ = 20"),
            (4.0, True, PUBLISHED, "-", "θ = 4: median prior of the Ecuador case"),
            (SHARP, False, OURS, ":", f"θ = {SHARP:g}, no backstop"),
        )
        for theta, backstop, colour, style, label in lines:
            values = [hardened(int(k), theta, backstop) for k in counts]
            ax.plot(100 * counts / ROUTES, values, style, color=colour, label=label, linewidth=2)
        ax.axhline(BACKSTOP, color=MUTED, linewidth=1, linestyle="--")
        ax.text(1, BACKSTOP + 0.02, "cost over the backstop", color=MUTED, fontsize=8)
        ax.set_xlabel("share of routes hardened, %")
        ax.set_ylabel("smuggling cost, 1 with none")
        ax.set_ylim(0.95, 2.35)
        ax.set_title("Cost stays flat until nearly all routes are hardened, if routes are close substitutes")
        ax.legend(loc="upper left", bbox_to_anchor=(0.0, 0.93))
