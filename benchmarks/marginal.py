"""Where the single numbers of the trade's fit would go, had they more trajectories than a fit has.

python benchmarks/marginal.py                                a quarter of an hour on two cores
python benchmarks/marginal.py --split learning=-1.75 --split learning=-3.2 --paths paths.npz

Prints, by number and as standard normals of its prior, mean and standard deviation over the members after the last
trajectory and in the long run (`contraflow.inference.marginal`), and how far one trajectory takes a member; and what is
below a split, with the 90 % interval that drawing members again gives, by the trajectories that a transition is over.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from contraflow.case import load_case
from contraflow.ensemble.run import use_double_precision_and_cache
from contraflow.errors import ContraflowError
from contraflow.inference import trade
from contraflow.inference.ensembles import TRAJECTORIES, Fitter
from contraflow.inference.marginal import AGAIN, SETTLE, edges, look_ahead, redrawn, weights

LAGS = (1, 2, 3)


def followed(options: argparse.Namespace) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Symbols, their paths and the mean gradient: from the file that is kept, or from an ensemble."""
    if options.paths is not None and options.paths.exists():
        with np.load(options.paths) as kept:
            return tuple(kept["symbols"].tolist()), kept["path"], kept["push"]
    fitter, began = Fitter(trade.problem(load_case(options.case)), options.seed), time.monotonic()

    def tell(done: int, total: int) -> None:
        if done % 16 == 0:
            print(f"{time.monotonic() - began:6.0f} s  {done} of {total} steps", flush=True)

    made = fitter.ensemble(0, options.members, progress=tell, trajectories=options.trajectories)
    symbols = tuple(fitter.latents.singles)
    if options.paths is not None:
        np.savez(options.paths, symbols=symbols, path=made.path, push=made.push)
    return symbols, made.path, made.push


def below(path: np.ndarray, at: np.ndarray, split: float, lag: int, rng: np.random.Generator) -> str:
    try:
        share = (weights(path, at, lag) * (path < split)).sum()
        again = []
        for _ in range(AGAIN):
            drawn = redrawn(path, rng)
            again.append((weights(drawn, at, lag) * (drawn < split)).sum())
    except ContraflowError as problem:
        return str(problem)
    low, high = np.quantile(again, (0.05, 0.95))
    return f"{share:.2f} (90 %: {low:.2f} to {high:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", default="ecuador")
    parser.add_argument("--members", type=int, default=400)
    parser.add_argument("--trajectories", type=int, default=2 * TRAJECTORIES)
    parser.add_argument("--split", action="append", default=[], metavar="SYMBOL=PLACE")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--paths", type=Path, help="keep where members went in this file, or take it from there"
    )
    options = parser.parse_args()
    use_double_precision_and_cache()
    symbols, path, push = followed(options)
    print("mean gradient before and after each trajectory:", *(f"{x:.2f}" for x in push))
    table = pd.DataFrame(look_ahead(symbols, path, options.seed))
    print(table.to_string(index=False, float_format=lambda x: f"{x:.2f}"))
    rng = np.random.default_rng(options.seed)
    for symbol, place in (split.split("=") for split in options.split):
        if symbol not in symbols:
            raise SystemExit(f"--split: {symbol!r} is no single number; choose among {', '.join(symbols)}")
        own, split = path[:, symbols.index(symbol)], float(place)
        before, after = ((members < split).mean() for members in (own[0], own[-1]))
        print(f"{symbol} below {split}: {before:.2f} of the members before, {after:.2f} after")
        for lag in LAGS:
            print(
                f"  in the long run, over {lag}: {below(own[SETTLE:], edges(own[SETTLE:]), split, lag, rng)}"
            )


if __name__ == "__main__":
    main()
