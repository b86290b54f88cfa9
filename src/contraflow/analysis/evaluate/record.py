"""What was counted: killings by month and territory, of the case and of a user's file, with what is doubtful."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from contraflow.analysis.evaluate.tables import read_record
from contraflow.case import Case
from contraflow.case.cells import suggest
from contraflow.case.read import Sheet
from contraflow.errors import ContraflowError
from contraflow.inference.killings.panel import COUNTED, PARTIAL


@dataclass(frozen=True)
class Record:
    """Counts of killings.

    Attributes
    ----------
    months, territories
        Labels of the axes; months are consecutive.
    counts
        Killings outside prisons, shape (month, territory); NaN where nobody counted. Where the record does not
        say who died in prison, all are counted here.
    night, day
        All killings at night and by day, prisons included because the record does not cross the two; the same
        shape; NaN where hours are not known.
    share
        Share of each month expected to be counted already, shape (month,).
    partial
        The newest month if it looks incomplete (it is then NaN in `counts` and `night`), else None.
    notes
        What a reader should know about the counts.
    """

    months: pd.PeriodIndex
    territories: tuple[str, ...]
    counts: np.ndarray
    night: np.ndarray
    day: np.ndarray
    share: np.ndarray
    partial: pd.Period | None = None
    notes: tuple[str, ...] = ()

    def index(self, month: pd.Period) -> int:
        """Return the position of a month, which may lie outside the record."""
        return month.ordinal - int(self.months.asi8[0])

    def columns(self, territories: tuple[str, ...]) -> list[int]:
        """Return the positions of territories."""
        return [self.territories.index(name) for name in territories]


def read(case: Case, data: Path | None = None, until: str | None = None, trust: bool = False) -> Record:
    """Return the record of a case, with a user's file laid over it.

    Parameters
    ----------
    case
        The case.
    data
        CSV in the format of ``homicides.csv``. Its rows replace the case's rows of the same territory and
        month, and add to them.
    until
        Last month to use, ``YYYY-MM`` (a day stands for its month).
    trust
        Use the newest month even if it looks incomplete.

    Returns
    -------
    Record

    Raises
    ------
    ContraflowError
        If the file or the month cannot be used.
    """
    sheet = read_record(data) if data is not None else None
    rows = case.homicides
    if sheet is not None:
        _check(case, sheet)
        both = pd.concat([case.homicides, sheet.frame[list(case.homicides.columns)]], ignore_index=True)
        newer = both.groupby(["territory", "year", "month"]).tail(1)
        rows = pd.DataFrame(newer)
    if rows.empty:
        raise ContraflowError(f"case {case.name}", "has no record of killings", "give one with --data FILE")
    record = _grid(case, rows)
    record = _newest(record, trust)
    if until is not None:
        record = _cut(record, until)
    gaps = [month for month, row in zip(record.months, record.counts, strict=True) if np.isnan(row).all()]
    gaps = [month for month in gaps if month != record.partial]
    if gaps:
        record = _note(
            record, f"Nobody's counts are here for {', '.join(map(str, gaps))}: left out, not taken as zero."
        )
    return record


def _check(case: Case, sheet: Sheet) -> None:
    """Hold a user's rows to the territories of the case, and parts to the whole.

    Raises
    ------
    ContraflowError
        Naming the line.
    """
    known = case.members("territory")
    for row, item in sheet.rows():
        if item.territory not in known:
            value = f"there is no territory '{item.territory}' in case {case.name}"
            raise ContraflowError(sheet.place(row, "territory"), value, suggest(item.territory, known))
        for column, words in (("night", "at night"), ("prison", "in prison")):
            part = getattr(item, column)
            if not pd.isna(part) and part > item.homicides:
                value = f"{part} killings {words} of {item.homicides} in all"
                raise ContraflowError(sheet.place(row, column), value, "correct one of the two")


def _grid(case: Case, rows: pd.DataFrame) -> Record:
    """Put rows on the grid of months and territories."""
    territories = tuple(case.members("territory"))
    ordinal = 12 * (rows["year"].to_numpy(int) - 1970) + rows["month"].to_numpy(int) - 1
    column = np.array([territories.index(name) for name in rows["territory"]])
    first, last = int(ordinal.min()), int(ordinal.max())
    shape = (last - first + 1, len(territories))
    counts, night, prison = np.full((3, *shape), np.nan)
    at = (ordinal - first, column)
    counts[at] = rows["homicides"].to_numpy(float, na_value=np.nan)
    night[at] = rows["night"].to_numpy(float, na_value=np.nan)
    prison[at] = rows["prison"].to_numpy(float, na_value=np.nan)
    months = pd.period_range(pd.Period(ordinal=first, freq="M"), pd.Period(ordinal=last, freq="M"), freq="M")
    outside = counts - np.nan_to_num(prison)
    record = Record(months, territories, outside, night, counts - night, np.ones(len(months)))
    unknown = [str(month) for month, row in zip(months, prison, strict=True) if np.isnan(row).all()]
    if unknown and len(unknown) < len(months):
        shown = ", ".join(unknown[:3]) + (f" and {len(unknown) - 3} more" if len(unknown) > 3 else "")
        record = _note(
            record, f"Killings in prison are left out, except in {shown}, where they are not known."
        )
    absent = np.isnan(counts).sum(axis=1)
    holes = (absent > 0) & (absent < len(territories))
    holes[-1] = False
    if holes.any():
        where = int(np.argmax(holes))
        missing = [name for name, gap in zip(territories, np.isnan(counts[where]), strict=True) if gap]
        value = f"no row for {', '.join(missing[:4])}{' and others' if len(missing) > 4 else ''}"
        remedy = "add the rows, with homicides 0 where there was none"
        raise ContraflowError(f"killings of {months[where]}", value, remedy)
    return record


def _newest(record: Record, trust: bool) -> Record:
    """Flag the newest month if it looks incomplete, take its counts out, and mark the undercount of the rest."""
    newest, total = record.months[-1], np.nansum(record.counts[-1])
    before = record.counts[-4:-1].sum(1)
    usual = float(before.mean()) if len(before) == 3 and np.isfinite(before).all() else 0.0
    absent = int(np.isnan(record.counts[-1]).sum())
    why = ""
    if absent:
        why = f"{absent} territories have no row"
    elif total < PARTIAL * usual:
        why = f"{total:.0f} killings against {usual:.0f} in the mean of the three months before"
    left_out = bool(absent) or (bool(why) and not trust)
    whole = len(record.months) - int(left_out)
    share = record.share.copy()
    share[max(whole - len(COUNTED), 0) : whole] = COUNTED[: min(whole, len(COUNTED))][::-1]
    record = replace(record, share=share)
    if why and not left_out:
        return _note(record, f"The newest month, {newest}, looks incomplete ({why}) but is used, as asked.")
    if not left_out:
        missing = round(100 * (1 - COUNTED[0]))
        return _note(
            record, f"The newest month, {newest}, is a first publication: some {missing} % may be missing."
        )
    counts, night, day = (table.copy() for table in (record.counts, record.night, record.day))
    counts[-1] = night[-1] = day[-1] = np.nan
    left = replace(record, counts=counts, night=night, day=day, partial=newest)
    hint = "" if absent else " If it is complete, say so with --trust-newest."
    return _note(
        left, f"The newest month, {newest}, looks incomplete ({why}); it is not used in any figure.{hint}"
    )


def _cut(record: Record, until: str) -> Record:
    """Leave out what comes after a month.

    Raises
    ------
    ContraflowError
        If it is no month, or lies outside the record.
    """
    try:
        last = pd.Period(until[:7], "M")
        if len(until) < len("2024-01") or not isinstance(last, pd.Period):
            raise ValueError(until)
    except ValueError:
        raise ContraflowError("--until", f"'{until}' is not a month", "write YYYY-MM or YYYY-MM-DD") from None
    if not record.months[0] <= last <= record.months[-1]:
        value = f"{last} is outside the record, {record.months[0]} to {record.months[-1]}"
        raise ContraflowError("--until", value, "give a month inside it, or newer counts with --data FILE")
    if last == record.months[-1]:
        return record
    rows = record.index(last) + 1
    return Record(
        record.months[:rows], record.territories, record.counts[:rows], record.night[:rows], record.day[:rows],
        record.share[:rows], notes=record.notes[:-1],
    )  # fmt: skip


def _note(record: Record, words: str) -> Record:
    return replace(record, notes=(*record.notes, words))
