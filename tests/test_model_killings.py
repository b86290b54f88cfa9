"""Killings: the anchor, the curfew and their limits."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contraflow.model import killings
from contraflow.model.synthetic import random_network, random_parameters, random_structure

MONTHS = 24
WINDOW = slice(6, 18)


@pytest.fixture(scope="module")
def beliefs():
    rng = np.random.default_rng(0)
    structure = random_structure(rng, random_network(rng, 8, 12, 3), MONTHS)
    return random_parameters(rng, structure, 2).groups


def expected(beliefs, deaths, counted=None, curfew=1.0, background=5.0):
    shape = (MONTHS, 1, 2)
    anchor = None if counted is None else (WINDOW, jnp.full((1, 1), counted))
    season = jnp.asarray(1.0 + 0.2 * np.sin(np.arange(MONTHS)))[:, None, None]
    return np.asarray(
        killings.expected(
            beliefs,
            jnp.broadcast_to(jnp.asarray(deaths), shape),
            jnp.full((1, 1), background),
            season,
            jnp.full(shape, curfew),
            anchor,
        )
    )


@given(st.floats(0.0, 1e3), st.floats(0.0, 1e3), st.floats(0.2, 1.0))
def test_the_anchored_mean_is_the_counted_mean(beliefs, deaths, counted, curfew):
    values = expected(beliefs, deaths, counted, curfew)
    np.testing.assert_allclose(values[WINDOW].mean(0), counted, rtol=1e-9, atol=1e-9)
    assert (values >= -1e-12).all()


def test_a_conflict_that_almost_died_out_in_the_window_does_not_explode(beliefs):
    deaths = np.full((MONTHS, 1, 2), 30.0)
    deaths[WINDOW] = 1e-200
    values = expected(beliefs, deaths, 20.0)
    assert values.max() <= 30.0 * killings.LARGEST_SCALE * 1.3


def test_without_an_anchor_killings_are_background_and_conflict(beliefs):
    values = expected(beliefs, 10.0)
    season = 1.0 + 0.2 * np.sin(np.arange(MONTHS))[:, None, None]
    want = 5.0 * season * np.asarray(beliefs.background_scale) + 10.0 * season * np.asarray(
        beliefs.killings_per_death
    )
    np.testing.assert_allclose(values, np.broadcast_to(want, values.shape), rtol=1e-12)


def test_a_curfew_acts_on_the_hours_it_covers_only(beliefs):
    night = jnp.full((1, 1), 0.3)
    sure = dataclasses.replace(beliefs, curfew_effect=jnp.ones(2), curfew_shift=jnp.zeros(2))
    for covered in (0.0, 0.5, 1.0):
        factor = killings.curfew_factor(sure, jnp.full((1, 2), covered), night)
        np.testing.assert_allclose(factor, 1.0 - 0.3 * covered)
