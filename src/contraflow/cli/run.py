"""``contraflow run``: a scenario beside its baseline, with tables and a report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from contraflow.cli._console import CaseArgument, console, guarded
from contraflow.cli._interrupt import interruptible
from contraflow.cli._output import OutputFolder, writing
from contraflow.cli._progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from contraflow.analysis import Comparison
    from contraflow.case import Case
    from contraflow.scenario import Scenario

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
    beliefs: Annotated[
        Literal["posterior", "prior"],
        typer.Option(
            "--beliefs", help="Where the draws come from: what the record taught, or what was believed."
        ),
    ] = "posterior",
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of a progress bar.")] = False,
) -> None:
    """Simulate a scenario and its baseline and say what differs.

    Both are simulated with the same draws and the same random numbers, so that a difference is only the
    policy. Prints a table of differences with 50 and 90 % intervals (tonnes, prices, incomes, homicides, and
    where the trade goes instead), and writes three files: result.nc (everything, with its provenance),
    report.html (opens offline) and table.csv. Files of an earlier run in the same folder are replaced, all
    others are left alone.

    Draws come from the posterior that ships with the case, fitted to the record (`contraflow calibrate`). A case
    without one, or whose tables have changed since it was fitted, uses its priors, and the output says so.
    """
    start = time.monotonic()
    with OutputFolder(out, (RESULT, REPORT, TABLE)) as folder:
        loaded, after, before = interruptible(lambda: _load(case, scenario, baseline))
        typer.echo(
            f"{loaded.title}: {after.name} beside {before.name}, "
            f"{draws} draws from {_origin(loaded, beliefs)}, seed {seed}",
            err=True,
        )
        with progress("simulating", plain) as callback:
            comparison = interruptible(
                lambda: _compute(loaded, after, before, draws, seed, beliefs, callback, folder.staging)
            )
        written = folder.publish()
    try:
        _show(comparison, written)
    except KeyboardInterrupt:
        typer.echo(f"contraflow: interrupted; the files in {folder.folder} are complete", err=True)
        raise typer.Exit(130) from None
    typer.echo(
        f"done in {time.monotonic() - start:.1f} s; open {folder.folder / REPORT} in a browser", err=True
    )


def _origin(case: Case, beliefs: str) -> str:
    """Where the draws come from, in words."""
    from contraflow.inference.posterior import FILE, load_posterior

    if beliefs == "posterior" and load_posterior(case) is not None:
        return "the posterior (fitted to the record)"
    if beliefs == "posterior" and (case.path / FILE).exists():
        return "the priors (the case has changed since its posterior was fitted: `contraflow calibrate` fits it again)"
    return "the priors (not fitted to the record)"


def _load(case: str, scenario: str | None, baseline: str | None) -> tuple[Case, Scenario, Scenario]:
    """Load the case and its two scenarios."""
    from contraflow.case import load_case
    from contraflow.scenario import load_scenario

    loaded = load_case(case)
    after = load_scenario(loaded, scenario or loaded.default_scenario)
    return loaded, after, load_scenario(loaded, baseline or loaded.default_baseline)


def _compute(
    case: Case,
    scenario: Scenario,
    baseline: Scenario,
    draws: int,
    seed: int,
    beliefs: Literal["posterior", "prior"],
    callback: Callable[[int, int], None],
    folder: Path,
) -> Comparison:
    """Simulate both and make the files in a folder."""
    from contraflow.analysis import compare
    from contraflow.report import write_report

    comparison = compare(case, scenario, baseline, draws=draws, seed=seed, progress=callback, beliefs=beliefs)
    with writing(folder):
        comparison.save(folder / RESULT)
        write_report(comparison, folder / REPORT)
        comparison.table.to_csv(folder / TABLE, index=False)
    return comparison


def _show(comparison: Comparison, written: list[Path]) -> None:
    """Print the table of differences and where the files are."""
    from contraflow.report import render_table

    render_table(comparison, console())
    typer.echo("")
    for path in written:
        typer.echo(f"wrote {path}")
