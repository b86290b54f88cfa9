"""Single equations against numbers worked out by hand, or against what must follow from them."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from contraflow.analysis.windows import Window
from contraflow.ensemble.assemble import normalise, walk
from contraflow.inference.priors import standard_normals
from contraflow.model import demand, enforcement, groups, production, trade
from contraflow.model.simulate import base_year
from contraflow.model.step import Settings, in_year
from contraflow.model.synthetic import random_network, random_parameters, random_structure

DRAWS = 2


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(5)
    structure = random_structure(rng, random_network(rng, 12, 24, 4))
    return structure, random_parameters(rng, structure, DRAWS)


def column(*values):
    """One value a row, the same in every draw."""
    return jnp.asarray(np.repeat(np.array(values, dtype=float)[:, None], DRAWS, axis=1))


def believed(module, **values):
    return dataclasses.replace(module, **{name: jnp.full(DRAWS, value) for name, value in values.items()})


# routes


def test_base_shares_drift_from_the_base_year_both_ways_and_sum_to_one(world):
    years = np.array([2022, 2023, 2024, 2025, 2026])
    steps = jnp.asarray(np.arange(1.0, 6.0)[None, :, None] * np.ones((3, 1, DRAWS)))
    path = np.asarray(walk(steps, years, 2024))[:, 0, 0]
    np.testing.assert_allclose(path, [1 + 2, 2, 0, 4, 4 + 5])
    structure, _ = world
    net = structure.network
    raw = jnp.asarray(np.random.default_rng(0).normal(size=(2, len(net.edges), DRAWS)))
    share = np.exp(np.asarray(normalise(net, raw)))
    total = np.zeros((2, len(net.nodes), DRAWS))
    np.add.at(total, (slice(None), net.destination), share)
    np.testing.assert_allclose(total[:, np.unique(net.destination)], 1.0, rtol=1e-12)


def test_effort_and_losses_of_a_year_are_those_of_its_walk(world):
    structure, parameters = world
    rng = np.random.default_rng(7)
    years, theatres, places = (len(structure.names[name]) for name in ("year", "theatre", "jurisdiction"))
    effort, losses = (jnp.asarray(rng.normal(size=(years, count, DRAWS))) for count in (theatres, places))
    belief = dataclasses.replace(parameters.enforcement, effort_drift=effort, detection_drift=losses)
    year = in_year(structure, dataclasses.replace(parameters, enforcement=belief), jnp.asarray(1))
    np.testing.assert_allclose(year.effort, np.exp(effort[1]))
    found = np.exp(losses[1])[structure.labels.jurisdiction]
    np.testing.assert_allclose(year.hazard, parameters.trade.hazard * found)
    still = dataclasses.replace(belief, effort_drift=None, detection_drift=None)
    year = in_year(structure, dataclasses.replace(parameters, enforcement=still), jnp.asarray(1))
    assert year.effort is None
    np.testing.assert_array_equal(year.hazard, parameters.trade.hazard)


def test_base_year_consumption_uses_up_what_is_made(world):
    structure, parameters = world
    base = base_year(structure, Settings(), parameters)
    chance = 1.0 - jnp.exp(-parameters.trade.hazard)
    share = jnp.exp(parameters.trade.log_share_base)
    orders = trade.asked(structure.network, share, chance, base.demand)
    belief = parameters.production
    made = np.asarray(base.area.sum(0) * belief.production_use * (1 - jnp.exp(-(belief.harvest_price**-2.0))))
    np.testing.assert_allclose(orders.asked[structure.network.sources].sum(0), made / 12.0, rtol=1e-12)


# production


def sources(price=1.0, seen=1.0, stock=0.0, area=120.0):
    return production.SourceState(column(price), column(seen), column(stock), column(area), column(0.0))


def test_harvest_falls_away_below_the_price_that_pays(world):
    belief = believed(world[1].production, harvest_price=0.5, production_use=0.8)
    ordinary = production.harvest(sources(price=2.0), belief, column(1.0))
    np.testing.assert_allclose(ordinary, 0.8 * (1 - np.exp(-16.0)))
    worthless = production.harvest(sources(price=0.01), belief, column(1.0))
    assert (np.asarray(worthless) < 0.001).all()


def test_the_farmgate_price_rises_with_excess_demand_and_rests_when_stock_clears(world):
    belief = believed(world[1].production, price_adjustment=0.1, stock_cover=1.5, stock_release=0.2)
    rest = production.clear(sources(stock=15.0), belief, column(10.0), column(10.0), column(2.0))
    np.testing.assert_allclose(rest, 2.0)
    short = production.clear(sources(stock=15.0), belief, column(10.0), column(15.0), column(2.0))
    np.testing.assert_allclose(short, 2.0 * np.exp(0.1 * 0.5))
    glut = production.clear(sources(stock=65.0), belief, column(10.0), column(10.0), column(2.0))
    np.testing.assert_allclose(glut, 2.0 * np.exp(0.1 * (10.0 / 20.0 - 1.0)))


def test_area_follows_the_price_growers_have_seen_less_what_is_eradicated(world):
    belief = believed(world[1].production, area_elasticity=0.5, area_adjustment=0.1, eradication_effect=0.5)
    grown = production.grow(
        sources(seen=4.0),
        belief,
        column(99.0),
        jnp.array(0.0),
        column(0.24)[:, :1],
        column(1.0),
        column(100.0),
    )
    np.testing.assert_allclose(grown, (120 + 0.1 * (200 - 120)) * (1 - 0.5 * 0.24 / 12))
    on_record = production.grow(
        sources(), belief, column(99.0), jnp.array(1.0), column(0.24)[:, :1], column(1.0), column(100.0)
    )
    np.testing.assert_allclose(on_record, 12 * 99.0)


# demand


def test_users_rest_at_the_long_run_split_and_nobody_appears_from_nowhere(world):
    belief = world[1].demand
    users = demand.steady_users(column(1e6), belief)
    np.testing.assert_allclose(users.light + users.heavy, 1e6)
    later = demand.advance(users, belief, demand.steady_initiation(users, belief), 1.0 / 12.0)
    np.testing.assert_allclose(later.light, users.light)
    np.testing.assert_allclose(later.heavy, users.heavy)
    nobody_new = demand.advance(users, belief, column(0.0), 0.5)
    gone = 0.5 * (belief.light_to_none * users.light + belief.heavy_to_none * users.heavy)
    np.testing.assert_allclose(nobody_new.light + nobody_new.heavy, 1e6 - gone)


def test_appetite_counts_a_heavy_user_as_several_light_ones(world):
    belief = believed(world[1].demand, heavy_ratio=7.0)
    start = demand.Users(column(90.0), column(10.0))
    np.testing.assert_allclose(
        demand.appetite(demand.Users(column(50.0), column(20.0)), start, belief), 190 / 160
    )


# enforcement


def test_detection_has_returns_to_effort_a_gain_from_intelligence_and_suffers_from_concealment(world):
    belief = believed(world[1].enforcement, effort_exponent=0.5, intelligence_effect=0.4)
    found = enforcement.detection(belief, column(4.0), column(0.5), column(np.log(2.0)))
    np.testing.assert_allclose(found, 2.0 * 1.2 / 2.0)


def test_search_is_as_in_the_base_year_at_its_traffic_and_saturates_above(world):
    belief = believed(world[1].enforcement, search_saturation=0.3)
    factor = enforcement.saturation(belief, column(5.0, 50.0, 0.0), column(5.0, 5.0, 5.0))
    np.testing.assert_allclose(np.asarray(factor)[0], 1.0)
    np.testing.assert_allclose(np.asarray(factor)[1], 1.3 / 4.0)
    np.testing.assert_allclose(np.asarray(factor)[2], 1.3)


def test_losses_split_by_hazard_and_strikes_cannot_destroy_what_does_not_sail(world):
    belief = believed(world[1].enforcement, strike_load=1.0)
    hazard = np.asarray(enforcement.strike_hazard(belief, column(6.0, 6.0), column(59.0, 0.0)))
    np.testing.assert_allclose(hazard, [[0.1] * DRAWS, [6.0] * DRAWS])
    loss = enforcement.loss(column(0.3, 0.0), column(0.1, 0.0))
    np.testing.assert_allclose(loss.probability[0], 1 - np.exp(-0.4))
    np.testing.assert_allclose(loss.destroyed[0], 0.25)
    np.testing.assert_allclose(loss.probability[1], 0.0)


def test_fear_and_takedowns_halve_in_their_half_life_and_concealment_grows_under_pressure(world):
    belief = believed(
        world[1].enforcement, strike_fear_half_life=4.0, takedown_half_life=6.0, concealment_half_life=12.0,
        concealment_growth=0.05, training_lag=10.0,
    )  # fmt: skip
    state = enforcement.Pressure(column(0.1), column(1.0), column(0.2), column(0.0), column(8.0), column(1.0))
    for _ in range(12):
        state = enforcement.adapt(belief, state, column(1.0), column(1.0), column(0.0), column(0.0))
    np.testing.assert_allclose(state.fear, 1.0)
    np.testing.assert_allclose(state.takedown, 0.25)
    np.testing.assert_allclose(state.concealment, 0.1)
    np.testing.assert_allclose(state.intelligence, 1.0 - 0.9**12)
    pressed = enforcement.adapt(belief, state, column(np.e), column(1.0), column(0.0), column(0.0))
    np.testing.assert_allclose(pressed.concealment, 0.1 * 0.5 ** (1 / 12) + 0.05)


# groups


def test_rivalry_is_the_published_matrix_when_the_background_counts_in_full():
    rivals, allies = np.zeros((3, 3)), np.zeros((3, 3))
    rivals[0, 1] = allies[1, 2] = 1.0
    feud, background = groups.rivalry_matrix(rivals, allies)
    published = np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 0.5], [0.5, 0.5, 0.0]])
    np.testing.assert_allclose(feud + background, published)
    members = column(10.0, 20.0, 30.0)
    rate = groups.conflict_rate(
        members, jnp.asarray(feud), jnp.asarray(background), jnp.ones(DRAWS), column(0.1, 0.1, 0.1)
    )
    np.testing.assert_allclose(rate[:, 0], 0.1 * published @ [10.0, 20.0, 30.0])


def test_the_contest_shares_rents_inside_a_territory():
    territory = np.array([0, 0, 1])
    share = groups.contest_shares(column(1.0, 3.0, 5.0), jnp.full(DRAWS, 2.0), territory, 2)
    np.testing.assert_allclose(share[:, 0], [0.1, 0.9, 1.0])


def test_the_drift_of_recruitment_fades():
    innovations = jnp.asarray([[0.0, 1.0], [2.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    drift = groups.recruitment_drift(innovations, jnp.asarray([0.5, 0.9]))
    np.testing.assert_allclose(drift, [[0.0, 1.0], [2.0, 0.9], [1.0, 0.81], [0.5, 0.729]], rtol=1e-12)


def test_members_stay_positive_at_any_step_and_agree_with_the_explicit_map_at_small_ones():
    many = groups.advance(column(100.0), column(0.01), column(50.0), column(3.0), jnp.full(DRAWS, 1e-3), 12.0)
    assert (np.asarray(many) > 0).all()
    step = [column(100.0), column(0.02), column(0.01), column(0.005), jnp.full(DRAWS, 1e-5), 1e-4]
    np.testing.assert_allclose(groups.advance(*step), groups.advance(*step, explicit=True), rtol=1e-10)


def test_a_split_moves_members_and_siblings_leave_something_behind():
    child, parent = np.array([1, 2]), np.array([0, 0])
    after = groups.split(column(100.0, 0.0, 4.0), column(0.3, 0.2), child, parent)
    np.testing.assert_allclose(after[:, 0], [50.0, 30.0, 24.0])
    greedy = groups.split(column(100.0, 0.0, 4.0), column(0.9, 0.9), child, parent)
    np.testing.assert_allclose(np.asarray(greedy)[0, 0], 100.0 * (1 - groups.LARGEST_SPLIT))
    np.testing.assert_allclose(np.asarray(greedy).sum(0), 104.0)


# draws and displacement


def test_a_number_has_its_own_stream():
    few = standard_normals("theta", ["a"], [0], range(5, 8), seed=3)
    many = standard_normals("theta", ["b", "a"], [0], range(0, 20), seed=3)
    np.testing.assert_array_equal(few[0, 0], many[1, 0, 5:8])
    assert abs(np.corrcoef(many[0, 0], many[1, 0])[0, 1]) < 0.9
    assert (standard_normals("theta", ["a"], [0], range(5, 8), seed=4) != few).all()
    wide = standard_normals("omega", [str(i) for i in range(40)], [0], range(100), seed=0)
    assert abs(wide.mean()) < 0.05 and abs(wide.std() - 1.0) < 0.05


def test_displacement_is_what_growing_corridors_gained_of_what_shrinking_ones_lost(monkeypatch):
    from contraflow.analysis import displacement as module

    monkeypatch.setattr(module, "touched_corridors", lambda *_: {"sea"})
    months = pd.period_range("2026-01", "2026-12", freq="M")

    def flows(*by_corridor):
        values = np.tile(np.array(by_corridor) / 12.0, (DRAWS, 12, 1))
        coords = {"month": [str(m) for m in months], "corridor": ["sea", "land", "air"]}
        return xr.Dataset({"corridor_flow": (("draw", "month", "corridor"), values)}, coords=coords)

    window = Window(months[0], months[-1])
    table = module.displacement(None, None, None, flows(60.0, 30.0, 25.0), flows(100.0, 20.0, 20.0), window)
    every = table.set_index("corridor").loc["all"]
    assert every["displaced_median"] == pytest.approx(15.0 / 40.0)
    assert table.set_index("corridor").loc["land", "displaced_median"] == pytest.approx(10.0 / 40.0)
    assert table.set_index("corridor").loc["sea", "diff_median"] == pytest.approx(-40.0)
