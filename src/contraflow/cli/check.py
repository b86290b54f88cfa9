"""``contraflow check``: hold a case to its named checks."""

from __future__ import annotations

from typing import Annotated

import typer

from contraflow.cli._console import CaseArgument, console, guarded, table

EXAMPLES = """[bold]Examples[/bold]

contraflow check                  the Ecuador case

contraflow check my-case --strict

contraflow check --list           what is checked
"""

_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}


@guarded
def check(
    case: CaseArgument = "ecuador",
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Errors and warnings only.")] = False,
    list_checks: Annotated[bool, typer.Option("--list", help="List the checks and stop.")] = False,
) -> None:
    """Check a case: every file, every cell, every reference, and that it all fits together.

    Each finding names the place, what is wrong there, and the remedy. Exit code 2 if there is an error.
    """
    if list_checks:
        _list()
        return
    from rich.text import Text

    from contraflow.analysis.check import check_case
    from contraflow.case import case_path

    findings = check_case(case)
    out = console()
    for finding in findings:
        if not (quiet and finding.level == "info"):
            line = Text(finding.level, style=_STYLES[finding.level])
            line.append(f" {finding.check}", style="dim").append(
                f"  {finding.place}: {finding.value}", style="default"
            )
            line.append(f"\n    -> {finding.remedy.rstrip('.')}.", style="dim")
            out.print(line, soft_wrap=True)
    count = {level: sum(finding.level == level for finding in findings) for level in _STYLES}
    plural = {"error": "errors", "warning": "warnings", "info": "notes"}
    singular = {"error": "error", "warning": "warning", "info": "note"}
    words = ", ".join(f"{n} {singular[level] if n == 1 else plural[level]}" for level, n in count.items())
    failed = count["error"] > 0 or (strict and count["warning"] > 0)
    out.print(
        Text(f"{'not good' if failed else 'good'}: {case_path(case)}: {words}", style="bold"), soft_wrap=True
    )
    if failed:
        raise typer.Exit(2)


def _list() -> None:
    """Print every check with what it holds a case to."""
    from contraflow.analysis.check import CLAIMS
    from contraflow.case.check import CHECKS

    rows = [(item.name, item.level, item.description) for item in CHECKS.values()]
    rows.append(("scenarios", "error", "Every scenario can be loaded, and the default ones are there."))
    rows.append(("claims", "error", CLAIMS))
    table(
        console(),
        "Checks, after every file was read against its table",
        ("check", "level", "what holds"),
        rows,
    )
