"""Scenario files on the page: the same checks and messages as on the command line, and no way to a file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from contraflow.case import Case
from contraflow.errors import ScenarioError
from contraflow.scenario import load_scenario
from contraflow.web.scenarios import layered, own, read, write

GOOD = """name = "mine"
case = "ecuador"
extends = "history"
[[measure]]
kind = "effort"
theatre = "ecuador-ports"
start = "2026-01"
end = "2026-12"
value = 2.0
"""
BAD = {
    "value": GOOD.replace("2.0", "-1"),
    "place": GOOD.replace("ecuador-ports", "ecuador-port"),
    "kind": GOOD.replace('"effort"', '"efort"'),
    "date": GOOD.replace("2026-12", "2031-12"),
    "order": GOOD.replace("2026-12", "2025-12"),
    "key": GOOD.replace("value =", "strength ="),
    "case": GOOD.replace('case = "ecuador"', 'case = "peru"'),
    "syntax": GOOD + "[[",
    "empty": "",
    "no name": GOOD.replace('name = "mine"\n', ""),
    "list": 'name = "mine"\ncase = "ecuador"\nmeasure = 3\n',
}


@pytest.mark.parametrize("name", BAD)
def test_an_upload_is_told_what_the_command_line_would_say(
    client: TestClient, small: Case, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(BAD[name], encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_scenario(small, path)
    answer = client.post("/api/scenario/read", json={"text": BAD[name]})
    assert answer.status_code == 400
    said = answer.json()
    assert said["value"].replace("scenario.toml", "mine.toml") == error.value.value.replace(
        "scenario.toml", "mine.toml"
    )
    assert said["remedy"].replace("'scenario'", "'mine'") == error.value.remedy


@pytest.mark.parametrize(
    "parent",
    ["../../../etc/passwd", "/etc/passwd", "mine", "nowhere", "..", "a/b", "C:\\\\x", "history.toml"],
)
def test_an_upload_reaches_no_other_file(small: Case, parent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[str] = []
    before = Path.is_file
    monkeypatch.setattr(Path, "is_file", lambda self: (touched.append(str(self)), before(self))[1])
    with pytest.raises(ScenarioError, match="extends"):
        read(small, GOOD.replace('"history"', f'"{parent}"'))
    assert not touched


@pytest.mark.parametrize("name", ["../x", "/x", "x/y", "..", "", "ABC", "x" * 300])
def test_the_name_of_an_upload_is_no_path(small: Case, name: str) -> None:
    with pytest.raises(ScenarioError):
        read(small, GOOD.replace('"mine"', f'"{name}"'))
    with pytest.raises(ScenarioError):
        layered(small, name or "x", [])


def test_deep_nesting_is_an_error_of_the_file(client: TestClient) -> None:
    answer = client.post("/api/scenario/read", json={"text": "a = " + "[" * 20_000})
    assert answer.status_code == 400


def test_what_is_written_reads_back_the_same(client: TestClient, small: Case) -> None:
    for name in small.scenarios:
        document = own(small, name)
        again = read(small, write(small, document))
        assert again["measures"] == document["measures"] and again["base"] == document["base"], name
    document = read(small, GOOD) | {"title": 'Quotes " and \\ and \u00f1 \x7f', "description": "two\nlines"}
    text = client.post("/api/scenario/write", json=document).json()["text"]
    assert tomllib.loads(text)["title"] == document["title"]
    assert read(small, text)["measures"] == document["measures"]


def test_a_written_file_runs_on_the_command_line(small: Case, tmp_path: Path) -> None:
    document = own(small, "strikes-only") | {"name": "copy"}
    path = tmp_path / "copy.toml"
    path.write_text(write(small, document), encoding="utf-8")
    one, two = load_scenario(small, path), load_scenario(small, "strikes-only")
    assert [m.action for m in one.measures] == [m.action for m in two.measures]


def test_layers_are_told_by_number(small: Case) -> None:
    good = {"kind": "effort", "places": ["ecuador-ports"], "start": "2026-01", "value": 1.0}
    with pytest.raises(ScenarioError, match="measure 2, key value"):
        layered(small, "history", [good, good | {"value": -1.0}])
