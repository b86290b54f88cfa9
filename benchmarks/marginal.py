"""Marginal posterior of one number of the trade's fit, by the mean force on it.

python benchmarks/marginal.py learning --split -1.75           a quarter of an hour on two cores
python benchmarks/marginal.py theta --low -3 --high 2 --out theta.csv

Prints, by place along the number's standard normal: the number, the force with its standard error, and the
density; and what is below --split, with the 90 % interval that drawing members again gives.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from contraflow.case import load_case
from contraflow.ensemble.run import use_double_precision_and_cache
from contraflow.files import write_text
from contraflow.inference import trade
from contraflow.inference.ensembles import Fitter
from contraflow.inference.marginal import below, density, forces, resampled
from contraflow.inference.priors import QUANTILE


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("symbol")
    parser.add_argument("--case", default="ecuador")
    parser.add_argument("--low", type=float, default=-5.0)
    parser.add_argument("--high", type=float, default=1.0)
    parser.add_argument("--places", type=int, default=25)
    parser.add_argument("--members", type=int, default=6, help="at each place")
    parser.add_argument("--trajectories", type=int, default=9)
    parser.add_argument("--split", type=float, help="say what is below this standard normal")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="a CSV file for the table")
    options = parser.parse_args()
    use_double_precision_and_cache()
    case = load_case(options.case)
    fitter = Fitter(trade.problem(case), options.seed)
    began, at = time.monotonic(), np.linspace(options.low, options.high, options.places)

    def tell(done: int, total: int) -> None:
        if done % 16 == 0:
            print(f"{time.monotonic() - began:6.0f} s  {done} of {total} steps", flush=True)

    felt = forces(fitter, options.symbol, at, options.members, options.trajectories, tell)
    _, dist, a, b, _ = next(part for part in fitter.latents.parts if part[0] == options.symbol)
    found = density(at, felt.mean(axis=1))
    table = pd.DataFrame(
        {
            "standard_normal": at,
            options.symbol: QUANTILE[dist](at, a, b),
            "force": felt.mean(axis=1),
            "error": felt.std(axis=1, ddof=1) / np.sqrt(options.members),
            "density": found,
        }
    )
    print(table.to_string(index=False, float_format=lambda x: f"{x:.3f}"))
    if options.split is not None:
        again = density(at, resampled(felt, np.random.default_rng(options.seed)))
        low, high = np.quantile(below(at, again, options.split), (0.05, 0.95))
        print(
            f"below {options.split}: {float(below(at, found, options.split)):.2f} (90 %: {low:.2f} to {high:.2f})"
        )
    if options.out is not None:
        write_text(options.out, table.to_csv(index=False, float_format="%.4g", lineterminator="\n"))


if __name__ == "__main__":
    main()
