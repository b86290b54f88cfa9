"""One place where figures are begun and saved, so that they look alike and need matplotlib only when drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contraflow.errors import ContraflowError

OURS, PUBLISHED, MUTED, THIRD = "#1f4e79", "#c0392b", "#8a8f98", "#3b8c66"
"""Colours: our numbers, the paper's, what is in the background, and a third series."""

_STYLE = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "font.family": "DejaVu Sans",
    "figure.dpi": 150,
    "svg.hashsalt": "contraflow",
}


def need_matplotlib() -> None:
    """Say what to install where figures cannot be drawn.

    Raises
    ------
    ContraflowError
        If matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise ContraflowError(
            "figures", "matplotlib is not installed", "pip install 'contraflow[figures]'"
        ) from None


@contextmanager
def figure(path: Path, rows: int, columns: int, width: float, height: float) -> Iterator[tuple[Any, Any]]:
    """Make a figure with a grid of axes and save it when the block ends.

    Parameters
    ----------
    path : pathlib.Path
        File to write; its suffix says the format.
    rows, columns : int
        Axes; the array of axes always has two dimensions.
    width, height : float
        Inches.

    Raises
    ------
    ContraflowError
        If matplotlib is not installed.
    """
    need_matplotlib()
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        made = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(made)
        axes = made.subplots(rows, columns, squeeze=False)
        yield made, axes
        made.savefig(path)
