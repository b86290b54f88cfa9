"""Every number the paper, its press or its critics state, computed from the weekly paths of the core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import SupportsFloat

import numpy as np

from contraflow.replications.prieto_curiel_2023.model import (
    AFTER,
    DECADE,
    JALISCO,
    POLICIES,
    SINALOA,
    WEEKLY,
    YEAR,
    cartels,
    history,
)

START_2027, MIDDLE_2027, END_2027 = 260, 286, 312
"""Weeks after the start of 2022."""
LARGEST, LISTED = 10, 5
"""Cartels the paper calls the largest, and those it lists by name."""


def everything() -> dict[str, float]:
    """Numbers by quantity, as `targets.csv` names them."""
    parts: tuple[Mapping[str, SupportsFloat], ...] = (_tables(), _decade(), _structure(), _policies())
    return {quantity: float(value) for part in parts for quantity, value in part.items()}


def _tables() -> Mapping[str, SupportsFloat]:
    data = cartels()
    return {
        "pairs of rivals in the tables": (data.rivals > 0).sum() / 2,
        "sum of rivalry weights": data.rivals.sum() / 2,
        "pairs of allies in the tables": (data.allies > 0).sum() / 2,
        "sum of alliance weights": data.allies.sum() / 2,
    }


def flows(first: int, last: int) -> dict[str, float]:
    """Persons who were recruited, died, left and were incapacitated between two weeks of the status quo.

    What is incapacitated is what the balance of members leaves over: nothing is read off a parameter.
    """
    path = history("status quo")
    weeks = slice(first, last + 1)
    recruited = WEEKLY["recruitment"] * np.trapezoid(path.total[weeks])
    left = WEEKLY["saturation"] * np.trapezoid((path.members[weeks] ** 2).sum(axis=1))
    died = path.deaths[first:last].sum()
    gained = path.total[last] - path.total[first]
    return {
        "recruited": float(recruited),
        "left": float(left),
        "died": float(died),
        "incapacitated": float(recruited - left - died - gained),
    }


def _decade() -> Mapping[str, SupportsFloat]:
    path = history("status quo")
    total, start = path.total, path.total[0]
    rate = WEEKLY["recruitment"]
    decade, last_year = flows(0, DECADE), flows(DECADE - YEAR, DECADE)
    ever = start + decade["recruited"] - decade["left"]
    grown = total[DECADE] - start
    mean = rate * total[: DECADE + 1].mean()
    return {
        "members in 2022": total[DECADE],
        "members in 2022, bounds": total[DECADE],
        "members in 2022, regression": total[DECADE],
        "members in 2022, explicit weekly steps": history("status quo", 1, explicit=True).total[DECADE],
        "more members than in 2012": grown,
        "growth 2012 to 2022, %": 100 * grown / start,
        "more members than in 2012, regression": grown,
        "recruits a week, decade mean": mean,
        "recruits a week, decade mean, regression": mean,
        "recruits a week in 2012": rate * start,
        "recruits a week in 2022": rate * total[DECADE],
        "recruits a year, decade mean": YEAR * mean,
        "recruits less those who leave, 2021": last_year["recruited"] - last_year["left"],
        "deaths a year at the start of 2022": YEAR * path.dying[DECADE],
        "deaths a week at the start of 2022": path.dying[DECADE],
        "deaths a week, mean of 2021": last_year["died"] / YEAR,
        "deaths in the decade": decade["died"],
        "deaths in the decade, regression": decade["died"],
        "deaths in the decade, as told": decade["died"],
        "incapacitations in 2021": last_year["incapacitated"],
        "incapacitations in the decade": decade["incapacitated"],
        "ever members, gross": start + decade["recruited"],
        "ever members, less those who leave": ever,
        "of these, % dead": 100 * decade["died"] / ever,
        "of these, % in prison": 100 * decade["incapacitated"] / ever,
    }


def _structure() -> Mapping[str, SupportsFloat]:
    """Who is large in 2022, and who kills whom."""
    data = cartels()
    members = history("status quo").members[DECADE]
    share = 100 * members / members.sum()
    falling = np.argsort(-members)
    jalisco, sinaloa = data.ids.index(JALISCO), data.ids.index(SINALOA)
    killed = (data.feud + data.background) * np.outer(members, members)
    killed = 100 * killed / killed.sum()
    large = np.zeros(len(members), dtype=bool)
    large[falling[:LARGEST]] = True
    both = members[jalisco] + members[sinaloa]
    return {
        "CJNG and Sinaloa together in 2022": both,
        "CJNG and Sinaloa together in 2022, regression": both,
        "CJNG in 2022": members[jalisco],
        "Sinaloa in 2022": members[sinaloa],
        "CJNG, % of members": share[jalisco],
        "Sinaloa, % of members": share[sinaloa],
        "Sinaloa, % of members, in round words": share[sinaloa],
        "all but the five largest, % of members": 100 - share[falling[:LISTED]].sum(),
        "ten largest, % of members": share[large].sum(),
        "deaths among the ten largest, %": killed[np.ix_(large, large)].sum(),
        "deaths between the ten largest and others, %": (
            killed[np.ix_(large, ~large)].sum() + killed[np.ix_(~large, large)].sum()
        ),
    }


def change(policy: str, week: int, base: str | None = None) -> tuple[float, float]:
    """Change of members and of weekly deaths in %, against 2022 or against another policy in the same week.

    Parameters
    ----------
    policy : str
    week : int
        Weeks after the start of 2022.
    base : str, optional
        A policy; without it, the start of 2022.
    """
    now, then = history(policy), history(base or "status quo")
    at, reference = DECADE + week, DECADE + (week if base else 0)
    return (
        100 * (now.total[at] / then.total[reference] - 1),
        100 * (now.dying[at] / then.dying[reference] - 1),
    )


def _policies() -> Mapping[str, SupportsFloat]:
    found: dict[str, float] = {}

    def add(policy: str, words: str, numbers: tuple[float, float]) -> None:
        for what, number in zip(("members", "deaths"), numbers, strict=True):
            found[f"{policy}: {what}, {words}, %"] = number

    for policy in ("status quo", "double incapacitation", "half recruitment"):
        add(policy, "mid-2027 vs 2022", change(policy, MIDDLE_2027))
    for policy in POLICIES:
        add(policy, "week 260 vs 2022", change(policy, START_2027))
    for policy in ("status quo", "double incapacitation"):
        add(policy, "week 312 vs 2022", change(policy, END_2027))
    for policy in ("double incapacitation", "half recruitment", "both"):
        add(policy, "vs status quo, week 260", change(policy, START_2027, "status quo"))
    quo = history("status quo")
    tenth = quo.deaths[DECADE - YEAR : DECADE].sum()
    for policy in ("double incapacitation", "half recruitment"):
        sixth = history(policy).deaths[DECADE + END_2027 - YEAR : DECADE + END_2027].sum()
        found[f"{policy}: deaths, year 6 vs year 10, %"] = 100 * (sixth / tenth - 1)
    after = slice(DECADE + 1, DECADE + AFTER + 1)
    doubled, halved, both = (history(p).dying for p in ("double incapacitation", "half recruitment", "both"))
    back = int(np.argmax(history("no recruitment").dying[DECADE:] <= quo.dying[0]))
    return found | {
        "no recruitment: years until deaths are back at 2012": back / YEAR,
        "double incapacitation: deaths above 2022, below status quo": float(
            doubled[DECADE + START_2027 :].min() > quo.dying[DECADE]
            and (doubled[after] < quo.dying[after]).all()
        ),
        "both: always fewer deaths than under either alone": float(
            (both[after] < np.minimum(doubled, halved)[after]).all()
        ),
    }
