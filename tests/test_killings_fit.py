"""Fit of killings: the panel, what was known when, the coordinates, recovery of an invented truth, forecasts."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from contraflow.case import load_case
from contraflow.ensemble.assemble import assemble
from contraflow.ensemble.build import build
from contraflow.errors import ContraflowError
from contraflow.inference import killings
from contraflow.inference import priors as prior_table
from contraflow.inference.killings import banded, field, inputs
from contraflow.inference.killings.density import MECHANISM, MEMORY, Sizes, joint, log_likelihood, log_sizes
from contraflow.inference.killings.fit import KillingsFit, numpyro_model
from contraflow.inference.killings.known import known_case, known_scenario, season
from contraflow.inference.killings.laplace import resample, share
from contraflow.inference.killings.scalars import Prior, gathered, priors
from contraflow.inference.sampler import Sampling, sample
from contraflow.model import conflict
from contraflow.model import killings as equations
from contraflow.model.numerics import sum_by
from contraflow.model.simulate import base_year, simulate
from contraflow.model.step import Settings
from contraflow.scenario import compile_drivers, load_scenario

HEADER = ["territory", "year", "month", "homicides", "night", "prison", "firearm", "source"]


def write(file, rows):
    pd.DataFrame(rows, columns=HEADER).to_csv(file, index=False)


@pytest.fixture(scope="module")
def case():
    return load_case("ecuador")


@pytest.fixture(scope="module")
def panel(case):
    return killings.panel(case)


def test_the_panel_counts_killings_outside_prisons(case, panel):
    table = case.homicides
    row = table[(table.territory == "guayas") & (table.year == 2021) & (table.month == 9)].iloc[0]
    month = list(map(str, panel.months)).index("2021-09")
    place = panel.territories.index("guayas")
    assert panel.counts[month, place] == row.homicides - row.prison
    assert panel.prison[month, place] == row.prison > 100
    assert panel.counts.sum() + panel.prison.sum() == table.homicides.sum()
    assert panel.incomplete[-1] < panel.incomplete[-2] < 1 == panel.incomplete[0]


def test_an_unfinished_newest_month_is_left_out_and_named(case, panel, tmp_path):
    rows = [
        {"territory": t, "year": 2025, "month": 12, "homicides": 1, "source": "own"}
        for t in panel.territories
    ]
    file = tmp_path / "new.csv"
    write(file, rows)
    longer = killings.panel(case, data=file)
    assert longer.partial == ("2025-12",)
    assert str(longer.end) == "2025-11"
    full = [r | {"homicides": int(panel.counts[-1, i])} for i, r in enumerate(rows)]
    write(file, full)
    assert str(killings.panel(case, data=file).end) == "2025-12"
    write(file, full[1:])
    assert killings.panel(case, data=file).partial == ("2025-12",)


@pytest.mark.parametrize(("column", "value"), [("territory", "atlantis"), ("homicides", "many")])
def test_a_wrong_file_is_refused_with_its_place(case, tmp_path, column, value):
    row = {"territory": "guayas", "year": 2025, "month": 12, "homicides": 1, "source": "own", column: value}
    file = tmp_path / "new.csv"
    write(file, [row])
    with pytest.raises(ContraflowError, match=r"new\.csv"):
        killings.panel(case, data=file)


@pytest.mark.parametrize("until", ["2014-03", "2031-01", "soon"])
def test_a_month_that_cannot_end_a_panel_is_refused(case, until):
    with pytest.raises(ContraflowError, match="until"):
        killings.panel(case, until)


def test_nothing_after_the_end_is_known(case, panel):
    cut = panel.until("2021-12")
    known = known_case(case, cut)
    assert known.homicides.year.max() == known.income.year.max() == known.production.year.max() == 2021
    assert (known.relations.start <= "2021-12").all()
    scenario = known_scenario(case, load_scenario(case, case.default_scenario), cut.end)
    assert max(m.start for m in scenario.measures).year <= 2021
    assert known.territories.extortion.sum() == pytest.approx(case.territories.extortion.sum())
    assert not np.allclose(known.territories.extortion, case.territories.extortion)
    assert season(cut).mean() == pytest.approx(1.0)
    arrays = inputs.gather(case, cut, None, np.ones((len(cut.months), 24)), True)
    after = arrays.rows.splits[len(cut.months) :]
    assert after.sum() == 0 and arrays.rows.splits.sum() > 0
    assert len(set(arrays.rows.epoch[len(cut.months) - 1 :])) == 1
    assert np.ptp(arrays.rows.mining[len(cut.months) :], axis=0).max() == 0


def test_the_groups_alone_do_what_they_do_in_the_whole_model(case):
    model = build(case, anchored=False)
    structure = model.structure
    drivers = model.arrange(compile_drivers(case, load_scenario(case, "history")))
    draw = {
        k: jnp.asarray(v) for k, v in prior_table.sample(case.parameters, model.members, range(1)).items()
    }
    parameters = assemble(structure.network, model.tables, draw)
    whole = simulate(structure, parameters, drivers, ("deaths", "toll_paid"))
    size = len(structure.names["territory"])
    tolls = jax.vmap(lambda row: sum_by(structure.labels.territory, size, row))(whole["toll_paid"])[..., 0]
    base = conflict.scale(structure, parameters.groups, jnp.zeros(1), 1)
    members = np.asarray(parameters.groups.members_start)
    full = base_year(structure, Settings(), parameters)
    income = np.asarray(full.groups.income_per_member * members - base.income_per_member * members)
    alone, _ = conflict.course(
        structure,
        parameters.groups,
        jnp.asarray(income),
        conflict.months(structure, drivers, np.asarray(tolls)),
        1,
    )
    np.testing.assert_allclose(alone, whole["deaths"], rtol=1e-9, atol=1e-12)


USED = field.Memory(0.9, 0.1, 0.8, 0.2)


def small_data(rng, months=9, territories=3):
    counts = rng.poisson(20.0, (months, territories)).astype(float)
    level = np.full((months, territories), 3.0)
    work = field.work(counts, np.ones(months), level, np.r_[np.ones(months - 2), 0, 0], 30.0, USED)
    return counts, level, work


def test_the_coordinates_change_the_density_by_their_jacobian():
    rng = np.random.default_rng(0)
    months, territories = 9, 3
    _, level, work = small_data(rng)
    memory = field.Memory(*map(jnp.asarray, USED))
    z = jnp.asarray(rng.standard_normal(months * (1 + territories)))

    def path(z):
        n, d, log_prior = field.fields(
            work, memory, level, z[:months], z[months:].reshape(months, territories)
        )
        return jnp.concatenate([n, d.ravel()]), log_prior

    x, log_prior = path(z)
    _, jacobian = np.linalg.slogdet(jax.jacobian(lambda z: path(z)[0])(z))
    prior = field.log_density(x[:months], memory.national_persistence, memory.national_scale, 2.0)
    prior += field.log_density(x[months:].reshape(months, territories), 0.8, 0.2, 1.0)
    assert float(log_prior) == pytest.approx(float(prior + jacobian), rel=1e-9)


def test_the_coordinates_are_nearly_standard_normal():
    """Where counts are large, the density hardly leaves a standard normal two deviations away."""
    rng = np.random.default_rng(1)
    counts, level, work = small_data(rng)
    memory = field.Memory(*map(jnp.asarray, USED))

    def density(z):
        n, d, log_prior = field.fields(work, memory, level, z[:9], z[9:].reshape(9, 3))
        terms = log_likelihood(jnp.asarray(counts), jnp.exp(level + n[:, None] + d), jnp.asarray(30.0))
        return log_prior + jnp.sum(terms[:7])

    curvature = -np.linalg.eigvalsh(jax.hessian(density)(jnp.zeros(36)))
    assert 0.6 < curvature.min() and curvature.max() < 1.6


@pytest.mark.parametrize(
    "prior",
    [
        Prior("x", "normal", 1.0, 2.0),
        Prior("x", "lognormal", 3.0, 0.5),
        Prior("x", "uniform", -1.0, 2.0),
        Prior("x", "beta", 4.0, 2.0),
        Prior("x", "halfnormal", 0.0, 0.7),
    ],
)
def test_both_forms_of_a_prior_are_the_same_distribution(prior):
    u = jnp.linspace(-2.0, 2.0, 9)
    value, log_density = jax.vmap(prior.value)(u)
    slope = jax.vmap(jax.grad(lambda x: prior.value(x)[0]))(u)
    direct = prior.distribution().log_prob(value) + jnp.log(jnp.abs(slope))
    np.testing.assert_allclose(np.diff(log_density), np.diff(direct), atol=1e-9)


def test_numbers_of_the_years_are_gathered_under_their_symbol(case):
    scalars = priors(case.parameters, ("recruitment", "recruitment_walk"), ("2014", "2015", "2016"))
    values = gathered({prior.symbol: jnp.asarray(float(i)) for i, prior in enumerate(scalars)})
    assert list(values) == ["recruitment", "recruitment_walk"]
    np.testing.assert_array_equal(values["recruitment_walk"], [1.0, 2.0, 3.0])


def test_a_statement_about_size_bears_on_its_year_and_on_no_other():
    months = jnp.asarray([[0.0, 0.5, 0.5], [0.0, 0.0, 0.0]])  # the second statement is of a year not covered
    sizes = Sizes(months, jnp.asarray([20_000.0, 7.0]), jnp.asarray([0.5, 0.1]))
    members = jnp.asarray([[1.0, 9.0], [15_000.0, 40_000.0], [25_000.0, 40_000.0]])
    expected = [0.0, -0.5 * (np.log(2.0) / 0.5) ** 2]
    np.testing.assert_allclose(log_sizes(sizes, members), expected, atol=1e-12)
    slope = jax.grad(lambda x: log_sizes(sizes, x)[1])(members)
    assert (np.asarray(slope)[:, 0] == 0).all() and (np.asarray(slope)[1:, 1] < 0).all() and slope[0, 1] == 0


def test_what_is_said_of_the_groups_is_known_only_after_its_year(case, panel):
    early = inputs.gather(case, panel.until("2022-12"), None, None, mechanism=False)
    late = inputs.gather(case, panel, None, None, mechanism=False)
    assert (case.calibration["quantity"] == "members").sum() == 1
    assert float(inputs.observe(early, panel.until("2022-12")).sizes.months.sum()) == 0.0
    assert float(inputs.observe(late, panel).sizes.months.sum()) == pytest.approx(1.0)


def small_given(rng, months=5, territories=3):
    counts = rng.poisson(12.0, (months, territories)).astype(float)
    level = jnp.full((months, territories), 2.3)
    memory = field.Memory(*map(jnp.asarray, USED))
    return banded.Given(
        jnp.asarray(counts), jnp.r_[jnp.ones(months - 1), 0.0], level, jnp.asarray(25.0), memory
    )


def whole_density(given, x):
    shaped = x.reshape(given.counts.shape[0], -1)
    return banded.log_likelihood_of(given, shaped) + banded.log_prior(given.memory, shaped)


def test_the_log_likelihood_is_the_negative_binomial():
    counts, mean, size = np.arange(9.0).reshape(3, 3), np.linspace(0.5, 6.0, 9).reshape(3, 3), 7.0
    ours = log_likelihood(jnp.asarray(counts), jnp.asarray(mean), jnp.asarray(size))
    direct = stats.nbinom.logpmf(counts, size, size / (size + mean)) + special.gammaln(counts + 1.0)
    np.testing.assert_allclose(ours, direct, rtol=1e-10)


def test_the_factor_by_months_is_the_whole_curvature():
    rng = np.random.default_rng(2)
    given = small_given(rng)
    x = jnp.asarray(0.2 * rng.standard_normal(20))
    shaped = x.reshape(5, 4)
    dense = -np.asarray(jax.hessian(lambda x: whole_density(given, x))(x))
    made = banded.factor(given, shaped)
    assert float(banded.log_determinant(made)) == pytest.approx(np.linalg.slogdet(dense)[1], rel=1e-9)
    values = rng.standard_normal((5, 4))
    np.testing.assert_allclose(
        banded.solve(made, jnp.asarray(values)).ravel(), np.linalg.solve(dense, values.ravel()), rtol=1e-8
    )
    half = jax.vmap(lambda e: banded.half_solve(made, e.reshape(5, 4)).ravel())(jnp.eye(20))
    np.testing.assert_allclose(half.T @ half, np.linalg.inv(dense), rtol=1e-7, atol=1e-10)


def test_the_field_is_integrated_out_at_its_mode_with_the_right_derivative():
    given = small_given(np.random.default_rng(3))
    zero = jnp.zeros((5, 4))

    def value(log_scale):
        scale = given.memory._replace(territory_scale=jnp.exp(log_scale))
        return banded.marginal(given._replace(memory=scale), zero)[0]

    found = banded.mode(given, zero)
    assert np.abs(banded.slope(given, found)).max() < 1e-5
    dense = -np.asarray(jax.hessian(lambda x: whole_density(given, x))(found.ravel()))
    by_hand = whole_density(given, found.ravel()) - 0.5 * np.linalg.slogdet(dense)[1]
    assert float(banded.marginal(given, zero)[0]) == pytest.approx(float(by_hand), rel=1e-9)
    at, step = np.log(0.2), 1e-4
    slope = (value(at + step) - value(at - step)) / (2 * step)
    assert float(jax.grad(value)(at)) == pytest.approx(float(slope), rel=1e-5)


def test_resampling_follows_the_weights():
    rng = np.random.default_rng(0)
    weights = np.log([0.5, 0.25, 0.25, 1e-12])
    kept = resample(weights, 4000, rng)
    np.testing.assert_allclose(np.bincount(kept, minlength=4) / 4000, [0.5, 0.25, 0.25, 0.0], atol=1e-3)
    assert share(weights) == pytest.approx(1 / (4 * (0.25 + 0.125)), rel=1e-6)
    assert share(np.full(50, -3.0)) == pytest.approx(1.0)


def invented(case, panel, seed=0):
    """A panel drawn from the model without mechanism, with known memory."""
    rng = np.random.default_rng(seed)
    shape = panel.counts.shape
    deviation = np.zeros(shape)
    national, own = 0.0, np.zeros(shape[1])
    for month in range(shape[0]):
        national = 0.97 * national + 0.06 * rng.standard_normal()
        own = 0.9 * own + 0.1 * rng.standard_normal(shape[1])
        deviation[month] = national + own
    rate = 20.0 * np.exp(deviation)
    counts = rng.poisson(rate * rng.gamma(40.0, 1 / 40.0, shape))
    made = dataclasses.replace(panel, counts=counts, prison=0 * counts, incomplete=np.ones(shape[0]))
    return made, rate


@pytest.fixture(scope="module")
def fast(case, panel):
    made, rate = invented(case, panel.until("2019-12"))
    fit = killings.fit(case, made, mechanism=False, how=Sampling(draws=200, chains=1), method="laplace")
    return fit, rate


def test_the_fast_fit_finds_an_invented_truth(fast):
    fit, rate = fast
    truth = {"national_scale": 0.06, "territory_persistence": 0.9, "territory_scale": 0.1}
    for name, value in truth.items():
        low, high = np.quantile(fit.samples[name], [0.005, 0.995])
        assert low < value < high, name
    expected = fit.expected()
    assert expected.shape == (200, *rate.shape)
    low, high = np.quantile(expected, [0.05, 0.95], axis=0)
    assert 0.8 < np.mean((low < rate) & (rate < high)) < 0.97


def test_a_forecast_goes_on_from_the_fit(fast):
    fit, rate = fast
    counts = killings.forecast(fit, 6, seed=3)
    assert counts.shape == (200, 6, 24) and counts.dtype.kind == "i"
    np.testing.assert_array_equal(counts, killings.forecast(fit, 6, seed=3))
    # months nearer by are the same whatever the horizon
    mean = killings.forecast(fit, 24, expected=True, seed=3).mean(0)
    near = np.corrcoef(np.log(mean[0]), np.log(rate[-1]))[0, 1]
    far = np.corrcoef(np.log(mean[-1]), np.log(rate[-1]))[0, 1]
    assert near > 0.7 and near > far - 0.05
    with pytest.raises(ContraflowError, match="months"):
        killings.forecast(fit, 500)


def test_shocks_give_the_deviations_back(fast):
    fit, _ = fast
    shocks, s = fit.shocks(), fit.samples
    again = equations.deviation(
        jnp.asarray((shocks["national_shock"] * s["national_scale"][:, None]).T),
        jnp.asarray(s["national_persistence"]),
        jnp.asarray(np.moveaxis(shocks["territory_shock"] * s["territory_scale"][:, None, None], 0, -1)),
        jnp.asarray(s["territory_persistence"]),
    )
    want = s["national_deviation"][:, :, None] + s["territory_deviation"]
    np.testing.assert_allclose(np.moveaxis(np.asarray(again), -1, 0), want, atol=1e-9)


def test_prisons_are_added_as_whole_past_months(fast, panel):
    fit, _ = fast
    prison = np.zeros_like(fit.panel.prison)
    prison[-5, 3] = 1000
    held = KillingsFit(**{**fit.__dict__, "panel": dataclasses.replace(fit.panel, prison=prison)})
    extra = killings.forecast(held, 12, seed=1, prisons=True) - killings.forecast(held, 12, seed=1)
    assert set(np.unique(extra)) <= set(range(-500, 500)) | set(range(500, 1500))
    assert 0 < (extra[..., 3] > 500).mean() < 0.1


def test_the_sampler_agrees_with_the_fast_fit(case, panel):
    made, _ = invented(case, panel.until("2016-12"), 1)
    made = dataclasses.replace(made)
    given = inputs.gather(case, made, None, None, False)
    data = inputs.prepare(inputs.observe(given, made))
    scalars = priors(case.parameters, (*MEMORY, "dispersion"), ())
    how = Sampling(warmup=150, draws=150, chains=1, seed=2, max_tree_depth=6)
    draws = sample(numpyro_model(None, scalars, data), how)
    fast = killings.fit(case, made, mechanism=False, how=Sampling(draws=400, chains=1), method="laplace")
    assert not draws.stats["diverging"].any()
    for name in ("national_deviation", "territory_deviation"):
        a, b = draws.flat(name), fast.samples[name]
        assert np.abs(a.mean(0) - b.mean(0)).max() < 1.2 * b.std(0).max()
        assert a.std(0).mean() == pytest.approx(b.std(0).mean(), rel=0.25)


def test_the_mechanism_has_a_gradient_everywhere_it_is_needed(case, panel):
    """Provinces without groups, months before any split and a level of zero included."""
    cut = panel.until("2016-12")
    given = inputs.gather(case, cut, None, np.full((len(cut.months), 24), 1e4), True)
    data = inputs.prepare(inputs.observe(given, cut))
    scalars = priors(case.parameters, (*MECHANISM, *MEMORY, "dispersion"), given.structure.names["year"])
    values = gathered({s.symbol: s.value(jnp.asarray(0.1))[0] for s in scalars})
    months, territories = cut.counts.shape

    def density(values):
        zero = jnp.zeros((months, territories))
        return joint(given.structure, values, zero[:, 0], zero, data)[0]

    value, gradient = jax.value_and_grad(density)(values)
    assert np.isfinite(value)
    assert all(np.isfinite(g).all() for g in gradient.values())
