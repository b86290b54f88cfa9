"""``contraflow new-case``: a small complete case to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from contraflow.cli._console import guarded

EXAMPLES = """[bold]Examples[/bold]

contraflow new-case my-case

contraflow check my-case

contraflow run my-case
"""


@guarded
def new_case(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must not exist, or be empty.")],
) -> None:
    """Make a case of your own: a small complete one, all numbers placeholders, ready to check and to run."""
    from contraflow.case import new_case as make

    made = make(folder)
    typer.echo(f"made {made}: a small case with placeholder numbers; its README.md says what is what")
    typer.echo(f"next: contraflow check {made}")
