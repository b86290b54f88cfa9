"""The `held` role: from an equation's id to the line of code that computes it and the test that holds it."""

from __future__ import annotations

import csv
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

INDEX = Path(__file__).parent.parent / "model" / "equations.csv"


def equations() -> dict[str, dict[str, str]]:
    """Rows of the equation index by id."""
    with INDEX.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def target(code: str) -> str:
    """Dotted name of ``module:function``, the module relative to the package."""
    return "contraflow." + code.replace(":", ".")


class Held(SphinxRole):
    """Write *code* · *test* for an equation id."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Look the id up; an unknown one is a warning."""
        row = equations().get(self.text)
        if row is None:
            message = self.inliner.reporter.warning(f"no equation {self.text!r} in {INDEX.name}")
            return [nodes.literal("", self.text)], [message]
        name = target(row["code"])
        link = pending_xref(
            "", nodes.literal("", name), refdomain="py", reftype="obj", reftarget=name, refexplicit=True
        )
        parts: list[nodes.Node] = [nodes.emphasis("", f"{self.text}. "), link]
        for test in filter(None, row["test"].split(";")):
            parts += [nodes.Text(" · "), nodes.literal("", test.replace("::", " :: "))]
        return [nodes.inline("", "", *parts, classes=["held"])], []


def setup(app: Sphinx) -> dict:
    """Register the role."""
    app.add_role("held", Held())
    return {"parallel_read_safe": True}
