"""The table of differences on the terminal: the first window, grouped by outcome, in a hundred columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from contraflow.report.displacement import displacement
from contraflow.report.labels import Labels
from contraflow.report.numbers import MINUS, amount, interval, signed
from contraflow.report.rows import Row, in_window, rows_of
from contraflow.report.words import DIGITS, split_caveats, summary, window_words

if TYPE_CHECKING:
    from contraflow.analysis import Comparison

WIDTH = 100
HEADS = ("", "Baseline", "Scenario", "", "Change", "50 % interval", "90 % interval")
WIDTHS = (30, 8, 8, 1, 8, 19, 20)
HALF = 5
"""Position of the 50 % interval, which a narrow terminal does without."""

SHOWN: dict[str, int] = {
    "delivered": 4,
    "corridor_flow": 5,
    "transit_share": 0,
    "seized_gross": 3,
    "destroyed": 2,
    "enforcement_cost": 0,
    "price": 3,
    "market_spending": 0,
    "income_focus": 0,
    "income_group": 3,
    "members": 0,
    "homicides": 5,
}
"""Outcomes on the terminal, and how many places stand below the total: those that change most."""

MARKS = {"down": "↓", "up": "↑", "unclear": "", "none": "="}
STYLES = {"down": "bold", "up": "bold", "unclear": "", "none": "dim"}
PLAIN = str.maketrans({MINUS: "-", "↓": "-", "↑": "+", "…": "~", "─": "-"})
"""For terminals that know ASCII only."""


def terminal_rows(rows: list[Row]) -> list[list[Row]]:
    """Return the rows for the terminal by outcome: the total, then the places that change most."""
    groups = []
    for outcome, most in SHOWN.items():
        mine = [row for row in rows if row.outcome == outcome]
        places = sorted((row for row in mine if not row.is_total), key=lambda row: -abs(row.diff_median))
        group = [row for row in mine if row.is_total] + places[:most]
        if group:
            groups.append(group)
    return groups


def _line(cells: tuple[str, ...], columns: tuple[int, ...], style: str = "") -> Text:
    """Return one line of the table: the name as it is, the numbers in a style."""
    name, wide = cells[0], WIDTHS[0]
    name = name if len(name) <= wide else f"{name[: wide - 1]}…"
    numbers = " ".join(cells[index].rjust(WIDTHS[index]) for index in columns)
    return Text(f"{name:<{wide}} ").append(numbers, style)


def _short(unit: str) -> str:
    """Return a unit as the end of a heading: "t a year" is ", t/year", persons are nothing."""
    if unit.startswith("a "):
        return f" {unit}"
    return "" if unit == "persons" else f", {unit.replace(' a ', '/').replace(' per ', '/')}"


def _cells(row: Row, name: str) -> tuple[str, ...]:
    """Return the texts of one row."""
    unit = row.unit
    return (
        name,
        amount(row.baseline, unit),
        amount(row.scenario, unit),
        MARKS[row.verdict],
        signed(row.diff_median, unit, DIGITS),
        interval(row.diff_q25, row.diff_q75, unit, DIGITS),
        interval(row.diff_q05, row.diff_q95, unit, DIGITS),
    )


def table_lines(comparison: Comparison, width: int = WIDTH) -> list[Text]:
    """Return the differences of the first window as lines of at most a hundred columns.

    Parameters
    ----------
    comparison
        What `contraflow.compare` returns.
    width
        Columns there are; below a hundred the 50 % interval is left out.
    """
    columns = tuple(index for index in range(1, len(WIDTHS)) if width >= WIDTH or index != HALF)
    head = _line(HEADS, columns)
    lines = [head, Text("─" * len(head.plain))]
    for group in terminal_rows(in_window(rows_of(comparison, Labels(comparison.case)))):
        label, unit = group[0].outcome_label, group[0].unit
        heading = f"{label}{_short(unit)}"
        if len(group) == 1:
            lines.append(_line(_cells(group[0], heading), columns, STYLES[group[0].verdict]))
            lines[-1].stylize("cyan", 0, WIDTHS[0])
            continue
        lines.append(Text(heading, "cyan"))
        lines += [_line(_cells(row, f"  {row.place_label}"), columns, STYLES[row.verdict]) for row in group]
    return lines


def render_table(comparison: Comparison, console: Console | None = None) -> None:
    """Print the table of differences, the answer in words and where the draws come from.

    Parameters
    ----------
    comparison
        What `contraflow.compare` returns.
    console
        Where to print; the standard output by default.
    """
    console = console or Console()
    width = console.width if console.is_terminal else WIDTH
    answer = summary(comparison)
    labels = Labels(comparison.case)
    moved = displacement(comparison, labels).get("words", "")
    about, _ = split_caveats(comparison.caveats)
    rows = rows_of(comparison, labels)
    window = f", {window_words(rows[0].window)}" if rows else ""
    draws = comparison.scenario.dataset.sizes.get("draw", 0)
    title = f"{comparison.scenario.name} compared with {comparison.baseline.name}{window}, {draws} draws"
    note = "Medians; change is scenario minus baseline, draw by draw. ↓ ↑ 90 % interval without zero."
    body = [
        Text(title, "bold"),
        Text(""),
        *table_lines(comparison, width),
        Text(note, "dim"),
        Text(""),
        Text(f"{answer.opening} {answer.later}".strip()),
        *([Text(f"\n{moved}")] if moved else []),
        *(Text(f"\n{text}", "yellow") for text in about),
    ]
    ascii_only = not console.encoding.lower().startswith("utf")
    for line in body:
        if ascii_only:
            line = Text(line.plain.translate(PLAIN))
        console.print(line, width=min(width, WIDTH), highlight=False)
