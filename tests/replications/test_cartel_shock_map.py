"""The two-cartel map: shock table, fixed point, and what holds for any shock."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contraflow.replications.cartel_shock_map import SPANS, figure, over_baseline, run
from contraflow.replications.cartel_shock_map.model import (
    CONFLICT,
    INCAPACITATION,
    RECRUITMENT,
    SATURATION,
    SHOCK,
    fixed_point,
    history,
    week,
)
from contraflow.replications.replication import quiet


def test_every_hard_target_is_met():
    assert [row.verdict for row in run(quiet)].count("met") == len(run(quiet))


@given(st.floats(1.0, 1e5), st.floats(1.0, 1e5), st.floats(0.0, 20.0))
def test_one_week_is_the_map_by_hand(first, second, factor):
    theta = factor * CONFLICT
    after, (kills, arrests, _) = week(jnp.array([[first], [second]]), jnp.asarray(theta))
    by_hand = [
        a + RECRUITMENT * a - theta * a * b - INCAPACITATION * a - SATURATION * a * a
        for a, b in ((first, second), (second, first))
    ]
    assert np.allclose(np.asarray(after)[:, 0], by_hand, rtol=1e-9, atol=1e-9)
    assert float(kills) == pytest.approx(2 * theta * first * second, rel=1e-12)
    assert float(arrests) == pytest.approx(INCAPACITATION * (first + second), rel=1e-12)


@settings(max_examples=10)
@given(st.floats(-1.0, 20.0))
def test_equal_cartels_stay_equal_and_come_back(kappa):
    members = history(kappa).members
    assert np.array_equal(members[:, 0], members[:, 1])
    assert (
        abs(members[-1, 0] / fixed_point() - 1) < abs(members[SHOCK.stop - 1, 0] / fixed_point() - 1) + 1e-9
    )


@settings(max_examples=10)
@given(st.floats(-0.99, 20.0).filter(lambda k: abs(k) > 0.01))
def test_what_a_shock_adds_it_takes_back_in_part(kappa):
    during, after = (over_baseline(kappa, SPANS[s]) for s in ("26 weeks of shock", "weeks 126 to 519"))
    assert np.sign(during - 1) == -np.sign(after - 1)
    assert np.sign(over_baseline(kappa, SPANS["all 1,501 weeks"]) - 1) == np.sign(kappa)


def test_the_figure_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    figure(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000
