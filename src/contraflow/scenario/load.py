"""Scenario files, and the scenarios they extend."""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path

from contraflow.case.cells import suggest
from contraflow.case.model import Case
from contraflow.case.read import decode
from contraflow.case.schema import ID_PATTERN
from contraflow.errors import ScenarioError
from contraflow.scenario.measure import parse_measure
from contraflow.scenario.model import Measure, Scenario

_KEYS = ("name", "title", "description", "case", "extends", "measure")
_REQUIRED = ("name", "case")


def load_scenario(case: Case, name_or_path: str | Path) -> Scenario:
    """Load a scenario of a case.

    Parameters
    ----------
    case
        The case it must be written for.
    name_or_path
        Name of a scenario in the case's folder ``scenarios/``, or the path of a ``.toml`` file anywhere.

    Returns
    -------
    Scenario
        With the measures of the whole chain of ``extends``, ancestors first.

    Raises
    ------
    ScenarioError
        Naming the file, the measure and key, the value and the remedy.
    """
    path = _find(case, name_or_path)
    chain: list[tuple[Path, dict]] = []
    digest = hashlib.sha256()
    while True:
        raw = _read(case, path)
        chain.insert(0, (path, raw))
        digest.update(path.read_bytes() + b"\0")
        parent = raw.get("extends")
        if not parent:
            break
        path = _parent(case, path, parent, [item["name"] for _, item in chain])
    measures: list[Measure] = []
    for path, raw in chain:
        for number, measure in enumerate(raw.get("measure", []), start=1):
            measures.append(parse_measure(case, measure, f"{path.name}, measure {number}", raw["name"]))
    path, raw = chain[-1]
    return Scenario(
        name=raw["name"],
        title=raw.get("title", "") or raw["name"],
        description=raw.get("description", ""),
        case=raw["case"],
        measures=tuple(measures),
        digest=digest.hexdigest(),
        chain=tuple(item["name"] for _, item in chain),
        path=path,
    )


def _find(case: Case, name_or_path: str | Path) -> Path:
    """Return the file of a scenario."""
    name = str(name_or_path)
    if name in case.scenarios:
        return case.scenarios[name]
    if name.endswith(".toml") or os.sep in name or "/" in name:
        path = Path(name).expanduser()
        if path.is_file():
            return path
        raise ScenarioError(
            "scenario", f"there is no file '{name}'", "give the path of a scenario file (.toml)"
        )
    raise ScenarioError(
        "scenario",
        f"case '{case.name}' has no scenario '{name}'",
        f"name one of its scenarios or give the path of a .toml file ({suggest(name, case.scenarios)})",
    )


def _parent(case: Case, path: Path, parent: object, names: list[str]) -> Path:
    """Return the file of the scenario that another one extends."""
    place = f"{path.name}, key extends"
    if not isinstance(parent, str):
        raise ScenarioError(place, f"{parent!r} is not text", "name one scenario")
    if parent in names:
        cycle = " extends ".join([*reversed(names), parent])
        value = f"the scenarios extend each other in a cycle ({cycle})"
        raise ScenarioError(place, value, "remove one 'extends'")
    if parent in case.scenarios:
        return case.scenarios[parent]
    sibling = path.parent / f"{parent}.toml"
    if sibling.is_file():
        return sibling
    raise ScenarioError(place, f"unknown scenario '{parent}'", suggest(parent, case.scenarios))


def _read(case: Case, path: Path) -> dict:
    """Read one file and check all but its measures."""
    text, findings = decode(path, path.name)
    if findings:
        raise ScenarioError(findings[0].place, findings[0].value, findings[0].remedy)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(path.name, f"not readable as TOML ({error})", "correct the syntax") from None
    for key in raw:
        if key not in _KEYS:
            raise ScenarioError(f"{path.name}, key {key}", f"unknown key '{key}'", suggest(key, _KEYS))
    for key in _REQUIRED:
        if key not in raw:
            raise ScenarioError(
                f"{path.name}, key {key}", "the key is missing", "name the scenario and its case"
            )
    for key in ("name", "title", "description", "case"):
        if not isinstance(raw.get(key, ""), str):
            raise ScenarioError(f"{path.name}, key {key}", f"{raw[key]!r} is not text", "put it in quotes")
    if raw["case"] != case.name:
        raise ScenarioError(
            f"{path.name}, key case",
            f"the scenario is written for case '{raw['case']}'",
            f"run it with that case, or rewrite its measures for '{case.name}' and set case to it",
        )
    if not ID_PATTERN.fullmatch(raw["name"]) or raw["name"] != path.stem:
        raise ScenarioError(
            f"{path.name}, key name",
            f"the name '{raw['name']}' is not that of the file",
            f"name the scenario '{path.stem}', or rename the file (letters a-z, digits, hyphens)",
        )
    if not isinstance(raw.get("measure", []), list):
        raise ScenarioError(
            f"{path.name}, key measure",
            "the measures are not a list",
            "write each measure under its own [[measure]]",
        )
    return raw
