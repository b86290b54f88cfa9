"""Figures of the one-file pages: drawn by matplotlib, set into the page as SVG in the page's own colours."""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING, Any

from contraflow.errors import ContraflowError

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

PALETTE = {
    "ink": "#1a2129",
    "muted": "#5a6672",
    "rule": "#dce1e6",
    "accent": "#00756f",
    "baseline": "#7b858f",
    "down": "#b2182b",
    "up": "#2166ac",
    "amber": "#b8740f",
}
"""Colours to draw with. Each has a counterpart on dark paper, which the page puts in by itself."""

_ROLES = {colour: f"var(--{name})" for name, colour in PALETTE.items()} | {
    "#000000": "var(--ink)",
    "#ffffff": "var(--paper)",
}
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_IDENTITY = re.compile(r'(\bid="|href="#|url\(#)')
_OUTER = re.compile(r"<svg\b[^>]*>")
_BOX = re.compile(r'viewBox="[^"]*"')
_UNUSED = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)


def new_figure(
    rows: int = 1, columns: int = 1, height: float = 3.2, width: float = 9.0, **options: Any
) -> tuple[Figure, np.ndarray]:
    """Make an empty figure in the style of the pages, without pyplot and so in any thread.

    Parameters
    ----------
    rows, columns
        Panels.
    height, width
        Inches of the whole figure; on the page it is scaled to the width there is.
    **options
        For `matplotlib.figure.Figure.subplots`, such as ``sharex=True``.

    Returns
    -------
    Figure, numpy.ndarray of Axes
        The axes have shape (rows, columns).

    Raises
    ------
    ContraflowError
        If matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        raise ContraflowError(
            "figures", "matplotlib is not installed", "pip install 'contraflow[inference]'"
        ) from None
    ink, muted = PALETTE["ink"], PALETTE["muted"]
    style = {
        "axes.edgecolor": muted,
        "axes.labelcolor": ink,
        "axes.titlecolor": ink,
        "axes.titlesize": 10,
        "axes.labelsize": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.7,
        "axes.facecolor": "none",
        "xtick.color": muted,
        "ytick.color": muted,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(width, height), layout="constrained", facecolor="none")
        axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, axes


def inline_svg(figure: Figure, prefix: str, alt: str) -> str:
    """Return a figure as SVG to stand inside a page: no references out, ids of its own, the page's colours.

    Parameters
    ----------
    figure
        Drawn, with colours of `PALETTE` where it should follow the page; others stay as they are.
    prefix
        Put before every id, because one page holds many figures.
    alt
        What the figure shows, for who cannot see it.
    """
    import matplotlib as mpl

    stream = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "contraflow"}):
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    text = _UNUSED.sub("", text[text.index("<svg") :])
    outer = _OUTER.search(text)
    assert outer is not None
    box = _BOX.search(outer.group())
    assert box is not None
    opening = f'<svg role="img" aria-label="{escape(alt)}" {box.group()} xmlns:xlink="http://www.w3.org/1999/xlink">'
    body = text[outer.end() :]
    body = _IDENTITY.sub(lambda match: f"{match.group()}{prefix}-", body)
    body = _COLOUR.sub(lambda match: _ROLES.get(match.group(), match.group()), body)
    return opening + body.strip()
