"""Tabs: what they hold, that they say how far they are, and that they stop."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

from contraflow.analysis.claims.verdict import CONTRADICTED, SUPPORTED, UNDECIDABLE
from contraflow.case import Case, load_case
from contraflow.case.template import new_case
from contraflow.report import claims, evaluation, sureness
from contraflow.replications.words import HEADER as REPLICATED
from contraflow.web.knowledge import TOPICS, evaluation_of, knowledge

WORDS = Path(__file__).parents[2] / "web" / "src" / "page" / "words" / "tabs.ts"
QUICK = ("evaluation", "sureness", "method")


class Enough(Exception):
    """Stops a piece of work."""


@pytest.fixture(scope="module")
def tabs(small: Case) -> dict[str, dict[str, Any]]:
    return {topic: knowledge(topic, small) for topic in QUICK}


def test_how_sure_we_are_has_every_part_and_says_first_what_it_means(tabs) -> None:
    titles = [section["title"] for section in tabs["sureness"]["sections"]]
    for wanted in ("settle", "cover", "teach", "not seen", "found again", "other readings", "believed"):
        assert any(wanted in title for title in titles), wanted
    assert all(section["words"] and section["rows"] for section in tabs["sureness"]["sections"])
    lead = " ".join(tabs["sureness"]["lead"])
    assert "Not identified" in lead and "loses" in lead and "known truth" in lead


def test_the_fit_that_ships_is_judged_by_its_own_diagnosis(small, tabs) -> None:
    settled = next(one for one in tabs["sureness"]["sections"] if "the trade settle" in one["title"])
    assert [row[0] for row in settled["rows"]] == [row[0] for row in sureness.sections(small)[0].rows]
    missed = [row for row in settled["rows"] if row[3] == "missed"]
    assert ("all" in settled["words"][0]) == (not missed)


def test_an_interval_that_recovers_too_little_is_called_too_narrow(tmp_path) -> None:
    path = tmp_path / sureness.RECOVERY
    path.write_text("numbers,count,in50,in90,replicas\nall,10,0.5,0.9,8\nsome,5,0.4,0.7,8\n", encoding="utf-8")
    found = sureness.recovery(tmp_path)
    assert found is not None and "70 %" in found.words[0] and "too narrow" in found.words[0]
    path.write_text("numbers,count,in50,in90,replicas\nall,10,0.5,0.9,8\n", encoding="utf-8")
    found = sureness.recovery(tmp_path)
    assert found is not None and "too narrow" not in found.words[0]
    path.write_text(
        "numbers,count,in50,in90,replicas\nall,10,0.5,0.9,8\nscales of errors,5,0.4,0.7,8\n", encoding="utf-8"
    )
    found = sureness.recovery(tmp_path)
    assert found is not None and "as often as they say, but are too narrow for scales of errors" in found.words[0]
    assert sureness.recovery(tmp_path / "elsewhere") is None


@pytest.mark.parametrize("topic", ["claims", "replications"])
def test_long_tabs_tell_how_far_they_are_and_stop_when_told(small, topic) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))
        if len(told) == 3:
            raise Enough

    with pytest.raises(Enough):
        knowledge(topic, small, tell)
    assert len(told) == 3
    assert told == sorted(told) and all(0 <= done <= total for done, total in told)


def test_an_evaluation_tells_how_far_it_is_and_stops_when_told(small) -> None:
    rows = knowledge("evaluation", small)["sections"][0]["rows"]
    event = next(row[0] for row in rows if row[2] not in ("none named", "all"))
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))
        raise Enough

    with pytest.raises(Enough):
        evaluation_of(event, small, tell)
    assert len(told) == 1


def test_progress_of_what_nobody_asks_is_said_to_be_none(client) -> None:
    for path in [f"/api/knowledge/{topic}/progress" for topic in TOPICS] + ["/api/evaluation/nothing/progress"]:
        answer = client.get(path)
        assert answer.status_code == 200 and answer.json()["asked"] is False


def test_every_heading_column_and_verdict_has_spanish_words(tabs) -> None:
    known = set(re.findall(r'^  (?:"((?:[^"\\]|\\.)+)"|(\w+)):', WORDS.read_text(encoding="utf-8"), re.MULTILINE))
    words = {quoted or bare for quoted, bare in known}
    forms = [
        re.compile(form.replace(r"\/", "/"))
        for form in re.findall(r"^  \[/(\^.+\$)/, ", WORDS.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    said = {text for tab in tabs.values() for section in tab["sections"] for text in section["header"]}
    said |= {section["title"] for tab in tabs.values() for section in tab["sections"]}
    said |= {*claims.HEADER, *claims.SHORT_GAINS_HEADER, *REPLICATED, SUPPORTED, CONTRADICTED, UNDECIDABLE}
    said |= {*evaluation.EFFECT_HEADER, *evaluation.SIGNAL_HEADER, *evaluation.PLACEBO_HEADER, *evaluation.OTHER_HEADER}
    said |= {f"{word} of a {way} in killings" for word in evaluation.WORDS.values() for way in ("fall", "rise")}
    said |= set(tabs["sureness"]["lead"])
    assert len(forms) > 10
    missing = {text for text in said if text and text not in words and not any(form.match(text) for form in forms)}
    assert not missing


def test_a_case_without_a_posterior_says_so_first(tmp_path) -> None:
    found = knowledge("sureness", load_case(new_case(tmp_path / "small")))
    assert found["lead"][0].startswith("The case has no posterior")
    assert [section["title"] for section in found["sections"]] == ["What is believed, before and after the record"]
