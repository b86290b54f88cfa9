"""Scenario files are read strictly: one message with file, measure, key, value and remedy."""

from datetime import date
from pathlib import Path

import pytest

from case_tools import copy_case, small_case, write_scenario
from contraflow.case import Case, load_case
from contraflow.errors import ScenarioError
from contraflow.scenario import KINDS, load_scenario

GOOD = {"kind": '"effort"', "theatre": '"ports"', "start": '"2025-01"', "value": "2"}


def measure(**changes: str | None) -> str:
    """Write a good measure with some keys changed or, with None, left out."""
    keys = GOOD | changes
    return "[[measure]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items() if value is not None)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return load_case(copy_case(tmp_path))


def test_chain_puts_ancestors_first():
    scenario = load_scenario(small_case(), "more-effort")
    assert scenario.chain == ("base", "more-effort")
    assert scenario.measures[0].scenario == "base"
    assert [m.kind for m in scenario.measures[1:]] == [
        "effort",
        "intelligence",
        "curfew",
        "takedown",
        "split",
    ]


def test_dates_cover_whole_months_and_the_horizon(case: Case):
    write_scenario(
        case.path, "x", measure() + measure(end='"2025-02"') + measure(start="2025-03-04", end="2025-03-05")
    )
    spans = [(m.start, m.end) for m in load_scenario(case, case.path / "scenarios" / "x.toml").measures]
    assert spans == [
        (date(2025, 1, 1), date(2026, 12, 31)),
        (date(2025, 1, 1), date(2025, 2, 28)),
        (date(2025, 3, 4), date(2025, 3, 5)),
    ]


def test_places_are_ids_lists_or_all(case: Case):
    text = measure(theatre='["sea", "ports", "sea"]') + measure(theatre='"all"')
    write_scenario(case.path, "x", text + measure(kind='"split"', theatre=None, group='"all"', value="1"))
    first, second, third = load_scenario(load_case(case.path), "x").measures
    assert first.places == ("ports", "sea")
    assert second.places == tuple(case.members("theatre"))
    assert third.places == ("splinter",)


def test_every_kind_loads_at_both_ends_of_its_range(case: Case):
    text = ""
    for kind in KINDS.values():
        for value in (kind.low, 1e6 if kind.high is None else kind.high):
            keys = {"theatre": None, kind.key: '"all"', "kind": f'"{kind.name}"', "value": repr(float(value))}
            text += measure(**keys)
    write_scenario(case.path, "x", text)
    assert len(load_scenario(load_case(case.path), "x").measures) == 2 * len(KINDS)


def test_no_place_key_is_a_key_of_every_measure():
    assert not {kind.key for kind in KINDS.values()} & {"kind", "start", "end", "value", "source", "note"}


def test_own_file_anywhere_may_extend_a_scenario_of_the_case(case: Case, tmp_path: Path):
    path = tmp_path / "plan.toml"
    path.write_text('name = "plan"\ncase = "small"\nextends = "more-effort"\n' + measure(value="3"))
    assert load_scenario(case, path).chain == ("base", "more-effort", "plan")
    next_path = tmp_path / "plan-b.toml"
    next_path.write_text('name = "plan-b"\ncase = "small"\nextends = "plan"\n')
    assert load_scenario(case, str(next_path)).chain == ("base", "more-effort", "plan", "plan-b")


def test_digest_follows_the_whole_chain(case: Case):
    before = load_scenario(case, "more-effort").digest
    assert before == load_scenario(case, "more-effort").digest
    with case.scenarios["base"].open("a") as stream:
        stream.write("# a remark\n")
    assert load_scenario(case, "more-effort").digest != before


def test_end_of_a_pulse_is_ignored(case: Case):
    keys = {"kind": '"takedown"', "theatre": None, "network": '"buyer-network"', "value": "0.5"}
    write_scenario(case.path, "x", measure(**keys) + measure(**keys, end='"2025-06"'))
    first, second = load_scenario(load_case(case.path), "x").measures
    assert first.action == second.action


BAD_MEASURES: dict[str, tuple[dict[str, str | None], str, str, str]] = {
    # name: (changes, key, value, remedy)
    "unknown kind": ({"kind": '"efort"'}, "kind", "unknown kind of measure 'efort'", "did you mean 'effort'"),
    "no kind": ({"kind": None}, "kind", "the key is missing", "effort, strikes"),
    "unknown key": ({"thaetre": '"sea"'}, "thaetre", "unknown key 'thaetre'", "did you mean 'theatre'"),
    "key of another kind": (
        {"territory": '"coast"'},
        "territory",
        "in a measure of kind 'effort'",
        "theatre",
    ),
    "no place": ({"theatre": None}, "theatre", "the key is missing", "theatre, start and value"),
    "no start": ({"start": None}, "start", "the key is missing", "add it"),
    "no value": ({"value": None}, "value", "the key is missing", "add it"),
    "unknown theatre": ({"theatre": '"prots"'}, "theatre", "unknown theatre 'prots'", "did you mean 'ports'"),
    "one of a list unknown": ({"theatre": '["sea", "moon"]'}, "theatre", "unknown theatre 'moon'", "known: "),
    "all in a list": ({"theatre": '["sea", "all"]'}, "theatre", "unknown theatre 'all'", "known: "),
    "unknown province": (
        {"kind": '"curfew"', "theatre": None, "territory": '"cost"', "value": "1"},
        "territory",
        "unknown territory 'cost' in case 'small'",
        "did you mean 'coast'",
    ),
    "empty list": ({"theatre": "[]"}, "theatre", "[] is not an id", "a list of ids"),
    "number as place": ({"theatre": "3"}, "theatre", "3 is not an id", "a list of ids"),
    "end before start": (
        {"end": '"2024-12"'},
        "end",
        "the end 2024-12 is before the start 2025-01",
        "correct",
    ),
    "start too early": (
        {"start": '"2019-12"'},
        "start",
        "2019-12 is out of the range",
        "from 2020-01 to 2026-12",
    ),
    "end too late": ({"end": '"2027-01"'}, "end", "2027-01 is out of the range", "from 2020-01 to 2026-12"),
    "no month": ({"start": '"2025"'}, "start", "'2025' is not a date", "YYYY-MM"),
    "month 13": ({"start": '"2025-13"'}, "start", "'2025-13' is not a date", "YYYY-MM"),
    "30 February": ({"start": '"2025-02-30"'}, "start", "is not a day of the calendar", "YYYY-MM"),
    "number as date": ({"start": "2025"}, "start", "2025 is not a date", "YYYY-MM"),
    "date and time": ({"start": '"2025-02-01T10:00"'}, "start", "is not a date", "YYYY-MM"),
    "negative": ({"value": "-1"}, "value", "-1 is out of range", "at least 0"),
    "above one": (
        {"kind": '"intelligence"', "value": "1.5"},
        "value",
        "1.5 is out of range",
        "from 0 to 1",
    ),
    "nan": ({"value": "nan"}, "value", "nan is not a finite number", "at least 0"),
    "infinity": ({"value": "inf"}, "value", "inf is not a finite number", "at least 0"),
    "text as value": ({"value": '"2"'}, "value", "'2' is not a number", "without quotes"),
    "truth as value": ({"value": "true"}, "value", "True is not a number", "without quotes"),
    "number as note": ({"note": "3"}, "note", "3 is not text", "quotes"),
    "unknown zone": (
        {"kind": '"eradication"', "theatre": None, "zone": '"east"', "value": "0.1"},
        "zone",
        "unknown zone 'east' in case 'small'",
        "zone-east",
    ),
    "unknown source": ({"source": '"nobody"'}, "source", "unknown source key 'nobody'", "sources.bib"),
    "split of a parent": (
        {"kind": '"split"', "theatre": None, "group": '"group-one"', "value": "1"},
        "group",
        "'group-one' has no parent",
        "splinter",
    ),
}


@pytest.mark.parametrize("name", BAD_MEASURES)
def test_bad_measure_names_file_number_key_value_and_remedy(name: str, case: Case):
    changes, key, value, remedy = BAD_MEASURES[name]
    path = write_scenario(case.path, "x", measure() + measure(**changes))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(case, path)
    assert caught.value.place == f"x.toml, measure 2, key {key}"
    assert value in caught.value.value
    assert remedy in caught.value.remedy


BAD_FILES: dict[str, tuple[bytes, str, str, str]] = {
    "another case": (
        b'name = "x"\ncase = "ecuador"',
        "x.toml, key case",
        "written for case 'ecuador'",
        "'small'",
    ),
    "no case": (b'name = "x"', "x.toml, key case", "the key is missing", "name the scenario"),
    "other name": (b'name = "y"\ncase = "small"', "x.toml, key name", "'y' is not that of the file", "'x'"),
    "unknown key": (
        b'name = "x"\ncase = "small"\nmeasures = 1',
        "x.toml, key measures",
        "unknown key",
        "'measure'",
    ),
    "bad type": (b'name = "x"\ncase = "small"\ntitle = 1', "x.toml, key title", "1 is not text", "quotes"),
    "not TOML": (b"name = x", "x.toml", "not readable as TOML", "syntax"),
    "latin-1": (
        'name = "x"\ntitle = "Bolívar"'.encode("latin-1"),
        "x.toml line 2",
        "is not UTF-8",
        "save the file",
    ),
    "empty": (b"", "x.toml", "the file is empty", "restore"),
    "one table": (
        b'name = "x"\ncase = "small"\n[measure]\nkind = "effort"',
        "x.toml, key measure",
        "not a list",
        "[[measure]]",
    ),
    "list of numbers": (
        b'name = "x"\ncase = "small"\nmeasure = [1]',
        "x.toml, measure 1",
        "1 is not a table",
        "[[measure]]",
    ),
    "unknown parent": (
        b'name = "x"\ncase = "small"\nextends = "bass"',
        "x.toml, key extends",
        "unknown scenario 'bass'",
        "did you mean 'base'",
    ),
    "parent of wrong type": (
        b'name = "x"\ncase = "small"\nextends = ["base"]',
        "x.toml, key extends",
        "is not text",
        "name one",
    ),
    "own parent": (
        b'name = "x"\ncase = "small"\nextends = "x"',
        "x.toml, key extends",
        "cycle",
        "remove one",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_names_place_value_and_remedy(name: str, case: Case):
    content, place, value, remedy = BAD_FILES[name]
    path = case.path / "scenarios" / "x.toml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(case, path)
    assert caught.value.place == place
    assert value in caught.value.value
    assert remedy in caught.value.remedy


def test_cycle_of_three_is_named(case: Case):
    for name, parent in (("a", "b"), ("b", "c"), ("c", "a")):
        write_scenario(case.path, name, "", head=f'extends = "{parent}"')
    with pytest.raises(ScenarioError, match="a extends b extends c extends a"):
        load_scenario(load_case(case.path), "a")


def test_unknown_name_or_path(case: Case):
    with pytest.raises(ScenarioError, match="did you mean 'more-effort'"):
        load_scenario(case, "more-efort")
    with pytest.raises(ScenarioError, match=r"there is no file 'plan\.toml'"):
        load_scenario(case, "plan.toml")
