"""Formulas in docstrings, set off by a blank line and four spaces, are shown as they are written."""

from __future__ import annotations

from sphinx.application import Sphinx


def set_off(lines: list[str]) -> list[str]:
    """Mark indented paragraphs before the first section as literal blocks."""
    shown: list[str] = []
    inside = False
    for i, line in enumerate(lines):
        if i + 1 < len(lines) and set(lines[i + 1].strip()) == {"-"}:
            return shown + lines[i:]
        indented = line.startswith("    ")
        follows = len(shown) > 1 and not shown[-1].strip() and not shown[-2].rstrip().endswith("::")
        if indented and not inside and follows:
            shown += ["::", ""]
            inside = True
        elif line.strip() and not indented:
            inside = False
        shown.append(line)
    return shown


def setup(app: Sphinx) -> dict:
    """Register the hook, to run before the docstring's sections are read."""

    def process(app, what, name, obj, options, lines):
        lines[:] = set_off(lines)

    app.connect("autodoc-process-docstring", process, priority=400)
    return {"parallel_read_safe": True}
