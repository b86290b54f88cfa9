"""The report as a file: whole or not there, the same every time, and silent on the network."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from contraflow.report import render_report, write_report
from contraflow.report.html import HERE

SECTIONS = ("answer", "map", "bands", "money", "displacement", "table", "method")
LOADING = {"src", "srcset", "data", "poster", "action", "background", "ping", "formaction"}


class Page(HTMLParser):
    """Collects what a page would load, its ids, and its text by id of the section."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.loads, self.ids, self.tags, self.scripts = [], [], [], []
        self._script = None
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        self.ids.append(found.get("id"))
        self.loads += [(tag, name) for name in found if name in LOADING]
        if tag == "link" or (tag != "a" and "href" in found):
            self.loads.append((tag, "href"))
        self._script = found.get("type", "text/javascript") if tag == "script" else None

    def handle_data(self, data):
        if self._script is not None:
            self.scripts.append((self._script, data))
            self._script = None
        elif not {"style", "script"} & set(self.tags[-1:]):
            self.words += data


@pytest.fixture(scope="module")
def text(comparison):
    return render_report(comparison)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_asks_no_network_for_anything(page, text):
    assert page.loads == []
    assert not {"link", "iframe", "img", "object", "embed", "base", "form"} & set(page.tags)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    assert "http" not in policy[1]
    assert "connect-src" not in policy[1]


def test_style_and_script_reach_for_nothing():
    style = (HERE / "static" / "report.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style
    script = (HERE / "static" / "report.js").read_text(encoding="utf-8")
    for word in ("fetch(", "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "import("):
        assert word not in script
    hosts = set(re.findall(r"https?://([\w.-]+)", script))
    assert hosts <= {"www.w3.org"}


def test_has_every_section_once_and_the_notice_before_the_numbers(page, text):
    assert [one for one in page.ids if one in SECTIONS] == list(SECTIONS)
    assert text.index("come from the priors") < text.index('class="findings"')


def test_data_parse_and_cannot_close_their_element(page, text):
    data = next(body for kind, body in page.scripts if kind == "application/json")
    assert json.loads(data)["schema"] == 1
    assert text.count("</script>") == 2
    assert "<!--" not in text


def test_names_and_caveats_are_text_not_markup(page, text):
    assert "<b>marks</b>" not in text
    assert "Another caveat with <b>marks</b> & signs." in page.words
    assert "Group <two>" in page.words


def test_says_how_to_make_it_again(page):
    assert "contraflow run small --scenario campaign --baseline no-campaign --draws 40 --seed 0" in page.words
    assert "1" * 64 in page.words
    assert "@software{contraflow" in page.words


def test_lists_the_sources_of_the_case(page, text):
    assert "A title & more" in page.words
    assert '<a href="https://example.org/a" rel="noreferrer noopener">' in text
    assert "b-2023" in page.words


def test_the_table_is_there_without_a_script(page, comparison):
    rows = len(comparison.table)
    assert page.tags.count("tr") >= rows
    assert "P(fall)" in page.words


def test_same_comparison_same_bytes(text, comparison):
    assert render_report(comparison) == text


def test_equal_scenarios_make_a_page_that_says_so(no_difference):
    words = Page(render_report(no_difference)).words
    assert "exactly the same numbers" in words


def test_a_case_without_a_base_map_still_has_a_report(comparison, tmp_path):
    from types import SimpleNamespace

    bare = SimpleNamespace(**{**vars(comparison.case), "path": tmp_path})
    assert "basemap" in render_report(replace(comparison, case=bare))


def test_writes_into_a_new_folder(comparison, tmp_path):
    path = write_report(comparison, tmp_path / "new" / "report.html")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [one.name for one in path.parent.iterdir()] == ["report.html"]
