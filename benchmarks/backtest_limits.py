"""What a perfect forecast of a part would buy: killings by province, 12 months ahead, from the folder of a backtest.

Every forecast is told one thing that came out, the rest stays as it was said:
- total: the national sum of the twelve months. Each sample is scaled to it.
- months: the national sum of every month.
- provinces: the sum of the twelve months of every province.
- all: both at once, with independent Poisson counts around it. What is left is the noise of counts.

python benchmarks/backtest_limits.py backtest           a minute; the folder is one that `contraflow backtest` wrote

Forecasts that the folder lacks, or holds from other tables, are made first, which takes as long as the backtest did.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from contraflow.case import load_case
from contraflow.inference.backtest.folds import folds
from contraflow.inference.backtest.measure import measure
from contraflow.inference.backtest.run import Plan, run

SERIES, HORIZON = "homicides-province", 12
SHOWN = ("contraflow", "mechanism", "plain-pool", "state-space", "last-value")
SEED = 0


def told(said: np.ndarray, truth: np.ndarray) -> dict[str, np.ndarray]:
    """Return forecasts of shape (sample, month, province) that know a part of the truth, by what they know."""
    rng = np.random.default_rng(SEED)
    total = truth.sum() / said.sum(axis=(1, 2), keepdims=True)
    months = truth.sum(axis=1)[None, :, None] / np.maximum(said.sum(axis=2, keepdims=True), 1.0)
    provinces = truth.sum(axis=0) / np.maximum(said.sum(axis=1, keepdims=True), 1.0)
    apart = np.outer(truth.sum(axis=1), truth.sum(axis=0)) / truth.sum()

    def counts(expected: np.ndarray) -> np.ndarray:
        return np.floor(expected + rng.random(expected.shape))

    return {
        "nothing": said,
        "total": counts(said * total),
        "months": counts(said * months),
        "provinces": counts(said * provinces),
        "all": rng.poisson(apart, said.shape).astype(float),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    made = json.loads((folder / "backtest.json").read_text())["provenance"]
    case = load_case(made["case"])
    plan = Plan.read(
        case, made["origins"], made["horizons"], series=[SERIES], only=made["forecasters"],
        samples=made["samples"], seed=made["seed"], fitting=made["fitting"],
    )  # fmt: skip
    found = run(plan, folder, resume=True, progress=lambda step: print(step.words, flush=True))
    record = found.records[SERIES]
    rows = []
    for window in folds(record, plan.origins, (HORIZON,)):
        truth = record.after(window.origin, window.steps)
        known = np.isfinite(truth).all(axis=1)
        for name in SHOWN:
            said = found.forecasts[SERIES, name, str(window.origin)][:, : window.steps]
            for what, samples in told(said[:, known], truth[known]).items():
                whole = said.astype(float)
                whole[:, known] = samples
                crps = measure(name, record, window, whole)["crps"].mean()
                rows.append((name, what, crps))
    table = pd.DataFrame(rows, columns=["forecaster", "known", "crps"])
    shown = table.groupby(["forecaster", "known"], sort=False)["crps"].mean().unstack()
    print(f"Mean CRPS, persons a month, {len(plan.origins)} origins:\n")
    print(f"| forecast | {' | '.join(shown.columns)} |")
    print(f"| --- |{' --- |' * len(shown.columns)}")
    for name, row in shown.iterrows():
        print(f"| `{name}` | {' | '.join(f'{value:.2f}' for value in row)} |")


if __name__ == "__main__":
    main()
