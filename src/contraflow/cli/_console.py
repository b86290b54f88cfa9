"""Where commands print, and how they end on an error."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contraflow.errors import ContraflowError

if TYPE_CHECKING:
    from rich.console import Console

#: Columns of the output where there is no terminal to ask.
PLAIN_WIDTH = 100
#: Names of rows and other cells up to these lengths are never broken over lines.
_NAME, _SHORT = 44, 28


#: The case a command works on.
CaseArgument = Annotated[str, typer.Argument(help="Name of an embedded case, or a case folder.")]


def console(stderr: bool = False) -> Console:
    """Return a console on one of the standard streams; NO_COLOR and pipes give plain text."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else int(os.environ.get("COLUMNS", PLAIN_WIDTH))
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False)


def table(out: Console, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a title; a header of blanks is left out."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(
        box=box.SIMPLE_HEAD, show_header=any(header), pad_edge=False, show_edge=False, padding=(0, 2, 0, 0)
    )
    for position, name in enumerate(header):
        longest = max((len(row[position]) for row in rows), default=0)
        made.add_column(name, overflow="fold", no_wrap=longest <= (_SHORT if position else _NAME))
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    out.print(Text(title, style="bold"))
    out.print(made)
    out.print()


def unwrapped(command: Callable[..., Any]) -> str:
    """Return the docstring of a command as help: paragraphs without the line breaks of the source."""
    text = inspect.cleandoc(command.__doc__ or "")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn errors of the user's input into one message and exit code 2, Ctrl-C into exit code 130."""

    @functools.wraps(command)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ContraflowError as error:
            typer.echo(f"contraflow: {error}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("contraflow: interrupted, nothing written", err=True)
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # The reader of a pipe went away (`contraflow describe | head`): stop quietly.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(141) from None

    return call
