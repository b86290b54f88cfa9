"""Light and heavy users as a two-state Markov model: Everingham & Rydell (1994)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contraflow.replications._figures import MUTED, OURS, PUBLISHED
from contraflow.replications._figures import figure as drawing
from contraflow.replications.everingham_rydell.model import (
    HEAVY_TO_LIGHT,
    HEAVY_TO_LIGHT_RUN,
    consumption,
    eigenvalues,
    half_life,
    path,
    slow_half_life,
    steady,
)
from contraflow.replications.replication import Replication, Report, Row, judge

MILLION = 1e6
EARLY_NINETIES = np.array([5.3e6, 1.7e6])
"""Light and heavy users around 1992: some 7 million, of whom 1.7 million heavy."""
HORIZON = 40


def run(report: Report) -> list[Row]:
    """Eigenvalues, half-lives and steady state, with both values of f."""
    report("two-state Markov model")
    values, rest = eigenvalues(HEAVY_TO_LIGHT_RUN), steady(HEAVY_TO_LIGHT_RUN, MILLION)
    ours = steady(HEAVY_TO_LIGHT, MILLION)
    onward = consumption(path(EARLY_NINETIES, MILLION, HORIZON), EARLY_NINETIES)
    only_light = np.array([[EARLY_NINETIES[0], 0.0]])
    return judge(
        REPLICATION.targets,
        {
            "half-life of consumption without initiation, from 1992, years": half_life(EARLY_NINETIES),
            "half-life of consumption without initiation, from the steady state, years": half_life(ours),
            "half-life of the slow mode, f = 0.04, years": slow_half_life(HEAVY_TO_LIGHT),
            "half-life of the slow mode, f = 0.041, years": slow_half_life(HEAVY_TO_LIGHT_RUN),
            "larger eigenvalue, f = 0.041": values[0],
            "smaller eigenvalue, f = 0.041": values[1],
            "light users per million beginners a year, f = 0.041, millions": rest[0] / MILLION,
            "heavy users per million beginners a year, f = 0.041, millions": rest[1] / MILLION,
            "heavy users' share of consumption around 1992": 1.0 - consumption(only_light, EARLY_NINETIES)[0],
            "a million beginners a year keep consumption from falling": float(onward.min() >= 1.0),
        },
    )


def figure(path_to: Path) -> None:
    """Consumption after 1992 with and without new users, and who consumes it."""
    years = 1992 + np.arange(HORIZON + 1)
    with drawing(path_to, 1, 2, 9.0, 3.6) as (_, axes):
        level, heavy = axes[0]
        for beginners, colour in ((1.0, PUBLISHED), (0.5, MUTED), (0.0, OURS)):
            persons = path(EARLY_NINETIES, beginners * MILLION, HORIZON)
            name = f"{beginners:g} million beginners a year" if beginners else "no beginners"
            level.plot(years, consumption(persons, EARLY_NINETIES), color=colour, label=name)
            heavy.plot(years, persons[:, 1] / MILLION, color=colour)
        when = 1992 + half_life(EARLY_NINETIES)
        level.plot([when], [0.5], "k.")
        level.annotate(f"half after {when - 1992:.0f} years", (when, 0.5), (6, 4), textcoords="offset points",
                       fontsize=8)  # fmt: skip
        level.set(title="Consumption, 1992 = 1", ylim=(0, None))
        level.legend()
        heavy.set(title="Heavy users, millions", ylim=(0, None))


REPLICATION = Replication(
    name="everingham-rydell",
    title="light and heavy users as a two-state Markov model",
    paper="Everingham & Rydell (1994), Modeling the Demand for Cocaine, RAND MR-332",
    folder=Path(__file__).parent,
    run=run,
    figure=figure,
    partial=True,
)
