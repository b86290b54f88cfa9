"""What a fit says of a point without it: against the exact answer, and against what a fit that has seen it says."""

from __future__ import annotations

import numpy as np
from scipy import stats

from contraflow.inference import leaveout
from contraflow.inference.diagnose import diagnose, positions
from contraflow.inference.sampler import Draws
from contraflow.inference.store import to_tree


def fitted(rng, groups: int, each: int, draws: int):
    """Means of groups with a flat prior and errors of one: truths, points, draws of the means."""
    mean = rng.normal(0.0, 3.0, groups)
    y = mean[:, None] + rng.standard_normal((groups, each))
    drawn = y.mean(axis=1) + rng.standard_normal((draws, groups)) / np.sqrt(each)
    return y, np.repeat(drawn[:, :, None], each, axis=2)


def test_weights_give_the_exact_fit_without_the_point():
    rng = np.random.default_rng(0)
    y, said = fitted(rng, 40, 4, 8000)
    logs = stats.norm.logpdf(y, said, 1.0).reshape(len(said), -1)
    weights, k = leaveout.weights(logs)
    found = positions(
        y.ravel(), (said + rng.standard_normal(said.shape)).reshape(len(said), -1), weights=weights
    )
    without = (4 * y.mean(axis=1, keepdims=True) - y) / 3
    exact = stats.norm.cdf((y - without) / np.sqrt(1 + 1 / 3)).ravel()
    assert np.median(k) < leaveout.TRUSTED
    trusted = k < leaveout.TRUSTED
    assert trusted.mean() > 0.8
    np.testing.assert_allclose(found[trusted], exact[trusted], atol=0.08)


def test_a_right_fit_covers_what_it_says_of_points_left_out_and_more_of_those_it_has_seen():
    rng = np.random.default_rng(1)
    y, said = fitted(rng, 400, 3, 800)
    chains = (2, len(said) // 2, 400 * 3)
    series = {"figures": said.reshape(chains)}
    tree = to_tree(
        Draws({"mean": said[:, :, 0].reshape(2, -1, 400)}, {}, {}),
        observed={"figures": y.ravel()},
        predictive={"figures": said.reshape(chains) + rng.standard_normal(chains)},
        log_likelihood={"figures": stats.norm.logpdf(y.ravel(), series["figures"], 1.0)},
    )
    found = diagnose(tree)
    (figures,) = found.coverage
    # a fit that follows a third of each point: residuals have 2/3 of the variance, replicates 4/3
    seen = 2 * stats.norm.cdf(stats.norm.ppf((0.75, 0.95)) * np.sqrt(2)) - 1
    np.testing.assert_allclose((figures.half, figures.ninety), seen, atol=0.04)
    np.testing.assert_allclose((figures.half_without, figures.ninety_without), (0.5, 0.9), atol=0.04)
    judged = {v.what: v.met for v in found.verdicts if "covered" in v.what}
    assert judged == {
        "covered by 50 % intervals": None,
        "covered by 50 % intervals, left out": True,
        "covered by 90 % intervals": None,
        "covered by 90 % intervals, left out": True,
    }


def test_errors_that_are_too_small_are_found_out():
    rng = np.random.default_rng(2)
    y, said = fitted(rng, 400, 3, 800)
    y = y + 2.0 * rng.standard_normal(y.shape)
    chains = (2, len(said) // 2, 400 * 3)
    tree = to_tree(
        Draws({"mean": said[:, :, 0].reshape(2, -1, 400)}, {}, {}),
        observed={"figures": y.ravel()},
        predictive={"figures": said.reshape(chains) + rng.standard_normal(chains)},
        log_likelihood={"figures": stats.norm.logpdf(y.ravel(), said.reshape(chains), 1.0)},
    )
    assert not diagnose(tree).good
