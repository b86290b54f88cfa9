"""Mathematics as MathML, made by docutils: the pages need no script and no network to show it."""

from __future__ import annotations

import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

_ACCENT = re.compile(r"(\{\\(?:hat|bar|dot) \\?\w+\})(?=[_^])")
log = logging.getLogger(__name__)


def _write(self, node: nodes.Element, block: bool) -> None:
    # docutils would set an index under an accented letter; an empty base between them keeps it at the side
    code = _ACCENT.sub(r"\1{}", node.astext())
    try:
        self.body.append(tex2mathml(code, as_block=block))
    except (MathError, IndexError) as error:
        log.warning("mathematics that docutils cannot read: %s (%s)", code, error, location=node)
        self.body.append(f"<code>{self.encode(code)}</code>")
    raise nodes.SkipNode


def _inline(self, node: nodes.math) -> None:
    _write(self, node, block=False)


def _block(self, node: nodes.math_block) -> None:
    _write(self, node, block=True)


def setup(app: Sphinx) -> dict:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True}
