"""Checks of the yearly and monthly records: nothing missing, nothing that contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from contraflow.case.check.registry import Problem, check
from contraflow.case.model import Case


def _missing_years(years: set[int], wanted: range) -> str:
    """Return the years that are missing in words, empty if none is."""
    missing = [str(year) for year in wanted if year not in years]
    return ", ".join(missing[:8]) + (f" and {len(missing) - 8} more" if len(missing) > 8 else "")


def _base_year(case: Case, table: str, key: str, member: str) -> Iterator[Problem]:
    """Hold an index to 1 in the base year."""
    frame = getattr(case, table)
    rows = frame[(frame[key] == member) & (frame["year"] == case.base_year)]
    for row in rows.index:
        if abs(rows.at[row, "index"] - 1.0) > 1e-9:
            index = rows.at[row, "index"]
            value = f"the index of '{member}' in the base year {case.base_year} is {index:g}, not 1"
            yield (
                case.sheets[table].place(row, "index"),
                value,
                "divide the whole series by its base-year value",
            )


@check("error", "effort", "theatres", after=("references",))
def effort_base(case: Case) -> Iterator[Problem]:
    """Effort is 1 in the base year."""
    for theatre in case.theatres["id"]:
        yield from _base_year(case, "effort", "theatre", theatre)


@check("warning", "effort", "theatres", after=("references",))
def effort_years(case: Case) -> Iterator[Problem]:
    """Every theatre has an effort for every year up to the base year."""
    for theatre in case.theatres["id"]:
        years = set(case.effort.loc[case.effort["theatre"] == theatre, "year"])
        missing = _missing_years(years, case.history_years)
        if missing:
            value = f"theatre '{theatre}' has no effort for {missing}"
            yield "effort.csv", value, "add the years; a missing year takes the last one before it"


@check("error", "demand", "nodes", after=("references", "node_kinds"))
def demand_base(case: Case) -> Iterator[Problem]:
    """Every market has a demand index, 1 in the base year."""
    for market in case.nodes_of("market"):
        years = set(case.demand.loc[case.demand["market"] == market, "year"])
        if case.base_year not in years:
            value = f"market '{market}' has no row for the base year {case.base_year}"
            yield "demand.csv", value, "add it with the index 1"
        yield from _base_year(case, "demand", "market", market)


@check("warning", "demand", "nodes", after=("references", "node_kinds", "demand_base"))
def demand_years(case: Case) -> Iterator[Problem]:
    """Every market has a demand index for every year up to the base year."""
    for market in case.nodes_of("market"):
        years = set(case.demand.loc[case.demand["market"] == market, "year"])
        missing = _missing_years(years, case.history_years)
        if missing:
            yield (
                "demand.csv",
                f"market '{market}' has no demand for {missing}",
                "add the years; gaps are interpolated",
            )


@check("error", "users", "nodes", after=("references", "node_kinds"))
def user_shares(case: Case) -> Iterator[Problem]:
    """Every market has users, and the shares of consumption sum to one."""
    for market in case.nodes_of("market"):
        if market not in set(case.users["market"]):
            yield "users.csv", f"market '{market}' has no row", "add its users and its share of consumption"
    total = case.users["share"].sum()
    if abs(total - 1.0) > 1e-6:
        value = f"the shares of the markets sum to {total:.9g}, not to 1"
        yield "users.csv, column share", value, "correct the shares of the world's consumption"


@check("error", "production", "nodes", after=("references", "node_kinds"))
def production_chosen(case: Case) -> Iterator[Problem]:
    """Every source has exactly one chosen figure a year, the base year included."""
    chosen = case.production[case.production["chosen"] == 1]
    for (node, year), rows in chosen.groupby(["node", "year"]):
        if len(rows) > 1:
            place = case.sheets["production"].place(rows.index[1], "chosen")
            value = f"{len(rows)} figures are chosen for source '{node}' in {year}"
            yield place, value, "set chosen to 1 on one of them only"
    for node in case.nodes_of("source"):
        if case.base_year not in set(chosen.loc[chosen["node"] == node, "year"]):
            value = f"source '{node}' has no chosen production in the base year {case.base_year}"
            yield "production.csv", value, "add the figure, or set chosen to 1 on it"


@check("warning", "production", "nodes", after=("references", "node_kinds"))
def production_years(case: Case) -> Iterator[Problem]:
    """Every source has a chosen figure for every year up to the base year."""
    chosen = case.production[case.production["chosen"] == 1]
    for node in case.nodes_of("source"):
        missing = _missing_years(set(chosen.loc[chosen["node"] == node, "year"]), case.history_years)
        if missing:
            value = f"source '{node}' has no chosen production for {missing}"
            yield "production.csv", value, "add the years; gaps are interpolated"


@check("error")
def intervals(case: Case) -> Iterator[Problem]:
    """Lower bounds are not above upper bounds, and figures lie between them."""
    for name in ("production", "observations", "groups"):
        sheet = case.sheets[name]
        low, high = ("size_low", "size_high") if name == "groups" else ("low", "high")
        frame = sheet.frame
        middle = frame["value"] if "value" in frame else pd.Series(float("nan"), index=frame.index)
        wrong = (frame[low] > frame[high]) | (frame[low] > middle) | (middle > frame[high])
        for row in frame.index[wrong]:
            cells = [
                f"{part:g}" for part in (frame.at[row, low], middle[row], frame.at[row, high]) if part == part
            ]
            value = f"low, value and high are out of order ({', '.join(cells)})"
            yield (
                sheet.place(row, low),
                value,
                "put low <= value <= high, or empty the bound that is not known",
            )


@check("error", "season")
def season_months(case: Case) -> Iterator[Problem]:
    """The seasonal factors cover the twelve months and average to one."""
    missing = [str(month) for month in range(1, 13) if month not in set(case.season["month"])]
    if missing:
        yield "season.csv, column month", f"month {', '.join(missing)} is missing", "give all twelve months"
        return
    mean = case.season["factor"].mean()
    if abs(mean - 1.0) > 1e-3:
        yield (
            "season.csv, column factor",
            f"the mean of the factors is {mean:.6g}, not 1",
            "divide them by their mean",
        )


@check("warning", "homicides", "territories", after=("references",))
def homicide_gaps(case: Case) -> Iterator[Problem]:
    """Every territory has a count for every month of the common history."""
    if case.homicides.empty:
        yield (
            "homicides.csv",
            "the table has no rows: killings cannot be anchored to a record",
            "add the record",
        )
        return
    months = pd.period_range(case.start, case.history_end, freq="M")
    counted = case.homicides.groupby("territory")[["year", "month"]].apply(
        lambda rows: set(zip(rows["year"], rows["month"], strict=True))
    )
    for territory in case.territories["id"]:
        have = counted.get(territory, set())
        missing = [str(month) for month in months if (month.year, month.month) not in have]
        if missing:
            count = f"{len(missing)} of {len(months)} months (first {missing[0]})"
            value = f"territory '{territory}' has no count for {count}"
            yield "homicides.csv", value, "add the months, with 0 where there was none"


@check("error", "homicides")
def homicide_parts(case: Case) -> Iterator[Problem]:
    """Killings by night, in prison or by firearm are not more than all."""
    sheet = case.sheets["homicides"]
    for column in ("night", "prison", "firearm"):
        over = (sheet.frame[column] > sheet.frame["homicides"]).fillna(False)
        for row in sheet.frame.index[over.astype(bool)]:
            value = f"{sheet.frame.at[row, column]} of {sheet.frame.at[row, 'homicides']} homicides"
            yield sheet.place(row, column), value, "a part cannot exceed the whole; correct one of the two"
