"""The recorded series that are forecast, and the record as it stood at an origin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from contraflow.case import Case

#: Series of observations that hold a jurisdiction's seizures of a year, gross.
_SEIZURES = ("seizures_cocaine", "seizures_cocaine_hcl")
#: The one series of observations that holds a price of every year for every place in it.
_PRICES = "unodc_annex83_retail_price"
#: Short names that the record uses for a country, and the names that tables of jurisdictions use.
_SHORT = {"UK": "United Kingdom"}


@dataclass(frozen=True, eq=False)
class Series:
    """A recorded series of several places.

    Attributes
    ----------
    name, title, unit
        Id, words, and the unit of the values.
    kind
        ``count`` (whole numbers from zero on) or ``amount`` (above zero).
    season
        Steps in a year: 12 for months, 1 for years.
    periods
        One for each row of `values`, without gaps.
    places
        One for each column.
    values
        Shape (period, place); NaN where nothing is recorded.
    total_of
        The series whose places add up to this one, if there is one.
    """

    name: str
    title: str
    unit: str
    kind: Literal["count", "amount"]
    season: int
    periods: pd.PeriodIndex
    places: tuple[str, ...]
    values: np.ndarray
    total_of: str | None = None

    def position(self, origin: pd.Period) -> int:
        """Return how many periods have ended by the end of an origin month."""
        ends = self.periods.asfreq("M", how="end").astype("int64").to_numpy()
        return int(np.searchsorted(ends, origin.ordinal, side="right"))

    def until(self, origin: pd.Period) -> Series:
        """Return the record up to the end of a month, and nothing after it."""
        end = self.position(origin)
        return replace(self, periods=self.periods[:end], values=self.values[:end].copy())

    def after(self, origin: pd.Period, steps: int) -> np.ndarray:
        """Return what was recorded after the end of a month, shape (step, place), NaN where nothing was."""
        begin = self.position(origin)
        found = self.values[begin : begin + steps]
        truth = np.full((steps, len(self.places)), np.nan)
        truth[: len(found)] = found
        return truth

    def only(self, places: np.ndarray) -> Series:
        """Return the series of the places where a mask is true."""
        kept = tuple(place for place, keep in zip(self.places, places, strict=True) if keep)
        return replace(self, places=kept, values=self.values[:, places])


def yearly_seizures(case: Case) -> pd.DataFrame:
    """Gross seizures by jurisdiction and year: the chosen observations, nothing filled in.

    A jurisdiction of several countries is their sum, and is empty in a year in which one of those that
    appear in the record has no figure. Places that are no jurisdiction of the case (the world, the
    European Union) are left out. Up to 2018 the figures of the Ecuador case are of cocaine salts, from 2019
    of all forms but leaf and bush.

    Parameters
    ----------
    case : Case
        With `observations` and `jurisdictions`.

    Returns
    -------
    pandas.DataFrame
        Columns jurisdiction, year, tonnes (gross) and source, sorted by the first two.
    """
    known = _jurisdictions(case)
    found: dict[tuple[str, int], dict[str, tuple[float, str]]] = {}
    parts: dict[str, set[str]] = {}
    for row in _yearly_observations(case, _SEIZURES):
        jurisdiction = known.get(row["place"])
        if row["chosen"] == 1 and jurisdiction is not None:
            year = found.setdefault((jurisdiction, int(row["year"])), {})
            year.setdefault(row["place"], (row["value"], row["source"]))
            parts.setdefault(jurisdiction, set()).add(row["place"])
    rows = [
        (jurisdiction, year, sum(value for value, _ in places.values()), _sources(places.values()))
        for (jurisdiction, year), places in sorted(found.items())
        if set(places) == parts[jurisdiction]
    ]
    return pd.DataFrame(rows, columns=["jurisdiction", "year", "tonnes", "source"])


def _yearly_observations(case: Case, series: tuple[str, ...]) -> list[dict]:
    """Return the observations of whole years of some series, those with a value."""
    return [
        row
        for row in case.observations.to_dict("records")
        if row["series"] in series and not pd.isna(row["value"]) and pd.isna(row["month"])
    ]


def _sources(parts: Iterable[tuple[float, str]]) -> str:
    return ";".join(sorted({source for _, source in parts}))


def _jurisdictions(case: Case) -> dict[str, str]:
    """Return the jurisdiction of every place that has one: by id, by name, or as a part of its name."""
    known: dict[str, str] = {}
    for identifier, name in zip(case.jurisdictions["id"], case.jurisdictions["name"], strict=True):
        for part in (identifier, name, *re.split(r", | and | with ", name)):
            known.setdefault(part, identifier)
    known |= {short: known[name] for short, name in _SHORT.items() if name in known}
    return known


def yearly_prices(case: Case) -> pd.DataFrame:
    """Retail street prices by country and year, as recorded: nominal and not corrected for purity.

    Parameters
    ----------
    case : Case
        With `observations`.

    Returns
    -------
    pandas.DataFrame
        Columns place, year, price (USD/g) and source, sorted by the first two.
    """
    rows = [
        (row["place"], int(row["year"]), row["value"], row["source"])
        for row in _yearly_observations(case, (_PRICES,))
    ]
    return pd.DataFrame(sorted(rows), columns=["place", "year", "price", "source"])


def homicides_by_province(case: Case) -> Series:
    """Homicides outside prisons by province and month, as recorded.

    Killings in prison are taken out where the record tells them apart, as in the panel that is fitted
    (`contraflow.inference.killings`): a massacre follows no monthly rate.
    """
    rows = case.homicides
    outside = rows["homicides"].to_numpy(dtype=float) - rows["prison"].fillna(0).to_numpy(dtype=float)
    months = pd.PeriodIndex.from_fields(year=rows["year"], month=rows["month"], freq="M")  # pyright: ignore
    table = pd.DataFrame({"period": months, "place": rows["territory"], "outside": outside}).dropna()
    table = table.pivot_table(index="period", columns="place", values="outside", aggfunc="sum")
    table = _without_gaps(table).reindex(columns=case.members("territory"))
    title = "Homicides outside prisons by province and month"
    return _series("homicides-province", title, "persons a month", "count", 12, table)


def homicides_national(case: Case) -> Series:
    """Homicides outside prisons, of all provinces together, by month."""
    parts = homicides_by_province(case)
    total = parts.values.sum(axis=1, keepdims=True)
    return replace(
        parts,
        name="homicides-national",
        title="Homicides outside prisons in the country by month",
        places=("all provinces",),
        values=total,
        total_of=parts.name,
    )


def seizures(case: Case) -> Series:
    """Gross seizures by jurisdiction and year."""
    table = yearly_seizures(case).pivot(index="year", columns="jurisdiction", values="tonnes")
    order = [name for name in case.members("jurisdiction") if name in table.columns]
    return _yearly("seizures", "Seizures by jurisdiction and year", "t gross a year", table[order])


def prices(case: Case) -> Series:
    """Retail prices by country and year."""
    table = yearly_prices(case).pivot(index="year", columns="place", values="price")
    return _yearly("prices", "Retail street prices by country and year", "USD/g", table)


def _yearly(name: str, title: str, unit: str, table: pd.DataFrame) -> Series:
    table = table.set_axis(
        pd.PeriodIndex([pd.Period(year=int(y), freq="Y") for y in table.index], freq="Y"), axis=0
    )
    return _series(name, title, unit, "amount", 1, _without_gaps(table))


def _without_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table by period with a row for every period between its first and its last."""
    if not len(table):
        return table
    index = pd.PeriodIndex(table.index)
    return table.reindex(pd.period_range(index.min(), index.max(), freq=index.freq))


def _series(
    name: str, title: str, unit: str, kind: Literal["count", "amount"], season: int, table: pd.DataFrame
) -> Series:
    places = tuple(str(column) for column in table.columns)
    values = table.to_numpy(dtype=float)
    if kind == "amount":
        values = np.where(values > 0, values, np.nan)
    return Series(name, title, unit, kind, season, pd.PeriodIndex(table.index), places, values)


#: Every series of the backtest, by name.
SERIES: dict[str, Callable[[Case], Series]] = {
    "homicides-province": homicides_by_province,
    "homicides-national": homicides_national,
    "seizures": seizures,
    "prices": prices,
}
