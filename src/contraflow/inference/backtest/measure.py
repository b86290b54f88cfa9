"""From samples and what was recorded to one row of scores for each place and window."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contraflow.inference.backtest import scores
from contraflow.inference.backtest.folds import Fold
from contraflow.inference.backtest.series import Series

#: Columns of the scores, in order.
COLUMNS = (
    "series", "forecaster", "origin", "horizon", "place", "steps", "recorded", "crps", "crps_log", "crps_total",
    "log_score", "cover50", "cover90", "cover50_total", "cover90_total", "truth_total", "median_total",
)  # fmt: skip


def measure(forecaster: str, series: Series, fold: Fold, samples: np.ndarray) -> pd.DataFrame:
    """Score one forecaster in one fold.

    Parameters
    ----------
    forecaster
        Its name.
    series
        The whole record.
    fold
        The window; its mask says which places are scored.
    samples
        Shape (sample, step, place), of the places of `series`; NaN where a place was not forecast.

    Returns
    -------
    pandas.DataFrame
        A row for each place that is scored. ``crps``, ``crps_log`` (of log(1 + y) for counts, of log y for
        amounts), ``log_score``, ``cover50`` and ``cover90`` are means over the recorded steps of the window;
        those that end in ``_total`` are of the sum over those steps.
    """
    places = np.flatnonzero(fold.places & np.isfinite(samples).all(axis=(0, 1)))
    truth = series.after(fold.origin, fold.steps)[:, places]
    said = samples[:, : fold.steps, places]
    count = series.kind == "count"
    to_log = np.log1p if count else np.log
    known = np.isfinite(truth)
    sums = np.where(known, said, 0).sum(axis=1)
    total = np.where(known, truth, 0).sum(axis=0)
    log_score = scores.log_score_counts if count else scores.log_score_amounts
    means = {
        "crps": scores.crps(said, truth),
        "crps_log": scores.crps(to_log(said), to_log(truth)),
        "log_score": log_score(said, truth),
        "cover50": scores.coverage(said, truth, 0.5),
        "cover90": scores.coverage(said, truth, 0.9),
    }
    columns = {name: np.nanmean(values, axis=0) for name, values in means.items()}
    columns |= {
        "crps_total": scores.crps(sums, total),
        "cover50_total": scores.coverage(sums, total, 0.5),
        "cover90_total": scores.coverage(sums, total, 0.9),
        "truth_total": total,
        "median_total": np.median(sums, axis=0),
        "place": [series.places[place] for place in places],
        "recorded": fold.recorded[places],
    }
    rows = pd.DataFrame(columns).assign(
        series=series.name,
        forecaster=forecaster,
        origin=str(fold.origin),
        horizon=fold.horizon,
        steps=fold.steps,
    )
    return rows.reindex(columns=list(COLUMNS))
