"""Checks of the scenarios of a case."""

from __future__ import annotations

import calendar
from collections.abc import Iterator

from contraflow.case.finding import Finding
from contraflow.case.model import Case
from contraflow.errors import ScenarioError
from contraflow.scenario.load import load_scenario
from contraflow.scenario.model import Scenario


def check_scenarios(case: Case) -> list[Finding]:
    """Load every scenario of a case.

    Parameters
    ----------
    case
        A case without errors in its tables.

    Returns
    -------
    list of Finding
        An error for each scenario that cannot be loaded, and warnings.
    """
    findings = []
    for name in case.scenarios:
        try:
            scenario = load_scenario(case, name)
        except ScenarioError as error:
            findings.append(Finding("error", "scenarios", error.place, error.value, error.remedy))
            continue
        findings += _part_months(scenario)
    if not case.scenarios:
        findings.append(
            Finding("warning", "scenarios", "scenarios/", "there is no scenario", "add a .toml file")
        )
    else:
        findings += _defaults(case)
    return findings


def _part_months(scenario: Scenario) -> Iterator[Finding]:
    """Strikes are a monthly rate: over a part of a month the count is cut by its share of days."""
    for measure in scenario.measures:
        if measure.kind != "strikes" or measure.scenario != scenario.name:
            continue
        length = calendar.monthrange(measure.end.year, measure.end.month)[1]
        if measure.start.day != 1 or measure.end.day != length:
            value = (
                f"strikes from {measure.start} to {measure.end} count by the share of days of their months"
            )
            remedy = "give whole months (start and end as YYYY-MM) if the value is the count of the month"
            yield Finding("warning", "scenarios", f"{scenario.path.name}, {measure.places[0]}", value, remedy)


def _defaults(case: Case) -> Iterator[Finding]:
    """The scenarios that are run unless others are named are there."""
    for key, name in (("scenario", case.default_scenario), ("baseline", case.default_baseline)):
        if name not in case.scenarios:
            value = f"the default {key} '{name}' is not in scenarios/"
            remedy = f"set {key} in case.toml to one of: {', '.join(sorted(case.scenarios))}"
            level = "error" if key in case.meta else "warning"
            yield Finding(level, "scenarios", f"case.toml, key {key}", value, remedy)
