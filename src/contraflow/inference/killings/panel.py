"""The panel of killings: counts by month and territory, without killings in prison, and how far to trust them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from contraflow.case import Case
from contraflow.case.cells import suggest
from contraflow.case.finding import raise_first
from contraflow.case.read import read_table
from contraflow.case.tables import HOMICIDES
from contraflow.errors import ContraflowError

COUNTED = (0.96, 0.97, 0.99)
"""Share already counted of the newest month, the one before and the one before that: first files of a month
undercount by about 4 %, second files by 3 %, as later files of the same record show."""
PARTIAL = 0.5
"""A newest month with less than this share of the mean of the three months before it is taken for incomplete
(judgement; the deepest fall between full months on record, that of January 2024, is to two thirds)."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Killings by month and territory.

    Attributes
    ----------
    counts : numpy.ndarray of int, shape (month, territory)
        Recorded killings outside prisons. Prison massacres follow no monthly rate: the 122 deaths of September
        2021 are a fifth of a year of the largest province, so they are kept apart. Where the record does not say
        who died in prison, all are counted here.
    prison : numpy.ndarray of int, shape (month, territory)
        Recorded killings in prison, zero where unknown.
    months : pandas.PeriodIndex
    territories : tuple of str
        In the order of the case's table.
    incomplete : numpy.ndarray, shape (month,)
        Share of each month expected to be counted already; 1 but for the newest months of the record.
    partial : tuple of str
        Newest months that were left out because they are visibly unfinished.
    """

    counts: np.ndarray
    prison: np.ndarray
    months: pd.PeriodIndex
    territories: tuple[str, ...]
    incomplete: np.ndarray
    partial: tuple[str, ...] = ()

    @property
    def end(self) -> pd.Period:
        """Last month."""
        return pd.Period(str(self.months[-1]), "M")  # pyright: ignore[reportReturnType]

    def until(self, month: str | pd.Period) -> Panel:
        """Return the panel up to a month, as if nothing after it were known."""
        keep = self.months <= pd.Period(month, "M")
        whole = bool(keep.all())
        return Panel(
            counts=self.counts[keep],
            prison=self.prison[keep],
            months=self.months[keep],
            territories=self.territories,
            incomplete=self.incomplete[keep],
            partial=self.partial if whole else (),
        )


def panel(case: Case, until: str | pd.Period | None = None, data: Path | None = None) -> Panel:
    """Read the panel of a case.

    Parameters
    ----------
    case : Case
    until : str or pandas.Period, optional
        Last month to use; the last of the record by default.
    data : pathlib.Path, optional
        A file in the format of the case's ``homicides.csv``. Its rows replace the case's and add to them.

    Returns
    -------
    Panel

    Raises
    ------
    ContraflowError
        If the record has a hole, or nothing is left of it.
    """
    table, name = case.homicides, "homicides.csv"
    if data is not None:
        name = str(data)
        sheet, findings = read_table(Path(data), HOMICIDES, name)
        raise_first(findings)
        table = pd.concat([table, sheet.frame], ignore_index=True)
    if table.empty:
        raise ContraflowError(name, "no killings are recorded", "add rows, or give a file with --data")
    territories = tuple(case.members("territory"))
    position = {territory: i for i, territory in enumerate(territories)}
    unknown = sorted(set(table["territory"]) - set(territories))
    if unknown:
        near = suggest(unknown[0], list(territories))
        raise ContraflowError(
            name, f"there is no territory '{unknown[0]}'", f"use an id of the case ({near})"
        )
    number = 12 * table["year"].to_numpy(int) + table["month"].to_numpy(int) - 1
    first, last = int(number.min()), int(number.max())
    shape = (last - first + 1, len(territories))
    counted, prison = np.full(shape, -1), np.zeros(shape, dtype=int)
    at = (number - first, np.array([position[t] for t in table["territory"]]))
    inside = table["prison"].fillna(0).to_numpy(int)
    counted[at] = table["homicides"].to_numpy(int) - inside
    prison[at] = inside
    months = pd.period_range(_month(first), _month(last), freq="M")
    whole = Panel(counted, prison, months, territories, np.ones(len(months)))
    return _cut(_finished(whole, name), until, name)


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _finished(panel: Panel, name: str) -> Panel:
    """Leave out an unfinished newest month, and mark the undercount of those that remain."""
    missing = panel.counts < 0
    holes = np.argwhere(missing[:-1])
    if len(holes):
        month, territory = panel.months[holes[0][0]], panel.territories[holes[0][1]]
        remedy = "write a row for every territory and month, with 0 where nobody was killed"
        raise ContraflowError(name, f"there is no row for {territory} in {month}", remedy)
    total = panel.counts.sum(axis=1)
    unfinished = bool(missing[-1].any()) or (
        len(total) > 3 and total[-1] < PARTIAL * float(total[-4:-1].mean())
    )
    stop = len(panel.months) - int(unfinished)
    share = np.ones(len(panel.months))
    newest = COUNTED[: len(share)]
    share[::-1][: len(newest)] = newest
    return Panel(
        counts=panel.counts[:stop],
        prison=panel.prison[:stop],
        months=panel.months[:stop],
        territories=panel.territories,
        incomplete=share[:stop],
        partial=(str(panel.months[-1]),) if unfinished else (),
    )


def _cut(whole: Panel, until: str | pd.Period | None, name: str) -> Panel:
    if until is None:
        return whole
    try:
        month = pd.Period(until, "M")
    except ValueError as error:
        raise ContraflowError("until", f"'{until}' is not a month", "write it as YYYY-MM") from error
    first = whole.end - (len(whole.months) - 25)
    if not str(first) <= str(month) <= str(whole.end):
        value = f"{month} leaves less than two years of record, or lies after its end"
        remedy = f"give a month from {first} to {whole.end} ({name})"
        raise ContraflowError("until", value, remedy)
    return whole.until(month)
