"""``contraflow backtest``: forecasts from the past, scored on what came after."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contraflow.cli._console import CaseArgument, console, guarded, table
from contraflow.cli._interrupt import interruptible
from contraflow.cli._output import OutputFolder
from contraflow.errors import ContraflowError

if TYPE_CHECKING:
    from contraflow.inference.backtest import Backtest, Step

EXAMPLES = """[bold]Examples[/bold]

contraflow backtest

contraflow backtest --only last-value,drift,auto-ets      seconds, no fit

contraflow backtest --origins 2023-12 --horizons 12 --series homicides-province --out mine

contraflow backtest --resume                              go on after an interruption
"""

FILES = ("scores.csv", "backtest.csv", "backtest.json", "backtest.html")
_METHODS = ("nuts", "pathfinder", "svi", "laplace")
_QUIET = 15.0


@guarded
def backtest(
    case: CaseArgument = "ecuador",
    origins: Annotated[
        str, typer.Option(help="Last months seen, YYYY-MM, comma between.")
    ] = "2021-12,2022-12,2023-12,2024-12",
    horizons: Annotated[str, typer.Option(help="Months ahead, comma between.")] = "6,12,24",
    series: Annotated[
        str | None, typer.Option(help="Series, comma between; all unless given. --list says which.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(help="Forecasters, comma between; all unless given. --list says which.")
    ] = None,
    samples: Annotated[int, typer.Option(min=2, help="Samples of each forecast.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed: same seed, same numbers.")] = 0,
    method: Annotated[
        str | None,
        typer.Option(help=f"How killings are fitted: {', '.join(_METHODS)}; laplace unless given."),
    ] = None,
    warmup: Annotated[
        int | None, typer.Option(min=1, help="Iterations of each chain before draws are kept.")
    ] = None,
    draws: Annotated[int | None, typer.Option(min=1, help="Draws kept of each chain.")] = None,
    chains: Annotated[int | None, typer.Option(min=1, help="Chains of each fit.")] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the scores, the table and the page.")
    ] = Path("backtest"),
    resume: Annotated[
        bool, typer.Option("--resume", help="Take the forecasts that an earlier run left in the folder.")
    ] = False,
    listing: Annotated[bool, typer.Option("--list", help="List forecasters and series, and stop.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of a progress bar.")] = False,
) -> None:
    """Score forecasts made from the past, the simulator's and those of its peers.

    Every forecaster gets the record up to the end of each origin and says what follows; it is scored on the
    record after it, with CRPS, log score and the coverage of its intervals. The table is printed whoever wins.

    Each forecast is kept as soon as it is made: a run that was killed goes on with --resume. Forecasters that need
    a fit take minutes for each origin, all others seconds. Writes scores.csv (every place and window),
    backtest.csv (the table), backtest.json and backtest.html (opens offline).
    """
    start = time.monotonic()
    if listing:
        _list()
        return
    fitting: dict[str, Any] = {"method": method, "warmup": warmup, "draws": draws, "chains": chains}
    fitting = {name: value for name, value in fitting.items() if value is not None}
    if method is not None and method not in _METHODS:
        raise ContraflowError("--method", f"there is no '{method}'", f"choose from {', '.join(_METHODS)}")

    def work(callback: Callable[[Step], None]) -> Backtest:
        from contraflow.case import load_case
        from contraflow.inference.backtest import Plan, run
        from contraflow.report.backtest import write

        plan = Plan.read(
            load_case(case), _split(origins), _split(horizons), _split(series), _split(only),
            samples=samples, seed=seed, fitting=fitting,
        )  # fmt: skip
        made = run(plan, folder.folder, resume, callback)
        write(made, folder.staging)
        return made

    with OutputFolder(out, FILES) as folder:
        try:
            with _progress(plain) as callback:
                made = interruptible(lambda: work(callback))
        except KeyboardInterrupt:
            typer.echo(f"contraflow: interrupted; go on with --resume --out {out}", err=True)
            raise typer.Exit(130) from None
        written = folder.publish()
    _show(made)
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(f"done in {time.monotonic() - start:.0f} s", err=True)


def _split(words: str | None) -> tuple[str, ...]:
    """Return the parts of a list with commas."""
    return tuple(word.strip() for word in (words or "").split(",") if word.strip())


def _list() -> None:
    """Print forecasters and series."""
    from contraflow.inference.backtest import FORECASTERS
    from contraflow.report.backtest import TITLES

    out = console()
    entries = FORECASTERS.values()
    rows = [(e.name, e.words, "minutes" if e.costly else "seconds", ", ".join(e.series)) for e in entries]
    table(out, "Forecasters", ("name", "what it does", "takes", "series"), rows)
    table(out, "Series", ("name", "what it is"), list(TITLES.items()))


def _show(made: Backtest) -> None:
    """Print the tables over all origins, and what was not scored."""
    from contraflow.report.backtest import (
        SHORT,
        TITLES,
        UNITS,
        not_scored,
        rows,
        shared_note,
        verdict,
        windows,
    )

    out = console()
    for series, horizon in windows(made.table):
        body = rows(made.table, series, horizon)
        title = f"{TITLES[series]}, {horizon} months ahead ({UNITS[series]})"
        table(out, title, SHORT, [[*row[:5], *row[6:-1]] for row in body])
        typer.echo(verdict(made.table, series, horizon))
        shared = shared_note(body)
        if shared:
            typer.echo(f"Recorded after {shared}.")
        for name, note in ((row[0], row[-1]) for row in body if row[-1] not in ("", shared)):
            typer.echo(f"{name}: {note}")
        typer.echo("")
    for words in not_scored(made.table):
        typer.echo(f"not scored: {words}")


@contextmanager
def _progress(plain: bool) -> Iterator[Callable[[Step], None]]:
    """Give a callback that shows how far the backtest is, and how long the rest takes."""
    import sys

    if plain or not sys.stderr.isatty():
        shown = [float("-inf")]

        def line(step: Step) -> None:
            now = time.monotonic()
            if now - shown[0] >= _QUIET or step.done == step.total:
                shown[0] = now
                typer.echo(f"{step.done} of {step.total}, {_left(step.left)}: {step.words}", err=True)

        yield line
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def update(step: Step) -> None:
            words = f"{_left(step.left)}: {step.words}"
            bar.update(task, completed=step.done, total=step.total, description=words)

        yield update


def _left(seconds: float) -> str:
    """Return the time left in words."""
    if seconds != seconds:
        return "time left not known yet"
    if seconds < 90:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left" if seconds < 5400 else f"{seconds / 3600:.1f} h left"
