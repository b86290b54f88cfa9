"""RAND, illustrative: nothing hard is missed, recalled numbers are only shown, and the arithmetic is right."""

import jax.numpy as jnp
import numpy as np
import pytest

from contraflow.replications.price_closed_forms.model import LADDER
from contraflow.replications.rand_cost_effectiveness import figure, run
from contraflow.replications.rand_cost_effectiveness import model as rand
from contraflow.replications.replication import quiet


def test_nothing_is_missed_and_recalled_numbers_are_only_shown():
    rows = run(quiet)
    assert "missed" not in {row.verdict for row in rows}
    assert {row.verdict for row in rows if row.target.evidence == "recall"} == {"shown"}


def test_a_dollar_anywhere_is_a_dollar_at_retail_only_under_additive_mark_ups():
    retail = LADDER["retail, Chicago"]
    for stage, value in LADDER.items():
        assert rand.retail_dollars(stage, 0.0) == pytest.approx(1.0, rel=1e-8)
        assert rand.retail_dollars(stage, 1.0) == pytest.approx(retail / value, rel=1e-8)


def test_the_core_without_relapse_and_exit_is_the_formula_by_hand(monkeypatch):
    """Users who never change state but for a tenth of the heavy who quit: an annuity, in monthly steps."""
    quit_rate = 0.061
    monkeypatch.setattr(
        rand, "RATES",
        {"light_to_none": quit_rate, "light_to_heavy": 0.0, "heavy_to_light": 0.0, "heavy_to_none": quit_rate},
    )  # fmt: skip
    found = rand.treat_one(horizon=200).kilograms
    by_hand = rand.treat_by_hand().kilograms
    # by hand, the stay begins at once; in the core after the course of 0.3 years
    late = rand.STAY * (rand.HEAVY_GRAMS - rand.LIGHT_GRAMS) * rand.COURSE_YEARS / 1000.0
    assert found == pytest.approx(by_hand - late, rel=0.02)


def test_users_who_start_steady_stay_steady():
    start = jnp.asarray(
        [rand.RATES["heavy_to_light"] + rand.RATES["heavy_to_none"], rand.RATES["light_to_heavy"]]
    )
    path = np.asarray(rand.paths(start, 15, beginners=True))
    np.testing.assert_allclose(path, np.broadcast_to(start, path.shape), rtol=1e-9)


def test_the_band_holds_the_core():
    low, high = rand.treatment_band()
    assert low < rand.treat_one().cost < high


def test_the_figure_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    figure(tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").stat().st_size > 5000
