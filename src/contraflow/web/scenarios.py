"""Scenarios that come and go as text or as layers of measures: the same checks and messages as for files."""

from __future__ import annotations

import hashlib
import json
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contraflow.case.cells import suggest
from contraflow.case.schema import ID_PATTERN
from contraflow.errors import ScenarioError
from contraflow.scenario import KINDS, Scenario, load_scenario
from contraflow.scenario.measure import parse_measure

if TYPE_CHECKING:
    from contraflow.case import Case
    from contraflow.scenario import Measure

LAYERED = "my-scenario"
"""Name of a scenario made on the page until its maker gives it one."""
UPLOADED = "scenario"
"""Name of the file an upload is read as when the name written in it cannot be a file's."""


def known(case: Case, name: str, key: str) -> Scenario:
    """Return a scenario of the case by name; never by path, whatever the name looks like.

    Raises
    ------
    ScenarioError
        If the case has none of that name.
    """
    if name not in case.scenarios:
        value = f"case '{case.name}' has no scenario '{name[:60]}'"
        raise ScenarioError(key, value, suggest(name[:60], case.scenarios))
    return load_scenario(case, name)


def layered(
    case: Case,
    base: str,
    measures: Sequence[Mapping[str, Any]],
    name: str = LAYERED,
    title: str = "",
    find: Callable[[Case, str, str], Scenario] = known,
) -> Scenario:
    """Put measures on top of a scenario of the case.

    Parameters
    ----------
    case
    base
        Name of one of its scenarios, or an empty string for none.
    measures
        `kind`, `places`, `start`, `end`, `value`, `source`, `note` of each.
    name, title
        Of the result.
    find
        Finds a scenario of the case by name; `known`, or one that remembers.

    Raises
    ------
    ScenarioError
        With the number and key of the measure at fault.
    """
    below = find(case, base, "base") if base else None
    parsed = [
        parse_measure(case, _raw(measure), f"measure {number}", name)
        for number, measure in enumerate(measures, start=1)
    ]
    digest = hashlib.sha256(
        (below.digest if below else "").encode() + repr([m.action for m in parsed]).encode()
    )
    return Scenario(
        name=name if parsed or below is None else below.name,
        title=title or (below.title if below and not parsed else name),
        description=below.description if below and not parsed else "",
        case=case.name,
        measures=(*(below.measures if below else ()), *parsed),
        digest=digest.hexdigest(),
        chain=(*(below.chain if below else ()), name),
        path=Path(f"{name}.toml"),
    )


def _raw(measure: Mapping[str, Any]) -> dict[str, Any]:
    """Return a measure as a scenario file would give it."""
    raw = {key: value for key, value in measure.items() if key != "places" and value not in (None, "")}
    kind = KINDS.get(str(measure.get("kind")))
    if kind is not None and "places" in measure:
        raw[kind.key] = list(measure["places"])
    return raw


def plain(measure: Measure) -> dict[str, Any]:
    """Return a measure as the page holds it."""
    return {
        "kind": measure.kind,
        "places": list(measure.places),
        "start": str(measure.start),
        "end": str(measure.end),
        "value": measure.value,
        "source": measure.source,
        "note": measure.note,
    }


def own(case: Case, name: str) -> dict[str, Any]:
    """Return a scenario of the case as the page holds it: what it extends, and its own measures."""
    scenario = load_scenario(case, name)
    return _document(scenario, scenario.chain[-2] if len(scenario.chain) > 1 else "")


def _document(scenario: Scenario, base: str) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "title": scenario.title,
        "description": " ".join(scenario.description.split()),
        "base": base,
        "measures": [plain(m) for m in scenario.measures if m.scenario == scenario.name],
    }


def read(case: Case, text: str) -> dict[str, Any]:
    """Read the text of a scenario file with the reader of the command line.

    The reader reads files, so the text is put into a folder of its own, under the name written in it where that
    is a plain name. What it extends must be a scenario of the case: no other file is looked for.

    Raises
    ------
    ScenarioError
        The message that the command line would give.
    """
    name, parent = UPLOADED, None
    try:
        raw = tomllib.loads(text)
        parent = raw.get("extends")
        if isinstance(raw.get("name"), str) and len(raw["name"]) <= 80 and ID_PATTERN.fullmatch(raw["name"]):
            name = raw["name"]
    except tomllib.TOMLDecodeError:
        pass  # said below, in the reader's own words
    except RecursionError:
        raise ScenarioError("scenario", "lists are nested too deeply", "write it as a flat file") from None
    if isinstance(parent, str) and parent and (parent not in case.scenarios or parent == name):
        raise ScenarioError(
            f"{name}.toml, key extends",
            f"unknown scenario '{parent[:60]}'",
            suggest(parent[:60], case.scenarios),
        )
    with tempfile.TemporaryDirectory(prefix="contraflow-") as folder:
        path = Path(folder) / f"{name}.toml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        scenario = load_scenario(case, path)
    return _document(scenario, str(parent or ""))


def write(case: Case, document: Mapping[str, Any]) -> str:
    """Return a scenario as the text of a file that the command line reads.

    Raises
    ------
    ScenarioError
        remedy = "use letters a-z, digits, hyphens"
        raise ScenarioError("key name", f"the name '{name[:60]}' cannot be a file's", remedy)
    """
    name = str(document.get("name") or LAYERED)
    if not ID_PATTERN.fullmatch(name):
        raise ScenarioError(
            "key name", f"the name '{name[:60]}' cannot be a file's", "use letters a-z, digits, hyphens"
        )
    base = str(document.get("base") or "")
    scenario = layered(case, base, document.get("measures", ()), name)
    lines = [f"name = {_text(name)}", f"title = {_text(str(document.get('title') or name))}"]
    if document.get("description"):
        lines.append(f"description = {_text(str(document['description']))}")
    lines.append(f"case = {_text(case.name)}")
    if base:
        lines.append(f"extends = {_text(base)}")
    for measure in scenario.measures[len(scenario.measures) - len(document.get("measures", ())) :]:
        places = ", ".join(_text(place) for place in measure.places)
        lines += [
            "",
            "[[measure]]",
            f"kind = {_text(measure.kind)}",
            f"{measure.spec.key} = [{places}]",
            f"start = {_text(str(measure.start))}",
            *([] if measure.spec.pulse else [f"end = {_text(str(measure.end))}"]),
            f"value = {measure.value!r}",
            *(f"{key} = {_text(value)}" for key in ("source", "note") if (value := getattr(measure, key))),
        ]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """Return a string as TOML writes it: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
