"""Figure of the closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contraflow.replications._figures import MUTED, OURS, PUBLISHED, figure
from contraflow.replications.price_closed_forms.model import LADDER, ladder_shares, seized_at_export


def draw(path: Path) -> None:
    """Draw the price ladder on the left, and on the right the retail price against the share seized at export."""
    with figure(path, 1, 2, 9.0, 3.4) as (_, axes):
        left, right = axes[0]
        stages = list(LADDER)
        left.hlines(stages, 100, list(LADDER.values()), color=MUTED, linewidth=1)
        left.plot(list(LADDER.values()), stages, "o", color=OURS, markersize=6)
        left.invert_yaxis()
        left.set_xscale("log")
        left.set_xlim(100, 4e6)
        for (stage, value), share in zip(LADDER.items(), ladder_shares().values(), strict=True):
            left.text(value * 1.35, stage, f"{value:,.0f}  ({share:.3g} %)", va="center", fontsize=8)
        left.set_xlabel("USD of 1992 per pure kg (log)")
        left.set_title("Price ladder, Reuter (1994) [text]")
        seized = np.linspace(0.0, 0.95, 39)
        for through, colour, label in ((1.0, PUBLISHED, "multiplicative"), (0.0, OURS, "additive")):
            rise = [1.0 + seized_at_export(s, through)[1] / 100.0 for s in seized]
            right.plot(100 * seized, rise, color=colour, label=label, linewidth=2)
        right.axvline(70, color=MUTED, linewidth=1, linestyle=":")
        right.set_yscale("log")
        right.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
        right.minorticks_off()
        right.set_xlabel("share of exports seized, %")
        right.set_ylabel("retail price, 1 without seizures (log)")
        right.set_title("What seizures do to the retail price (the core)")
        right.legend(loc="upper left")
