"""The one-file page: whole, self-contained, escaped, readable without colours or scripts."""

import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest

from contraflow.errors import OutputError
from contraflow.report.drawing import PALETTE, new_figure
from contraflow.report.page import Page, show

pytest.importorskip("matplotlib")
VOID = {"meta", "br", "hr", "img", "link"}


class Balance(HTMLParser):
    """Collects tags and fails on one that is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def a_figure():
    figure, axes = new_figure(1, 2, height=2.0)
    axes[0, 0].plot([0, 1, 2], [1, 3, 2], color=PALETTE["accent"], marker="o")
    axes[0, 0].fill_between([0, 1, 2], 0, 1, color=PALETTE["up"], alpha=0.3)
    axes[0, 1].bar(["a", "b"], [2, 5], color="#123456")
    axes[0, 1].set_title("Bars < lines & dots")
    return figure


@pytest.fixture(scope="module")
def page() -> Page:
    page = Page("Fit & <proof>", "The model covers what it saw.", kicker="Ecuador")
    page.section("First")
    page.text("Run `contraflow diagnose` & look: 1 < 2.")
    page.table(("place", "n", "share"), [("Guayas", 12345, 0.98765), ("Manabí", None, -0.5)], "Counts")
    page.points(["one", "two"])
    page.section("Second")
    page.figure(a_figure(), "Two panels", 'Lines and "bars"', data=(("x", "y"), [(0, 1.0), (1, 3.0)]))
    page.figure(a_figure(), "The same again", "Lines and bars")
    page.note("Thin evidence.")
    page.foot("Seed 0.")
    return page


def test_html_is_whole_and_needs_nothing_else(page):
    text = page.render()
    parser = Balance()
    parser.feed(text)
    assert parser.open == []
    tags = [tag for tag, _ in parser.seen]
    assert tags.count("svg") == 2 and "script" not in tags and "link" not in tags and "img" not in tags
    assert dict(parser.seen)["html"] == {"lang": "en"}
    for tag, attributes in parser.seen:
        for name in ("src", "href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#"), (tag, attributes)
    assert set(re.findall(r'https?://[^"]*', text)) <= {"http://www.w3.org/1999/xlink"}


def test_ids_are_unique_and_every_reference_has_its_target(page):
    text = page.render()
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r'href="#([^"]+)"', text)) | set(re.findall(r"url\(#([^)]+)\)", text))
    assert wanted <= set(ids)


def test_figures_take_the_colours_of_the_paper_and_are_named(page):
    svgs = re.findall(r"<svg.*?</svg>", page.render(), re.DOTALL)
    for svg in svgs:
        ElementTree.fromstring(svg)
        assert "var(--accent)" in svg and "var(--up)" in svg and "#123456" in svg
        assert not any(colour in svg for colour in PALETTE.values())
        assert 'role="img"' in svg and "aria-label=" in svg
        assert "Bars &lt; lines &amp; dots" in svg
    assert 'aria-label="Lines and &quot;bars&quot;"' in svgs[0]


def test_text_is_escaped_and_code_is_code(page):
    text = page.render()
    assert "Fit &amp; &lt;proof&gt;" in text and "<proof>" not in text
    assert "<code>contraflow diagnose</code> &amp; look: 1 &lt; 2." in text


def test_numbers_stand_right_and_words_left(page):
    text = page.render()
    assert (
        '<th scope="row">Guayas</th><td class="number">12\u202f345</td><td class="number">0.988</td>' in text
    )
    assert '<td class="number">–</td><td class="number">−0.500</td>' in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0, "0"),
        (1234567, "1\u202f234\u202f567"),
        (2024, "2024"),
        (12.345, "12.3"),
        (9.996, "10.0"),
        (0.00012, "1.20e−04"),
        (float("nan"), "–"),
        (float("-inf"), "−∞"),
        (-5400.7, "−5401"),
        ("word", "word"),
    ],
)
def test_numbers_are_shown_with_three_digits(value, text):
    assert show(value) == text


def test_rendering_twice_gives_the_same_bytes(page):
    again = Page("t", "l")
    again.figure(a_figure(), "c", "a")
    other = Page("t", "l")
    other.figure(a_figure(), "c", "a")
    assert again.render() == other.render()


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="2 cells under 1 headers"):
        Page("t", "l").table(("a",), [(1, 2)])


def test_writing_leaves_one_file_or_none(page, tmp_path):
    path = page.write(tmp_path / "new" / "page.html")
    assert path.read_text(encoding="utf-8") == page.render()
    assert [item.name for item in path.parent.iterdir()] == ["page.html"]
    with pytest.raises(OutputError, match="cannot be written"):
        page.write(path / "below-a-file" / "page.html")
