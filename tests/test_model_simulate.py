"""The whole model on random structures: laws 1, 2 and 7, monotonicity, gradients."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contraflow.model.simulate import base_year, simulate, start
from contraflow.model.step import Settings, step
from contraflow.model.structure import Record
from contraflow.model.synthetic import neutral_drivers, random_network, random_parameters, random_structure

MONTHS = 18


def world(seed, draws=3, nodes=14, edges=28, layers=5):
    rng = np.random.default_rng(seed)
    structure = random_structure(rng, random_network(rng, nodes, edges, layers), MONTHS)
    return rng, structure, random_parameters(rng, structure, draws)


def busy(rng, structure):
    """Drivers with every measure switched on somewhere."""
    quiet = neutral_drivers(structure)

    def noise(values, low, high):
        return values * 0.0 + rng.uniform(low, high, values.shape)

    return dataclasses.replace(
        quiet,
        effort=noise(quiet.effort, 0.0, 4.0),
        strikes=noise(quiet.strikes, 0.0, 8.0),
        intelligence=noise(quiet.intelligence, 0.0, 1.0),
        takedown=(noise(quiet.takedown, 0.0, 1.0) > 0.8).astype(float),
        eradication=noise(quiet.eradication, 0.0, 0.5),
        demand=noise(quiet.demand, 0.5, 1.5),
        designation=noise(quiet.designation, 0.0, 1.0),
        mining=noise(quiet.mining, 0.0, 1.0),
        recruitment=noise(quiet.recruitment, 0.5, 1.5),
        deployment=noise(quiet.deployment, 0.0, 1.0),
        curfew=noise(quiet.curfew, 0.0, 1.0),
        splits=(noise(quiet.splits, 0.0, 1.0) > 0.9).astype(float),
    )


def sum_rows(values, where, size):
    total = np.zeros((values.shape[0], size, values.shape[2]))
    np.add.at(total, (slice(None), where), values)
    return total


@settings(max_examples=6)
@given(st.integers(0, 10_000), st.sampled_from(["multiplicative", "additive"]))
def test_mass_and_money_close_in_every_month_and_nothing_is_negative(seed, kernel):
    rng, structure, parameters = world(seed)
    drivers = busy(rng, structure)
    run = jax.jit(lambda p, d: simulate(structure, p, d, "all", Settings(kernel=kernel)))
    out = {k: np.asarray(v) for k, v in run(parameters, drivers).items()}
    net = structure.network
    size = len(net.nodes)
    arriving = sum_rows(out["shipped"] - out["lost"], net.destination, size)
    leaving = sum_rows(out["shipped"], net.origin, size)
    between = [i for i, k in enumerate(net.kinds) if k not in ("source", "market")]
    np.testing.assert_allclose(arriving[:, between], leaving[:, between], rtol=1e-9)
    np.testing.assert_allclose(arriving[:, net.markets], out["delivered"], rtol=1e-9)
    change = np.diff(out["stock"], axis=0)
    made = out["produced"][1:] - leaving[1:, net.sources]
    scale = out["stock"].max()
    np.testing.assert_allclose(change, made, atol=1e-9 * scale)
    seized, destroyed = out["seized"].sum(1), out["destroyed"].sum(1)
    shipped = leaving[:, net.sources].sum(1)
    np.testing.assert_allclose(shipped, out["delivered"].sum(1) + seized + destroyed, rtol=1e-9)
    np.testing.assert_allclose(out["market_spending"].sum(1), out["income_stage"].sum(1), rtol=1e-9)
    np.testing.assert_allclose(out["income_group"].sum(1), out["income_territory"].sum(1), rtol=1e-9)
    for name, values in out.items():
        assert np.isfinite(values).all(), name
        if name not in ("margin", "income_stage", "income_focus", "unmet"):
            assert (values >= 0).all(), name
    assert (out["unmet"] > -1e-12).all()


@settings(max_examples=4)
@given(
    st.integers(0, 10_000), st.sampled_from(["effort", "strikes", "intelligence", "takedown", "designation"])
)
def test_more_effort_never_lowers_a_price_or_raises_what_arrives(seed, measure):
    rng, structure, parameters = world(seed)
    drivers = busy(rng, structure)
    options = Settings()
    base = base_year(structure, options, parameters)
    state = start(structure, parameters, base)
    # state held: what exists is enough, so that only the policy decides
    plenty = state._replace(sources=state.sources._replace(stock=state.sources.stock + 1e6))
    month = jax.tree.map(lambda x: jnp.asarray(x[0])[..., None], drivers)
    now = Record(*(jnp.asarray(x[0]) for x in structure.record))
    now = now._replace(published=now.published[:, None], appetite=now.appetite[:, None])
    one = jax.jit(lambda d: step(structure, options, parameters, base, plenty, d, now)[1])
    before = one(month)
    row = int(rng.integers(getattr(month, measure).shape[0]))
    after = one(eqx.tree_at(lambda d: getattr(d, measure), month, getattr(month, measure).at[row].add(0.7)))
    tolerance = 1 - 1e-12
    assert (np.asarray(after["value"]) >= np.asarray(before["value"]) * tolerance).all()
    total = np.asarray(before["delivered"]).sum(0), np.asarray(after["delivered"]).sum(0)
    assert (total[1] <= total[0] / tolerance).all()


@pytest.mark.parametrize("kernel", ["multiplicative", "additive"])
def test_gradients_equal_finite_differences_under_vmap(kernel):
    rng, structure, parameters = world(11)
    drivers = busy(rng, structure)
    options = Settings(kernel=kernel)

    def outcome(parameters, scale):
        lifted = jax.tree.map(lambda x: x[..., None], parameters)
        changed = dataclasses.replace(drivers, effort=drivers.effort * scale[0])
        groups = dataclasses.replace(lifted.groups, conflict=lifted.groups.conflict * scale[1])
        trade = dataclasses.replace(lifted.trade, theta=lifted.trade.theta * scale[2])
        lifted = dataclasses.replace(lifted, groups=groups, trade=trade)
        out = simulate(structure, lifted, changed, ("price", "delivered", "homicides"), options)
        return sum(jnp.log(jnp.mean(value)) for value in out.values())

    many = jax.jit(jax.vmap(jax.value_and_grad(outcome, argnums=1), (-1, None)))
    here = jnp.ones(3)
    _, slopes = many(parameters, here)
    step_size = 1e-6
    for i in range(3):
        up, _ = many(parameters, here.at[i].add(step_size))
        down, _ = many(parameters, here.at[i].add(-step_size))
        np.testing.assert_allclose(slopes[:, i], (up - down) / (2 * step_size), rtol=1e-5, atol=1e-8)


def test_a_draw_does_not_depend_on_its_neighbours():
    rng, structure, parameters = world(3, draws=4)
    drivers = busy(rng, structure)
    run = jax.jit(lambda p: simulate(structure, p, drivers, ("delivered", "homicides")))
    together = run(parameters)
    alone = run(jax.tree.map(lambda x: x[..., 1:2], parameters))
    for name, values in together.items():
        np.testing.assert_allclose(values[..., 1:2], alone[name], rtol=1e-10)


def test_an_unknown_outcome_is_refused_by_name():
    _, structure, parameters = world(0)
    with pytest.raises(ValueError, match="unknown outcome 'tonnage'"):
        simulate(structure, parameters, neutral_drivers(structure), ("tonnage",))
