"""A history that scenarios share: the same bits as without it, and nothing that is not shared in it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from contraflow.case import load_case
from contraflow.ensemble import programs as compiled
from contraflow.ensemble.build import build
from contraflow.ensemble.run import CHUNK, begin, common_months, go_on, simulate_ensemble
from contraflow.inference.posterior import draw_beliefs, load_posterior
from contraflow.inference.priors import sample
from contraflow.model.step import Settings
from contraflow.scenario import compile_drivers, load_scenario

RECORD = ("price", "edge_flow", "node_value", "homicides", "unmet")


@pytest.fixture(scope="module")
def case():
    return load_case("ecuador")


@pytest.fixture(scope="module")
def model(case):
    return build(case)


@pytest.fixture(scope="module")
def draw(case, model):
    return lambda chosen: sample(case.parameters, model.members, chosen, 3)


@pytest.fixture(scope="module")
def pair(case):
    return [compile_drivers(case, load_scenario(case, name)) for name in ("campaign-2026", "no-campaign")]


def test_a_scenario_has_the_same_bits_alone_beside_others_and_after_a_kept_history(case, model, draw, pair):
    draws = CHUNK + 2
    beside, baseline = simulate_ensemble(model, pair, draw, draws, RECORD)
    (alone,) = simulate_ensemble(model, pair[:1], draw, draws, RECORD)
    end = common_months(pair)
    past = begin(model, pair[1], draw, draws, end, RECORD)
    later = go_on(past, pair[0])
    again = go_on(past, pair[1], threads=1)
    for name, values in alone.items():
        assert np.array_equal(values, beside[name]), name
        rest = later[name].shape[1]
        assert np.array_equal(values[:, -rest:], later[name]), name
        assert np.array_equal(baseline[name][:, -rest:], again[name]), name
        ended = values.shape[1] - rest
        assert np.array_equal(values[:, :ended], past.outcomes[name][:, :ended]), name
    assert later["price"].shape[1] == model.structure.months - end
    assert not np.array_equal(beside["price"], baseline["price"])


def test_draws_of_the_posterior_are_the_same_in_single_precision_to_four_digits(case, model, pair):
    posterior = load_posterior(case)
    assert posterior is not None

    def drawn(chosen):
        return draw_beliefs(case, model.members, chosen, 0, posterior)

    single, double = (
        simulate_ensemble(model, pair[:1], drawn, CHUNK, RECORD[:-1], Settings(precision=precision))[0]
        for precision in ("single", "double")
    )
    for name, values in double.items():
        assert single[name].dtype == np.float32 and values.dtype == np.float64, name
        scale = np.abs(values).max(axis=1, keepdims=True)
        assert np.max(np.abs(single[name] - values) / np.maximum(scale, 1e-9)) < 1e-4, name


@pytest.mark.parametrize("months", [0, 17, 180])
def test_a_history_may_end_anywhere_and_a_year_cut_in_two_is_whole(model, draw, pair, months):
    record = ("edge_flow", "node_value", "farmgate")
    (whole,) = simulate_ensemble(model, pair[1:], draw, 2, record)
    past = begin(model, pair[1], draw, 2, months, record)
    later = go_on(past, pair[1])
    for name, values in whole.items():
        rest = later[name].shape[1]
        assert np.array_equal(values[:, values.shape[1] - rest :], later[name]), name
    assert past.outcomes["farmgate"].shape[1] == months


def test_a_tail_compiles_nothing_whatever_its_drivers_and_its_start(model, draw, pair):
    record = ("price",)
    simulate_ensemble(model, pair, draw, 2, record)
    before = compiled.programs.cache_info().misses
    programs = compiled.programs(model, record, begin(model, pair[0], draw, 2, 100, record).settings)
    go_on(begin(model, pair[0], draw, 2, 31, record), pair[0])
    go_on(begin(model, pair[1], draw, 2, 140, record), pair[0])
    assert compiled.programs.cache_info().misses == before
    assert compiled.programs(model, record, begin(model, pair[0], draw, 2, 9, record).settings) is programs


def test_a_scenario_that_differs_within_the_history_is_refused_by_month(model, draw, pair):
    past = begin(model, pair[1], draw, 2, 150, ("price",))
    with pytest.raises(ValueError, match=r"2025-09.*at most 140 months"):
        go_on(past, pair[0])


def test_a_history_too_short_or_too_long_is_refused(model, draw, pair):
    with pytest.raises(ValueError, match="anchored"):
        begin(model, pair[0], draw, 2, 100, ("homicides",))
    with pytest.raises(ValueError, match="give 0 to 180"):
        begin(model, pair[0], draw, 2, 181, ("price",))


def test_common_months_end_where_any_driver_first_differs(model, pair):
    arranged = model.arrange(pair[1])
    assert common_months([arranged]) == model.structure.months
    curfew = np.array(arranged.curfew)
    curfew[33, 2] += 0.5
    assert common_months([arranged, arranged, dataclasses.replace(arranged, curfew=curfew)]) == 33
