"""Does the fit find what is there: invented records from known parameters, fitted as the real one is.

A truth is drawn from the prior, its record simulated by month and given the errors its own scales say; the fit then
has to say where the truth is. If it is right, the truth lies in half of the 50 % intervals and in nine of ten of the
90 % intervals (the same question as simulation-based calibration asks, with fewer replicas and the whole model).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from contraflow.case import Case
from contraflow.inference import trade
from contraflow.inference.ensembles import Fitter, Latents, Runs, error
from contraflow.inference.record import DEGREES

MEMBERS = 64
"""Members of the ensemble fitted to each invented record."""
TAUGHT = 0.3
"""Contraction from which a parameter counts as one that the record says something about."""
COLUMNS = ("replica", "symbol", "element", "place", "contraction")
"""Columns of the table: `place` is the share of members below the truth."""


def recover(
    case: Case,
    replicas: int,
    members: int = MEMBERS,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Fit invented records.

    Parameters
    ----------
    case : Case
    replicas, members, seed : int
    progress : callable, optional
        Called with (replicas done, replicas).

    Returns
    -------
    pandas.DataFrame
        One row a replica and number, see `COLUMNS`; the symbol ``(record)`` is what the truth says of each row.
    """
    problem = trade.problem(case)
    latents = Latents(problem)
    runs = Runs(problem, latents)
    heavy = problem.record.quantity == "seizures"
    parts = []
    for replica in range(replicas):
        rng = np.random.default_rng([seed, 7, replica])
        # draws that cannot be simulated are not truths
        while True:
            truth = rng.standard_normal((latents.size, 1))
            said = runs.monthly(truth)
            if np.isfinite(said).all():
                break
        errors = latents.errors(rng.standard_normal((len(latents.scales), 1)))
        noise = np.where(heavy, rng.standard_t(DEGREES, len(heavy)), rng.standard_normal(len(heavy)))
        observed = said[:, 0] + noise * error(problem, said, errors)[:, 0]
        fitter = Fitter(problem, seed, observed, runs)
        made = fitter.ensemble(replica, members)
        found = fitter.values(made) | {"(record)": made.said}
        right = latents.values(truth) | errors | {"(record)": said}
        z = dict(zip([p[0] for p in latents.parts], _split(latents, made.latent), strict=True))
        for symbol, value in found.items():
            draws, true = value.reshape(-1, members), np.ravel(right[symbol])
            taught = 1.0 - z[symbol].var(axis=1) if symbol in z else np.full(len(true), np.nan)
            place = (draws < true[:, None]).mean(axis=1)
            rows = zip(range(len(true)), place, taught, strict=True)
            parts += [
                (replica, symbol, *(float(x) if i else int(x) for i, x in enumerate(row))) for row in rows
            ]
        if progress is not None:
            progress(replica + 1, replicas)
    return pd.DataFrame(parts, columns=list(COLUMNS))


def coverage(table: pd.DataFrame) -> pd.DataFrame:
    """Share of truths inside the 50 and 90 % intervals: all numbers, those taught something, and the record."""
    away = (table["place"] - 0.5).abs()
    record = table["symbol"] == "(record)"
    groups = {
        "all parameters": ~record,
        f"contraction above {TAUGHT}": ~record & (table["contraction"] > TAUGHT),
        "what the truth says of the record": record,
    }
    rows = [
        (name, int(mask.sum()), float((away[mask] <= 0.25).mean()), float((away[mask] <= 0.45).mean()))
        for name, mask in groups.items()
    ]
    return pd.DataFrame(rows, columns=["numbers", "count", "in50", "in90"])


def _split(latents: Latents, latent: np.ndarray) -> list[np.ndarray]:
    sizes = [int(np.prod(shape)) for *_, shape in latents.parts]
    return np.split(latent, np.cumsum(sizes)[:-1])
