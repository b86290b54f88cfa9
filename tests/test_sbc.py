"""Simulation-based calibration: uniform ranks where all is right, and an alarm where it is not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

pytest.importorskip("numpyro")

import numpyro
import numpyro.distributions as dist

from contraflow.errors import ContraflowError
from contraflow.inference.sampler import Sampling
from contraflow.inference.sbc import Calibration, sbc

QUICK = Sampling(warmup=120, draws=160, max_tree_depth=5, seed=1)
EXPOSURE = jnp.array([0.5, 1.0, 2.0, 3.0])


def prior(key):
    one, two = jax.random.split(key)
    level = jax.random.normal(one)
    slope = 0.5 * jnp.abs(jax.random.normal(two))
    return {"level": level, "slope": slope, "rates": jnp.exp(level + slope * EXPOSURE)}


def simulate(key, truth):
    return jax.random.poisson(key, truth["rates"])


def model(data, spread=1.0):
    level = numpyro.sample("level", dist.Normal(0.0, spread))
    slope = numpyro.sample("slope", dist.HalfNormal(0.5))
    rates = numpyro.deterministic("rates", jnp.exp(level + slope * EXPOSURE))
    numpyro.sample("y", dist.Poisson(rates), obs=data)


def test_a_correct_model_has_uniform_ranks():
    done = []
    found = sbc(prior, simulate, model, 100, QUICK, thin=8, progress=lambda n, total: done.append((n, total)))
    assert found.levels == 20
    assert {name: ranks.shape for name, ranks in found.ranks.items()} == {
        "level": (100, 1),
        "slope": (100, 1),
        "rates": (100, 4),
    }
    assert all(ranks.min() >= 0 and ranks.max() <= 20 for ranks in found.ranks.values())
    assert done == [(n, 100) for n in range(1, 101)]
    assert found.p_value > 0.005
    assert found.divergences.mean() < 2


def test_a_model_with_another_prior_is_caught():
    found = sbc(
        prior, simulate, lambda data: model(data, 0.3), 100, QUICK, thin=8, quantities=["level"], threads=1
    )
    assert found.p_value < 1e-3


def test_p_values_are_uniform_for_uniform_ranks_and_small_for_others():
    rng = np.random.default_rng(0)
    fair = Calibration({"a": rng.integers(0, 101, (300, 400))}, 100, np.zeros(300))
    values = fair.p_values("a")
    assert 0.02 < (values < 0.05).mean() < 0.09
    assert fair.p_value > 0.01
    narrow = Calibration({"a": rng.binomial(100, 0.5, (300, 1))}, 100, np.zeros(300))
    assert narrow.p_value < 1e-10


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(ContraflowError, match="prior gives no 'other'"):
        sbc(prior, simulate, model, 20, QUICK, quantities=["other"])
    with pytest.raises(ContraflowError, match="5 replicas"):
        sbc(prior, simulate, model, 5, QUICK)
