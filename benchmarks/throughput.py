"""How fast the model runs: member-months a second, memory, and what bounds it.

    python benchmarks/throughput.py [--draws 1000] [--repeat 3]

A member-month is one draw simulated for one month. Prints a table in Markdown. Timings are medians over
repeats in one process; compare them only with others of the same run on the same machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from contraflow.case import load_case
from contraflow.ensemble.build import build
from contraflow.ensemble.run import CHUNK, simulate_ensemble, use_double_precision_and_cache
from contraflow.inference.posterior import draw_beliefs, load_posterior
from contraflow.model import numerics
from contraflow.model.simulate import simulate
from contraflow.model.step import PRECISIONS, Settings
from contraflow.model.synthetic import neutral_drivers, random_network, random_parameters, random_structure
from contraflow.scenario import compile_drivers, load_scenario


def median_time(work, repeat: int) -> float:
    """Median wall time of `work` in seconds, after one call that compiles."""
    work()
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def ecuador(draws: int, repeat: int) -> tuple[dict[str, float], int]:
    """Member-months a second of the whole Ecuador model by precision, default record, and its number of months."""
    case = load_case("ecuador")
    model = build(case)
    drivers = [compile_drivers(case, load_scenario(case, "campaign-2026"))]
    posterior = load_posterior(case)
    drawn = {}

    def parameters(chosen: range):
        if chosen not in drawn:
            drawn[chosen] = draw_beliefs(case, model.members, chosen, 0, posterior)
        return drawn[chosen]

    def rate(settings: Settings) -> float:
        work = lambda: simulate_ensemble(model, drivers, parameters, draws, settings=settings)  # noqa: E731
        return draws * model.structure.months / median_time(work, repeat)

    return {name: rate(Settings(precision=name)) for name in PRECISIONS}, model.structure.months


def random_graph(repeat: int) -> float:
    """Microseconds per member-month on a random acyclic network of 160 nodes and 1,000 edges."""
    rng = np.random.default_rng(0)
    network = random_network(rng, 160, 1000, 12)
    structure = random_structure(rng, network, 60)
    draws = 2 * CHUNK
    parameters, drivers = random_parameters(rng, structure, draws), neutral_drivers(structure)
    run = jax.jit(lambda p: simulate(structure, p, drivers))
    seconds = median_time(lambda: jax.block_until_ready(run(parameters)), repeat)
    return 1e6 * seconds / (draws * structure.months)


def transcendental_rate(repeat: int, log: Callable) -> float:
    """Exponentials and logarithms a second on one core, in double precision, from cache."""
    values = jnp.asarray(np.random.default_rng(0).uniform(0.5, 2.0, 20_000))
    turns = 500
    run = jax.jit(lambda x: jax.lax.fori_loop(0, turns, lambda _, y: jnp.exp(0.5 * log(y)), x))
    seconds = median_time(lambda: jax.block_until_ready(run(values)), repeat)
    return 2 * turns * values.size / seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    use_double_precision_and_cache()
    rates, months = ecuador(options.draws, options.repeat)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    graph = random_graph(options.repeat)
    theirs = transcendental_rate(options.repeat, jnp.log)
    functions = transcendental_rate(options.repeat, numerics.log)
    model = build(load_case("ecuador"))
    # log and exp of every edge's cost and exp of its loss; log and exp of every node's composite cost;
    # twice log and exp of every cell
    needed = 3 * len(model.structure.network.edges) + 2 * len(model.structure.network.nodes)
    needed += 4 * len(model.structure.names["cell"])
    cores = os.cpu_count() or 1
    print(
        f"{cores} cores, JAX {jax.__version__}, {options.draws} draws in chunks of {CHUNK}, {months} months\n"
    )
    print("| quantity | value |\n| --- | --- |")
    for name, rate in rates.items():
        print(f"| Ecuador, default record, {name} precision, member-months a second | {rate:,.0f} |")
    print(f"| peak memory of the process, GiB | {memory:.2f} |")
    print(f"| 160 nodes, 1,000 edges, one call, µs per member-month | {graph:.1f} |")
    print(f"| exponentials and logarithms a second, with the library's logarithm | {theirs:,.0f} |")
    print(f"| exponentials and logarithms a second, with the model's | {functions:,.0f} |")
    print(f"| needed per member-month | {needed:,} |")
    print(f"| bound from them alone, member-months a second | {functions / needed:,.0f} per core |")


if __name__ == "__main__":
    main()
