"""Answers hold what the library computes, on the small case of the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from contraflow.analysis import compare
from contraflow.case import Case, load_case
from contraflow.case.template import new_case
from contraflow.web.app import create_app
from contraflow.web.engine import Engine, Question
from contraflow.web.packed import LEVELS, pack, quantiles, unpack

DRAWS = 30


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(Path(new_case(tmp_path_factory.mktemp("web") / "small")))


@pytest.fixture(scope="module")
def page(case: Case) -> Iterator[TestClient]:
    with TestClient(create_app(case), base_url="http://localhost") as found:
        yield found


def ask(page: TestClient, **question: Any) -> dict[str, Any]:
    answer = page.post("/api/run", json={"draws": DRAWS, **question})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_quantiles_are_numpys() -> None:
    values = np.random.default_rng(0).normal(size=(7, 3, 41)).astype(np.float32)
    assert np.allclose(quantiles(values), np.quantile(values, LEVELS, axis=-1), atol=1e-6)
    assert np.array_equal(unpack(pack(values)), values)


def test_an_answer_is_the_librarys_comparison(page: TestClient, case: Case) -> None:
    found = ask(page, base=case.default_scenario)
    theirs = compare(case, draws=DRAWS)
    places = {one["id"]: one["places"] for one in page.get("/api/case").json()["outcomes"]}
    for window, dates in enumerate(theirs.windows):
        for row in theirs.table[theirs.table["window"] == str(dates)].itertuples():
            if row.outcome not in places:
                continue
            mine = unpack(found["tables"][window][row.outcome])
            place = "" if row.place == "all" else row.place
            at = mine[:, :, places[row.outcome].index(place)] if place in places[row.outcome] else None
            if at is None:
                continue
            factor = (1e-6 if row.unit.startswith("USD/y") else 1.0) * (100.0 if row.unit == "1" else 1.0)
            wanted = [getattr(row, f"diff_{q}") * factor for q in ("q05", "q25", "median", "q75", "q95")]
            scale = max(abs(row.baseline) * factor, 1e-9)
            assert np.allclose(at[2], wanted, rtol=1e-3, atol=2e-6 * scale), (row.outcome, row.place)
            assert np.isclose(at[0][2], row.baseline * factor, rtol=1e-4)


def test_the_same_actions_make_no_difference(page: TestClient, case: Case) -> None:
    found = ask(page, base=case.default_baseline)
    assert found["start"] is None and found["bands"] is None
    for table in found["tables"]:
        for packed in table.values():
            assert not unpack(packed)[2].any()
    neutral = {"kind": "effort", "places": ["ports"], "start": "2025-01", "value": 1.0}
    assert ask(page, base=case.default_baseline, measures=[neutral])["start"] is None


def test_a_measure_in_the_history_moves_every_month(page: TestClient, case: Case) -> None:
    early = {"kind": "effort", "places": ["ports"], "start": "2021-01", "value": 2.0}
    found = ask(page, base=case.default_baseline, measures=[early])
    assert found["start"] == 0
    late = {"kind": "effort", "places": ["ports"], "start": "2026-06", "value": 2.0}
    found = ask(page, base=case.default_baseline, measures=[late])
    change = unpack(found["difference"]["seized_gross"])
    month = page.get("/api/case").json()["months"].index("2026-06") - found["start"]
    assert not change[:, :month].any() and change[:, month:].any()


def test_flows_on_the_map_add_up(page: TestClient, case: Case) -> None:
    world = ask(page, base=case.default_baseline, have=[])["world"]
    edges = {name: unpack(packed) for name, packed in world["edges"].items()}
    lost = edges["seized"] + edges["destroyed"]
    assert (lost <= edges["shipped"] + 1e-6).all()
    years = unpack(world["years"]["shipped"])
    assert years.shape[0] == len(LEVELS)
    ids = page.get("/api/case").json()["names"]["edge"]
    rows = case.edges.set_index("id").loc[list(ids)]
    into = {n: edges["shipped"][:, rows["destination"] == n].sum(1) for n in set(rows["destination"])}
    out_of = {n: edges["shipped"][:, rows["origin"] == n].sum(1) for n in set(rows["origin"])}
    for node in into.keys() & out_of.keys():
        arrived = into[node] - lost[:, rows["destination"] == node].sum(1)
        assert np.allclose(arrived, out_of[node], rtol=1e-4, atol=1e-5), node


def test_a_world_is_sent_once(page: TestClient, case: Case) -> None:
    key = ask(page, base=case.default_scenario)["baseline"]
    again = ask(page, base=case.default_scenario, have=[key])
    assert again["baseline"] == key and again["world"] is None


def test_a_belief_is_fixed_in_every_draw(page: TestClient, case: Case) -> None:
    slider = page.get("/api/case").json()["sliders"][0]
    low, high = (
        ask(page, base=case.default_scenario, beliefs={slider["symbol"]: slider[end]})
        for end in ("low", "high")
    )
    assert low["baseline"] != high["baseline"]
    assert all(one["symbol"] != slider["symbol"] for rows in low["drivers"][0].values() for one in rows)
    wrong = page.post(
        "/api/run", json={"draws": DRAWS, "beliefs": {slider["symbol"]: slider["high"] * 2 + 1}}
    )
    assert wrong.status_code == 400 and "out of range" in wrong.json()["value"]


def test_more_draws_hold_the_fewer(page: TestClient, case: Case) -> None:
    few, many = (ask(page, base=case.default_scenario, draws=draws) for draws in (200, 230))
    one, two = (unpack(found["tables"][0]["delivered"])[0, 2, 0] for found in (few, many))
    assert one == pytest.approx(two, rel=0.05)


def test_equal_questions_have_equal_answers(page: TestClient, case: Case) -> None:
    one, two = (ask(page, base=case.default_scenario) for _ in range(2))
    assert one == two



@pytest.mark.parametrize("topic", ["evaluation", "sureness", "method"])
def test_tabs_hold_tables(page: TestClient, topic: str) -> None:
    found = page.get(f"/api/knowledge/{topic}").json()
    assert found["command"].startswith("contraflow ")
    for section in found["sections"]:
        assert all(len(row) == len(section["header"]) for row in section["rows"])


def test_what_is_not_wanted_is_left_out_and_the_rest_is_the_same(page: TestClient, case: Case) -> None:
    late = {"kind": "effort", "places": ["ports"], "start": "2026-06", "value": 2.0}
    whole = ask(page, base=case.default_baseline, measures=[late])
    some = ask(page, base=case.default_baseline, measures=[late], want=["price"])
    assert set(some["bands"]) == set(some["difference"]) == {"price"} and len(whole["bands"]) > 1
    assert some["bands"]["price"] == whole["bands"]["price"]
    assert some["years"] is None and some["worth"] is None and some["years_difference"] is None
    assert whole["years"] and whole["worth"]
    assert some["tables"] == whole["tables"] and some["edges"] == whole["edges"]
    for mine, all_ in zip(some["drivers"], whole["drivers"], strict=True):
        assert set(mine) == {"price"} and len(mine["price"]) == len(all_["price"])
        ranks = [[abs(one["rank"]) for one in found["price"]] for found in (mine, all_)]
        assert np.allclose(*ranks, atol=1e-6)
    years = ask(page, base=case.default_baseline, measures=[late], want=["price", "years"])
    assert years["years"] == whole["years"] and years["worth"] == whole["worth"]


def test_what_passes_a_place_is_worth_its_tonnes_at_its_price(page: TestClient, case: Case) -> None:
    found = ask(page, base=case.default_baseline)["world"]
    worth, value = unpack(found["worth"]), unpack(found["years"]["value"])
    assert worth.shape == value.shape[1:] == (worth.shape[0], len(case.nodes))
    assert (worth >= 0).all() and (worth > 0).any()
    low, high = value[0], value[-1]
    assert (low <= high).all() and (low > 0).all()


def test_a_passing_question_has_the_same_answer_and_leaves_no_baseline_behind(case: Case) -> None:
    engine = Engine(case)
    question = Question(case.default_scenario, (), case.default_baseline, {}, DRAWS)
    symbol = engine.sliders[0]["symbol"]
    fixed = replace(question, beliefs={symbol: engine.sliders[0]["median"]})
    passing = engine.answer(replace(fixed, passing=True))
    assert not engine._worlds
    kept = engine.answer(fixed)
    assert list(engine._worlds) == [kept["baseline"]]
    assert replace(fixed, passing=True).key == fixed.key
    passing.pop("seconds"), kept.pop("seconds")
    assert passing == kept
