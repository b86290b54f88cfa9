"""Trajectories leave a posterior as it is, take what is not a draw of it nearer, and never go where it has none."""

import numpy as np
import pytest
from scipy import stats

from contraflow.inference.ensembles import FAR, _begin
from contraflow.inference.hamiltonian import Standing, mass, metropolis, trajectory

BEND = 1.5
"""Of the crooked density: x is standard normal, and y given x is normal about BEND·(x² − 1)."""


def crooked(place):
    x, y = place
    with np.errstate(over="ignore", invalid="ignore"):
        gap = y - BEND * (x**2 - 1.0)
        height, slope = 0.5 * (x**2 + gap**2), np.stack([x - 2.0 * BEND * x * gap, gap])
    fine = height < 1e6  # steps that are too long run away
    return Standing(place, np.where(fine, height, np.inf), np.where(fine, slope, 0.0), gap[None])


def draws(rng, members):
    x, gap = rng.standard_normal((2, members))
    return np.stack([x, gap + BEND * (x**2 - 1.0)])


def walk(place, look, metric, rng, times, **how):
    now, moved = look(place), []
    for _ in range(times):
        now, taken = trajectory(now, look, metric, rng, **how)
        moved.append(taken.mean())
    return now, np.mean(moved)


def test_draws_of_a_crooked_posterior_stay_draws_of_it():
    rng = np.random.default_rng(0)
    now, moved = walk(draws(rng, 4000), crooked, mass([np.eye(2)]), rng, 6, step=0.6, steps=8)
    assert 0.5 < moved < 0.999  # some are refused: a step that were always taken would prove nothing
    x, y = now.place
    assert stats.kstest(x, "norm").pvalue > 0.01
    assert stats.kstest(y - BEND * (x**2 - 1.0), "norm").pvalue > 0.01
    assert abs(stats.spearmanr(x**2, y - BEND * (x**2 - 1.0)).statistic) < 0.05


def test_members_from_elsewhere_come_to_be_draws():
    rng = np.random.default_rng(1)
    wrong = 0.4 * rng.standard_normal((2, 4000)) + np.array([[1.0], [0.0]])

    def away(now):
        return max(stats.kstest(part, "norm").statistic for part in (now.place[0], now.said[0]))

    early, _ = walk(wrong, crooked, mass([np.zeros((1, 2))]), rng, 1, step=0.3, steps=4)
    late, _ = walk(early.place, crooked, mass([np.zeros((1, 2))]), rng, 24, step=0.3, steps=16)
    assert away(crooked(wrong)) > away(early) > 0.1
    assert away(late) < 0.03


def test_the_mass_is_the_identity_and_a_share_of_the_mean_curvature():
    rng = np.random.default_rng(2)
    parts = rng.standard_normal((3, 5, 4))
    found = mass(parts, share=0.5)
    wanted = np.eye(4) + 0.5 * np.mean([part.T @ part for part in parts], axis=0)
    np.testing.assert_allclose(found.root @ found.root.T, wanted, atol=1e-12)
    np.testing.assert_allclose(found.inverse @ wanted, np.eye(4), atol=1e-12)


def test_a_trajectory_that_is_refused_leaves_a_member_where_it_was():
    rng = np.random.default_rng(3)

    def walled(place):
        """No density above one: what lies there cannot be computed."""
        beyond = place[0] > 1.0
        height = np.where(beyond, np.inf, 0.5 * place[0] ** 2)
        return Standing(place, height, np.where(beyond, 0.0, place), place.copy())

    begin = np.minimum(rng.standard_normal((1, 2000)), 0.99)
    now, taken = trajectory(walled(begin), walled, mass([np.zeros((1, 1))]), rng, step=0.5, steps=6)
    assert 0.1 < taken.mean() < 0.95
    assert (now.place <= 1.0).all() and np.isfinite(now.height).all()
    np.testing.assert_array_equal(now.place[:, ~taken], begin[:, ~taken])
    assert (now.place[:, taken] != begin[:, taken]).all()
    for name, value in walled(now.place)._asdict().items():
        np.testing.assert_array_equal(getattr(now, name), value, err_msg=name)


@pytest.mark.parametrize("begin", [-2.0, 2.0])
def test_scales_come_to_be_draws_given_what_they_scale(begin):
    rng = np.random.default_rng(4)
    seen = 0.5 * rng.standard_normal(12)

    def height(z):
        scale = np.exp(z[0])
        return len(seen) * z[0] + 0.5 * (seen**2).sum() / scale**2

    grid = np.linspace(-4.0, 4.0, 4001)
    chance = np.exp(-height(grid[None]) - 0.5 * grid**2)
    chance /= chance.sum()
    mean = chance @ grid
    made = metropolis(np.full((1, 4000), begin), height, rng, 60)[0]
    assert abs(made.mean() - mean) < 0.02
    assert abs(made.std() / np.sqrt(chance @ (grid - mean) ** 2) - 1.0) < 0.05


def test_members_that_did_not_arrive_begin_where_others_stand():
    rng = np.random.default_rng(5)
    latents, members = 50, 40
    height = 25.0 + 5.0 * rng.standard_normal(members)
    height[[3, 17]] = 25.0 + 1.5 * FAR * np.sqrt(latents / 2.0), np.inf
    now = Standing(np.zeros((latents, members)), height, np.zeros((latents, members)), np.zeros((1, members)))
    begin, lost = _begin(now, rng)
    assert lost == 2
    assert not np.isin(begin, (3, 17)).any()
    stayed = np.delete(np.arange(members), [3, 17])
    np.testing.assert_array_equal(begin[stayed], stayed)
