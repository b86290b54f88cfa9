"""Light and heavy users with feedback: equilibrium, eigenvalues, and the timing of treatment."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contraflow.model import demand
from contraflow.replications import _users
from contraflow.replications.behrens_light_heavy import figure, run
from contraflow.replications.behrens_light_heavy.model import belief, closed_form, initiation
from contraflow.replications.replication import quiet


def test_every_hard_target_is_met():
    verdicts = [row.verdict for row in run(quiet)]
    assert "missed" not in verdicts
    assert verdicts.count("shown") == 4  # the recalled history


@settings(max_examples=15)
@given(
    st.floats(0.1, 0.3),
    st.floats(0.01, 0.05),
    st.floats(0.03, 0.1),
    st.floats(0.0, 0.3),
    st.floats(1.0, 10.0),
)
def test_the_equilibrium_is_the_closed_form(stop, escalate, leave, spread, deterrence):
    """For any rates under which outsiders alone sustain use."""
    ratio = escalate / leave
    light = 1e4 / (stop + escalate - spread * np.exp(-deterrence * ratio))
    if not 0 < light < 1e7:
        return
    rates = _users.beliefs(stop, escalate, 0.0, leave, 7.0)

    def beginners(users):
        return demand.epidemic_initiation(
            users, jnp.full(1, 1e4), jnp.full(1, spread), jnp.full(1, deterrence)
        )

    found = _users.equilibrium(np.array([light, ratio * light]) * 1.05, rates, beginners)
    assert found == pytest.approx([light, ratio * light], rel=1e-8)


def test_eigenvalues_agree_with_the_jacobian_by_hand():
    light, heavy = closed_form()
    a, b, g, s, q = 0.163, 0.024, 0.062, 0.61, 7.0
    fade = np.exp(-q * heavy / light)
    slope = np.array([[s * fade * (1 + q * heavy / light) - a - b, -s * q * fade], [b, -g]])
    expected = sorted(np.linalg.eigvals(slope), key=lambda z: -z.imag)
    assert np.allclose(_users.eigenvalues(closed_form(), belief(), initiation), expected, rtol=1e-10)


@given(st.floats(1e3, 1e7), st.floats(0.0, 1e7))
def test_heavy_users_only_ever_deter(light, heavy):
    fewer, more = (float(initiation(_users.users(jnp.array([light, h])))[0, 0]) for h in (heavy, heavy + 1e5))
    assert more <= fewer


def test_the_figure_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    figure(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000
