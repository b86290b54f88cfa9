"""Write ``datapackage.json`` of a case folder from its tables.

The columns, types, units and meanings come from `contraflow.case.tables`, the same description by which the
tables are read, so the package can never say anything else. Run it whenever a table, a scenario or a source
is added or removed::

    python scripts/make_datapackage.py src/contraflow/cases/ecuador
    python scripts/make_datapackage.py src/contraflow/cases/ecuador --check    # exit code 1 if out of date

The result follows the Data Package standard, version 1, profile ``data-package``, with a Table Schema for
every CSV file (https://specs.frictionlessdata.io).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tomllib
from pathlib import Path

from contraflow.case.bib import read_bib
from contraflow.case.schema import (
    CODE_PATTERN,
    COUNTRY_PATTERN,
    DATE_PATTERN,
    ID_PATTERN,
    Column,
    Table,
)
from contraflow.case.tables import OBSERVATIONS, TABLES

LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
PATTERNS = {
    "id": ID_PATTERN.pattern,
    "code": CODE_PATTERN.pattern,
    "country": COUNTRY_PATTERN.pattern,
    "date": DATE_PATTERN.pattern,
}
FIELD_TYPES = {"number": "number", "integer": "integer", "month": "yearmonth"}

#: Files that are not tables: their media type and what they hold.
OTHER = {
    ".bib": ("text/x-bibtex", "Sources: one entry for each key used in the tables and scenarios."),
    ".json": ("application/json", "Coast and outlines for maps, longitude and latitude in degrees."),
    ".toml": ("application/toml", "Settings of the case, or a scenario: dated measures."),
    ".md": ("text/markdown", "The case in words, with licences and attribution."),
}


def field(column: Column) -> dict:
    """Describe one column as a Table Schema field.

    Parameters
    ----------
    column
        The column.

    Returns
    -------
    dict
        Name, type, description with the unit, and constraints.
    """
    unit = "" if column.unit in ("", "1") else f" Unit: {column.unit}."
    bounds = f" Must be {column.bounds}." if column.open_low or column.open_high else ""
    constraints: dict = {}
    if column.required and column.type not in ("text", "sources", "refs"):
        constraints["required"] = True
    if column.choices:
        constraints["enum"] = list(column.choices)
    for name, bound in (("minimum", column.low), ("maximum", column.high)):
        if bound is not None:
            constraints[name] = bound
    if column.type in PATTERNS:
        constraints["pattern"] = PATTERNS[column.type]
    described = {
        "name": column.name,
        "type": FIELD_TYPES.get(column.type, "string"),
        "description": column.description + unit + bounds,
    }
    return described | ({"constraints": constraints} if constraints else {})


def table_schema(table: Table, present: set[str]) -> dict:
    """Describe a table as a Table Schema.

    Parameters
    ----------
    table
        The table.
    present
        Names of the tables the case has; keys into others are left out.

    Returns
    -------
    dict
    """
    schema: dict = {"fields": [field(column) for column in table.columns], "missingValues": [""]}
    if table.key and all(table.column(name).required for name in table.key):
        text = [name for name in table.key if table.column(name).type in ("text", "sources")]
        if not text:
            schema["primaryKey"] = list(table.key)
    keys = [
        {"fields": column.name, "reference": {"resource": column.ref, "fields": "id"}}
        for column in table.columns
        if column.ref in present and column.type != "refs"
    ]
    return schema | ({"foreignKeys": keys} if keys else {})


def tabular(path: Path, folder: Path, table: Table, name: str, present: set[str]) -> dict:
    """Describe one CSV file as a resource, after comparing its header with the table's columns."""
    with path.open(encoding="utf-8", newline="") as file:
        header = tuple(next(csv.reader(file), ()))
    if header != table.names:
        raise SystemExit(
            f"{path}: the header is {','.join(header)}; write {','.join(table.names)} (case.tables)"
        )
    return {
        "name": name,
        "profile": "tabular-data-resource",
        "path": path.relative_to(folder).as_posix(),
        "title": name.replace("-", " ").capitalize(),
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": table_schema(table, present),
    }


def resources(folder: Path) -> list[dict]:
    """List every file of the case as a resource, tables first.

    Parameters
    ----------
    folder
        The case folder.

    Returns
    -------
    list of dict
    """
    present = {name for name, table in TABLES.items() if (folder / table.file).exists()}
    found = [
        tabular(folder / table.file, folder, table, name, present)
        for name, table in TABLES.items()
        if name in present
    ]
    for path in sorted((folder / "observations").glob("*.csv")):
        found.append(tabular(path, folder, OBSERVATIONS, f"observations-{path.stem}", present))
    for path in sorted([*folder.glob("*"), *folder.glob("scenarios/*.toml")]):
        if path.name == "datapackage.json" or path.suffix not in OTHER:
            continue
        mediatype, description = OTHER[path.suffix]
        found.append(
            {
                "name": "-".join(path.relative_to(folder).with_suffix("").parts).lower(),
                "path": path.relative_to(folder).as_posix(),
                "description": description,
                "format": path.suffix[1:],
                "mediatype": mediatype,
                "encoding": "utf-8",
            }
        )
    return found


def sources(folder: Path) -> list[dict]:
    """List the entries of ``sources.bib`` as sources of the package."""
    if not (folder / "sources.bib").exists():
        return []
    entries, findings = read_bib(folder / "sources.bib")
    if findings:
        raise SystemExit("\n".join(str(finding) for finding in findings))
    listed = []
    for key, entry in sorted(entries.items()):
        parts = [entry.get("publisher") or entry.get("howpublished", ""), entry.get("title", "")]
        when = entry.get("date") or entry.get("year", "")
        title = ": ".join(part for part in parts if part) + (f" ({when})" if when else "")
        listed.append({"title": f"{title} [{key}]"} | ({"path": entry["url"]} if entry.get("url") else {}))
    return listed


def package(folder: Path) -> dict:
    """Describe a case folder as a data package.

    Parameters
    ----------
    folder
        The case folder, with its ``case.toml``.

    Returns
    -------
    dict
        The content of ``datapackage.json``.
    """
    case = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    return {
        "profile": "data-package",
        "name": f"contraflow-{case['name']}",
        "title": case["title"],
        "description": " ".join(case["description"].split()),
        "version": case["version"],
        "licenses": [LICENCE],
        "contributors": [{"title": "The contraflow developers", "role": "author"}],
        "keywords": ["illicit supply chain", "enforcement", "cocaine", case["focus_country"]],
        "resources": resources(folder),
        "sources": sources(folder),
    }


def main() -> int:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="case folder")
    parser.add_argument("--check", action="store_true", help="compare only; exit code 1 if out of date")
    options = parser.parse_args()
    target = options.folder / "datapackage.json"
    text = json.dumps(package(options.folder), ensure_ascii=False, indent=1) + "\n"
    if options.check:
        current = target.exists() and target.read_text(encoding="utf-8") == text
        print(f"{target}: {'up to date' if current else 'out of date, run this script without --check'}")
        return 0 if current else 1
    target.write_text(text, encoding="utf-8")
    print(f"{target}: {text.count(chr(10))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
