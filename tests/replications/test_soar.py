"""SOAR, qualitatively: flat until nearly all routes are hardened, then capped by the backstop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contraflow.replications.replication import quiet
from contraflow.replications.soar import figure, run
from contraflow.replications.soar.model import BACKSTOP, HARD, LOSS, ROUTES, cost, hardened


def test_every_target_is_met():
    assert {row.verdict for row in run(quiet)} == {"met"}


@pytest.mark.parametrize(("theta", "flat", "capped"), [(400.0, True, True), (4.0, False, False)])
def test_cost_never_falls_and_is_capped_only_where_the_cheapest_way_takes_all(theta, flat, capped):
    values = [hardened(k, theta) for k in range(ROUTES + 1)]
    assert values == sorted(values)
    assert (values[ROUTES // 2] < 1.05) is flat
    assert (values[-1] < 1.05 * BACKSTOP) is capped


@settings(max_examples=10)
@given(st.integers(0, ROUTES), st.integers(0, 1000))
def test_which_routes_are_hardened_does_not_matter(count, seed):
    losses = np.where(np.arange(ROUTES) < count, HARD, LOSS)
    shuffled = np.random.default_rng(seed).permutation(losses)
    assert cost(shuffled, 20.0) == pytest.approx(cost(losses, 20.0), rel=1e-12)


def test_the_figure_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    figure(tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").stat().st_size > 5000
