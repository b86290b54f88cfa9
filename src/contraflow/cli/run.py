"""``contraflow run``: a scenario beside its baseline, with tables and a report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from contraflow.cli._console import CaseArgument, console, guarded

EXAMPLES = """[bold]Examples[/bold]

contraflow run

contraflow run --scenario strikes-only --draws 50

contraflow run my-case --scenario my-plan.toml --out my-results
"""

RESULT, REPORT, TABLE = "result.nc", "report.html", "table.csv"


@guarded
def run(
    case: CaseArgument = "ecuador",
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            "-s",
            help="Scenario: a name in the case, or a .toml file. The case says which is the default.",
        ),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", "-b", help="Scenario to compare it with.")
    ] = None,
    draws: Annotated[int, typer.Option(min=1, help="Draws from what is believed.")] = 200,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed: same seed, same numbers.")] = 0,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for result.nc, report.html and table.csv.")
    ] = Path("results"),
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of a progress bar.")] = False,
) -> None:
    """Simulate a scenario and its baseline and say what differs.

    Both are simulated with the same draws and the same random numbers, so that a difference is only the
    policy. Prints a table of differences with 50 and 90 % intervals (tonnes, prices, incomes, homicides, and
    where the trade goes instead), and writes three files: result.nc (everything, with its provenance),
    report.html (opens offline) and table.csv. Files of an earlier run in the same folder are replaced, all
    others are left alone.

    Until a fitted posterior exists, the draws come from the priors: what is believed before the model has
    met the record.
    """
    from contraflow.case import load_case
    from contraflow.cli._output import OutputFolder
    from contraflow.cli._progress import progress
    from contraflow.scenario import load_scenario

    start = time.monotonic()
    loaded = load_case(case)
    pair = [
        load_scenario(loaded, chosen or default)
        for chosen, default in ((scenario, loaded.default_scenario), (baseline, loaded.default_baseline))
    ]
    with OutputFolder(out, (RESULT, REPORT, TABLE)) as folder:
        typer.echo(
            f"{loaded.title}: {pair[0].name} beside {pair[1].name}, "
            f"{draws} draws from the priors (not yet fitted to the record), seed {seed}",
            err=True,
        )
        with progress("simulating", plain) as callback:
            from contraflow.analysis import compare

            comparison = compare(loaded, pair[0], pair[1], draws=draws, seed=seed, progress=callback)
        from contraflow.report import render_table, write_report

        comparison.save(folder.staging / RESULT)
        write_report(comparison, folder.staging / REPORT)
        comparison.table.to_csv(folder.staging / TABLE, index=False)
        written = folder.publish()
    render_table(comparison, console())
    typer.echo("")
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(
        f"done in {time.monotonic() - start:.1f} s; open {folder.folder / REPORT} in a browser", err=True
    )
