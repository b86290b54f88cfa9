"""The backtest in words and tables: the same rows on the terminal, in the page and in the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from contraflow.files import write_text
from contraflow.report.page import Page, show

if TYPE_CHECKING:
    from contraflow.inference.backtest import Backtest

MODEL = "contraflow"
ALL = "all"
#: Columns of `rows`.
HEADER = (
    "forecaster", "origins", "CRPS", "skill over the best peer", "cells won", "skill, log scale",
    "CRPS of the total", "log score", "within 50 %", "within 90 %", "note",
)  # fmt: skip
#: Columns for a terminal: those of `rows` without the skill on the log scale and the note.
SHORT = ("", "origins", "CRPS", "skill (90 %)", "won", "total", "log", "50 %", "90 %")
TITLES = {
    "homicides-province": "Homicides outside prisons by province and month",
    "homicides-national": "Homicides outside prisons in the country by month",
    "seizures": "Seizures by jurisdiction and year",
    "prices": "Street prices by country and year",
}
UNITS = {
    "homicides-province": "persons a month",
    "homicides-national": "persons a month",
    "seizures": "t gross a year",
    "prices": "USD/g",
}
READING = (
    "CRPS is the mean distance between a forecast and what was recorded, in the unit of the series, with a "
    "credit for saying how unsure it is; for a forecast without spread it is the absolute error. Lower is better.",
    "Skill is one less the ratio of the CRPS to that of the best peer: positive is better than the best peer. "
    "The interval (90 %) comes from drawing origins and places again, with replacement.",
    "Cells won is the share of places and origins in which the CRPS is below the best peer's. Large places weigh "
    "most in the mean CRPS; the skill on the log scale gives every place the same weight.",
    "The log score is minus the log probability of what was recorded, from smoothed samples. Lower is better.",
    "Within 50 % and 90 % is how often the record fell in the central interval; for counts the stretch of "
    "probability of the count itself is shared out, so that a calibrated forecast gives the level exactly.",
    "All means are over places and the months of the window, and then over origins, each origin alike.",
)
CAVEATS = (
    "Killings in prisons are left out where the record tells them apart: massacres follow no monthly rate.",
    "The record is used as it is published today, not as it stood on the day; yearly seizures and prices of a year "
    "are published in the course of the next.",
    "The beliefs of the case and the dates of its measures were written down by people who knew the whole record. "
    "What is fitted sees nothing after the origin, but what was thought worth modelling was chosen later.",
    "There are few origins, and the places of one origin share what happened in the country: the intervals of the "
    "skill are wide for that reason.",
    "Up to 2018 the seizures are of cocaine salts, from 2019 of all forms but leaf and bush: a break in the record.",
    "The simulator's forecast of killings pools mechanism, state space and last value in equal parts. That a pool is "
    "used was decided after the mechanism alone had been scored on the same origins, and which one on others that "
    "overlap them; the pool without mechanism is a peer.",
)


def lines(table: pd.DataFrame, series: str, horizon: int | None = None, origin: str = ALL) -> list[dict]:
    """Return the scored rows of one series, lowest CRPS first.

    Parameters
    ----------
    table
        As of `contraflow.inference.backtest.Backtest.table`, or as `read_table` reads it.
    series
        Which series.
    horizon
        One horizon, or all.
    origin
        One origin, or ``all``.
    """
    found = [
        row
        for row in table.to_dict("records")
        if row["series"] == series
        and row["origin"] == origin
        and (horizon is None or row["horizon"] == horizon)
        and np.isfinite(row["crps"])
    ]
    return sorted(found, key=lambda row: row["crps"])


def windows(table: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Yield every series and horizon that something was scored in, in order."""
    for series in dict.fromkeys(str(name) for name in table["series"]):
        for horizon in sorted({int(row["horizon"]) for row in lines(table, series)}):
            yield series, horizon


def rows(table: pd.DataFrame, series: str, horizon: int, origin: str = ALL) -> list[list[str]]:
    """Return the cells of one table, best CRPS first, what was not run last.

    Parameters
    ----------
    table, series, horizon, origin
        As for `lines`.

    Returns
    -------
    list of list of str
        A cell for each of `HEADER`; the last is a note, which may be empty.
    """
    made = [_cells(row) for row in lines(table, series, horizon, origin)]
    left_out: dict[str, list[dict]] = {}
    for row in table.to_dict("records"):
        here = row["series"] == series and row["horizon"] == horizon and origin in (ALL, row["origin"])
        if here and row["forecaster"] and not np.isfinite(row["crps"]):
            left_out.setdefault(row["forecaster"], []).append(row)
    for forecaster, missing in left_out.items():
        note = "; ".join(dict.fromkeys(row["note"] for row in missing))
        if forecaster in {row[0] for row in made}:
            note = f"{note} ({', '.join(dict.fromkeys(row['origin'] for row in missing))})"
        made.append([forecaster, "0", *["–"] * (len(HEADER) - 3), note])
    return made


def shared_note(body: list[list[str]]) -> str:
    """Return the note that every scored row of a table has, such as how much of the window is recorded."""
    notes = {row[-1] for row in body if row[1] != "0"}
    return notes.pop() if len(notes) == 1 else ""


def not_scored(table: pd.DataFrame) -> list[str]:
    """Return, in words, what nobody could be scored on."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in table.to_dict("records"):
        if not row["forecaster"]:
            found.setdefault((row["series"], row["note"]), []).append(int(row["horizon"]))
    return [
        f"{TITLES.get(series, series)}, {', '.join(map(str, sorted(set(horizons))))} months: "
        f"{note.removeprefix('not scored: ')}."
        for (series, note), horizons in found.items()
    ]


def verdict(table: pd.DataFrame, series: str, horizon: int, title: str = "") -> str:
    """Say in one or two sentences who forecasts a window best, and how the simulator does."""
    ranked = lines(table, series, horizon)
    title = title or f"{TITLES.get(series, series)}, {horizon} months ahead"
    if not ranked:
        return f"{title}: nothing could be scored."
    best, folds = ranked[0], max(int(row["folds"]) for row in ranked)
    text = f"{title}, {folds} origin{'s' if folds > 1 else ''}: {best['forecaster']} has the lowest CRPS, "
    text += f"{show(best['crps'])} {UNITS.get(series, '')}"
    own = next((row for row in ranked if row["forecaster"] == MODEL), None)
    if own is None:
        return f"{text}. The simulator was not run."
    if not np.isfinite(own["skill"]):
        return f"{text}. No peer was run."
    if own is best:
        text += f"; the best peer is {own['best_peer']}"
    side = "below" if own["skill"] >= 0 else "above"
    text += f". The simulator's CRPS is {abs(100 * own['skill']):.0f} % {side} the best peer's"
    if np.isfinite(own["skill_low"]):
        text += f" (90 % interval of the skill {_number(own['skill_low'])} to {_percent(own['skill_high'])})"
    return f"{text}; its 90 % intervals held {_percent(own['cover90'])} of the record."


def page(backtest: Backtest) -> Page:
    """Make the one-file page.

    Parameters
    ----------
    backtest : Backtest

    Returns
    -------
    Page

    Raises
    ------
    ContraflowError
        If matplotlib is missing.
    """
    from contraflow.report import backtest_figures as figures

    table = backtest.table
    lead = " ".join(verdict(table, series, horizon) for series, horizon in _headline(table))
    made = Page("What would have been said before", lead, backtest.plan.case.title)
    made.section("How to read it")
    made.text(
        "Each forecaster got the record up to the end of an origin month and said what would follow, as a set of "
        "samples. The tables set what it said beside what was then recorded. They are printed whoever wins."
    )
    made.points(list(READING))
    made.note(" ".join(CAVEATS))
    for series in backtest.records:
        horizons = [horizon for name, horizon in windows(table) if name == series]
        if horizons:
            made.section(TITLES.get(series, series))
        for horizon in horizons:
            made.text(verdict(table, series, horizon, f"{horizon} months ahead"))
            _add_table(made, rows(table, series, horizon), f"{horizon} months ahead, {UNITS.get(series, '')}")
        figures.ratios(made, table, series)
        if series == "homicides-national":
            figures.fans(made, backtest, series)
        for horizon in horizons:
            _by_origin(made, backtest, series, horizon)
        _by_place(made, backtest, series)
    if not backtest.scores.empty:
        made.section("Do the intervals hold what they say?")
        figures.coverage(made, table)
    if words := not_scored(table):
        made.section("Not scored")
        made.points(words)
    made.foot(f"`{command(backtest)}`")
    return made


def _add_table(made: Page, body: list[list[str]], caption: str) -> None:
    """Add a table; a note that holds for all of it goes into the caption."""
    shared = shared_note(body)
    caption = f"{caption}; recorded after {shared}" if shared else caption
    if all(row[-1] in ("", shared) for row in body):
        made.table(HEADER[:-1], [row[:-1] for row in body], caption)
    else:
        made.table(HEADER, [[*row[:-1], "" if row[-1] == shared else row[-1]] for row in body], caption)


def _by_origin(made: Page, backtest: Backtest, series: str, horizon: int) -> None:
    """Add the rows of every origin, folded away."""
    body = [
        [origin, *row]
        for origin in map(str, backtest.plan.origins)
        if lines(backtest.table, series, horizon, origin)
        for row in rows(backtest.table, series, horizon, origin)
    ]
    headers = ("origin", HEADER[0], *HEADER[2:])
    cells = [[*row[:2], *row[3:]] for row in body]
    made.table(headers, cells, UNITS.get(series, ""), f"By origin, {horizon} months ahead")


def _headline(table: pd.DataFrame) -> list[tuple[str, int]]:
    """Return the windows the lead speaks of: of each series the one nearest to a year ahead."""
    nearest: dict[str, int] = {}
    for series, horizon in windows(table):
        if series not in nearest or abs(horizon - 12) < abs(nearest[series] - 12):
            nearest[series] = horizon
    return list(nearest.items())


def _by_place(made: Page, backtest: Backtest, series: str) -> None:
    """Add the CRPS of every place, of the simulator and the best others, folded away."""
    horizon = dict(_headline(backtest.table)).get(series)
    if horizon is None or len(backtest.records[series].places) < 2:
        return
    ranked = [row["forecaster"] for row in lines(backtest.table, series, horizon)]
    names = list(dict.fromkeys([*(name for name in ranked if name == MODEL), *ranked]))[:3]
    found: dict[str, dict[str, list[float]]] = {}
    for row in backtest.scores.to_dict("records"):
        if row["series"] == series and row["horizon"] == horizon:
            found.setdefault(row["place"], {}).setdefault(row["forecaster"], []).append(row["crps"])
    body = [
        [place, *(float(np.mean(scores[name])) if name in scores else None for name in names)]
        for place, scores in found.items()
    ]
    body.sort(key=lambda cells: -(cells[1] or 0.0))
    made.table(("place", *names), body, "Mean CRPS", f"By place, {horizon} months ahead")


def command(backtest: Backtest) -> str:
    """Return the command that makes the same numbers again."""
    plan = backtest.plan
    parts = ["contraflow backtest", plan.case.name if str(plan.case.name) else ""]
    parts += [
        f"--origins {','.join(map(str, plan.origins))}",
        f"--horizons {','.join(map(str, plan.horizons))}",
    ]
    parts += [f"--only {','.join(plan.forecasters)}", f"--series {','.join(plan.series)}"]
    parts += [f"--samples {plan.samples}", f"--seed {plan.seed}"]
    parts += [f"--{name} {value}" for name, value in plan.fitting.items()]
    return " ".join(part for part in parts if part)


def write(backtest: Backtest, folder: Path) -> None:
    """Write ``scores.csv``, ``backtest.csv``, ``backtest.json`` and ``backtest.html`` into a folder."""
    write_text(folder / "scores.csv", backtest.scores.to_csv(index=False, float_format="%.6g"))
    write_text(folder / "backtest.csv", backtest.table.to_csv(index=False, float_format="%.5g"))
    content = {
        "provenance": backtest.provenance,
        "table": json.loads(backtest.table.to_json(orient="records", double_precision=6)),
        "not_run": json.loads(backtest.missing.to_json(orient="records")),
    }
    write_text(folder / "backtest.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    page(backtest).write(folder / "backtest.html")


def read_table(path: Path) -> pd.DataFrame:
    """Read ``backtest.csv`` as `write` wrote it."""
    table = pd.read_csv(path, dtype={"origin": str, "forecaster": str, "note": str, "best_peer": str})
    return table.fillna({"forecaster": "", "note": "", "best_peer": ""})


def _cells(row: dict) -> list[str]:
    best = row["forecaster"] == row["best_peer"]
    skill = "best peer" if best else _percent(row["skill"])
    if not best and np.isfinite(row["skill_low"]):
        skill += f" ({_number(row['skill_low'])} to {_number(row['skill_high'])})"
    return [
        row["forecaster"],
        str(int(row["folds"])),
        show(row["crps"]),
        skill,
        "–" if best else _percent(row["won"]),
        "–" if best else _percent(row["skill_log"]),
        show(row["crps_total"]),
        show(row["log_score"]),
        _percent(row["cover50"]),
        _percent(row["cover90"]),
        row["note"] or "",
    ]


def _number(value: float) -> str:
    return f"{round(100 * float(value))}".replace("-", "−")


def _percent(value: float) -> str:
    return f"{_number(value)} %" if np.isfinite(float(value)) else "–"
