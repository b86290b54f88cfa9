"""``contraflow claims``: what is said about the trade and the campaigns, held against evidence and model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contraflow.cli._console import CaseArgument, console, guarded, table
from contraflow.cli._interrupt import interruptible
from contraflow.cli._output import OutputFolder, writing
from contraflow.cli._progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from contraflow.analysis.claims import Audit

EXAMPLES = """[bold]Examples[/bold]

contraflow claims

contraflow claims --only report-transit-70

contraflow claims --file mine.toml --json

contraflow claims --list         the observables a claim can be about
"""

PAGE, NUMBERS = "claims.html", "claims.json"
FEW = 3
"""Up to this many claims are shown with their derivations."""
PLAIN = str.maketrans({"−": "-", "×": "x", "÷": "/", "–": "-", "∞": "inf"})
"""For terminals that know ASCII only."""


@guarded
def claims(
    case: CaseArgument = "ecuador",
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Id of a claim; may be given several times.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="Claims of your own (.toml or .csv) instead of the case's."),
    ] = None,
    draws: Annotated[int, typer.Option(min=1, help="Draws from what is believed.")] = 200,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed: same seed, same numbers.")] = 0,
    gains: Annotated[
        bool | None,
        typer.Option("--gains/--no-gains", help="Say whether incomes fall; by default with all claims only."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help=f"Folder for {PAGE} and {NUMBERS}.")] = Path(
        "results"
    ),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON instead of tables.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the observables and stop.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of a progress bar.")] = False,
) -> None:
    """Audit claims: what the model says, what published figures say by hand, and the verdict.

    Each claim is a row of the case's claims.csv: who says it, in what words, and which observable it is about. The
    audit gives the interval of that observable over the draws and the probability that the claim is right,
    bounds that need no model (a derivation of a few lines, each number with its source), a verdict (supported,
    contradicted, undecidable with this evidence) after a stated rule, and the figure that would decide it.

    A claim of your own is a file of a few lines: [[claim]], words, observable, period, value, and a place where the
    observable needs one.
    """
    if listed:
        _list()
        return
    wanted = list(only or [])
    with OutputFolder(out, (PAGE, NUMBERS)) as folder:
        with progress("auditing", plain) as callback:
            found = interruptible(
                lambda: _compute(
                    folder.staging, callback, case=case, only=wanted, file=file, draws=draws, seed=seed,
                    with_gains=not wanted and file is None if gains is None else gains,
                )
            )  # fmt: skip
        written = folder.publish()
    if as_json:
        sys.stdout.write(found.to_json())
    else:
        _show(found)
    for path in written:
        typer.echo(f"wrote {path}", err=as_json)


def _compute(folder: Path, callback: Callable[[int, int], None], **options: object) -> Audit:
    """Audit and make the files in a folder."""
    from contraflow.analysis.claims import audit
    from contraflow.report.claims import page

    found = audit(progress=callback, **options)  # pyright: ignore
    with writing(folder):
        (folder / NUMBERS).write_text(found.to_json(), encoding="utf-8")
        page(found).write(folder / PAGE)
    return found


def _list() -> None:
    """Print the vocabulary."""
    from contraflow.analysis.claims import OBSERVABLES

    rows = [
        (
            item.name,
            item.unit,
            f"{item.meaning} {item.takes[0].upper()}{item.takes[1:]}.",
            f"{item.tolerance:g}",
        )
        for item in sorted(OBSERVABLES.values(), key=lambda item: item.name)
    ]
    table(
        console(),
        "Observables",
        ("name", "unit", "what it is, and what place, via and period mean", "tolerance"),
        rows,
    )


def _show(found: Audit) -> None:
    """Print the table of verdicts and the answer on gains; for few claims also their derivations."""
    from contraflow.report.claims import (
        SHORT_GAINS_HEADER,
        SHORT_HEADER,
        gains_words,
        lead,
        lever_words,
        short_gains,
        short_rows,
    )

    out = console()
    table(out, "Claims", SHORT_HEADER, _plain(short_rows(found), out))
    if len(found.rows) <= FEW:
        for row in found.rows:
            lines = [f"{row.claim.who}: {row.claim.words}", row.verdict.reason]
            lines += [
                f"{step} [{', '.join(step.sources)}]" if step.sources else str(step)
                for step in row.bounds.steps
            ]
            lines += [f"if the claim is right: {step}" for step in row.bounds.implies]
            lines += [f"what matters: {lever_words(lever).replace('`', '')}" for lever in row.levers]
            lines += [f"what would decide it: {row.decides}"]
            out.print(row.claim.id, style="bold", markup=False)
            for (line,) in _plain([[line] for line in lines], out):
                out.print(f"- {line}", markup=False)
            out.print()
    if found.gains is not None:
        title = f"Do gains fall? {found.gains.scenario} beside {found.gains.baseline}"
        table(out, title, SHORT_GAINS_HEADER, _plain(short_gains(found.gains), out))
        for (sentence,) in _plain([[sentence] for sentence in gains_words(found.gains)], out):
            out.print(sentence, markup=False)
        out.print()
    out.print(lead(found), markup=False, style="bold")


def _plain(rows: list[list[str]], out: Console) -> list[list[str]]:
    """Return rows in letters the terminal has."""
    if out.encoding.lower().startswith("utf"):
        return rows
    return [[cell.translate(PLAIN) for cell in row] for row in rows]
