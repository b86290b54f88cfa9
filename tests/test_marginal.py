"""Where members go between places says how many belong where, even if that is not how many are there."""

import numpy as np
import pytest
from scipy import stats

from contraflow.case import load_case
from contraflow.case.template import new_case
from contraflow.errors import ContraflowError
from contraflow.inference import trade
from contraflow.inference.diagnose import slow_numbers
from contraflow.inference.ensembles import Fitter
from contraflow.inference.marginal import SETTLE, edges, long_run, look_ahead, push, weights


def two(x):
    """Two modes of unequal weight, three tenths and seven tenths."""
    return 0.3 * stats.norm.pdf(x, -2.0, 0.7) + 0.7 * stats.norm.pdf(x, 2.0, 1.0)


def walked(members, steps):
    """Metropolis steps under `two` of members that all began in the mode of three tenths."""
    rng = np.random.default_rng(3)
    x = rng.normal(-2.0, 0.7, members)
    path = [x]
    for _ in range(steps):
        trial = x + 0.7 * rng.standard_normal(members)
        x = np.where(rng.random(members) < two(trial) / two(x), trial, x)
        path.append(x)
    return np.stack(path)


def correlated(members, steps):
    """Draws of the standard normal that stay draws of it."""
    rng = np.random.default_rng(0)
    path = [rng.standard_normal(members)]
    for _ in range(steps):
        path.append(0.8 * path[-1] + 0.6 * rng.standard_normal(members))
    return np.stack(path)


def test_shares_that_are_known():
    # nine of ten stay below and eight of ten above: two thirds are below in the long run
    begin = np.array([-1.0] * 10 + [1.0] * 10)
    end = np.array([-1.0] * 9 + [1.0] + [-1.0] * 2 + [1.0] * 8)
    path, at = np.stack([begin, end]), np.array([0.0])
    np.testing.assert_allclose(long_run(path, at), [2 / 3, 1 / 3])
    weight = weights(path, at)
    assert weight[path < 0].sum() == pytest.approx(2 / 3)
    assert weight.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("lag", [1, 3])
def test_the_long_run_is_the_density_wherever_members_began(lag):
    path = walked(4000, 15)
    weight = weights(path, edges(path), lag)
    assert (path[-1] < 0).mean() > 0.6
    assert weight[path < 0].sum() == pytest.approx(0.3, abs=0.04)
    assert (weight * path).sum() == pytest.approx(0.8, abs=0.15)


def test_members_that_are_draws_keep_their_weights():
    path = correlated(5000, 8)
    np.testing.assert_allclose(weights(path, edges(path, 10)) * path.size, 1.0, atol=0.1)


def test_places_between_which_nobody_goes_have_no_long_run():
    with pytest.raises(ContraflowError, match="do not go between all 2"):
        long_run(np.repeat([[-1.0, 1.0]], 3, axis=0), np.array([0.0]))


def test_numbers_that_have_not_settled_are_named_and_those_that_nothing_is_known_of_counted():
    path = np.stack(
        [walked(3000, 15), correlated(3000, 15), np.tile(np.linspace(-1, 1, 3000), (16, 1))], axis=1
    )
    rows = look_ahead(("slow", "settled", "stuck"), path)
    slow, settled, stuck = rows
    assert slow.mean < -0.2 and slow.later == pytest.approx(0.8, abs=4 * slow.error)
    assert settled.later == pytest.approx(settled.mean, abs=0.1)
    assert settled.later_sd == pytest.approx(1.0, abs=0.1)
    assert np.isnan(stuck.later) and stuck.step == 0.0
    assert slow_numbers([row._asdict() for row in rows]) == (["slow"], ["stuck"])


def test_too_few_trajectories_say_nothing():
    assert look_ahead(("any",), np.zeros((SETTLE + 1, 1, 50))) == []


def test_the_mean_gradient_tells_draws_from_what_is_near_them():
    rng = np.random.default_rng(1)
    scale = np.linspace(0.5, 2.0, 800)[:, None]
    for members in (8, 300):
        draws = scale * rng.standard_normal((800, members))
        assert push(draws / scale**2) == pytest.approx(1.0, abs=0.1)
    assert push((draws + 0.2 * scale) / scale**2) > 3.0
    assert np.isnan(push(draws[:, :3]))


def test_an_ensemble_says_where_its_members_went(tmp_path):
    fitter = Fitter(trade.problem(load_case(new_case(tmp_path / "small"))))
    made = fitter.ensemble(0, 16, trajectories=2)
    assert made.path.shape == (3, len(fitter.latents.singles), 16)
    assert made.push.shape == (3,)
    np.testing.assert_array_equal(made.path[-1], made.latent[list(fitter.latents.singles.values())])
    assert (made.path[1:] != made.path[:-1]).any(axis=2).all()
