"""NarcoLogic: decision blocks, the rule inside the core, and the pattern on networks of the construction."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contraflow.model import perception
from contraflow.model.network import build_network
from contraflow.model.perception import PUBLISHED
from contraflow.model.simulate import simulate
from contraflow.model.step import Settings
from contraflow.model.synthetic import neutral_drivers, random_network, random_parameters, random_structure
from contraflow.replications.narcologic import REPLICATION, blocks, figure, model, run
from contraflow.replications.replication import judge, quiet

shares = st.floats(0.01, 0.99)


def test_block_values_to_the_digits_given():
    ours = blocks()
    rows = judge([target for target in REPLICATION.targets if target.quantity in ours], ours)
    assert len(rows) == 5 and {row.verdict for row in rows} == {"met"}


@given(shares, st.floats(0, 100), st.floats(0, 100), st.floats(0.1, 1.0))
def test_decision_weights_are_between_no_and_full_distortion(risk, quiet, event, focus):
    rule = dataclasses.replace(PUBLISHED, focus=focus)
    weight = float(perception.distorted(*map(jnp.asarray, (risk, quiet, event)), rule))
    full = risk / (risk + (1 - risk) * focus), risk * focus / ((1 - risk) + risk * focus)
    assert min(full) - 1e-12 <= weight <= max(full) + 1e-12
    plain = perception.distorted(
        *map(jnp.asarray, (risk, quiet, event)), dataclasses.replace(rule, focus=1.0)
    )
    assert float(plain) == pytest.approx(risk)
    assert (weight >= risk - 1e-12) == (event > quiet or focus == 1.0 or weight == pytest.approx(risk))


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_without_distortion_a_route_is_worth_what_it_earns_on_average(seed):
    rng = np.random.default_rng(seed)
    gain, cost, risk = (jnp.asarray(rng.uniform(0.01, 0.9, 4)) for _ in "abc")
    value = perception.valuation(gain, cost, jnp.ones(1), risk, dataclasses.replace(PUBLISHED, focus=1.0))
    np.testing.assert_allclose(value, (1 - risk) * gain - cost, rtol=1e-9)


@given(st.floats(1.0, 20.0), shares, shares)
def test_the_premium_never_discounts_and_rises_with_risk(before, low, high):
    low, high = sorted((low, high))
    one, two = (float(perception.risk_premium(jnp.asarray(before), jnp.asarray(r))) for r in (low, high))
    assert 1.0 <= one <= two


@given(st.floats(21, 125), shares, st.sampled_from(["positive", "negative"]))
def test_capacity_follows_success_within_its_bounds(before, seized, feedback):
    rule = dataclasses.replace(PUBLISHED, feedback=feedback)
    after = float(perception.capacity(jnp.asarray(before), jnp.asarray(seized), jnp.asarray(1.0), rule))
    success = seized / 0.3417
    signal = success if feedback == "positive" else 1 - success
    assert after == np.clip(np.ceil(0.4 * before + 0.6 * before * signal), 21, 125)


def test_searches_go_to_the_last_finds_and_then_to_the_most_suspected():
    edge = jnp.asarray([[0.1], [0.9], [0.3], [0.2]])
    found = jnp.asarray([[1.0], [0.0], [0.0], [0.0]])
    memory = perception.start(edge, PUBLISHED)._replace(found=found, capacity=jnp.asarray([2.0]))
    assert np.asarray(perception.searches(memory))[:, 0].tolist() == [1, 1, 0, 0]
    after = perception.suspect(memory.suspicion, perception.searches(memory), found)
    np.testing.assert_allclose(np.asarray(after)[:, 0], [0.4 * 1 / 9 + 0.6, 0.4, 1 / 3, 2 / 9])


def test_an_edge_that_carried_nothing_teaches_nothing():
    chance = jnp.full((2, 1), 0.1)
    memory = perception.start(chance, PUBLISHED)
    shipped = jnp.asarray([[10.0], [0.0]])
    for _ in range(13):
        memory = perception.remember(
            memory, jnp.ones((2, 1)), 0.9 * shipped, shipped, jnp.asarray([10.0]), PUBLISHED
        )
    risk = np.asarray(perception.perceived_risk(memory.events))[:, 0]
    assert risk == pytest.approx([15 / 15.5, 2 / 15.5], rel=1e-5)


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="use one of learning, salience"):
        Settings(perception="panic")


def test_mass_closes_under_the_salience_rule_and_searches_bound_what_is_seized():
    rng = np.random.default_rng(5)
    structure = random_structure(rng, random_network(rng, 12, 24, 4), 12)
    parameters, drivers = random_parameters(rng, structure, 2), neutral_drivers(structure)
    names = ("shipped", "lost", "delivered", "seized", "perceived_loss")

    rule = dataclasses.replace(PUBLISHED, fewest=(0.0, 5.0), most=(0.0, 5.0))
    chosen = Settings(perception="salience", salience=rule)
    made = jax.jit(lambda p: simulate(structure, p, drivers, names, chosen))(parameters)
    out = {name: np.asarray(value) for name, value in made.items()}
    net = structure.network
    shipped = out["shipped"][:, net.from_source].sum(axis=1)
    np.testing.assert_allclose(shipped, out["delivered"].sum(axis=1) + out["lost"].sum(axis=1), rtol=1e-9)
    assert not out["lost"][:, :, 0].any()  # nobody searches, and there are no strikes
    assert ((out["lost"][:, :, 1] > 0).sum(axis=1) <= 5).all() and out["lost"][:, :, 1].any()
    assert (out["perceived_loss"] <= perception.LARGEST_PERCEIVED).all()


def test_the_construction_is_acyclic_and_reaches_every_place():
    network, place = model.construct(np.random.default_rng(3), 40)
    assert not network.cyclic and len(network.nodes) == 40
    assert set(network.destination) == set(range(40)) - set(network.sources.tolist())
    assert set(network.origin) == set(range(40)) - set(network.markets.tolist())
    assert (place.along[network.origin] < place.along[network.destination]).all()
    full, _ = model.construct(np.random.default_rng(0))
    assert len(full.nodes) == 150 and 800 < len(full.edges) < 1100


def test_supply_is_the_logistic_of_the_code():
    tonnes = model.supply(180)
    assert tonnes[0] == pytest.approx(16.0) and 280 < tonnes[-1] < 292
    assert (np.diff(tonnes) >= 0).all()


def test_interdiction_multiplies_the_places_in_use_on_a_small_network():
    """The pattern of the replication, at a size that is quick to compile."""
    network, place = model.construct(np.random.default_rng(2), 40)
    made = model.run(model.world(network, place, 2, months=60), (0.0, 10.0), (0.0, 10.0))
    active = model.mean_active(made)
    assert active[0] == 3.0
    assert active[1] > 9.0
    np.testing.assert_allclose(made.shipped[:, 0], model.supply(60), rtol=1e-9)


@pytest.mark.slow
def test_every_hard_target_is_met():
    assert not any(row.fails for row in run(quiet))


def test_perception_needs_no_cycle_free_order():
    """The rule reads edges only: a node with one way in compares it with itself."""
    network = build_network("sm", ["source", "market"], ["e"], ["s"], ["m"])
    memory = perception.start(jnp.full((1, 1), 0.1), PUBLISHED)
    risk = perception.perceive(network, memory, jnp.full((1, 1), 9.0), jnp.ones((1, 1)), PUBLISHED)
    r = 2 / 15.5
    assert float(risk[0, 0]) == pytest.approx(r * 0.25 / ((1 - r) * 0.5 + r * 0.25))


@pytest.mark.slow
def test_the_figure_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    figure(tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").stat().st_size > 5000
