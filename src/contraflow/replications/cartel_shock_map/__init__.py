"""Shocks to the conflict of two equal cartels: the map behind Prieto-Curiel et al. (2025)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contraflow.replications._figures import MUTED, OURS, PUBLISHED, THIRD
from contraflow.replications._figures import figure as drawing
from contraflow.replications.cartel_shock_map.model import (
    KAPPAS,
    SHOCK,
    WEEKS,
    fixed_point,
    history,
)
from contraflow.replications.replication import Replication, Report, Row, judge

DECADE = 520
SPANS = {
    "all 1,501 weeks": slice(0, WEEKS),
    "first 520 weeks": slice(0, DECADE),
    "26 weeks of shock": SHOCK,
    "weeks 126 to 519": slice(SHOCK.stop, DECADE),
}
"""Rows of the record over which killings are summed."""


def over_baseline(kappa: float, span: slice) -> float:
    """Killings with a shock over killings without, in a span of weeks."""
    return float(history(kappa).kills[span].sum() / history(0.0).kills[span].sum())


def run(report: Report) -> list[Row]:
    """Run the map without a shock and with five."""
    report("running the weekly map without a shock and with five")
    calm = history(0.0)
    found = {
        "members of each cartel at rest": fixed_point(),
        "killings a week at rest": calm.kills[0],
        "arrests a week at rest": calm.arrests[0],
        "members after 1,501 weeks without a shock": calm.members[-1, 0],
    }
    for kappa in KAPPAS:
        name = f"κ = {kappa:.0f}".replace("-", "−")
        for words, span in SPANS.items():
            found[f"{name}: killings over baseline, {words}"] = over_baseline(kappa, span)
        found[f"{name}: smallest size of a cartel"] = history(kappa).members.min()
    return judge(REPLICATION.targets, found)


def figure(path: Path) -> None:
    """Killings and size through three shocks, and the total against the size of the shock."""
    colours = {-1.0: THIRD, 2.0: OURS, 5.0: PUBLISHED}
    with drawing(path, 1, 3, 12.0, 3.6) as (_, axes):
        kills, size, total = axes[0]
        for kappa, colour in colours.items():
            shown = history(kappa)
            name = f"κ = {kappa:.0f}".replace("-", "−")
            kills.plot(shown.kills[:DECADE], color=colour, label=name)
            size.plot(shown.members[:DECADE, 0] / 1e3, color=colour)
        for axis, level in ((kills, 68.0), (size, 25.0)):
            axis.axhline(level, color=MUTED, linestyle="--", linewidth=0.8)
            axis.axvspan(SHOCK.start, SHOCK.stop, color=MUTED, alpha=0.15, linewidth=0)
            axis.set(xlabel="weeks", ylim=(0, None))
        kills.set(title="Killings a week")
        kills.legend()
        size.set(title="Members of one cartel, thousands", ylim=(0, 28))
        kappas = np.linspace(-1.0, 10.0, 23)
        for words, colour in (("first 520 weeks", OURS), ("weeks 126 to 519", PUBLISHED)):
            values = [over_baseline(float(k), SPANS[words]) for k in kappas]
            total.plot(kappas, values, color=colour, label=words)
        everything = [over_baseline(float(k), SPANS["all 1,501 weeks"]) for k in kappas]
        total.plot(kappas, everything, color=MUTED, label="all 1,501 weeks")
        total.axhline(1.0, color="black", linewidth=0.6)
        total.set(title="Killings over baseline", xlabel="size of the shock, κ")
        total.legend()


REPLICATION = Replication(
    name="cartel-shock-map",
    title="two equal cartels: a fixed point, and shocks to their conflict",
    paper="Prieto-Curiel, Grass, Wrzaczek, Campedelli, Tragler & Feichtinger (2025), arXiv:2508.06509",
    folder=Path(__file__).parent,
    run=run,
    figure=figure,
    partial=True,
)
