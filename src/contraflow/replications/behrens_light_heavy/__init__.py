"""Light and heavy users with feedback on initiation: Behrens, Caulkins, Tragler & Feichtinger."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contraflow.replications import _users
from contraflow.replications._figures import MUTED, OURS, PUBLISHED, THIRD
from contraflow.replications._figures import figure as drawing
from contraflow.replications.behrens_light_heavy.model import (
    FIRST_YEAR,
    STEPS,
    belief,
    closed_form,
    consumption,
    history,
    initiation,
)
from contraflow.replications.replication import Replication, Report, Row, judge

YEARS = 60
"""Years of history followed."""
CAMPAIGN, EXTRA = 5, 0.05
"""Length of a treatment campaign in years, and the further share of heavy users it lets stop a year."""
EARLY, LATE = 5, 20
"""Years after 1970 in which an early and a late campaign begin: before the peak, and after it."""


def consumed(first: int | None = None) -> float:
    """Tonnes consumed in `YEARS` years, with a treatment campaign that begins `first` years after 1970."""
    persons = history(YEARS) if first is None else history(YEARS, EXTRA, first, first + CAMPAIGN)
    return float(consumption(persons).sum() / STEPS)


def run(report: Report) -> list[Row]:
    """Find the equilibrium, its eigenvalues and the history from 1970."""
    report("solving for the equilibrium, simulating from 1970")
    rest = _users.equilibrium(closed_form() * 0.8, belief(), initiation)
    value = _users.eigenvalues(rest, belief(), initiation)[0]
    light, heavy = history(YEARS).T
    usual = consumed()
    return judge(
        REPLICATION.targets,
        {
            "light users at equilibrium": rest[0],
            "heavy users at equilibrium": rest[1],
            "light users at equilibrium, by hand": rest[0],
            "heavy users at equilibrium, by hand": rest[1],
            "real part of the eigenvalues, 1/year": value.real,
            "imaginary part of the eigenvalues, 1/year": value.imag,
            "the equilibrium is reached in damped cycles": float(value.real < 0 < value.imag),
            "consumption at equilibrium, t a year": consumption(rest),
            "peak of light users, millions": light.max() / 1e6,
            "that peak, years after 1970": light.argmax() / STEPS,
            "peak of heavy users, millions": heavy.max() / 1e6,
            "peak of heavy users, years after 1970": heavy.argmax() / STEPS,
            "early treatment raises consumption, late treatment lowers it": float(
                consumed(EARLY) > usual > consumed(LATE)
            ),
        },
    )


def figure(path: Path) -> None:
    """Users over time, the phase plane, and what a campaign of treatment does depending on when it comes."""
    persons = history(YEARS)
    years = FIRST_YEAR + np.arange(len(persons)) / STEPS
    rest = closed_form()
    with drawing(path, 1, 3, 12.0, 3.6) as (_, axes):
        time, phase, when = axes[0]
        time.plot(years, persons[:, 0] / 1e6, color=OURS, label="light")
        time.plot(years, persons[:, 1] / 1e6, color=PUBLISHED, label="heavy")
        time.set(title="Users, millions (start of 1970 recalled)", ylim=(0, None))
        time.legend()
        phase.plot(persons[:, 0] / 1e6, persons[:, 1] / 1e6, color=OURS)
        phase.plot([rest[0] / 1e6], [rest[1] / 1e6], "k.", label="equilibrium")
        phase.set(title="The cycle", xlabel="light users, millions", ylabel="heavy users, millions")
        phase.legend()
        usual = consumed()
        starts = list(range(0, 31, 5))
        extra = [100 * (consumed(start) / usual - 1) for start in starts]
        colours = [PUBLISHED if value > 0 else THIRD for value in extra]
        when.bar([FIRST_YEAR + start for start in starts], extra, width=3.5, color=colours)
        when.axhline(0.0, color=MUTED, linewidth=0.6)
        when.set(title="Consumption 1970–2029, five years of treatment", ylabel="%", xlabel="campaign begins")


REPLICATION = Replication(
    name="behrens-light-heavy",
    title="light and heavy users with feedback on initiation, without control",
    paper="Behrens, Caulkins, Tragler & Feichtinger (2000), Management Science 46:333; (1999) Math. Biosci. 159:1",
    folder=Path(__file__).parent,
    run=run,
    figure=figure,
    partial=True,
)
