"""Closed forms through the core, at any parameters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contraflow.replications.price_closed_forms import figure, run
from contraflow.replications.price_closed_forms.model import (
    landed,
    reprice,
    revenue_after,
    revenue_slope,
    shortfall_shares,
    violence_slope,
)
from contraflow.replications.replication import quiet

elasticities = st.floats(0.1, 4.0)


def test_every_target_is_met():
    assert {row.verdict for row in run(quiet)} == {"met"}


@settings(max_examples=10)
@given(elasticities, st.floats(0.2, 5.0))
def test_revenue_and_violence_elasticities_at_any_price(elasticity, price):
    assert revenue_slope(elasticity, price) == pytest.approx(1 - elasticity, abs=1e-9)
    assert violence_slope(elasticity, price) == pytest.approx(1 - 1 / elasticity, abs=1e-8)


@settings(max_examples=10)
@given(elasticities, st.floats(0.5, 1.0))
def test_revenue_after_a_shortfall_is_the_power_law(elasticity, supply):
    if supply ** (-1 / elasticity) < 900:  # within the bracket in which the price is looked for
        assert revenue_after(supply, elasticity) == pytest.approx(supply ** (1 - 1 / elasticity), rel=1e-6)


@settings(max_examples=15)
@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 1e5), st.floats(0, 9))
def test_the_landed_cost_is_the_price_of_becker_murphy_and_grossman(cost, avoidance, penalty, odds):
    expected = (cost + avoidance) * (1 + odds) + odds * penalty
    assert landed(cost, avoidance, penalty, odds) == pytest.approx(expected, rel=1e-12)


@settings(max_examples=8)
@given(st.lists(st.floats(1.0, 9.0), min_size=3, max_size=3), st.floats(0.0, 1.0), st.floats(0.2, 3.0))
def test_pass_through_is_between_a_constant_sum_and_a_constant_ratio(steps, through, factor):
    values = [1.0, *np.cumprod(1.0 + np.array(steps)).tolist()]
    new = [np.asarray(reprice(values, w, source_price=factor).value)[:, 0] for w in (0.0, 1.0, through)]
    np.testing.assert_allclose(new[0], np.array(values) + factor - 1.0, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(new[1], np.array(values) * factor, rtol=1e-9)
    assert (new[2] >= np.minimum(new[0], new[1]) - 1e-9).all()
    assert (new[2] <= np.maximum(new[0], new[1]) + 1e-9).all()


@settings(max_examples=8)
@given(st.integers(0, 1000))
def test_who_bears_a_shortfall(seed):
    rng = np.random.default_rng(seed)
    price, quantity, e = rng.uniform(1e4, 2e5, 4), rng.uniform(1, 500, 4), rng.uniform(0.2, 2.0, 4)
    additive, multiplicative = e * quantity / price, e * quantity
    np.testing.assert_allclose(shortfall_shares(price, quantity, e), additive / additive.sum(), rtol=1e-9)
    np.testing.assert_allclose(
        shortfall_shares(price, quantity, e, 1.0), multiplicative / multiplicative.sum(), rtol=1e-9
    )


def test_the_figure_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    figure(tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").stat().st_size > 5000
