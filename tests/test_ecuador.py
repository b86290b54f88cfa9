"""The laws on the embedded case: mass, money, monotonicity, permutation, the zero difference, same bits."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from contraflow.analysis import compare, simulate
from contraflow.case import load_case
from contraflow.ensemble.assemble import assemble
from contraflow.ensemble.build import build
from contraflow.inference.priors import sample
from contraflow.model.simulate import base_year, start
from contraflow.model.step import Settings, step
from contraflow.model.structure import Record
from contraflow.scenario import compile_drivers, load_scenario

DRAWS = 6


@pytest.fixture(scope="module")
def case():
    return load_case("ecuador")


@pytest.fixture(scope="module")
def model(case):
    return build(case)


@pytest.fixture(scope="module")
def everything(case):
    return simulate(case, "campaign-2026", draws=DRAWS, record="all").dataset


def test_mass_closes(everything, model):
    net, out = model.structure.network, everything
    shipped, lost = out["shipped"].to_numpy(), out["lost"].to_numpy()
    into = np.zeros((*shipped.shape[:2], len(net.nodes)))
    away = np.zeros_like(into)
    np.add.at(into, (slice(None), slice(None), net.destination), shipped - lost)
    np.add.at(away, (slice(None), slice(None), net.origin), shipped)
    between = [i for i, kind in enumerate(net.kinds) if kind not in ("source", "market")]
    np.testing.assert_allclose(into[..., between], away[..., between], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(into[..., net.markets], out["delivered"], rtol=1e-9)
    made = np.diff(out["stock"], axis=1)
    np.testing.assert_allclose(
        made, out["produced"][:, 1:] - away[:, 1:][..., net.sources], atol=1e-9 * float(out["stock"].max())
    )
    parts = (
        out["delivered"].sum("market") + out["seized"].sum("jurisdiction") + out["destroyed"].sum("theatre")
    )
    np.testing.assert_allclose(parts, away[..., net.sources].sum(-1), rtol=1e-9)


def test_every_kilogram_leaves_by_one_corridor(everything):
    """Corridors are a cut: what crosses them is what arrives plus what is lost beyond them."""
    beyond = everything["corridor_flow"].sum("corridor") - everything["delivered"].sum("market")
    assert (beyond >= -1e-9).all()


def test_money_closes(everything, model):
    net, out = model.structure.network, everything
    paid = out["market_spending"].sum("market")
    np.testing.assert_allclose(out["income_stage"].sum("stage"), paid, rtol=1e-9)
    shipped = out["shipped"].to_numpy()
    farmed = np.stack([shipped[..., net.origin == node].sum(-1) for node in net.sources], axis=-1)
    growers = 1000.0 * (out["farmgate"].to_numpy() * farmed).sum(-1)
    others = sum(out[f"{use}_paid"].sum("edge") for use in ("freight", "toll", "risk"))
    np.testing.assert_allclose(growers + others + out["margin"].sum("node"), paid, rtol=1e-9)


def test_nothing_is_negative_or_infinite(everything):
    may_be_negative = ("margin", "income_stage", "income_focus", "unmet")
    for name, values in everything.data_vars.items():
        assert np.isfinite(values).all(), name
        if name not in may_be_negative:
            assert (values >= 0).all(), name


@pytest.mark.parametrize("measure", ["effort", "strikes", "intelligence", "takedown", "designation"])
def test_more_effort_anywhere_never_lowers_a_price_or_raises_what_arrives(case, model, measure):
    structure = model.structure
    options = Settings()
    draw = jax.tree.map(jnp.asarray, sample(case.parameters, model.members, range(4), 5))
    parameters = assemble(structure.network, model.tables, draw)
    base = base_year(structure, options, parameters)
    state = start(structure, parameters, base)
    plenty = state._replace(sources=state.sources._replace(stock=state.sources.stock + 1e5))
    drivers = model.arrange(compile_drivers(case, load_scenario(case, "campaign-2026")))
    when = case.months.get_loc(pd.Period("2026-03", "M"))
    month = jax.tree.map(lambda x: jnp.asarray(x[when])[..., None], drivers)
    now = Record(*(jnp.asarray(x[when]) for x in structure.record))
    now = now._replace(published=now.published[:, None], appetite=now.appetite[:, None])
    one = jax.jit(lambda d: step(structure, options, parameters, base, plenty, d, now)[1])
    before = one(month)
    for row in range(getattr(month, measure).shape[0]):
        more = eqx.tree_at(lambda d: getattr(d, measure), month, getattr(month, measure).at[row].add(0.5))
        after = one(more)
        place = f"{measure} {row}"
        assert (np.asarray(after["value"]) >= np.asarray(before["value"]) * (1 - 1e-12)).all(), place
        total = np.asarray(before["delivered"]).sum(0), np.asarray(after["delivered"]).sum(0)
        assert (total[1] <= total[0] * (1 + 1e-12)).all(), place


def test_order_of_rows_changes_no_bit(case):
    shuffled = dataclasses.replace(
        case,
        nodes=case.nodes.sample(frac=1.0, random_state=1).reset_index(drop=True),
        edges=case.edges.sample(frac=1.0, random_state=2).reset_index(drop=True),
        parameters=case.parameters.sample(frac=1.0, random_state=3).reset_index(drop=True),
    )
    scenario = load_scenario(case, "campaign-2026")
    record = ("delivered", "price", "homicides", "corridor_flow")
    one, two = (simulate(c, scenario, draws=3, record=record).dataset for c in (case, shuffled))
    for name in record:
        np.testing.assert_array_equal(one[name], two[name].sel({d: one[d] for d in one[name].dims}))


def test_a_scenario_equal_to_its_baseline_differs_by_exactly_zero(case):
    same = compare(case, "campaign-2026", "campaign-2026", draws=3)
    table = same.table
    assert not table[[c for c in table if c.startswith("diff_")]].to_numpy().any()
    assert not table["p_decrease"].to_numpy().any()


def test_same_seed_same_bits_and_a_draw_keeps_its_bits_in_any_ensemble(case):
    record = ("delivered", "homicides", "edge_flow")
    few = simulate(case, "campaign-2026", draws=3, seed=4, record=record, threads=1).dataset
    more = simulate(case, "campaign-2026", draws=5, seed=4, record=record, threads=2).dataset
    other = simulate(case, "campaign-2026", draws=3, seed=5, record=record).dataset
    for name in record:
        np.testing.assert_array_equal(few[name], more[name][:3])
        assert (few[name] != other[name]).any()


def test_history_is_common_to_all_scenarios(case):
    record = ("delivered", "homicides", "price")
    one, two = (simulate(case, s, draws=2, record=record).dataset for s in ("campaign-2026", "no-campaign"))
    common = slice(None, str(case.history_end))
    for name in ("delivered", "price"):
        np.testing.assert_array_equal(one[name].sel(month=common), two[name].sel(month=common))
    # the anchor is taken over common months, so killings agree too
    np.testing.assert_array_equal(one["homicides"].sel(month=common), two["homicides"].sel(month=common))
    assert (one["delivered"] != two["delivered"]).any()


def test_killings_meet_the_counts_over_the_anchor(case):
    """The anchor holds exactly for what the mechanism makes; deviations multiply it, so they are switched off."""
    table = case.parameters
    off = table["symbol"].isin(["national_scale", "territory_scale"]).to_numpy()
    assert off.sum() == 2
    still = dataclasses.replace(
        case, parameters=table.assign(dist=table["dist"].mask(off, "fixed"), a=table["a"].mask(off, 0.0))
    )
    everything = simulate(still, "campaign-2026", draws=DRAWS, record=("homicides",), beliefs="prior").dataset
    counts = case.homicides
    month = pd.PeriodIndex.from_fields(year=counts["year"], month=counts["month"], freq="M")
    window = (month > case.history_end - 12) & (month <= case.history_end)
    counted = counts[window].groupby("territory")["homicides"].sum()
    cut = slice(str(case.history_end - 11), str(case.history_end))
    modelled = everything["homicides"].sel(month=cut).sum("month")
    for territory, number in counted.items():
        np.testing.assert_allclose(modelled.sel(territory=territory), number, rtol=1e-6, atol=1e-6)


def test_every_scenario_of_the_case_compiles(case):
    for name in case.scenarios:
        drivers = compile_drivers(case, load_scenario(case, name))
        for values in jax.tree.leaves(drivers):
            assert np.isfinite(values).all()
