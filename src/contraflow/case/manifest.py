"""The file ``case.toml``: what a case is called, which months it covers, in which units."""

from __future__ import annotations

import tomllib
from pathlib import Path

from contraflow.case.cells import suggest
from contraflow.case.finding import Finding
from contraflow.case.read import decode
from contraflow.case.schema import COUNTRY_PATTERN, ID_PATTERN, MONTH_PATTERN

FILE = "case.toml"

#: Key, type, whether it is required, and what it means.
KEYS: dict[str, tuple[type, bool, str]] = {
    "name": (str, True, "Id of the case; scenarios name it."),
    "title": (str, True, "Title in words."),
    "description": (str, True, "What the case covers."),
    "version": (str, True, "Version of the case's figures."),
    "start": (str, True, "First month simulated, YYYY-MM."),
    "end": (str, True, "Last month simulated, YYYY-MM."),
    "history_end": (str, True, "Last month of the history all scenarios share, YYYY-MM."),
    "base_year": (int, True, "Year of the base prices, shares and losses."),
    "mass_unit": (str, True, "Unit of mass; must be 't pure'."),
    "money_unit": (str, True, "Unit of money; must be 'USD' and the base year."),
    "focus_country": (str, True, "Country whose transit share is reported, ISO 3166."),
    "focus_sources": (list, True, "Countries whose output that share is of, ISO 3166."),
    "scenario": (str, False, "Scenario that `contraflow run` simulates unless told otherwise."),
    "baseline": (str, False, "Scenario that it is compared with unless told otherwise."),
    "licence": (str, False, "Licence of the tables."),
    "authors": (list, False, "Who made the case."),
}


def read_manifest(folder: Path) -> tuple[dict, list[Finding]]:
    """Read and check ``case.toml``.

    Parameters
    ----------
    folder
        The case folder.

    Returns
    -------
    tuple
        The keys as written, and what is wrong with them.
    """
    text, findings = decode(folder / FILE, FILE)
    if findings:
        return {}, findings
    try:
        manifest = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return {}, [
            Finding("error", "manifest", FILE, f"not readable as TOML ({error})", "correct the syntax")
        ]

    def wrong(key: str, value: str, remedy: str) -> None:
        findings.append(Finding("error", "manifest", f"{FILE}, key {key}", value, remedy))

    for key, value in manifest.items():
        if key not in KEYS:
            wrong(key, f"unknown key '{key}'", f"remove it or rename it: {suggest(key, KEYS)}")
        elif not isinstance(value, KEYS[key][0]) or isinstance(value, bool):
            wrong(key, f"{value!r} is not of type {KEYS[key][0].__name__}", KEYS[key][2])
    for key, (_, required, description) in KEYS.items():
        if required and key not in manifest:
            wrong(key, "the key is missing", f"add it: {description}")
    if not findings:
        _check_values(manifest, wrong)
    return manifest, findings


def _check_values(manifest: dict, wrong) -> None:
    """Hold names, months and units to their form."""
    if not ID_PATTERN.fullmatch(manifest["name"]):
        wrong("name", f"'{manifest['name']}' is not an id", "use lower-case letters, digits and hyphens")
    months = [manifest[key] for key in ("start", "history_end", "end")]
    for key in ("start", "history_end", "end"):
        if not MONTH_PATTERN.fullmatch(manifest[key]):
            wrong(key, f"'{manifest[key]}' is not a month", "write it YYYY-MM")
            return
    if not months[0] <= months[1] <= months[2]:
        wrong(
            "history_end",
            f"'{months[1]}' is not between start '{months[0]}' and end '{months[2]}'",
            "put start <= history_end <= end",
        )
    if not int(months[0][:4]) <= manifest["base_year"] <= int(months[2][:4]):
        wrong(
            "base_year",
            f"{manifest['base_year']} is outside {months[0]} to {months[2]}",
            "choose a year the case covers",
        )
    if manifest["mass_unit"] != "t pure":
        wrong(
            "mass_unit",
            f"the unit '{manifest['mass_unit']}' does not match 't pure'",
            "convert all tonnes to pure and write 't pure'",
        )
    money = f"USD {manifest['base_year']}"
    if manifest["money_unit"] != money:
        wrong(
            "money_unit",
            f"the unit '{manifest['money_unit']}' does not match '{money}'",
            f"convert all money to dollars of the base year and write '{money}'",
        )
    for key, countries in (
        ("focus_country", [manifest["focus_country"]]),
        ("focus_sources", manifest["focus_sources"]),
    ):
        for country in countries:
            if not isinstance(country, str) or not COUNTRY_PATTERN.fullmatch(country):
                wrong(
                    key, f"{country!r} is not a three-letter country code", "write ISO 3166 codes such as ECU"
                )
