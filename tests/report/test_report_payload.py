"""What the page is given: quantiles that are numpy's, stored once, and nothing that differs between runs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from contraflow.report.payload import build_payload, dump
from contraflow.report.quantiles import LEVELS, bands
from contraflow.report.series import campaign_start
from contraflow.results.result import Result

LARGEST = 6_000_000


@pytest.fixture(scope="module")
def payload(comparison):
    return build_payload(comparison)


def outcome(payload, name):
    return next(one for one in payload["outcomes"] if one["id"] == name)


def series(payload, name, place):
    return next(one for one in outcome(payload, name)["series"] if one["place"] == place)


def close(listed, array):
    np.testing.assert_allclose(np.array(listed, dtype=float), array, rtol=5.1e-5, atol=1e-12)


def test_quantiles_are_numpys(payload, comparison):
    after, before = comparison.scenario.dataset, comparison.baseline.dataset
    one = series(payload, "delivered", "europe")
    values = after["delivered"].sel(market="europe").to_numpy()
    close(one["s"], np.quantile(values, LEVELS, axis=0))
    start = one["from"]
    change = values - before["delivered"].sel(market="europe").to_numpy()
    close(one["d"], np.quantile(change, LEVELS, axis=0)[:, start:])
    assert not change[:, :start].any()


def test_a_total_is_the_quantile_of_sums_not_the_sum_of_quantiles(payload, comparison):
    total = comparison.scenario.dataset["homicides"].sum("territory").to_numpy()
    one = series(payload, "homicides", "")
    assert one["label"] == "Ecuador"
    close(one["s"], np.quantile(total, LEVELS, axis=0))


def test_money_is_in_millions_and_shares_in_percent(payload, comparison):
    paid = comparison.scenario.dataset["market_spending"].sel(market="europe").to_numpy()
    assert outcome(payload, "market_spending")["unit"] == "million USD a month"
    close(series(payload, "market_spending", "europe")["s"][2], np.median(paid, axis=0) / 1e6)
    share = comparison.scenario.dataset["transit_share"].to_numpy()
    assert outcome(payload, "transit_share")["unit"] == "%"
    close(series(payload, "transit_share", "")["s"][2], 100 * np.median(share, axis=0))


def test_edges_by_year(payload, comparison):
    edges = payload["edgeYears"]
    flow = comparison.scenario.dataset["edge_flow"].to_numpy()
    close(edges["flow"]["s"], np.quantile(flow, LEVELS, axis=0))
    assert edges["ids"] == list(comparison.case.edges["id"])
    assert edges["years"][edges["flow"]["from"]] == 2025


def test_homicides_by_year_are_sums_of_months(payload, comparison):
    years = payload["homicideYears"]
    monthly = comparison.scenario.dataset["homicides"].to_numpy()
    close(years["s"], np.quantile(monthly.reshape(len(monthly), 15, 12, -1).sum(2), LEVELS, axis=0))


def test_the_record_is_beside_the_series_it_belongs_to(payload, comparison):
    observed = series(payload, "homicides", "carchi")["observed"]
    assert observed[0] == [0, 6.0]
    assert len(observed) == 140
    both = series(payload, "homicides", "")["observed"]
    assert both[0] == [0, 12.0]
    assert "observed" not in series(payload, "delivered", "europe")


def test_money_parts_are_means_that_add_up_over_the_first_window(payload, comparison):
    window = comparison.windows[0]
    parts = payload["money"]["baseline"]["markets"]
    spent = window.of(comparison.baseline.dataset["market_spending"]).sum("month")
    assert parts[0]["value"][0] == pytest.approx(float(spent[:, 0].mean()) / 1e6, rel=1e-4)
    assert (payload["money"]["start"], payload["money"]["end"]) == (str(window.first), str(window.last))


def test_starts_where_the_scenario_departs(payload, no_difference):
    assert payload["meta"]["start"] == "2025-09"
    assert campaign_start(no_difference) is None


def test_equal_scenarios_are_stored_once(no_difference):
    payload = build_payload(no_difference)
    assert payload["meta"]["start"] is None
    every = [one for outcome in payload["outcomes"] for one in outcome["series"]]
    assert all(one["from"] is None and "b" not in one for one in every)
    assert {row["verdict"] for row in payload["table"]} == {"none"}


def test_bands_treat_missing_as_equal():
    values = np.array([[1.0, np.nan, 3.0], [1.0, np.nan, 4.0]])
    assert bands(values, values.copy())["from"] is None
    assert bands(values, values + np.array([0, 0, 1]))["from"] == 2
    assert bands(values, values)["s"][0][1] is None


def test_bytes_repeat_and_hold_no_markup(payload, comparison):
    text = dump(payload)
    assert text == dump(build_payload(comparison))
    assert not {"<", ">", "&", "\u2028"} & set(text)
    again = json.loads(text)
    assert again["meta"]["draws"] == 40
    assert series(again, "income_group", "g2")["label"] == "Group <two>"


def test_what_was_not_recorded_is_left_out(comparison):
    def only(result, names):
        return Result(result.name, result.dataset[names], result.provenance)

    few = replace(
        comparison,
        scenario=only(comparison.scenario, ["delivered"]),
        baseline=only(comparison.baseline, ["delivered"]),
        displacement=comparison.displacement.iloc[:0],
    )
    payload = build_payload(few)
    assert [one["id"] for one in payload["outcomes"]] == ["delivered"]
    assert payload["edgeYears"] == payload["money"] == payload["displacement"] == {}
    assert payload["homicideYears"] == {}


def test_draws_may_be_few_and_single(comparison):
    def first(result):
        return Result(result.name, result.dataset.isel(draw=[0]), result.provenance)

    one = replace(comparison, scenario=first(comparison.scenario), baseline=first(comparison.baseline))
    entry = series(build_payload(one), "delivered", "europe")
    assert entry["s"][0] == entry["s"][4]


def test_displacement_runs_from_the_largest_fall_to_the_largest_rise(payload):
    rows = payload["displacement"]["rows"]
    assert rows[0]["place"] == "all"
    changes = [row["diff_median"] for row in rows[1:]]
    assert changes == sorted(changes)


def test_the_ecuador_report_is_small_enough_to_send(fake, ecuador):
    comparison = fake(ecuador, draws=30)
    text = dump(build_payload(comparison))
    assert len(text.encode()) < LARGEST - 700_000
