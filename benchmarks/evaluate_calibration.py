"""How often the intervals of `contraflow evaluate` hold, over many placements of an invented effect on the real record.

    python benchmarks/evaluate_calibration.py --methods structural killings --step 2

At every placement a share of the killings of an area is taken out by binomial thinning for some months. Printed
by method, window and share: how often the 90 and 50 % intervals hold the share taken out, how often the sign is
right, and how often the 90 % interval excludes zero (with no share taken out: false alarms).
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

from contraflow.analysis.evaluate.effects import effect
from contraflow.analysis.evaluate.methods import make
from contraflow.analysis.evaluate.placebo import Dates
from contraflow.analysis.evaluate.record import read
from contraflow.analysis.evaluate.windows import FIT
from contraflow.analysis.evaluate.world import Question
from contraflow.case import load_case

AREAS = (
    ("guayas",), ("manabi", "los-rios"), ("el-oro",), ("esmeraldas", "santo-domingo"),
    ("pichincha", "santa-elena"), ("azuay", "canar", "loja"), ("sucumbios", "orellana", "napo"),
)  # fmt: skip
WINDOWS = (1, 3, 6, 12)
SHARES = (0.0, 0.25, 0.5)
#: Eves that must lie before a placement, so that its intervals can be calibrated.
LEARN = 20


def question_of(case) -> Question:
    record = read(case)
    season = dict(zip(case.season["month"], case.season["factor"], strict=True))
    factors = np.array([float(season[month.month]) for month in record.months])
    return Question(
        record.months, record.territories, record.counts, factors, record.share, 0, max(WINDOWS), ()
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", default="ecuador")
    parser.add_argument("--methods", nargs="+", default=["structural", "killings"])
    parser.add_argument("--step", type=int, default=2, help="months between placements")
    parser.add_argument("--areas", type=int, default=len(AREAS))
    options = parser.parse_args()
    case = load_case(options.case)
    question = question_of(case)
    record = question.counts
    print("method      window  taken  n     in 90 %  in 50 %  sign   zero excluded  mean factor")
    for method in make(case, options.methods):
        began = time.monotonic()
        rows: dict[tuple[int, float], list[tuple[bool, bool, bool, bool, float]]] = {}
        starts = list(range(FIT, len(record) - 1, options.step))
        for area in AREAS[: options.areas]:
            treated = tuple(question.territories.index(name) for name in area)
            worlds, seen = [], []
            for start in starts:
                horizon = min(max(WINDOWS), len(record) - start)
                asked = replace(question, origin=start, treated=treated, horizon=horizon)
                worlds.append(method.forecast(asked, quick=True))
                counts = np.full((max(WINDOWS), record.shape[1]), np.nan)
                counts[:horizon] = record[start : start + horizon]
                seen.append(counts)
            for window in WINDOWS:
                for now, start in enumerate(starts):
                    before = [k for k in range(now) if starts[k] + window <= start]
                    if len(before) < LEARN or start + window > len(record):
                        continue
                    spread = np.unique(np.linspace(0, len(before) - 1, 24).round().astype(int))
                    kept = [before[k] for k in spread]
                    past = Dates(
                        tuple(starts[k] for k in kept),
                        tuple(worlds[k] for k in kept),
                        tuple(seen[k] for k in kept),
                        treated,
                    )
                    scale = past.scale(0, window - 1)
                    counted = seen[now][:window, list(treated)].astype(int)
                    draws = worlds[now].total[:, :window].sum(1)
                    for share in SHARES:
                        left = np.random.default_rng([start, window]).binomial(counted, 1 - share).sum()
                        found = effect(left, draws, scale, 0).percent
                        truth = -100 * share
                        row = (
                            found.low90 <= truth <= found.high90,
                            found.low50 <= truth <= found.high50,
                            found.median < 0,
                            found.excludes_zero(),
                            scale.factor,
                        )
                        rows.setdefault((window, share), []).append(row)
        for (window, share), found in sorted(rows.items()):
            means = np.array(found, float).mean(0)
            print(
                f"{method.name:<11} {window:>6}  {100 * share:>3.0f} %  {len(found):<4}  {means[0]:>6.3f}"
                f"  {means[1]:>7.3f}  {means[2]:>5.3f}  {means[3]:>12.3f}  {means[4]:>11.2f}"
            )
        print(f"{method.name}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
