"""What was known at the end of a month: a case and a scenario without anything that came later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from contraflow.case import Case
from contraflow.inference.killings.panel import Panel
from contraflow.scenario import Scenario


def known_case(case: Case, panel: Panel) -> Case:
    """Cut a case at the end of a panel.

    Yearly tables end with the last full year, relations between groups are those that had begun, the season
    comes from the panel alone, and extortion, which the case splits by killings of its base year, is split by
    the killings of the panel's last year. What cannot be cut stays: the groups' map and sizes, and the levels
    and priors, which were judged with today's knowledge.
    """
    end = panel.end
    full = end.year if end.month == 12 else end.year - 1

    def years(table: pd.DataFrame) -> pd.DataFrame:
        year = table["year"].to_numpy(int)
        return table.iloc[np.flatnonzero((year <= full) | (year == year.min(initial=9999)))]

    record = case.homicides
    number = 12 * record["year"].to_numpy(int) + record["month"].to_numpy(int) - 1
    starts = case.relations["start"].to_numpy(str)
    begun = (starts == "") | (starts <= str(end))
    changes: dict = {
        name: years(getattr(case, name))
        for name in ("production", "demand", "effort", "income", "calibration")
    }
    changes["relations"] = case.relations.iloc[np.flatnonzero(begun)]
    changes["homicides"] = record.iloc[np.flatnonzero(number <= 12 * end.year + end.month - 1)]
    changes["history_end"] = min(case.history_end, end)
    if end.ordinal < case.history_end.ordinal:
        changes["season"] = case.season.assign(factor=season(panel)[case.season["month"].to_numpy(int) - 1])
    if full < case.base_year:
        total = float(case.territories["extortion"].sum())
        recent = panel.counts[-12:].sum(axis=0) + 0.5
        changes["territories"] = case.territories.assign(extortion=total * recent / recent.sum())
    return replace(case, **changes)


def season(panel: Panel) -> np.ndarray:
    """Seasonal factor by calendar month, mean one, as the case's own was made.

    Log of killings a day less a centred twelve-month mean; the mean by calendar month is drawn towards zero by
    its share of noise, then the length of the months is put back.
    """
    days = np.array([month.days_in_month for month in panel.months], dtype=float)
    calendar = np.array([month.month for month in panel.months])
    daily = np.log(np.maximum(panel.counts.sum(axis=1) / panel.incomplete, 0.5) / days)
    kernel = np.r_[0.5, np.ones(11), 0.5] / 12.0
    trend = np.convolve(daily, kernel, mode="valid")
    rest = daily[6 : 6 + len(trend)] - trend
    groups = [rest[calendar[6 : 6 + len(trend)] == month] for month in range(1, 13)]
    mean = np.array([g.mean() for g in groups])
    noise = np.mean([g.var(ddof=1) / len(g) if len(g) > 1 else np.inf for g in groups])
    signal = max(0.0, 1.0 - noise / max(float(mean.var()), 1e-12))
    length = np.array([days[calendar == month].mean() for month in range(1, 13)])
    factor = np.exp(signal * (mean - mean.mean())) * length
    return factor / factor.mean()


def known_scenario(case: Case, scenario: Scenario, end: pd.Period) -> Scenario:
    """Cut a scenario at the end of a month: later measures never happen, and what is in force stays in force."""
    last = end.to_timestamp(how="end").date()
    horizon: date = case.end.to_timestamp(how="end").date()
    begun = [m for m in scenario.measures if m.start <= last]
    carried = tuple(m if m.end <= last else replace(m, end=horizon) for m in begun)
    return replace(scenario, measures=carried)
