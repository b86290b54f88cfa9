"""The mean force gives back a density that is known, and holding a latent changes nothing but that it stays."""

import numpy as np
import pytest
from scipy import stats

from contraflow.case import load_case
from contraflow.case.template import new_case
from contraflow.errors import ContraflowError
from contraflow.inference import trade
from contraflow.inference.ensembles import Fitter
from contraflow.inference.hamiltonian import Standing, mass, trajectory
from contraflow.inference.marginal import below, density, forces, resampled, row_of

AT = np.linspace(-8.0, 8.0, 401)


def two(x):
    """Two modes of unequal weight, three tenths and seven tenths."""
    return 0.3 * stats.norm.pdf(x, -3.0, 0.5) + 0.7 * stats.norm.pdf(x, 2.0, 1.0)


def test_forces_of_a_known_density_give_it_back():
    step = 1e-5
    force = -(np.log(two(AT + step)) - np.log(two(AT - step))) / (2 * step)
    found = density(AT, force)
    np.testing.assert_allclose(found, two(AT), atol=2e-3)
    assert below(AT, found, -0.773) == pytest.approx(0.3, abs=0.005)
    assert below(AT, found, AT[0]) == 0.0
    assert below(AT, found, AT[-1]) == pytest.approx(1.0)
    both = below(AT, density(AT, np.stack([force, force])), -0.773)
    np.testing.assert_allclose(both, below(AT, found, -0.773))


def test_resampling_keeps_the_mean_and_its_error():
    rng = np.random.default_rng(0)
    force = rng.standard_normal((3, 50)) + np.array([[0.0], [5.0], [-5.0]])
    again = resampled(force, rng, 4000)
    np.testing.assert_allclose(again.mean(axis=0), force.mean(axis=1), atol=0.02)
    np.testing.assert_allclose(again.std(axis=0), force.std(axis=1) / np.sqrt(50), rtol=0.05)


def test_the_mean_force_on_a_held_latent_is_that_of_its_marginal():
    """Normal with correlation: given z, the mean of the gradient in z is z over the variance of z alone."""
    spread = np.array([[2.0, 1.2, 0.0], [1.2, 1.5, 0.4], [0.0, 0.4, 1.0]])
    precise = np.linalg.inv(spread)

    def look(place):
        slope = precise @ place
        return Standing(place, 0.5 * (place * slope).sum(axis=0), slope, place[:1])

    rng = np.random.default_rng(1)
    held = np.repeat([-3.0, 0.0, 2.0], 3000)
    begin = rng.standard_normal((3, 9000))
    begin[0] = held
    metric, now = mass([np.eye(3)], still=0), look(begin)
    for _ in range(12):
        now, taken = trajectory(now, look, metric, rng, step=0.5, steps=8)
        assert taken.mean() > 0.7
    np.testing.assert_array_equal(now.place[0], held)
    felt = now.slope[0].reshape(3, 3000).mean(axis=1)
    np.testing.assert_allclose(felt, np.array([-3.0, 0.0, 2.0]) / spread[0, 0], atol=0.06)
    given = now.place[1:].reshape(2, 3, 3000)
    np.testing.assert_allclose(
        given.mean(axis=2), spread[1:, :1] / spread[0, 0] * np.array([-3.0, 0.0, 2.0]), atol=0.08
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return Fitter(trade.problem(load_case(new_case(tmp_path_factory.mktemp("marginal") / "small"))))


def test_a_number_that_the_record_does_not_touch_keeps_its_prior(small):
    at = np.array([-1.0, 0.0, 1.5])
    felt = forces(small, "strike_fear_half_life", at, 2, 3)
    np.testing.assert_allclose(felt, np.repeat(at[:, None], 2, axis=1), atol=1e-9)


def test_a_number_that_the_record_teaches_is_pushed_back_harder_than_its_prior_would(small):
    at = np.array([-2.5, 2.5])
    felt = forces(small, "production_use", at, 4, 4).mean(axis=1)
    assert felt[1] - felt[0] > 5.0  # the prior alone makes that five


def test_only_single_numbers_can_be_held(small):
    with pytest.raises(ContraflowError, match="no single number"):
        row_of(small.latents, "production_error")
    with pytest.raises(ContraflowError, match="too few"):
        forces(small, "learning", np.zeros(2), 2, 2)
