"""``contraflow diagnose``: how good a posterior is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contraflow.cli._console import console, guarded, table
from contraflow.cli._interrupt import interruptible
from contraflow.cli._output import OutputFolder
from contraflow.errors import ContraflowError

if TYPE_CHECKING:
    from rich.console import Console

    from contraflow.inference.diagnose import Diagnosis
    from contraflow.report.diagnosis import Part

EXAMPLES = """[bold]Examples[/bold]

contraflow diagnose fit                     every posterior in the folder

contraflow diagnose fit/trade.nc --json

contraflow diagnose fit --out pages         and a page with figures
"""

PAGE = "diagnosis.html"
_STYLES = {"met": "green", "MISSED": "bold red", "not judged": "dim"}


@guarded
def diagnose(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="NetCDF files in ArviZ's standard, or folders of them."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help=f"Folder for {PAGE}: the same with figures.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print everything as JSON instead of tables.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 if a target is missed.")] = False,
) -> None:
    """Say how good a posterior is: convergence, what the record taught, coverage of what was seen.

    Prints R-hat and effective sample sizes of the quantities worst off, divergences, energy and tree depth,
    which parameters the record narrowed and which it says nothing about, and the share of fitted points inside
    50 and 90 % intervals, seen and left out, each beside its target. Works on any file in
    ArviZ's standard; what a file does not hold is not judged.
    """
    chosen = _files(files)
    if out is None:
        parts = interruptible(lambda: _diagnose(chosen))
        written = []
    else:
        with OutputFolder(out, (PAGE,)) as folder:
            parts = interruptible(lambda: _diagnose(chosen, folder.staging / PAGE))
            written = folder.publish()
    if as_json:
        typer.echo(json.dumps({name: found.as_dict() for name, _, found in parts}, indent=1, default=str))
    else:
        for name, _, found in parts:
            _show(console(), name, found)
    for path in written:
        typer.echo(f"wrote {path}", err=True)
    if strict and not all(found.good for _, _, found in parts):
        raise typer.Exit(1)


def _files(given: list[Path]) -> list[Path]:
    """Return the files; of a folder those that hold a posterior."""
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [item for item in sorted(path.glob("*.nc")) if _holds_posterior(item)]
        if not inside:
            raise ContraflowError(
                str(path), "no posterior is in this folder", "give the folder contraflow calibrate wrote to"
            )
        found += inside
    return list(dict.fromkeys(found))


def _holds_posterior(path: Path) -> bool:
    import h5py

    try:
        with h5py.File(path) as file:
            return "posterior" in file
    except OSError:
        return False


def _diagnose(files: list[Path], page: Path | None = None) -> list[Part]:
    """Read and diagnose the files, and write the page if there is to be one."""
    from contraflow.inference.diagnose import diagnose as work
    from contraflow.inference.store import load
    from contraflow.report.diagnosis import diagnosis_page

    parts: list[Part] = []
    for path in files:
        tree = load(path)
        parts.append((path.stem, tree, work(tree)))
    if page is not None:
        diagnosis_page(parts).write(page)
    return parts


def _show(out: Console, name: str, found: Diagnosis) -> None:
    """Print the tables of one posterior."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from contraflow.report import diagnosis as rows
    from contraflow.report.diagnosis_figures import ahead_rows, contraction_rows
    from contraflow.report.page import show

    def text(cells: tuple) -> list[str]:
        return [show(cell) for cell in cells]

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    for heading in rows.VERDICT:
        made.add_column(heading, overflow="fold", no_wrap=heading in ("what", "target"))
    for *cells, verdict in rows.verdict_rows(found):
        made.add_row(*(Text(cell) for cell in cells), Text(verdict, style=_STYLES[verdict]))
    out.print(Text(name, style="bold"))
    out.print(Text(rows.opening(found)), soft_wrap=True)
    out.print(made)
    out.print()
    worst = rows.quantity_rows(found.worst(rows.WORST))
    if worst:
        table(out, "Worst off of the quantities", rows.QUANTITY, [text(row) for row in worst])
    unsettled = [row for row in ahead_rows(found) if row.symbol in found.sampler["unsettled"]]
    if unsettled:
        table(
            out,
            "Not settled: where single numbers would be in the long run (standard normals of their priors)",
            rows.AHEAD,
            [text(row) for row in unsettled],
        )
    if found.learned:
        table(
            out,
            "What the record taught (contraction)",
            rows.LEARNED_BY,
            [text(row) for row in contraction_rows(found.by_parameter)],
        )
    if found.coverage:
        table(
            out,
            "Fitted points in their intervals, % (out: left out; weak: by few draws)",
            rows.COVERAGE,
            [text(row) for row in rows.coverage_rows(found)],
        )
