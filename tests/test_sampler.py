"""The sampler: right posteriors, the same draws after any interruption, and refusals in words."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

pytest.importorskip("numpyro")
pytest.importorskip("blackjax")

import numpyro
import numpyro.distributions as dist

from contraflow.errors import ContraflowError
from contraflow.inference.sampler import Draws, Sampling, sample
from contraflow.inference.sampler.chains import Clock

OBSERVED = np.array([1.2, 0.4, -0.3, 2.0, 0.9])
SMALL = Sampling(warmup=60, draws=50, chains=2, block=20, max_tree_depth=5, seed=3)


def conjugate(shift=0.0):
    """Normal mean with known variance; the posterior is N(sum(y) / (n + 1/4), 1 / (n + 1/4))."""

    def model():
        mean = numpyro.sample("mean", dist.Normal(0.0, 2.0))
        with numpyro.plate("other", 3):
            free = numpyro.sample("free", dist.HalfNormal(1.0))
        numpyro.deterministic("twice", 2 * mean)
        numpyro.deterministic("both", jnp.stack([mean, free.sum()]))
        numpyro.sample("y", dist.Normal(mean, 1.0), obs=jnp.asarray(OBSERVED + shift))

    return model


def interrupt_after(blocks: int):
    """Progress that raises after so many blocks."""
    seen = []

    def progress(made):
        seen.append(made)
        if len(seen) >= blocks:
            raise KeyboardInterrupt

    return progress


def same(one: Draws, other: Draws) -> None:
    assert one.values.keys() == other.values.keys()
    for name in one.values:
        np.testing.assert_array_equal(one.values[name], other.values[name])
    for name in one.stats:
        np.testing.assert_array_equal(one.stats[name], other.stats[name])


@pytest.fixture(scope="module")
def whole() -> Draws:
    return sample(conjugate(), SMALL)


def test_nuts_shapes_and_statistics(whole):
    assert {name: value.shape for name, value in whole.values.items()} == {
        "mean": (2, 50),
        "free": (2, 50, 3),
        "twice": (2, 50),
        "both": (2, 50, 2),
    }
    assert all(value.dtype == np.float32 for value in whole.values.values())
    np.testing.assert_allclose(whole.values["twice"], 2 * whole.values["mean"], rtol=1e-6)
    assert (whole.values["free"] > 0).all()
    wanted = {"diverging", "energy", "num_steps", "tree_depth", "acceptance_rate", "step_size", "lp"}
    assert set(whole.stats) == wanted
    assert all(value.shape == (2, 50) for value in whole.stats.values())
    assert whole.stats["diverging"].dtype == bool
    assert whole.flat("both").shape == (100, 2)
    assert not np.array_equal(whole.values["mean"][0], whole.values["mean"][1])


@pytest.mark.parametrize("method", ["nuts", "svi", "pathfinder"])
def test_every_method_finds_the_posterior(method):
    how = Sampling(method=method, warmup=150, draws=600, chains=2, block=150, steps=None, paths=2)
    draws = sample(conjugate(), how, keep=["mean"])
    precision = len(OBSERVED) + 0.25
    assert draws.values["mean"].shape == (2, 600)
    assert set(draws.values) == {"mean"}
    assert draws.values["mean"].mean() == pytest.approx(OBSERVED.sum() / precision, abs=0.08)
    assert draws.values["mean"].std() == pytest.approx(precision**-0.5, rel=0.15)
    if method != "nuts":
        assert np.all(np.isfinite(draws.info["pareto_k"]))


def test_low_rank_fit_sees_a_correlation():
    def model():
        a = numpyro.sample("a", dist.Normal())
        b = numpyro.sample("b", dist.Normal())
        numpyro.sample("y", dist.Normal(a + b, 0.3), obs=jnp.array(1.0))

    draws = sample(model, Sampling(method="svi", rank=1, draws=400, chains=1, steps=1500))
    assert np.corrcoef(draws.flat("a"), draws.flat("b"))[0, 1] < -0.8


@pytest.mark.parametrize("blocks", [2, 7, 9])
def test_an_interrupted_run_resumes_to_the_same_draws(whole, tmp_path, blocks):
    with pytest.raises(KeyboardInterrupt):
        sample(conjugate(), SMALL, tmp_path, progress=interrupt_after(blocks), threads=1)
    left = {path.name for path in tmp_path.iterdir()}
    assert "chain-0.npz" in left and not any(name.endswith(".tmp") for name in left)
    events = []
    same(sample(conjugate(), SMALL, tmp_path, resume=True, progress=events.append), whole)
    assert events[0].done > 0 and {event.total for event in events} == {110}
    assert sum(event.chain == 0 for event in events) + sum(event.chain == 1 for event in events) == len(
        events
    )
    assert all(event.warmup == (event.done < 60) for event in events)


def test_a_finished_run_is_read_again_and_can_be_extended(whole, tmp_path):
    shorter = Sampling(**(SMALL.__dict__ | {"draws": 30, "chains": 1}))
    sample(conjugate(), shorter, tmp_path)
    same(sample(conjugate(), SMALL, tmp_path, resume=True), whole)
    again = sample(conjugate(), shorter, tmp_path, resume=True)
    np.testing.assert_array_equal(again.values["free"], whole.values["free"][:1, :30])


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from contraflow.inference.sampler import sample
from test_sampler import SMALL, conjugate
sample(conjugate(), SMALL, __import__("pathlib").Path(sys.argv[1]), resume=True,
       progress=lambda made: print(made.chain, made.done, flush=True), threads=2)
"""


def test_a_killed_process_resumes_to_the_same_draws(whole, tmp_path):
    script = textwrap.dedent(SCRIPT).format(tests=str(Path(__file__).parent))
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, env=os.environ
    )
    assert process.stdout is not None
    for _ in range(5):
        assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    (tmp_path / ".chain-0.npz.tmp").write_bytes(b"half")
    same(sample(conjugate(), SMALL, tmp_path, resume=True), whole)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"how": Sampling(**(SMALL.__dict__ | {"seed": 4}))}, "seed is 3 there and 4 here"),
        ({"fingerprint": "new"}, 'fingerprint is "" there and "new" here'),
        ({"keep": ["mean"]}, "keep is"),
        ({"model": conjugate(shift=0.1)}, "the potential of chain 0"),
    ],
)
def test_a_checkpoint_of_something_else_is_refused(tmp_path_factory, change, words):
    folder = tmp_path_factory.getbasetemp() / "of-something"
    if not folder.exists():
        with pytest.raises(KeyboardInterrupt):
            sample(conjugate(), SMALL, folder, progress=interrupt_after(1), threads=1)
    given = {"model": conjugate(), "how": SMALL} | change
    with pytest.raises(ContraflowError, match="run of another problem") as error:
        sample(folder=folder, resume=True, **given)
    assert words in str(error.value)


def test_a_folder_in_use_is_not_overwritten(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        sample(conjugate(), SMALL, tmp_path, progress=interrupt_after(1), threads=1)
    with pytest.raises(ContraflowError, match="holds a run already"):
        sample(conjugate(), SMALL, tmp_path)


def test_a_damaged_checkpoint_is_named(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        sample(conjugate(), SMALL, tmp_path, progress=interrupt_after(1), threads=1)
    path = tmp_path / "chain-0.npz"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ContraflowError, match=r"chain-0\.npz: is damaged or missing"):
        sample(conjugate(), SMALL, tmp_path, resume=True)


def test_chains_can_start_from_the_draws_of_a_cheaper_method():
    cheap = sample(conjugate(), Sampling(method="pathfinder", draws=100, chains=1, paths=1))
    draws = sample(conjugate(), SMALL, start=cheap, keep=["mean"])
    assert draws.values["mean"].mean() == pytest.approx(OBSERVED.sum() / 5.25, abs=0.2)
    with pytest.raises(ContraflowError, match="no draws of free"):
        sample(conjugate(), SMALL, start=draws)


def test_impossible_models_are_refused_in_words():
    def nothing():
        numpyro.sample("y", dist.Normal(0, 1), obs=1.0)

    def discrete():
        numpyro.sample("n", dist.Poisson(3.0))

    def never():
        numpyro.factor("f", jnp.nan * numpyro.sample("x", dist.Normal()))

    def stack():
        scale = numpyro.sample("x", dist.HalfNormal(1.0).expand([4]).to_event(1))
        roots = jnp.linalg.cholesky(jnp.eye(5) * scale[:, None, None] + jnp.eye(5))
        numpyro.factor("f", -roots.sum())

    for model, words in (
        (nothing, "no latent site"),
        (discrete, "'n' is discrete"),
        (never, "not finite at 100 random starts"),
        (stack, "stack of matrices"),
    ):
        with pytest.raises(ContraflowError, match=words):
            sample(model, SMALL)
    with pytest.raises(ContraflowError, match="no site 'other'"):
        sample(conjugate(), SMALL, keep=["mean", "other"])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"method": "gibbs"}, "method 'gibbs'"),
        ({"draws": 0}, "draws is 0"),
        ({"target_accept": 1.0}, "target_accept is 1.0"),
        ({"steps": 0}, "steps is 0"),
    ],
)
def test_impossible_settings_are_refused(settings, words):
    with pytest.raises(ContraflowError, match=words):
        Sampling(**settings)


def test_the_clock_counts_what_is_left():
    clock = Clock(warmup=100, total=200, done=[0, 0, 0], threads=2)
    assert np.isnan(clock.left())
    made = clock.tick(0, 50, 10.0)
    assert made.warmup and made.eta_seconds == pytest.approx(0.2 * (50 + 100 + 200 + 200) / 2)
    clock.tick(0, 100, 10.0)
    made = clock.tick(0, 150, 5.0)
    assert not made.warmup and made.eta_seconds == pytest.approx((0.1 * (50 + 200) + 0.2 * 200) / 2)
    for chain in (0, 1, 2):
        made = clock.tick(chain, 200, 1.0)
    assert made.eta_seconds == 0
