"""``contraflow replicate``: hold the core to the numbers of published models."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contraflow.cli._console import console, guarded, table
from contraflow.errors import OutputError

if TYPE_CHECKING:
    from rich.console import Console

    from contraflow.replications import Replication
    from contraflow.replications.replication import Row, Target

EXAMPLES = """[bold]Examples[/bold]

contraflow replicate                              what there is

contraflow replicate prieto-curiel-2023 --sources

contraflow replicate --all --figures figures
"""

_STYLES = {"met": "green", "missed": "bold red", "shown": "dim", "skipped": "yellow"}
_MILLION = 1e6


@guarded
def replicate(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME...", help="Names of replications; none lists them."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every replication.")] = False,
    figures: Annotated[
        Path | None, typer.Option("--figures", "-f", help="Folder for the papers' figures, as drawn by ours.")
    ] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="Say under each table where its numbers are from.")
    ] = False,
) -> None:
    """Reproduce published models with the core that runs the cases, and say how close it comes.

    Prints a table for each: quantity, published, ours, tolerance, evidence, verdict. Numbers in brackets are not
    published; a recalled number is shown and never judged. A soft target may be missed, and its page says
    why. Exit code 1 if a hard target is missed.
    """
    from contraflow.replications import load, registry

    known = registry()
    chosen = list(known) if everything else list(dict.fromkeys(names or ()))
    if not chosen:
        rows = [(item.name, _title(item), item.paper) for item in known.values()]
        table(console(), "Replications", ("name", "what", "paper"), rows)
        return
    replications = [load(name) for name in chosen]
    out, start, results = console(), time.monotonic(), []
    for item in replications:
        rows = item.run(lambda words, name=item.name: typer.echo(f"{name}: {words} ...", err=True))
        _show(out, item, rows, sources)
        results += rows
        if figures is not None and item.figure is not None and any(row.ours is not None for row in rows):
            typer.echo(f"wrote {_draw(item, figures)}", err=True)
    _sum_up(out, results, time.monotonic() - start)
    if any(row.fails for row in results):
        raise typer.Exit(1)


def _title(item: Replication) -> str:
    return f"{item.title} (partial)" if item.partial else item.title


def _draw(item: Replication, folder: Path) -> Path:
    """Draw the figure of a replication into a folder, as PNG."""
    path = folder / f"{item.name}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        assert item.figure is not None
        item.figure(path)
    except OSError as error:
        value = f"the figure cannot be written ({error.strerror or error})"
        raise OutputError(str(path), value, "choose another folder with --figures") from None
    return path


def _show(out: Console, item: Replication, rows: list[Row], sources: bool) -> None:
    """Print the table of one replication and, on request, where its numbers are from."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    made.add_column("quantity", overflow="fold", ratio=1)
    for name in ("published", "ours", "tolerance"):
        made.add_column(name, justify="right", no_wrap=True)
    for name in ("evidence", "verdict"):
        made.add_column(name, no_wrap=True)
    for row in rows:
        judged = row.verdict in ("met", "missed")
        verdict = f"{row.verdict}, soft" if judged and not row.target.hard else row.verdict
        cells = (
            row.target.quantity,
            _published(row.target),
            _ours(row),
            _tolerance(row.target),
            row.target.evidence,
        )
        made.add_row(*(Text(cell) for cell in cells), Text(verdict, style=_STYLES[row.verdict]))
    out.print(Text(f"{item.name}: {_title(item)}", style="bold"))
    out.print(Text(item.paper, style="dim"))
    out.print(made)
    for why in dict.fromkeys(row.note for row in rows if row.verdict == "skipped"):
        out.print(Text(f"SKIPPED: {why}", style="bold yellow"))
    if sources:
        for row in rows:
            note = f" {row.target.note}" if row.target.note else ""
            out.print(Text(f"- {row.target.quantity}: {row.target.source}.{note}", style="dim"))
    out.print()


def _sum_up(out: Console, rows: list[Row], seconds: float) -> None:
    """Print one line over everything, with what the brackets mean."""
    from rich.text import Text

    count = {word: sum(row.verdict == word for row in rows) for word in _STYLES}
    failed = sum(row.fails for row in rows)
    words = ", ".join(f"{number} {word}" for word, number in count.items() if number)
    out.print(Text("In brackets: not published (run: an earlier run of the same equations; derived: arithmetic; "
                   "recall: from memory, never judged).", style="dim"))  # fmt: skip
    verdict = f"{failed} hard targets missed" if failed else "no hard target missed"
    if count["skipped"]:
        verdict += f", {count['skipped']} not checked"
    out.print(Text(f"{verdict}: {words}, {seconds:.0f} s", style="bold red" if failed else "bold"))


def _number(value: float) -> str:
    """Six digits, with commas."""
    return f"{value:,.0f}" if abs(value) >= _MILLION else f"{value:,.6g}"


def _published(target: Target) -> str:
    """The paper's number; in brackets where it is not the paper's."""
    if target.kind == "qualitative":
        words = "holds"
    elif isinstance(target.published, tuple):
        low, high = target.published
        words = f"{_number(low)} to {_number(high)}"
        if high == float("inf"):
            words = f"over {_number(low)}"
        elif low == float("-inf"):
            words = f"under {_number(high)}"
    else:
        words = _number(target.published)
    return words if target.is_published else f"[{words}]"


def _ours(row: Row) -> str:
    if row.ours is None:
        return "-"
    if row.target.kind == "qualitative":
        return "holds" if row.ours == 1.0 else "does not"
    return _number(row.ours)


def _tolerance(target: Target) -> str:
    if target.evidence == "recall":
        return "-"
    if target.kind == "relative":
        return f"{100 * target.tolerance:.3g} %"
    if target.kind == "absolute":
        return f"± {target.tolerance:.3g}"
    return "inside" if target.kind == "interval" else "-"
