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
    from contraflow.replications.replication import Row

EXAMPLES = """[bold]Examples[/bold]

contraflow replicate                              what there is

contraflow replicate prieto-curiel-2023 --sources

contraflow replicate --all --figures figures
"""

_STYLES = {"met": "green", "missed": "bold red", "shown": "dim", "skipped": "yellow"}


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
    from contraflow.replications._figures import need_matplotlib
    from contraflow.replications.words import title

    known = registry()
    chosen = list(known) if everything else list(dict.fromkeys(names or ()))
    if not chosen:
        rows = [(item.name, title(item), item.paper) for item in known.values()]
        table(console(), "Replications", ("name", "what", "paper"), rows)
        return
    replications = [load(name) for name in chosen]
    if figures is not None:
        need_matplotlib()
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

    from contraflow.replications.words import HEADER, cells, origin, title

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    for name in HEADER:
        number = name in ("published", "ours", "tolerance")
        made.add_column(
            name, justify="right" if number else "left", no_wrap=name != "quantity", overflow="fold"
        )
    for row in rows:
        *words, verdict = cells(row)
        made.add_row(*(Text(word) for word in words), Text(verdict, style=_STYLES[row.verdict]))
    out.print(Text(f"{item.name}: {title(item)}", style="bold"))
    out.print(Text(item.paper, style="dim"))
    out.print(made)
    for why in dict.fromkeys(row.note for row in rows if row.verdict == "skipped"):
        out.print(Text(f"SKIPPED: {why}", style="bold yellow"))
    if sources:
        for row in rows:
            out.print(Text(f"- {row.target.quantity}: {origin(row.target)}", style="dim"))
    out.print()


def _sum_up(out: Console, rows: list[Row], seconds: float) -> None:
    """Print one line over everything, with what the brackets mean."""
    from rich.text import Text

    from contraflow.replications.words import BRACKETS

    count = {word: sum(row.verdict == word for row in rows) for word in _STYLES}
    failed = sum(row.fails for row in rows)
    words = ", ".join(f"{number} {word}" for word, number in count.items() if number)
    out.print(Text(BRACKETS, style="dim"))
    verdict = f"{failed} hard targets missed" if failed else "no hard target missed"
    if count["skipped"]:
        verdict += f", {count['skipped']} not checked"
    out.print(Text(f"{verdict}: {words}, {seconds:.0f} s", style="bold red" if failed else "bold"))
