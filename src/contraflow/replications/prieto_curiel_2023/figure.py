"""The paper's figure of cartels and deaths to 2027, and beside it the comparison with the same week."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contraflow.replications._figures import MUTED, OURS, PUBLISHED, THIRD, figure
from contraflow.replications.prieto_curiel_2023.model import AFTER, DECADE, YEAR, cartels, history

_COLOURS = {
    "status quo": MUTED,
    "double incapacitation": PUBLISHED,
    "half recruitment": OURS,
    "both": THIRD,
}
_START = 2012


def draw(path: Path) -> None:
    """Draw members, weekly deaths and the difference from the status quo into a file."""
    cartels()
    years = _START + np.arange(DECADE + AFTER + 1) / YEAR
    quo = history("status quo")
    with figure(path, 1, 3, 12.0, 3.6) as (_, axes):
        members, deaths, versus = axes[0]
        for policy, colour in _COLOURS.items():
            run = history(policy)
            first = 0 if policy == "status quo" else DECADE
            members.plot(years[first:], run.total[first:] / 1e3, color=colour, label=policy)
            deaths.plot(years[first:], run.dying[first:], color=colour)
            versus.plot(years[DECADE:], 100 * (run.dying / quo.dying - 1)[DECADE:], color=colour)
            last = 100 * (run.dying[-1] / quo.dying[-1] - 1)
            if policy != "status quo":
                versus.annotate(f"−{-last:.0f} %", (years[-1], last), (3, -3), textcoords="offset points",
                                color=colour, fontsize=8, annotation_clip=False)  # fmt: skip
        low, high = 160.0, 185.0
        members.errorbar([2022], [175.0], [[175.0 - low], [high - 175.0]], fmt="o", color="black",
                         markersize=4, capsize=3, label="published: 175 (160 to 185)")  # fmt: skip
        middle = 2027.5
        members.plot(
            [middle] * 2, [175 * 1.26, 175 * 0.89], "kx", markersize=5, label="published: +26 %, −11 %"
        )
        deaths.plot([middle] * 3, [120 * 1.40, 120 * 1.08, 120 * 0.75], "kx", markersize=5,
                    label="published: +40 %, +8 %, −25 % on 120")  # fmt: skip
        members.set(title="Members of all cartels", ylabel="thousands", ylim=(0, 260))
        deaths.set(title="Deaths a week", ylim=(0, 200))
        versus.set(title="Deaths against the status quo, same week", ylabel="%", ylim=(-80, 10))
        for axis in axes[0]:
            axis.axvline(2022, color=MUTED, linewidth=0.6, linestyle=":")
        members.legend(loc="lower left")
        deaths.legend(loc="lower left")
