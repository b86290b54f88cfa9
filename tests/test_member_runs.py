"""The density that members move under is the prior's times the record's, and its gradient is that of differences."""

import numpy as np
import pytest
from scipy import stats

from contraflow.case import load_case
from contraflow.case.template import new_case
from contraflow.inference import trade
from contraflow.inference.record import DEGREES
from contraflow.inference.runs import Latents, Runs, error

MEMBERS = 3


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    problem = trade.problem(load_case(new_case(tmp_path_factory.mktemp("runs") / "small")))
    latents = Latents(problem)
    rng = np.random.default_rng(0)
    place = 0.5 * rng.standard_normal((latents.size, MEMBERS))
    z = rng.standard_normal((len(latents.scales), MEMBERS))
    keep = np.arange(len(problem.record.value)) % 3 > 0
    return problem, latents, Runs(problem, latents), place, z, keep


def look(asked, place):
    problem, latents, runs, _, z, keep = asked
    return runs.density(place, np.stack(list(latents.errors(z).values())), problem.record.scale + 0.2, keep)


def test_the_density_is_the_priors_times_that_of_the_rows_that_count(asked):
    problem, latents, _, place, z, keep = asked
    found = look(asked, place)
    spread = error(problem, found.said, latents.errors(z))
    residual = (problem.record.scale[:, None] + 0.2 - found.said) / spread
    heavy = (problem.record.quantity == "seizures")[:, None]
    assert heavy[keep].any() and not heavy[keep].all()
    rows = np.where(heavy, stats.t.logpdf(residual, DEGREES), stats.norm.logpdf(residual)) - np.log(spread)
    np.testing.assert_allclose(found.height, 0.5 * (place**2).sum(axis=0) - rows[keep].sum(axis=0), rtol=1e-9)


def test_its_slope_is_that_of_differences(asked):
    place = asked[3]
    slope = look(asked, place).slope
    rng = np.random.default_rng(1)
    for _ in range(4):
        way = rng.standard_normal(place.shape) / np.sqrt(len(place))
        up, down = (look(asked, place + d * way).height for d in (1e-4, -1e-4))
        np.testing.assert_allclose((up - down) / 2e-4, (slope * way).sum(axis=0), rtol=2e-4, atol=1e-4)


def test_members_do_not_depend_on_their_neighbours(asked):
    _, latents, runs, place, z, keep = asked
    problem = asked[0]
    errors = np.stack(list(latents.errors(z).values()))
    alone = runs.density(place[:, 1:2], errors[:, 1:2], problem.record.scale + 0.2, keep)
    together = look(asked, place)
    np.testing.assert_allclose(alone.height, together.height[1:2], rtol=1e-10)
    np.testing.assert_allclose(alone.slope, together.slope[:, 1:2], rtol=1e-7, atol=1e-9)


def test_where_nothing_can_be_computed_there_is_no_density(asked):
    place = asked[3].copy()
    place[:, 0] = 1e3
    found = look(asked, place)
    assert found.height[0] == np.inf and (found.slope[:, 0] == 0.0).all()
    assert np.isfinite(found.height[1:]).all()


def test_derivatives_are_those_of_differences(asked):
    _, latents, runs, place, _, _ = asked
    found = runs.jacobian(place[:, 0])
    way = np.random.default_rng(2).standard_normal(latents.size) / np.sqrt(latents.size)
    zero = np.zeros((len(found), 1))
    up, down = (
        runs.pull((place[:, 0] + d * way)[:, None], zero, np.ones_like(zero))[0][:, 0] for d in (1e-4, -1e-4)
    )
    np.testing.assert_allclose(found @ way, (up - down) / 2e-4, rtol=1e-3, atol=1e-5)
