"""The table of differences on the terminal: the first window, grouped by outcome, in a hundred columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from contraflow.report.labels import Labels
from contraflow.report.numbers import amount, interval, signed
from contraflow.report.rows import Row, in_window, rows_of
from contraflow.report.words import split_caveats, summary

if TYPE_CHECKING:
    from contraflow.analysis import Comparison

WIDTH = 100
PLACE_WIDTH = 29

SHOWN: dict[str, int] = {
    "delivered": 4,
    "corridor_flow": 5,
    "transit_share": 0,
    "seized_gross": 3,
    "destroyed": 2,
    "enforcement_cost": 0,
    "price": 4,
    "market_spending": 0,
    "income_focus": 0,
    "income_group": 4,
    "members": 0,
    "homicides": 5,
}
"""Outcomes on the terminal, and how many places stand below the total: those that change most."""

MARKS = {"down": "↓", "up": "↑", "unclear": " ", "none": "="}
STYLES = {"down": "bold", "up": "bold", "unclear": "", "none": "dim"}


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


def _cells(row: Row, name: str, ascii_only: bool) -> list[Text]:
    """Return the cells of one row."""
    unit = row.unit
    mark = MARKS[row.verdict]
    if ascii_only:
        mark = {"↓": "-", "↑": "+"}.get(mark, mark)
    texts = [
        name,
        amount(row.baseline, unit),
        amount(row.scenario, unit),
        mark,
        signed(row.diff_median, unit),
        interval(row.diff_q25, row.diff_q75, unit, 2),
        interval(row.diff_q05, row.diff_q95, unit, 2),
    ]
    if ascii_only:
        texts = [text.replace("\N{MINUS SIGN}", "-") for text in texts]
    style = STYLES[row.verdict]
    return [Text(texts[0]), *(Text(text, style=style) for text in texts[1:])]


def difference_table(comparison: Comparison, ascii_only: bool = False) -> Table:
    """Return the differences of the first window as a rich table.

    Parameters
    ----------
    comparison
        What `contraflow.compare` returns.
    ascii_only
        Write "-" for the minus sign and the arrows' marks, for terminals that know no other.
    """
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, width=WIDTH)
    table.add_column("", width=PLACE_WIDTH, no_wrap=True, overflow="ellipsis")
    for name in ("Baseline", "Scenario", "", "Change", "50 %", "90 %"):
        table.add_column(name, justify="right", no_wrap=True)
    for group in terminal_rows(in_window(rows_of(comparison, Labels(comparison.case)))):
        heading = f"{group[0].outcome_label}, {group[0].unit}"
        if len(group) == 1:
            table.add_row(*_cells(group[0], heading, ascii_only))
            continue
        table.add_row(Text(heading, style="bold cyan", no_wrap=True))
        for row in group:
            table.add_row(*_cells(row, f"  {row.place_label}", ascii_only))
    return table


def render_table(comparison: Comparison, console: Console | None = None) -> None:
    """Print the answer in words, the table of differences and where the draws come from.

    Parameters
    ----------
    comparison
        What `contraflow.compare` returns.
    console
        Where to print; the standard output by default. The table is at most a hundred columns wide.
    """
    console = console or Console()
    ascii_only = not console.encoding.lower().startswith("utf")
    answer = summary(comparison)
    about, _ = split_caveats(comparison.caveats)
    rows = rows_of(comparison, Labels(comparison.case))
    window = rows[0].window if rows else ""
    draws = comparison.scenario.dataset.sizes.get("draw", 0)
    wide = min(console.width, WIDTH)
    parts = [
        Text(f"{comparison.scenario.name} beside {comparison.baseline.name}, {window}, {draws} draws", "bold"),
        difference_table(comparison, ascii_only),
        Text("Medians; change is scenario minus baseline, draw by draw. ↓ ↑ : 90 % interval without zero.", "dim"),
        Padding(Text(answer.opening), (1, 0, 0, 0)),
        *(Padding(Text(text, style="yellow"), (1, 0, 0, 0)) for text in about),
    ]
    if ascii_only:
        parts[2] = Text("Medians; change is scenario minus baseline, draw by draw.", "dim")
    console.print(Group(*parts), width=wide)
