"""Recursive logit: the hand-verified network, and sums over routes listed one by one."""

import equinox as eqx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contraflow.replications.recursive_logit import run
from contraflow.replications.recursive_logit.model import (
    DISTANCES,
    minus_log_likelihood,
    solve,
    visits,
)
from contraflow.replications.replication import quiet


def test_every_target_is_met():
    assert {row.verdict for row in run(quiet)} == {"met"}


@settings(max_examples=10)
@given(st.floats(-2.0, -0.3), st.floats(0.5, 1.0), st.integers(0, 3))
def test_values_choices_and_visits_solve_the_papers_equations(beta, scale, destination):
    m = np.where(DISTANCES > 0, np.exp(beta * DISTANCES / scale), 0.0)
    b = np.eye(4)[destination]
    z = np.linalg.solve(np.eye(4) - m, b)
    choice = solve(DISTANCES, destination, beta, scale)
    np.testing.assert_allclose(choice.z, z, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(choice.probability[:, :4], m * z / z[:, None], rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(choice.probability.sum(axis=1), 1.0, rtol=1e-9, atol=1e-14)
    p = choice.probability[:, :4]
    start = (destination + 1) % 4
    flow = np.linalg.solve(np.eye(4) - p.T, np.eye(4)[start])
    np.testing.assert_allclose(
        visits(start, DISTANCES, destination, beta, scale), flow, rtol=1e-9, atol=1e-14
    )


def test_probabilities_of_all_routes_sum_to_one():
    """Routes of up to 60 steps, in a sum over the powers of the transition matrix."""
    choice = solve()
    arrived, here = 0.0, np.eye(4)[0]
    for _ in range(60):
        arrived += here @ choice.probability[:, 4]
        here = here @ choice.probability[:, :4]
    assert arrived == pytest.approx(1.0, abs=1e-9)
    assert np.exp(-minus_log_likelihood([0, 1], choice)) < 1.0


def test_where_cycles_are_too_cheap_there_is_no_model():
    with pytest.raises(eqx.EquinoxRuntimeError, match="no positive solution"):
        solve(beta=-0.05)
