"""Progress while a simulation works: a bar on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from contraflow.cli._console import console

_STEPS = 4


class PlainProgress:
    """Print a line when another quarter is done."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.start = time.monotonic()
        self.shown = 0

    def __call__(self, done: int, total: int) -> None:
        """Take note that `done` of `total` are done."""
        step = _STEPS * done // max(total, 1)
        if step > self.shown:
            self.shown = step
            typer.echo(f"{self.what}: {done} of {total} ({time.monotonic() - self.start:.0f} s)", err=True)


@contextmanager
def progress(what: str, plain: bool = False) -> Iterator:
    """Give a callback (done, total) that shows progress on standard error.

    Parameters
    ----------
    what
        What is being done, in words.
    plain
        Print lines even on a terminal.
    """
    if plain or not sys.stderr.isatty():
        typer.echo(f"{what} ...", err=True)
        yield PlainProgress(what)
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def update(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield update
