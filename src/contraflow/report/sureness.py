"""How sure one may be of a case's numbers: the fit, what it learned, forecasts, recovery, other readings.

Made from the files that ship with a case, in sentences computed from them and tables; the page and the documentation
show the same.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contraflow.inference.diagnose import LEARNED, MOVED
from contraflow.inference.summary import moved, read, silent, unsettled
from contraflow.report import backtest

if TYPE_CHECKING:
    from pathlib import Path

    from contraflow.case import Case

BACKTEST, RECOVERY, SENSITIVITY = "backtest.csv", "recovery.csv", "sensitivity.csv"
HALF_YEARS = "backtest-half-years.csv"
FITS = {"trade": "the trade", "killings": "killings by province and month"}
MET = {True: "met", False: "missed", None: "not judged"}
YEAR = 12
WHOLE = "whole record"
"""The reading of the evidence that ships."""
ENOUGH = 0.85
"""Share of known truths that 90 % intervals must hold to pass for as wide as they say."""
NAMED = 40
"""Parameters named in a sentence at most."""
UNSETTLED = (
    "Perhaps not where more steps of the fit would take them, so that less is known than intervals say"
)


@dataclass(frozen=True)
class Section:
    """Words and a table under a heading.

    Attributes
    ----------
    title : str
    words : tuple of str
        What the table means to a reader, the most important sentence first.
    header : tuple of str
    rows : tuple of tuple of str
    numbers : tuple of int
        Columns of numbers.
    """

    title: str
    words: tuple[str, ...]
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()


def sections(case: Case) -> list[Section]:
    """Return all there is to say of a case; empty where it ships no fit.

    Parameters
    ----------
    case : Case
    """
    found = read(case.path)
    made = fit(case, found) if found else []
    made += [part for part in (forecasts(case.path), recovery(case.path)) if part is not None]
    return made + sensitivity(case.path)


def in_short(case: Case) -> list[str]:
    """Return the first sentence of every part."""
    return [part.words[0] for part in sections(case) if part.words]


def fit(case: Case, found: Mapping[str, Any]) -> list[Section]:
    """Return targets, coverage and what was learned, for every fit of a diagnosis.

    Parameters
    ----------
    case : Case
        For the names of parameters.
    found : mapping
        As `contraflow.inference.summary.read` gives it.
    """
    names = dict(zip(case.parameters["symbol"], case.parameters["name"], strict=True))
    made = []
    for name in sorted(found, key=list(FITS).index):
        part = found[name]
        made += [_targets(name, part, names), _covered(name, part), _learned(name, part, names)]
    return made


def _targets(name: str, part: Mapping[str, Any], names: Mapping[str, str]) -> Section:
    judged = [item for item in part["verdicts"] if item["met"] is not None]
    missed = [item["what"] for item in judged if not item["met"]]
    said = f"All {len(judged)} targets are met" if not missed else f"Missed: {', '.join(missed)}"
    slow = ", ".join(names.get(one, one).lower() for one in unsettled(part))
    words = (
        f"Fit of {FITS.get(name, name)}: {said[0].lower() + said[1:]}.",
        *([f"{UNSETTLED}: {slow}."] if slow else []),
        "R-hat compares independent runs of the fit (1 is perfect agreement), the effective sample size (ESS) says "
        "how many independent draws they are worth. Both tell whether there are enough draws, not whether the model "
        "is right.",
    )
    rows = tuple((v["what"], v["value"], v["target"], MET[v["met"]]) for v in part["verdicts"])
    return Section(
        f"Did the fit of {FITS.get(name, name)} settle?", words, ("what", "value", "target", "verdict"), rows
    )


def _covered(name: str, part: Mapping[str, Any]) -> Section:
    whole = next((c for c in part["coverage"] if c["series"] == "all"), None)
    words = []
    fit = FITS.get(name, name)
    fair = whole is not None and whole.get("half_without") is not None
    if whole and fair:
        words = [
            f"Of {whole['points']:,} points of {fit}, each judged by what the fit says without it, "
            f"{_percent(whole['half_without'])} lie in their 50 % interval and {_percent(whole['ninety_without'])} in "
            "their 90 % interval.",
            f"Judged by the fit that has seen them it is {_percent(whole['half'])} and {_percent(whole['ninety'])}: "
            "what was fitted lies closer than what is new, however right the fit.",
            f"Left out is not fitted again: draws are weighted, and for {_percent(whole['unsure'])} of the points the "
            "weights rest on few draws.",
        ]
    elif whole:
        words = [
            f"Of {whole['points']:,} fitted points of {fit}, {_percent(whole['half'])} lie in their "
            f"50 % interval and {_percent(whole['ninety'])} in their 90 % interval.",
            "Points that were fitted, so this is no forecast: it says whether the errors are of the right size.",
        ]
    columns = ("half_without", "ninety_without", "half", "ninety") if fair else ("half", "ninety")
    rows = tuple(
        (c["series"], f"{c['points']:,}", *(_two(c[one]) for one in columns)) for c in part["coverage"]
    )
    seen = ("in 50 %", "in 90 %")
    header = ("series", "points", *(("left out, in 50 %", "left out, in 90 %") if fair else ()), *seen)
    numbers = tuple(range(1, len(header)))
    return Section(f"Does it cover what was seen of {fit}?", tuple(words), header, rows, numbers)


def _two(share: float | None) -> str:
    return "–" if share is None else f"{share:.2f}"


def _learned(name: str, part: Mapping[str, Any], names: Mapping[str, str]) -> Section:
    learned = part["learned"]
    unknown = silent(part)
    count, of = sum(row["not_identified"] for row in learned), sum(row["elements"] for row in learned)
    more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
    first = (
        f"Not identified, so that what comes out is what was believed before: "
        f"{', '.join(names.get(one, one).lower() for one in unknown[:NAMED])}{more}."
        if unknown
        else "The record says something about every parameter."
    )
    others = ", ".join(f"{names.get(one, one).lower()} ({by:+.1f})" for one, by in moved(part).items())
    words = (
        first,
        *([f"Moved, and no narrower than before: {others}."] if others else []),
        f"In all, {count:,} of {of:,} numbers behind {FITS.get(name, name)} are not identified, deviations of single "
        "links, places and years included.",
        "Contraction is one minus the posterior's variance over the prior's, on the scale on which the prior is "
        f"standard normal. Below {LEARNED} a number counts as not identified. Shift is how far the mean has moved, in "
        f"standard deviations of the prior, for the number that moved most; beyond {MOVED} it counts as moved.",
    )
    rows = tuple(
        (
            f"{names.get(row['variable'], row['variable'])} ({row['variable']})",
            f"{row['elements']:,}",
            f"{row['median']:.2f}",
            f"{row['largest']:.2f}",
            f"{row['shift']:+.2f}",
            f"{row['not_identified']:,}",
        )
        for row in learned
    )
    header = ("parameter", "numbers", "median contraction", "largest", "shift", "not identified")
    return Section(
        f"What did the record teach about {FITS.get(name, name)}?", words, header, rows, (1, 2, 3, 4, 5)
    )


def forecasts(folder: Path) -> Section | None:
    """Return who forecasts best, window by window and over more origins, where backtests ship.

    Parameters
    ----------
    folder : pathlib.Path
        Of the case.
    """
    shipped = [path for path in (folder / BACKTEST, folder / HALF_YEARS) if path.exists()]
    if not shipped:
        return None
    rows, won, lost = [], [], []
    for path in shipped:
        table = backtest.read_table(path)
        for series, horizon in backtest.windows(table):
            ranked = backtest.lines(table, series, horizon)
            own = next((row for row in ranked if row["forecaster"] == backtest.MODEL), None)
            if own is None:
                continue
            title = backtest.TITLES.get(series, series)
            if horizon == YEAR and path.name == BACKTEST:
                (won if own["ratio"] < 1.0 else lost).append(title.lower())
            rows.append(
                (
                    title,
                    str(int(own["folds"])),
                    str(horizon),
                    ranked[0]["forecaster"],
                    own["best_peer"],
                    f"{own['ratio']:.2f}",
                    _percent(own["cover90"]),
                )
            )
    said = []
    if won:
        said.append(f"a year ahead it beats the best plain forecast of {'; '.join(won)}")
    if lost:
        said.append(
            f"{'it loses to it' if won else 'the best plain forecast a year ahead beats it'} for {'; '.join(lost)}"
        )
    first = f"On years it had not seen: {', '.join(said)}." if said else "Nothing was forecast a year ahead."
    words = (
        first,
        "The error (CRPS) is relative to the best peer's: below one, the simulator is better. The whole table stands "
        "with the evaluation.",
    )
    header = (
        "series", "origins", "months ahead", "lowest error", "best peer", "error relative to it", "within 90 %",
    )  # fmt: skip
    return Section("What did it say of years it had not seen?", words, header, tuple(rows), (1, 2, 5, 6))


def recovery(folder: Path) -> Section | None:
    """Return whether known parameters were found again in invented records, where that was tried.

    Parameters
    ----------
    folder : pathlib.Path
        Of the case.
    """
    rows = _rows(folder / RECOVERY)
    if not rows:
        return None
    # scales say how wide other things are; what they do to those is in the other rows
    scales = [row for row in rows if row["numbers"].startswith("scales")]
    share = min(float(row["in90"]) for row in rows if row not in scales)
    narrow = [
        f", but are too narrow for {row['numbers']} ({_percent(float(row['in90']))} in 90 %)"
        for row in scales
        if float(row["in90"]) < ENOUGH
    ]
    right = "Where the record teaches something, intervals hold known truths as often as they say"
    words = (
        f"{right}{''.join(narrow)}."
        if share >= ENOUGH
        else f"Where the record teaches something, 90 % intervals of the trade held a known truth in {_percent(share)} "
        f"of cases: they are too narrow, and should be read as {_percent(share)} intervals.",
        "Truths drawn from the prior, records invented from them with the errors they say, each fitted as the real "
        "one is.",
    )
    body = tuple(
        (
            r["numbers"],
            f"{int(r['count']):,}",
            r["replicas"],
            f"{float(r['in50']):.2f}",
            f"{float(r['in90']):.2f}",
        )
        for r in rows
    )
    header = ("numbers", "how many", "records", "in 50 %", "in 90 %")
    return Section("Are known parameters found again?", words, header, body, (1, 2, 3, 4))


def sensitivity(folder: Path) -> list[Section]:
    """Return answers under other readings of the evidence, a part a quantity, where they ship.

    Parameters
    ----------
    folder : pathlib.Path
        Of the case.
    """
    rows = _rows(folder / SENSITIVITY)
    made = []
    for quantity in dict.fromkeys(row["quantity"] for row in rows):
        mine = [row for row in rows if row["quantity"] == quantity]
        unit = mine[0]["unit"]
        body = tuple(
            (row["variant"], row["rows"], *(f"{float(row[q]):.1f}" for q in ("median", "q05", "q95")))
            for row in mine
        )
        header = ("evidence and form", "rows", "median", "5 %", "95 %")
        title = f"Under other readings of the evidence: {quantity} ({unit})"
        made.append(Section(title, (_moved(quantity, unit, mine),), header, body, (1, 2, 3, 4)))
    return made


def _moved(quantity: str, unit: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Say how far other readings move a median, beside the interval of the reading that ships."""
    medians = {row["variant"]: float(row["median"]) for row in rows}
    shipped = next((row for row in rows if row["variant"] == WHOLE), rows[0])
    low, high = (min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__))
    return (
        f"{quantity[0].upper()}{quantity[1:]}: the median lies between {_short(medians[low])} {unit} ({low}) and "
        f"{_short(medians[high])} {unit} ({high}); the shipped fit says {_short(float(shipped['median']))} {unit} "
        f"(90 %: {_short(float(shipped['q05']))} to {_short(float(shipped['q95']))})."
    )


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _short(value: float) -> str:
    return f"{value:.2g}".replace("-", "−") if abs(value) < 10 else f"{value:.0f}".replace("-", "−")
