"""`Claim`: what somebody says, as a number that can be held against evidence; and where claims are read from."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contraflow.analysis.claims.interval import Interval
from contraflow.analysis.claims.observable import OBSERVABLES, Observable
from contraflow.analysis.claims.period import Period, read_period
from contraflow.case.cells import parse_cell, split_keys, suggest
from contraflow.case.read import decode
from contraflow.case.schema import SOURCE_WORDS
from contraflow.case.tables import CLAIMS
from contraflow.errors import ContraflowError

if TYPE_CHECKING:
    from contraflow.case import Case

#: What a claim of the user's own file need not say, and what is taken instead.
DEFAULTS = {"who": "the user", "form": "paraphrase", "comparator": "=", "words": ""}
WORDS_OF_A_QUOTE = 15
SIGNS = {"=": "about", ">=": "at least", "<=": "at most", "between": "between"}


@dataclass(frozen=True)
class Claim:
    """One claim.

    Attributes
    ----------
    id, who, date, words, form
        Its name; who says it (an office or outlet) and when; the words, and whether they are a ``quote`` or
        a ``paraphrase``.
    observable, places, via, period, scenario
        What it is about: a quantity of `OBSERVABLES`, where, through where, when, and under which scenario.
    comparator, value, low, high, tolerance
        What it says of it, in the observable's unit.
    sources, why, note
        Keys of ``sources.bib``, reasons for this reading, and what else to know.
    """

    id: str
    who: str
    date: str
    words: str
    form: str
    observable: Observable
    places: tuple[str, ...]
    via: tuple[str, ...]
    period: Period
    scenario: str
    comparator: str
    value: float
    low: float
    high: float
    tolerance: float
    sources: tuple[str, ...]
    why: str = ""
    note: str = ""

    @property
    def accepted(self) -> Interval:
        """Values of the observable that bear the claim out."""
        slack = self.tolerance
        if self.comparator == "between":
            return Interval(self.low - slack, self.high + slack)
        low = self.value - slack if self.comparator != "<=" else -math.inf
        high = self.value + slack if self.comparator != ">=" else math.inf
        return Interval(low, high)

    @property
    def figure(self) -> str:
        """What it says, as words: "about 70 %"."""
        unit = f" {self.observable.unit}" if self.observable.unit else ""
        if self.comparator == "between":
            return f"{_number(self.low)} to {_number(self.high)}{unit}"
        return f"{SIGNS[self.comparator]} {_number(self.value)}{unit}"

    @property
    def short(self) -> str:
        """The same in few letters, without the unit: "~ 70"."""
        if self.comparator == "between":
            return f"{_number(self.low)} to {_number(self.high)}"
        return f"{'~' if self.comparator == '=' else self.comparator} {_number(self.value)}"


def _number(value: float) -> str:
    """Return a figure with a minus sign that is one."""
    return f"{value:g}".replace("-", "−")


def case_claims(case: Case) -> list[Claim]:
    """Return the claims of a case, in the order of its table.

    Raises
    ------
    ContraflowError
        Naming the line and the column of what is wrong.
    """
    return [claim_in(case, row) for row in range(len(case.claims))]


def claim_in(case: Case, row: int) -> Claim:
    """Return the claim in one row of a case's table.

    Raises
    ------
    ContraflowError
        Naming the line and the column of what is wrong.
    """
    sheet = case.sheets["claims"]
    record = sheet.frame.iloc[row].to_dict()
    return make_claim({str(key): cell for key, cell in record.items()}, case, sheet.place(row))


def read_claims(path: str | Path, case: Case) -> list[Claim]:
    """Read claims from a file of the user's own.

    Parameters
    ----------
    path
        A ``.toml`` file with a ``[[claim]]`` for each, or a ``.csv`` file; keys and columns are those of
        ``claims.csv``, and only what a claim needs must be there.
    case
        Case they are about.

    Raises
    ------
    ContraflowError
        If the file cannot be read, or a claim is wrong; names the place, the value and the remedy.
    """
    path = Path(path).expanduser()
    text, findings = decode(path, path.name)
    if findings:
        raise ContraflowError(findings[0].place, findings[0].value, findings[0].remedy)
    rows = _toml(text, path.name) if path.suffix == ".toml" else _csv(text, path.name)
    if not rows:
        raise ContraflowError(path.name, "there is no claim in it", "write at least one [[claim]]")
    claims, seen = [], set()
    for number, (place, cells) in enumerate(rows, start=1):
        claim = make_claim(_parse({"id": f"claim-{number}"} | DEFAULTS | cells, place), case, place)
        if claim.id in seen:
            raise ContraflowError(place, f"duplicate id '{claim.id}'", "give every claim its own id")
        seen.add(claim.id)
        claims.append(claim)
    return claims


def _toml(text: str, name: str) -> list[tuple[str, dict[str, str]]]:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContraflowError(name, f"not readable as TOML ({error})", "correct the syntax") from None
    stray = sorted(set(raw) - {"claim"})
    tables = raw.get("claim", [])
    if stray or not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
        what = f"unknown key '{stray[0]}'" if stray else "the claims are not a list of tables"
        raise ContraflowError(name, what, "write each claim under its own [[claim]]")
    rows = []
    for number, item in enumerate(tables, start=1):
        place = f"{name}, claim {number}"
        rows.append((place, {str(key): _text(cell, f"{place}, key {key}") for key, cell in item.items()}))
    return rows


def _text(cell: Any, place: str) -> str:
    """Return a cell of a TOML file as it would stand in a CSV file."""
    if isinstance(cell, bool | dict):
        raise ContraflowError(place, f"{cell!r} is neither text nor a number", "write text or a number")
    return ";".join(str(part) for part in cell) if isinstance(cell, list) else str(cell)


def _csv(text: str, name: str) -> list[tuple[str, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader)]
    rows = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            place = f"{name} line {reader.line_num}"
            if len(cells) != len(header):
                what = f"the row has {len(cells)} cells, the header {len(header)}"
                raise ContraflowError(place, what, "put a cell that holds a comma in double quotes")
            pairs = zip(header, (cell.strip() for cell in cells), strict=True)
            rows.append((place, {column: cell for column, cell in pairs if cell}))
    return rows


def _parse(cells: Mapping[str, str], place: str) -> dict[str, Any]:
    """Hold the cells of one claim to the columns of ``claims.csv``."""
    unknown = [key for key in cells if key not in CLAIMS.names]
    if unknown:
        raise ContraflowError(
            f"{place}, key {unknown[0]}", f"unknown key '{unknown[0]}'", suggest(unknown[0], CLAIMS.names)
        )
    record: dict[str, Any] = {}
    for column in CLAIMS.columns:
        if column.name == "words" and not cells["words"]:
            record["words"] = ""
            continue
        record[column.name], value, remedy = parse_cell(column, cells.get(column.name, "").strip())
        if value:
            raise ContraflowError(f"{place}, key {column.name}", value, remedy)
    return record


def make_claim(record: Mapping[str, Any], case: Case, place: str) -> Claim:
    """Make a claim of a record whose cells have been read.

    Raises
    ------
    ContraflowError
        If the observable, a place, the period, a source or the figure is not what it must be.
    """

    def at(column: str) -> str:
        return f"{place}, column {column}"

    name = str(record["observable"])
    observable = OBSERVABLES.get(name)
    if observable is None:
        remedy = f"see `contraflow claims --list`; {suggest(name, OBSERVABLES)}"
        raise ContraflowError(at("observable"), f"unknown observable '{name}'", remedy)
    if record["unit"] and record["unit"] != observable.unit:
        what = f"'{record['unit']}' is not the unit of {name}"
        raise ContraflowError(at("unit"), what, f"give the figure in {observable.unit or 'plain numbers'}")
    if record["scenario"] and record["scenario"] not in case.scenarios:
        what = f"unknown scenario '{record['scenario']}'"
        raise ContraflowError(at("scenario"), what, suggest(record["scenario"], case.scenarios))
    sources = tuple(split_keys(str(record["source"])))
    for key in sources:
        if key not in case.sources and key not in SOURCE_WORDS:
            remedy = f"add it to sources.bib or correct it: {suggest(key, case.sources)}"
            raise ContraflowError(at("source"), f"unknown source key '{key}'", remedy)
    words = str(record["words"])
    if record["form"] == "quote" and len(words.split()) > WORDS_OF_A_QUOTE:
        what = f"the quotation has {len(words.split())} words"
        raise ContraflowError(at("words"), what, f"keep at most {WORDS_OF_A_QUOTE}, or paraphrase it")
    value, low, high = _numbers(record, at)
    tolerance = float(record["tolerance"])
    return Claim(
        id=str(record["id"]),
        who=str(record["who"]),
        date=str(record["date"]),
        words=words,
        form=str(record["form"]),
        observable=observable,
        places=_known(observable.places(case), record["place"], observable, "place", at),
        via=_known(observable.vias(case), record["via"], observable, "via", at),
        period=read_period(str(record["period"]), case, at("period")),
        scenario=str(record["scenario"]),
        comparator=str(record["comparator"]),
        value=value,
        low=low,
        high=high,
        tolerance=observable.tolerance if math.isnan(tolerance) else tolerance,
        sources=sources,
        why=str(record["why"]),
        note=str(record["note"]),
    )


def _numbers(record: Mapping[str, Any], at: Any) -> tuple[float, float, float]:
    """Return the figure of a claim, after making sure that it is there and only once."""
    value, low, high = (float(record[name]) for name in ("value", "low", "high"))
    if record["comparator"] == "between":
        for name, number in (("low", low), ("high", high)):
            if math.isnan(number):
                raise ContraflowError(
                    at(name), f"the comparator is 'between', but {name} is empty", "fill it in"
                )
        if low > high:
            raise ContraflowError(
                at("low"), f"{low:g} is above high, {high:g}", "put the smaller number in low"
            )
        return math.nan, low, high
    if math.isnan(value):
        what = f"the comparator is '{record['comparator']}', but the value is empty"
        raise ContraflowError(at("value"), what, "fill it in, or write between with low and high")
    if not math.isnan(low) or not math.isnan(high):
        what = f"low and high are for the comparator 'between', not for '{record['comparator']}'"
        raise ContraflowError(at("low"), what, "empty them, or write between")
    return value, math.nan, math.nan


def _known(
    known: Iterable[str] | None, cell: Any, observable: Observable, column: str, at: Any
) -> tuple[str, ...]:
    """Return the ids of a cell after looking each up."""
    parts = tuple(split_keys(str(cell)))
    if known is None:
        if parts:
            what = f"{observable.name} takes no {column}, but it says '{parts[0]}'"
            raise ContraflowError(at(column), what, f"leave {column} empty")
        return ()
    allowed = list(known)
    for part in parts:
        if part not in allowed:
            raise ContraflowError(
                at(column), f"unknown {column} '{part}' for {observable.name}", suggest(part, allowed)
            )
    if not parts and column in observable.needs:
        raise ContraflowError(at(column), f"{observable.name} needs a {column}", suggest("", allowed))
    return parts
