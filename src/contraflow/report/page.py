"""A page of words, tables and figures in one HTML file: opens offline, light and dark, prints, needs no script."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib import metadata, resources
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING

from contraflow.files import write_text
from contraflow.report.drawing import inline_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Cell = str | float | int | None
"""A cell of a table: words, a number, or nothing."""

_CODE = re.compile(r"`([^`]+)`")
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="contraflow {version}">
<title>{title}</title>
<style>
{css}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<header class="masthead">
<p class="kicker">contraflow{kicker}</p>
<h1>{title}</h1>
<p class="standfirst">{lead}</p>
</header>
"""


def show(value: Cell) -> str:
    """Return a cell as text: whole numbers with thousands apart, others with three significant digits."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, Integral):
        return _apart(int(value))
    number = float(value)
    if not math.isfinite(number):
        return "–" if math.isnan(number) else ("∞" if number > 0 else "−∞")
    number = float(f"{number:.2e}") if abs(number) < 1000 else round(number)
    size = abs(number)
    if size >= 1000:
        return _apart(round(number))
    if size and size < 1e-3:
        return f"{number:.2e}".replace("-", "−")
    digits = 0 if size == 0 else max(2 - math.floor(math.log10(size)), 0)
    text = f"{number:.{digits}f}"
    return text.replace("-", "−")


def _apart(number: int) -> str:
    """Return a whole number with its thousands apart from ten thousand on, so that years stay years."""
    text = f"{number:,}".replace(",", "\u202f") if abs(number) >= 10000 else str(number)
    return text.replace("-", "−")


def _words(text: str) -> str:
    """Escape text for HTML; what stands between backticks becomes code."""
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


@cache
def _css() -> str:
    return (resources.files("contraflow.report") / "static_page" / "page.css").read_text(encoding="utf-8")


def _table(headers: Sequence[str], rows: Sequence[Sequence[Cell]], caption: str | None) -> str:
    """Return a table; a column is set right if there are numbers in it and no words."""
    for row in rows:
        if len(row) != len(headers):
            raise ValueError(f"a row of {len(row)} cells under {len(headers)} headers: {row!r}")
    numeric = []
    for position in range(len(headers)):
        cells = [row[position] for row in rows if row[position] is not None]
        numeric.append(bool(cells) and all(isinstance(cell, Real) for cell in cells))
    kinds = [' class="number"' if number else "" for number in numeric]
    head = "".join(
        f'<th scope="col"{kind}>{_words(name)}</th>' for name, kind in zip(headers, kinds, strict=True)
    )
    body = []
    for row in rows:
        cells = []
        for position, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
            first = position == 0 and not numeric[0]
            opening = '<th scope="row">' if first else f"<td{kind}>"
            cells.append(f"{opening}{_words(show(cell))}{'</th>' if first else '</td>'}")
        body.append(f"<tr>{''.join(cells)}</tr>")
    title = f"<caption>{_words(caption)}</caption>" if caption else ""
    lines = "\n".join(body)
    return (
        f'<div class="scroll" tabindex="0"><table>{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>\n{lines}\n</tbody></table></div>"
    )


class Page:
    """A page that is filled from top to bottom and then written.

    All text is plain: it is escaped, and what stands between backticks is set as code.

    Parameters
    ----------
    title
        The heading.
    lead
        The answer in one paragraph of plain words.
    kicker
        A word or two beside the name of the programme, such as the case.
    """

    def __init__(self, title: str, lead: str, kicker: str = "") -> None:
        self.title, self.lead, self.kicker = title, lead, kicker
        self._sections: list[tuple[str, list[str]]] = []
        self._feet: list[str] = []
        self._figures = 0

    def section(self, title: str) -> None:
        """Begin a section; it gets a link at the top of the page."""
        self._sections.append((title, []))

    def text(self, paragraph: str) -> None:
        """Add a paragraph."""
        self._add(f"<p>{_words(paragraph)}</p>")

    def points(self, items: Sequence[str]) -> None:
        """Add a list of short statements."""
        self._add("<ul>\n" + "\n".join(f"<li>{_words(item)}</li>" for item in items) + "\n</ul>")

    def table(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        caption: str | None = None,
        folded: str | None = None,
    ) -> None:
        """Add a table.

        Parameters
        ----------
        headers
            Names of the columns.
        rows
            Words stand left, numbers right; ``None`` and NaN are shown as a dash. A number keeps three
            significant digits: give a string for anything else.
        caption
            What the table shows.
        folded
            If given, the table is folded away behind these words.

        Raises
        ------
        ValueError
            If a row does not have as many cells as there are headers.
        """
        made = _table(headers, rows, caption)
        self._add(f"<details><summary>{_words(folded)}</summary>\n{made}</details>" if folded else made)

    def figure(
        self,
        figure: Figure,
        caption: str,
        alt: str,
        data: tuple[Sequence[str], Sequence[Sequence[Cell]]] | None = None,
    ) -> None:
        """Add a figure.

        Parameters
        ----------
        figure
            A matplotlib figure, best made by `contraflow.report.drawing.new_figure` and drawn in the colours of
            its palette, which turn with the paper.
        caption
            What it shows and how to read it.
        alt
            The same for who cannot see it: what is drawn and what comes out.
        data
            Headers and rows of the numbers behind it, folded away under the figure.
        """
        self._figures += 1
        svg = inline_svg(figure, f"f{self._figures}", alt)
        self._add(f"<figure>\n{svg}\n<figcaption>{_words(caption)}</figcaption>\n</figure>")
        if data is not None:
            self.table(*data, folded="The numbers behind the figure")

    def note(self, text: str) -> None:
        """Add a caveat in a box of its own."""
        self._add(f'<div class="notice" role="note"><p>{_words(text)}</p></div>')

    def foot(self, text: str) -> None:
        """Add a line at the foot of the page: where the numbers come from, how to make them again."""
        self._feet.append(f"<p>{_words(text)}</p>")

    def render(self) -> str:
        """Return the whole page."""
        kicker = f" <span>{_words(self.kicker)}</span>" if self.kicker else ""
        version = metadata.version("contraflow")
        head = _HEAD.format(
            version=escape(version),
            title=_words(self.title),
            css=_css(),
            kicker=kicker,
            lead=_words(self.lead),
        )
        named = [(f"s{number}", title) for number, (title, _) in enumerate(self._sections) if title]
        links = "".join(f'<a href="#{place}">{_words(title)}</a>' for place, title in named)
        contents = f'<nav class="contents" aria-label="Sections">{links}</nav>\n' if len(named) > 1 else ""
        sections = []
        for number, (title, parts) in enumerate(self._sections):
            heading = f'<h2 id="s{number}-title">{_words(title)}</h2>\n' if title else ""
            label = f' aria-labelledby="s{number}-title"' if title else ""
            body = "\n".join(parts)
            sections.append(f'<section id="s{number}"{label}>\n{heading}{body}\n</section>')
        feet = "\n".join([*self._feet, f"<p>Made by contraflow {escape(version)}.</p>"])
        main = "\n".join(sections)
        return f'{head}{contents}<main id="main">\n{main}\n</main>\n<footer>\n{feet}\n</footer>\n</body>\n</html>\n'

    def write(self, path: str | Path) -> Path:
        """Write the page to a file, whole or not at all.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        return write_text(path, self.render())

    def _add(self, part: str) -> None:
        if not self._sections:
            self._sections.append(("", []))
        self._sections[-1][1].append(part)
