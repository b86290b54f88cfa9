"""``contraflow describe``: what a case holds."""

from __future__ import annotations

from typing import Annotated

import typer

from contraflow.cli._console import CaseArgument, console, guarded, table

EXAMPLES = """[bold]Examples[/bold]

contraflow describe

contraflow describe my-case

contraflow describe --columns    the tables of a case, column by column
"""


@guarded
def describe(
    case: CaseArgument = "ecuador",
    columns: Annotated[
        bool, typer.Option("--columns", help="Describe the tables of a case and stop.")
    ] = False,
) -> None:
    """Say what a case holds: network, theatres, groups, parameters with their priors, scenarios, evidence."""
    out = console()
    if columns:
        from contraflow.case.tables import TABLES

        for item in TABLES.values():
            rows = [
                (c.name, c.type, c.unit, c.bounds or ", ".join(c.choices), c.description)
                for c in item.columns
            ]
            title = f"{item.file}: {item.description}"
            table(out, title, ("column", "type", "unit", "allowed", "meaning"), rows)
        return
    from contraflow.case import describe as describe_case
    from contraflow.case import load_case

    for section in describe_case(load_case(case)):
        table(out, section.title, section.header, section.rows)
