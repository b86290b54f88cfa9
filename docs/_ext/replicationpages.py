"""Parts of the pages on replications: the numbers as they come out today, and the index of papers' equations."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path

from contraflow.replications import load, registry
from contraflow.replications.replication import quiet
from contraflow.replications.words import HEADER, cells, origin
from held import target
from markdown import code, table, text

INDEX = Path(__file__).parent.parent / "replications" / "equations.csv"


def numbers(name: str) -> str:
    """Every target of a replication with our number, run now."""
    rows = load(name).run(quiet)
    parts = [f"*Skipped: {text(why)}.*\n" for why in dict.fromkeys(row.note for row in rows if row.note)]
    body = [[*(text(cell) for cell in cells(row)), text(origin(row.target))] for row in rows]
    return "\n".join([*parts, table([*HEADER, "source, note"], body)])


def paper_equations() -> str:
    """The index of papers' equations."""
    with INDEX.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    body = []
    for row in rows:
        held = [f"{{py:obj}}`{row['code']} <{target(row['code'])}>`"]
        held += [code(test) for test in row["test"].split(";") if test]
        body.append([text(row["paper"]), text(row["words"]), f"${row['equation']}$", "<br>".join(held)])
    return table(["paper", "what", "equation", "code, and the tests that hold it"], body)


def pages() -> dict[str, Callable[[], str]]:
    """Every generated part by name."""
    made = {f"replication-{name}": partial(numbers, name) for name in registry()}
    return made | {"paper-equations": paper_equations}
