"""Figure of the RAND replication."""

from __future__ import annotations

from pathlib import Path

from contraflow.replications._figures import MUTED, OURS, PUBLISHED, figure
from contraflow.replications.rand_cost_effectiveness.model import (
    RECALLED,
    retail_dollars,
    treat_one,
    treatment_band,
)

STAGES = {
    "source-country control": "export, Colombia",
    "interdiction": "import, Miami",
    "domestic enforcement": "ounce, Chicago",
}
"""Where on the price ladder a programme makes dealers pay: ours."""


def draw(path: Path) -> None:
    """Draw the recalled costs, our band for treatment, and supply control if mark-ups were multiplicative."""
    with figure(path, 1, 1, 7.2, 3.4) as (_, axes):
        ax = axes[0, 0]
        names = list(RECALLED)
        ax.plot(list(RECALLED.values()), names, "o", mfc="white", mec=PUBLISHED, markersize=8,
                label="recalled from the study: not published here")  # fmt: skip
        for i, name in enumerate(STAGES):
            cost = RECALLED[name] / retail_dollars(STAGES[name], 1.0)
            ax.plot([cost, RECALLED[name]], [name, name], color=MUTED, linewidth=1, zorder=0)
            ax.plot(
                cost,
                name,
                "s",
                color=MUTED,
                label="the same under multiplicative mark-ups" if i == 0 else None,
            )
        low, high = treatment_band()
        ax.plot([low, high], ["treatment"] * 2, color=OURS, linewidth=6, alpha=0.35, solid_capstyle="butt")
        ax.plot(treat_one().cost, "treatment", "D", color=OURS, label="the core, with its band")
        ax.set_xscale("log")
        ax.set_xlim(3, 1500)
        ax.set_xticks(
            [5, 10, 20, 50, 100, 200, 500, 1000], ["5", "10", "20", "50", "100", "200", "500", "1000"]
        )
        ax.minorticks_off()
        ax.set_ylim(3.5, -0.5)
        ax.set_xlabel("million USD a year per 1 % less consumption (log)")
        ax.set_title("Cost of 1 % less cocaine: the ranking rests on additive mark-ups")
        ax.legend(loc="upper center", bbox_to_anchor=(0.35, -0.2), ncols=2)
