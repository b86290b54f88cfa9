"""The `run` directive: executes Python while the page is built and shows what it prints.

Blocks of one page share their names, and run in an empty folder. The last expression of a block is shown, as
in a notebook. An exception is a warning, so that `sphinx-build -W` fails: a tutorial cannot go stale.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import tempfile
import traceback

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

log = logging.getLogger(__name__)


def execute(code: str, names: dict) -> tuple[str, object]:
    """Run a block; return what it printed and its last expression's value (None for none, or after ``;``)."""
    tree = ast.parse(code)
    shown = tree.body and isinstance(tree.body[-1], ast.Expr) and not code.rstrip().endswith(";")
    last = tree.body.pop() if shown else None
    printed = io.StringIO()
    value = None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<tutorial>", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<tutorial>", "eval"), names)
    return printed.getvalue(), value


class Run(SphinxDirective):
    """Show a block of Python and, under it, its output."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Execute the block in the namespace of its page."""
        code = "\n".join(self.content)
        shown = nodes.literal_block(code, code, language="python")
        self.set_source_info(shown)
        page = self.env.current_document if hasattr(self.env, "current_document") else self.env.temp_data
        names = page.setdefault("run_names", {"__name__": "__main__"})
        folder = page.setdefault("run_folder", tempfile.TemporaryDirectory(prefix="contraflow-docs-"))
        here = os.getcwd()
        try:
            os.chdir(folder.name)
            printed, value = execute(code, names)
        except Exception:
            log.warning("a block failed:\n%s\n%s", code, traceback.format_exc(), location=self.get_location())
            return [shown]
        finally:
            os.chdir(here)
        return [shown, *_output(printed, value)]


def _output(printed: str, value: object) -> list[nodes.Node]:
    html = getattr(value, "_repr_html_", None)
    if html is not None and type(value).__module__.startswith("pandas"):
        table = nodes.raw("", f'<div class="run-output">{html()}</div>', format="html")
        return [*_text(printed), table]
    return _text(printed + ("" if value is None else repr(value)))


def _text(text: str) -> list[nodes.Node]:
    if not text.strip():
        return []
    text = text.rstrip()
    return [nodes.container("", nodes.literal_block(text, text, language="text"), classes=["run-output"])]


def setup(app: Sphinx) -> dict:
    """Register the directive."""
    app.add_directive("run", Run)
    return {"parallel_read_safe": False}
