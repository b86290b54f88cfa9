"""One ``[[measure]]`` of a scenario file to a `Measure`, or one clear error."""

from __future__ import annotations

import calendar
import math
from datetime import date, datetime
from typing import Any, Never, Protocol

from contraflow.case.cells import split_keys, suggest
from contraflow.case.model import Case
from contraflow.case.schema import DATE_PATTERN, SOURCE_WORDS
from contraflow.errors import ScenarioError
from contraflow.scenario.kinds import KINDS, Kind
from contraflow.scenario.model import Measure

_COMMON = ("kind", "start", "end", "value", "source", "note")


class Fail(Protocol):
    """Raises a `ScenarioError` for a key of the measure at hand: the key, what is wrong, the remedy."""

    def __call__(self, key: str, value: str, remedy: str) -> Never:
        """Raise."""
        ...


def parse_measure(case: Case, raw: Any, place: str, scenario: str) -> Measure:
    """Check one measure against the table of kinds and against its case.

    Parameters
    ----------
    case
        The case whose places and months it must name.
    raw
        The measure as TOML gives it.
    place
        File and number of the measure, for messages.
    scenario
        Name of the scenario that states it.

    Returns
    -------
    Measure

    Raises
    ------
    ScenarioError
        Naming the key, the value and the remedy.
    """

    def fail(key: str, value: str, remedy: str) -> Never:
        raise ScenarioError(f"{place}, key {key}" if key else place, value, remedy)

    if not isinstance(raw, dict):
        fail("", f"{raw!r} is not a table", "write each measure under its own [[measure]]")
    name = raw.get("kind")
    if name is None:
        fail("kind", "the key is missing", f"name one of: {', '.join(KINDS)}")
    if not isinstance(name, str) or name not in KINDS:
        fail("kind", f"unknown kind of measure {name!r}", suggest(str(name), KINDS))
    kind = KINDS[name]
    allowed = (*_COMMON, kind.key)
    for key in raw:
        if key not in allowed:
            fail(key, f"unknown key '{key}' in a measure of kind '{name}'", suggest(key, allowed))
    for key in (kind.key, "start", "value"):
        if key not in raw:
            fail(
                key,
                "the key is missing",
                f"add it; a measure of kind '{name}' needs {kind.key}, start and value",
            )
    places = _places(case, kind, raw[kind.key], fail)
    start, end = _span(case, raw, fail)
    if kind.pulse:
        end = start
    value = _value(kind, raw["value"], fail)
    for key in ("source", "note"):
        if not isinstance(raw.get(key, ""), str):
            fail(key, f"{raw[key]!r} is not text", "put it in quotes")
    for key in split_keys(raw.get("source", "")):
        if key not in case.sources and key not in SOURCE_WORDS:
            fail(
                "source",
                f"unknown source key '{key}'",
                f"add it to sources.bib or correct it: {suggest(key, [*case.sources, *SOURCE_WORDS])}",
            )
    return Measure(name, places, start, end, value, raw.get("source", ""), raw.get("note", ""), scenario)


def _places(case: Case, kind: Kind, raw: Any, fail: Fail) -> tuple[str, ...]:
    """Resolve the place key to ids, each once, in the order of the case."""
    known = case.members(kind.dimension)
    asked = [raw] if isinstance(raw, str) else raw
    if not isinstance(asked, list) or not asked or not all(isinstance(item, str) for item in asked):
        fail(kind.key, f"{raw!r} is not an id or a list of ids", 'write one id, a list of ids, or "all"')
    parents: dict[str, str] = {}
    if kind.name == "split":
        parents = dict(zip(case.groups["id"], case.groups["parent"], strict=True))
        known = [group for group in known if parents[group]]
    if asked == ["all"]:
        return tuple(known)
    for item in asked:
        if item in parents and not parents[item]:
            fail(
                kind.key,
                f"'{item}' has no parent to split from",
                f"name a splinter group: {suggest(item, known)}",
            )
        if item not in known:
            fail(kind.key, f"unknown {kind.key} '{item}' in case '{case.name}'", suggest(item, known))
    return tuple(item for item in known if item in asked)


def _span(case: Case, raw: dict, fail: Fail) -> tuple[date, date]:
    """Read start and end as days, both included, inside the months of the case."""
    first, last = case.start.start_time.date(), case.end.end_time.date()
    start = _day(raw["start"], "start", fail)
    end = _day(raw["end"], "end", fail) if "end" in raw else last
    for key, day in (("start", start), ("end", end)):
        if not first <= day <= last:
            fail(
                key,
                f"{raw.get(key, day)} is out of the range of case '{case.name}'",
                f"choose a date from {case.start} to {case.end}",
            )
    if end < start:
        fail(
            "end", f"the end {raw.get('end')} is before the start {raw['start']}", "swap or correct the dates"
        )
    return start, end


def _day(raw: Any, key: str, fail: Fail) -> date:
    """Read a date; of a month, a start means its first day and an end its last."""
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return raw
    remedy = 'write it "YYYY-MM" or "YYYY-MM-DD"'
    if not isinstance(raw, str) or not DATE_PATTERN.fullmatch(raw) or len(raw) == 4:
        fail(key, f"{raw!r} is not a date", remedy)
    parts = [int(part) for part in raw.split("-")]
    if len(parts) == 2:
        parts.append(1 if key == "start" else calendar.monthrange(parts[0], parts[1])[1])
    try:
        return date(*parts)
    except ValueError:
        fail(key, f"{raw!r} is not a day of the calendar", remedy)


def _value(kind: Kind, raw: Any, fail: Fail) -> float:
    """Read the value and hold it to the range of its kind."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        fail("value", f"{raw!r} is not a number", f"write a number ({kind.unit}) without quotes")
    if not math.isfinite(raw):
        fail("value", f"{raw} is not a finite number", f"write a finite number {kind.range} ({kind.unit})")
    if raw < kind.low or (kind.high is not None and raw > kind.high):
        fail("value", f"{raw} is out of range", f"'{kind.name}' takes a value {kind.range} ({kind.unit})")
    return float(raw)
