"""Small pieces of MyST Markdown: cells, tables, links to sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>$|#~^])")


def text(value: object) -> str:
    """Write a value as literal text, safe inside a table cell."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return _SPECIAL.sub(r"\\\1", " ".join(str(value).split()))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table of cells that are Markdown already."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(cell or " " for cell in row) + " |" for row in rows]
    return ":::{container} case-table\n\n" + "\n".join(lines) + "\n\n:::\n"


def code(value: object) -> str:
    """Write an id."""
    return f"`{value}`" if str(value) else ""


def anchor(key: str) -> str:
    """Name of the target of a source key (labels are lower-case)."""
    return "source-" + re.sub(r"[^a-z0-9-]", "-", key.lower())


def sources(cell: str, known: dict) -> str:
    """Write a source cell: keys link to the list of sources, words stay words."""
    keys = [key.strip() for key in str(cell).split(";") if key.strip()]
    return ", ".join(f"[{text(key)}](#{anchor(key)})" if key in known else text(key) for key in keys)
