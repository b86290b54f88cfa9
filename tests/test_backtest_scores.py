"""How forecasts are scored: closed forms, calibrated samples, the table and the interval of a skill."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from contraflow.inference.backtest import scores
from contraflow.inference.backtest.table import MEANS, best_peer, skill_interval, summary

# Scores


def test_crps_of_normal_samples_is_the_closed_form():
    random = np.random.default_rng(0)
    truth = np.array([0.0, 1.0, -2.5])
    z = truth / 2.0
    exact = 2.0 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    samples = random.normal(0, 2.0, (40_000, 3))
    assert scores.crps(samples, truth) == pytest.approx(exact, rel=0.02)


def test_the_mean_crps_does_not_depend_on_how_many_samples_there_are():
    random = np.random.default_rng(0)
    few = scores.crps(random.normal(size=(3, 60_000)), np.zeros(60_000)).mean()
    exact = 2 * stats.norm.pdf(0) - 1 / np.sqrt(np.pi)
    assert few == pytest.approx(exact, rel=0.03)


def test_crps_of_one_sample_is_the_absolute_error_and_of_nothing_recorded_nothing():
    found = scores.crps(np.array([[3.0, 1.0]]), np.array([5.0, np.nan]))
    assert found[0] == 2.0 and np.isnan(found[1])


@pytest.mark.parametrize("count", [0, 3, 20, 45])
def test_the_log_score_of_negative_binomial_samples_is_the_closed_form(count):
    size, mean = 5.0, 20.0
    samples = stats.nbinom.rvs(size, size / (size + mean), size=(8000, 1), random_state=0).astype(float)
    exact = -stats.nbinom.logpmf(count, size, size / (size + mean))
    assert scores.log_score_counts(samples, np.array([float(count)]))[0] == pytest.approx(exact, abs=0.35)


def test_smoothed_probabilities_of_counts_sum_to_one():
    samples = stats.poisson.rvs(3.0, size=(500, 1), random_state=0).astype(float)
    counts = np.arange(0.0, 200.0)
    each = scores.log_score_counts(np.repeat(samples, len(counts), axis=1), counts)
    assert np.exp(-each).sum() == pytest.approx(1.0, abs=1e-6)


def test_a_count_nobody_sampled_is_unlikely_but_possible():
    found = scores.log_score_counts(np.zeros((100, 2)), np.array([1.0, 40.0]))
    assert np.isfinite(found).all() and found[0] < found[1]


def test_the_log_score_of_lognormal_samples_is_the_closed_form():
    samples = np.exp(np.random.default_rng(0).normal(3.0, 0.5, (20_000, 2)))
    truth = np.array([20.0, 45.0])
    exact = -stats.lognorm.logpdf(truth, 0.5, scale=np.exp(3.0))
    assert scores.log_score_amounts(samples, truth) == pytest.approx(exact, abs=0.05)


@pytest.mark.parametrize("rate", [0.3, 2.0, 30.0])
@pytest.mark.parametrize("level", [0.5, 0.9])
def test_coverage_of_calibrated_counts_is_the_level(rate, level):
    random = np.random.default_rng(3)
    samples = random.poisson(rate, (2000, 3000)).astype(float)
    truth = random.poisson(rate, 3000).astype(float)
    assert scores.coverage(samples, truth, level).mean() == pytest.approx(level, abs=0.025)


def test_coverage_of_amounts_is_inside_or_outside():
    samples = np.linspace(0, 1, 1001)[:, None]
    for truth, inside in ((0.5, 1.0), (0.96, 0.0), (0.04, 0.0), (2.0, 0.0), (0.06, 1.0)):
        assert scores.coverage(samples, np.array([truth + 1e-6]), 0.9)[0] == inside
    assert np.isnan(scores.coverage(samples, np.array([np.nan]), 0.9)[0])


# Table


def rows_of_scores(places: int = 6, origins: int = 4) -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = []
    for origin in range(origins):
        for place in range(places):
            base = random.gamma(4.0)
            for name, factor in (("good", 0.5), ("fair", 1.0), ("poor", 2.0)):
                row = dict.fromkeys(MEANS, base * factor)
                row |= {
                    "series": "s",
                    "forecaster": name,
                    "origin": f"20{origin}",
                    "horizon": 12,
                    "place": f"p{place}",
                }
                rows.append(row | {"steps": 12, "recorded": 12})
    return pd.DataFrame(rows)


def test_the_table_names_the_best_peer_and_the_skill_over_it():
    table = summary(rows_of_scores(), ["fair", "poor"])
    whole = table[table["origin"] == "all"].set_index("forecaster")
    assert set(whole["best_peer"]) == {"fair"}
    assert whole["skill"].to_dict() == pytest.approx({"good": 0.5, "fair": 0.0, "poor": -1.0})
    assert whole["skill_low"]["good"] == pytest.approx(0.5) and whole["skill_high"]["good"] == pytest.approx(
        0.5
    )
    assert whole["won"].to_dict() == {"good": 1.0, "fair": 0.0, "poor": 0.0}
    assert (whole["cells"] == 24).all() and (whole["folds"] == 4).all()
    assert set(table["origin"]) == {"all", "200", "201", "202", "203"}


def test_a_peer_that_ran_less_cannot_be_the_best():
    scores = rows_of_scores()
    scores = scores[(scores["forecaster"] != "good") | (scores["origin"] == "200")]
    assert best_peer(scores, {"good", "fair", "poor"}) == "fair"
    row = summary(scores, ["good", "fair", "poor"]).query("origin == 'all' and forecaster == 'good'").iloc[0]
    assert row["folds"] == 1 and row["skill"] == pytest.approx(0.5)


def test_the_interval_of_a_skill_covers_it_and_is_wider_for_few_origins():
    random = np.random.default_rng(5)
    best = random.gamma(5.0, size=200)
    # errors shared by the cells of an origin
    shock = np.repeat(random.normal(0, 0.3, 4), 50)
    both = pd.DataFrame({
        "origin": np.repeat(["a", "b", "c", "d"], 50), "place": np.tile([f"p{i}" for i in range(50)], 4),
        "crps": best * 0.8 * np.exp(shock), "crps_best": best,
    })  # fmt: skip
    skill, low, high = skill_interval(both, "crps", 0)
    assert low < skill < high
    alone = both.assign(origin="a", place=[f"p{i}" for i in range(200)])
    _, below, above = skill_interval(alone, "crps", 0)
    assert high - low > 2 * (above - below)


def test_a_skill_of_one_cell_has_no_interval():
    both = pd.DataFrame({"origin": ["a"], "place": ["p"], "crps": [1.0], "crps_best": [2.0]})
    skill, low, high = skill_interval(both, "crps", 0)
    assert skill == 0.5 and np.isnan(low) and np.isnan(high)
