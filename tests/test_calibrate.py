"""The whole calibration on the small case of the template: files, resumption, use by a run, quarters."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from contraflow.analysis.simulate import simulate
from contraflow.case import load_case
from contraflow.case.template import new_case
from contraflow.ensemble.build import build
from contraflow.errors import ContraflowError
from contraflow.inference import trade
from contraflow.inference.calibrate import calibrate, last_year
from contraflow.inference.diagnose import diagnose
from contraflow.inference.evidence import draw_scales, linear
from contraflow.inference.posterior import FILE, HASH, draw_beliefs, load_posterior
from contraflow.inference.priors import sample
from contraflow.inference.sampler import Sampling
from contraflow.inference.smoother import find_mode, smooth
from contraflow.inference.store import load
from contraflow.inference.whiten import whiten

HOW = Sampling(warmup=40, draws=20, chains=4, seed=1, block=10)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibrate")
    case = load_case(new_case(folder / "small"))
    written = calibrate(case, HOW, folder / "fit", install=True)
    return case, folder / "fit", written


def test_files_are_whole_and_the_record_teaches_something(fitted):
    case, folder, written = fitted
    assert [path.name for path in written] == ["trade.nc", "killings.nc", FILE, "diagnosis.json"]
    assert not list(folder.rglob(".*")) and not list(Path(case.path).rglob(".*"))
    found = diagnose(load(folder / "trade.nc"))
    assert found.sampler["method"] == "smoother"
    learned = {item.name: item.contraction for item in found.learned}
    assert max(learned.values()) > 0.3
    assert found.not_identified
    said = load(folder / "trade.nc")["posterior_predictive"].to_dataset()
    seen = load(folder / "trade.nc")["observed_data"].to_dataset()
    for name in seen.data_vars:
        have = np.isfinite(seen[name].to_numpy())
        middle = np.median(said[name].to_numpy()[..., have], axis=(0, 1))
        assert np.abs(np.log(middle / seen[name].to_numpy()[have])).max() < 0.7, name


def test_a_run_uses_the_posterior_bit_for_bit_and_says_so(fitted):
    case, _, _ = fitted
    posterior = load_posterior(case)
    assert posterior is not None
    one, two = (simulate(case, draws=10, seed=4) for _ in range(2))
    assert one.provenance["beliefs"] == "posterior"
    assert one.provenance["posterior_digest"] == posterior.digest
    np.testing.assert_array_equal(one.dataset["delivered"], two.dataset["delivered"])
    prior = simulate(case, draws=10, seed=4, beliefs="prior")
    assert prior.provenance["beliefs"] == "prior"
    assert not np.array_equal(one.dataset["delivered"], prior.dataset["delivered"])


def test_a_posterior_of_other_tables_or_another_file_is_not_used(fitted, tmp_path):
    case, _, _ = fitted
    table = Path(case.path) / "parameters.csv"
    text = table.read_text(encoding="utf-8")
    try:
        table.write_text(
            text.replace("theta,,Routing elasticity,1,lognormal,4", "theta,,Routing elasticity,1,lognormal,5")
        )
        assert load_posterior(load_case(case.path)) is None
    finally:
        table.write_text(text, encoding="utf-8")
    written = Path(case.path) / HASH
    right = written.read_text(encoding="utf-8")
    try:
        written.write_text("0" * 64 + f"  {FILE}\n", encoding="utf-8")
        # read anew: a file that was read before is known by its time
        (Path(case.path) / FILE).touch()
        with pytest.raises(ContraflowError, match="restore both files"):
            load_posterior(load_case(case.path))
    finally:
        written.write_text(right, encoding="utf-8")


def test_draws_keep_what_was_fitted_and_take_the_rest_from_the_prior(fitted):
    case, _, _ = fitted
    posterior = load_posterior(case)
    members = build(case).members
    some = draw_beliefs(case, members, range(6), 0, posterior)
    more = draw_beliefs(case, members, range(3, 9), 0, posterior)
    for name, value in some.items():
        np.testing.assert_array_equal(value[..., 3:], more[name][..., :3], err_msg=name)
    fitted_years = [members["year"].index(y) for y in posterior.members["year"]]
    ahead = [i for i in range(len(members["year"])) if i not in fitted_years]
    prior = sample(case.parameters, members, range(6), 0, ("share_walk",))["share_walk"]
    np.testing.assert_array_equal(some["share_walk"][:, ahead], prior[:, ahead])
    assert not np.allclose(some["share_walk"][:, fitted_years], prior[:, fitted_years])


def test_a_resumed_run_refuses_another_case_and_gives_the_same_draws(fitted, tmp_path):
    case, folder, _ = fitted
    again = calibrate(case, HOW, folder, resume=True)
    first = load(folder / "trade.nc")["posterior"].to_dataset()["theta"].to_numpy()
    assert again[0] == folder / "trade.nc"
    fresh = calibrate(case, HOW, tmp_path / "fit")
    np.testing.assert_array_equal(first, load(fresh[0])["posterior"].to_dataset()["theta"].to_numpy())


def test_quarters_say_nearly_what_months_say(fitted):
    case, _, _ = fitted
    problem = trade.problem(case)
    drawn = {
        k: jnp.asarray(v) for k, v in sample(case.parameters, problem.model.members, range(16), 0).items()
    }
    drawn |= {name: jnp.broadcast_to(value, drawn[name].shape) for name, value in problem.fixed.items()}
    coarse, error = problem.say(drawn)
    fine, _ = problem.say(drawn, monthly=True)
    away = np.asarray((coarse - fine) / error)
    assert np.median(np.abs(away)) < 0.2


def test_whitened_coordinates_are_the_same_density(fitted):
    case, _, _ = fitted
    problem = trade.problem(case)
    white = whiten(problem, trade.SCALES, sweeps=3)
    rng = np.random.default_rng(0)
    u = rng.standard_normal((3, len(white.mode)))
    heights = [float(white.potential(white.place(jnp.asarray(row)))) for row in u]
    assert np.all(np.isfinite(heights))
    gradient = jax.grad(lambda z: white.potential(white.place(z)))(jnp.zeros(len(white.mode)))
    assert np.isfinite(np.asarray(gradient)).all()


def test_bad_requests_name_place_value_and_remedy(fitted, tmp_path):
    case, _, _ = fitted
    for until, words in (("soon", "YYYY-MM"), ("1999-12", "no whole year")):
        with pytest.raises(ContraflowError, match=words):
            last_year(case, until)


def test_members_fit_what_a_linear_model_says_exactly():
    rng = np.random.default_rng(0)
    slope, size = rng.standard_normal((4, 3)), 3
    observed, sd = rng.standard_normal(4) * 2, 0.5

    def pull(x, wanted, variance):
        said = slope @ x
        return said, slope.T @ ((said - wanted) / variance)

    def errors(said):
        return np.full_like(said, sd)

    none = np.array([], dtype=int)
    degrees = np.full(4, np.inf)
    mode = find_mode(np.zeros(size), pull, lambda x: slope, observed, errors, degrees, none, enough=0.0)
    curvature = np.eye(size) + slope.T @ slope / sd**2
    exact = np.linalg.solve(curvature, slope.T @ observed / sd**2)
    np.testing.assert_allclose(mode.place, exact, atol=1e-6)
    made = smooth(rng.standard_normal((size, 4000)), pull, observed, errors, mode, none, rng)
    np.testing.assert_allclose(made.latent.mean(axis=1), exact, atol=0.05)
    np.testing.assert_allclose(np.cov(made.latent), np.linalg.inv(curvature), atol=0.04)


def test_latents_that_are_held_do_not_lead_the_others_astray():
    rng = np.random.default_rng(3)
    slope, sd, held = rng.standard_normal((5, 4)), 0.3, np.array([1])
    observed, begin = 2.0 * rng.standard_normal(5), np.array([0.0, 1.7, 0.0, 0.0])
    free = np.delete(np.arange(4), held)

    def pull(x, wanted, variance):
        said = slope @ x
        return said, slope.T @ ((said - wanted) / variance)

    def errors(said):
        return np.full_like(said, sd)

    degrees = np.full(5, np.inf)
    mode = find_mode(begin, pull, lambda x: slope, observed, errors, degrees, held, enough=0.0)
    mine, left = slope[:, free], observed - slope[:, 1] * begin[1]
    curvature = np.eye(3) + mine.T @ mine / sd**2
    exact = np.linalg.solve(curvature, mine.T @ left / sd**2)
    assert mode.place[1] == begin[1]
    np.testing.assert_allclose(mode.place[free], exact, atol=1e-5)
    prior = rng.standard_normal((4, 4000))
    prior[1] = begin[1]
    made = smooth(prior, pull, observed, errors, mode, held, rng)
    assert (made.latent[1] == begin[1]).all()
    np.testing.assert_allclose(made.latent[free].mean(axis=1), exact, atol=0.05)
    np.testing.assert_allclose(np.cov(made.latent[free]), np.linalg.inv(curvature), atol=0.04)


def test_members_spread_as_the_posterior_of_rows_with_heavy_tails_does():
    rows, sd, nu, none = 60, 0.5, 5.0, np.array([], dtype=int)
    grid, slope = np.linspace(-3.0, 3.0, 4001), np.ones((rows, 1))
    exact, found = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        observed = 0.3 + sd * rng.standard_t(nu, rows)

        def pull(x, wanted, variance):
            said = slope @ x
            return said, slope.T @ ((said - wanted) / variance)

        def errors(said):
            return np.full_like(said, sd)

        square = ((observed[:, None] - grid) / sd) ** 2
        height = -0.5 * (nu + 1.0) * np.log1p(square / nu).sum(axis=0) - 0.5 * grid**2
        chance = np.exp(height - height.max())
        chance /= chance.sum()
        mean = chance @ grid
        exact.append((mean, np.sqrt(chance @ (grid - mean) ** 2)))
        mode = find_mode(np.zeros(1), pull, lambda x: slope, observed, errors, np.full(rows, nu), none)
        made = smooth(rng.standard_normal((1, 2000)), pull, observed, errors, mode, none, rng).latent
        found.append((made.mean(), made.std()))
    (means, spreads), (middles, widths) = np.array(exact).T, np.array(found).T
    np.testing.assert_allclose(middles, means, atol=0.02)
    assert abs((widths / spreads).mean() - 1.0) < 0.05  # with the weights alone it would be 0.87


def test_scales_are_drawn_from_the_marginal_likelihood():
    rng = np.random.default_rng(1)
    rows, truth = 200, 0.6
    slope = np.eye(rows)
    gap = truth * rng.standard_normal(rows) + 0.1 * rng.standard_normal(rows)
    line = linear(
        gap,
        np.zeros(rows),
        np.zeros(rows),
        slope * 0.3,
        {"walk": slice(0, rows)},
        {"walk": 0.3},
        np.array([], dtype=int),
    )

    def values(z):
        return np.exp(z[:1] - 1.0), np.full((rows, z.shape[1]), 0.1**2)

    z, effective = draw_scales(line, values, 1, 500, rng)
    found = np.exp(z[0] - 1.0)
    assert effective > 100
    assert abs(found.mean() - truth) < 0.08
    assert 0.01 < found.std() < 0.08
