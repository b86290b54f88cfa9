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
    total = sum(item.share for _, item in case.sheets["users"].rows())
    if abs(total - 1.0) > 1e-6:
        value = f"the shares of the markets sum to {total:.9g}, not to 1"
        yield "users.csv, column share", value, "correct the shares of the world's consumption"


@check("error", "production", "nodes", after=("references", "node_kinds"))
def production_chosen(case: Case) -> Iterator[Problem]:
    """Every source has exactly one chosen figure a year, the base year included."""
    sheet = case.sheets["production"]
    chosen: set[tuple[str, int]] = set()
    for row, item in sheet.rows():
        if item.chosen == 1 and (item.node, item.year) in chosen:
            value = f"a second figure is chosen for source '{item.node}' in {item.year}"
            yield sheet.place(row, "chosen"), value, "set chosen to 1 on one of them only"
        elif item.chosen == 1:
            chosen.add((item.node, item.year))
    for node in case.nodes_of("source"):
        if (node, case.base_year) not in chosen:
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
    for name, columns in (
        ("production", ("low", "value", "high")),
        ("observations", ("low", "value", "high")),
        ("groups", ("size_low", "size_high")),
    ):
        sheet = case.sheets[name]
        for row, item in sheet.rows():
            numbers = [number for column in columns if not pd.isna(number := getattr(item, column))]
            if numbers != sorted(numbers):
                words = ", ".join(f"{number:g}" for number in numbers)
                remedy = f"put {' <= '.join(columns)}, or empty the bound that is not known"
                yield sheet.place(row, columns[0]), f"{', '.join(columns)} are out of order ({words})", remedy


@check("error", "season")
def season_months(case: Case) -> Iterator[Problem]:
    """The seasonal factors cover the twelve months and average to one."""
    factors = {item.month: item.factor for _, item in case.sheets["season"].rows()}
    missing = [str(month) for month in range(1, 13) if month not in factors]
    if missing:
        yield "season.csv, column month", f"month {', '.join(missing)} is missing", "give all twelve months"
        return
    mean = sum(factors.values()) / 12
    if abs(mean - 1.0) > 1e-3:
        value = f"the mean of the factors is {mean:.6g}, not 1"
        yield "season.csv, column factor", value, "divide them by their mean"


@check("warning", "homicides", "territories", after=("references",))
def homicide_gaps(case: Case) -> Iterator[Problem]:
    """Every territory has a count for every month of the common history."""
    if case.homicides.empty:
        value = "the table has no rows: killings cannot be anchored to a record"
        yield "homicides.csv", value, "add the record, if there is one"
        return
    counted = {(item.territory, item.year, item.month) for _, item in case.sheets["homicides"].rows()}
    months = pd.period_range(case.start, case.history_end, freq="M")
    for territory in case.territories["id"]:
        missing = [str(month) for month in months if (territory, month.year, month.month) not in counted]
        if missing:
            count = f"{len(missing)} of {len(months)} months (first {missing[0]})"
            value = f"territory '{territory}' has no count for {count}"
            yield "homicides.csv", value, "add the months, with 0 where there was none"


@check("error", "homicides")
def homicide_parts(case: Case) -> Iterator[Problem]:
    """Killings by night, in prison or by firearm are not more than all."""
    sheet = case.sheets["homicides"]
    for row, item in sheet.rows():
        for column in ("night", "prison", "firearm"):
            part = getattr(item, column)
            if not pd.isna(part) and part > item.homicides:
                value = f"{part} of {item.homicides} homicides"
                remedy = "a part cannot exceed the whole; correct one of the two"
                yield sheet.place(row, column), value, remedy
