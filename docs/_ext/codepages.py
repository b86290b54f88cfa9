"""Parts of the pages that follow from the code: tables, measures, outcomes, commands, equations, modules."""

from __future__ import annotations

import pkgutil
import re
from typing import Any

import typer.main

import contraflow
from contraflow.case.schema import TYPES
from contraflow.case.tables import TABLES
from contraflow.cli.main import app
from contraflow.model.outcomes import DETAIL, OUTCOMES
from contraflow.scenario.kinds import KINDS
from held import equations, target
from markdown import code, table, text


def case_tables() -> str:
    """Every table of a case, column by column."""
    parts = []
    for name, spec in TABLES.items():
        file = f"{name}/*.csv" if name == "observations" else spec.file
        parts += [
            f"### {file}\n",
            text(spec.description) + (" May be empty." if spec.may_be_empty else "") + "\n",
        ]
        cells = []
        for column in spec.columns:
            allowed = ", ".join(column.choices) or column.bounds
            if column.ref:
                allowed = f"an id of {column.ref}"
            kind = "one of" if column.type == "choice" else column.type
            need = "" if column.required else "may be empty"
            cells.append(
                [code(column.name), kind, text(allowed), text(column.unit), need, text(column.description)]
            )
        parts.append(table(["column", "type", "allowed", "unit", "", "meaning"], cells))
    return "\n".join(parts)


def column_types() -> str:
    """What each type of column looks like."""
    return table(["type", "what a cell holds"], [[code(name), text(words)] for name, words in TYPES.items()])


def measures() -> str:
    """Kinds of measures."""
    together = {"multiply": "multiply", "add": "add up", "max": "the larger", "union": "1 − (1 − a)(1 − b)"}
    cells = [
        [
            code(kind.name),
            code(kind.key),
            text(kind.description),
            text(kind.unit),
            text(kind.range),
            f"{kind.neutral:g}",
            together[kind.combine],
            "its first month only" if kind.pulse else "start to end",
        ]
        for kind in KINDS.values()
    ]
    header = ["kind", "place key", "what it does", "value", "range", "changes nothing", "several", "acts"]
    return table(header, cells)


def outcomes() -> str:
    """Outcomes with dimension, unit and meaning."""
    parts = []
    for words, group in (
        ("Recorded unless you say otherwise", OUTCOMES),
        ("Only when asked for by name", DETAIL),
    ):
        cells = [
            [
                code(name),
                text(f"draw, {o.every}" + (f", {o.dim}" if o.dim else "")),
                text(o.unit),
                text(o.description),
            ]
            for name, o in group.items()
        ]
        parts += [f"**{words}**\n", table(["name", "dimensions", "unit", "meaning"], cells)]
    return "\n".join(parts)


def equation_index() -> str:
    """The index of equations."""
    cells = []
    for key, row in equations().items():
        held = [f"{{py:obj}}`{row['code']} <{target(row['code'])}>`"]
        held += [code(test) for test in row["test"].split(";") if test]
        words = text(row["words"]) + (f" *({text(row['paper'])})*" if row["paper"] else "")
        cells.append([key, words, f"${row['equation']}$", "<br>".join(held)])
    return table(["id", "what", "equation", "code, and the tests that hold it"], cells)


def commands() -> str:
    """Every command with its arguments and options, from the program itself."""
    return "\n".join(_command(typer.main.get_command(app), "contraflow"))


def _command(command: Any, path: str) -> list[str]:
    parts = []
    if hasattr(command, "commands"):
        for name, child in command.commands.items():
            parts += _command(child, f"{path} {name}")
        return parts
    context = command.context_class(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    parts += [f"## {path}\n", f"```text\n{usage}\n```\n", _unwrap(command.help or "") + "\n"]
    cells = []
    for parameter in command.params:
        argument = parameter.param_type_name == "argument"
        names = (
            parameter.name.upper() if argument else ", ".join([*parameter.opts, *parameter.secondary_opts])
        )
        default = parameter.default
        shown = "" if default is None or callable(default) or default is False else str(default)
        cells.append([code(names), code(shown), text(getattr(parameter, "help", "") or "")])
    if cells:
        parts.append(table(["argument or option", "default", "meaning"], cells))
    examples = re.sub(r"\[/?bold\]", "", command.epilog or "").replace("Examples", "", 1).split("\n")
    lines = "\n".join(line for line in examples if line.strip())
    return [*parts, f"Examples:\n\n```text\n{lines}\n```\n"] if lines else parts


def _unwrap(words: str) -> str:
    return words.replace("\b\n", "").strip()


def modules() -> str:
    """Autodoc of every module below the public names."""
    parts = []
    found = {"contraflow": True} | {
        m.name: m.ispkg for m in pkgutil.walk_packages(contraflow.__path__, "contraflow.")
    }
    for name, package in sorted(found.items()):
        # what a package re-exports is described in the module it comes from
        option = "   :no-members:\n" if package else ""
        parts.append(f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n{option}```\n")
    return "\n".join(parts)


PAGES = {
    "case-tables": case_tables,
    "column-types": column_types,
    "measures": measures,
    "outcomes": outcomes,
    "equation-index": equation_index,
    "commands": commands,
    "modules": modules,
}
