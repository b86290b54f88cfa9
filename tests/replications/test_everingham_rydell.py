"""The two-state Markov model: the core's yearly step, its steady state and its half-life."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contraflow.model import demand
from contraflow.replications import _users
from contraflow.replications.everingham_rydell import figure, run
from contraflow.replications.everingham_rydell.model import path, slow_half_life, steady
from contraflow.replications.replication import quiet

RATES = st.tuples(*(st.floats(0.01, 0.3) for _ in range(4)))


def test_every_hard_target_is_met():
    assert {row.verdict for row in run(quiet)} == {"met"}


@given(RATES, st.floats(0, 1e6), st.floats(0, 1e7), st.floats(0, 1e7))
def test_a_yearly_step_is_the_difference_equation(rates, beginners, light, heavy):
    a, b, f, g = rates
    then = _users.after(
        jnp.array([light, heavy]), _users.beliefs(a, b, f, g, 7.0), lambda _: jnp.full((1, 1), beginners), 1.0
    )
    by_hand = np.array([[1 - a - b, f], [b, 1 - f - g]]) @ [light, heavy] + [beginners, 0]
    assert np.allclose(then, by_hand, rtol=1e-12, atol=1e-6)


@given(RATES, st.floats(1.0, 1e7))
def test_the_steady_state_is_steady(rates, total):
    a, b, f, g = rates
    belief = _users.beliefs(a, b, f, g, 7.0)
    rest = demand.steady_users(jnp.full((1, 1), total), belief)
    needed = demand.steady_initiation(rest, belief)
    now = jnp.array([rest.light[0, 0], rest.heavy[0, 0]])
    assert np.allclose(_users.after(now, belief, lambda _: needed, 1.0), now, rtol=1e-12)
    assert float(now.sum()) == pytest.approx(total)


def test_without_beginners_use_ends_at_the_pace_of_the_slow_mode():
    end = path(steady(0.04, 1e6), 0.0, 120)[:, 1]
    assert np.log(0.5) / np.log(end[-1] / end[-2]) == pytest.approx(slow_half_life(0.04), rel=1e-6)


def test_the_figure_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    figure(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000
