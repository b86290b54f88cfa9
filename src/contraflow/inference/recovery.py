"""Does the fit find what is there: invented records from known parameters, fitted as the real one is.

A truth is drawn from the prior, its record simulated by month and given the errors its own scales say; the fit then
has to say where the truth is. If it is right, the truth lies in half of the 50 % intervals and in nine of ten of the
90 % intervals (the same question as simulation-based calibration asks, with fewer replicas and the whole model).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from contraflow.case import Case
from contraflow.errors import ContraflowError
from contraflow.files import write_text
from contraflow.inference import trade
from contraflow.inference.ensembles import Fitter
from contraflow.inference.posterior import fitted_to
from contraflow.inference.record import noise
from contraflow.inference.runs import Latents, Runs, error

MEMBERS = 64
"""Members of the ensemble fitted to each invented record."""
TAUGHT = 0.3
"""Contraction from which a parameter counts as one that the record says something about."""
COLUMNS = ("replica", "symbol", "element", "place", "contraction")
"""Columns of the table: `place` is where the truth stands among members, uniform from 0 to 1 if the fit is right.

The contraction comes from the first half of the members, the place from the second: chosen and judged by the same
members, numbers whose spread came out small by chance would look as if their intervals were too narrow.
"""


def recover(
    case: Case,
    replicas: int,
    members: int = MEMBERS,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    keep: Path | None = None,
) -> pd.DataFrame:
    """Fit invented records.

    Parameters
    ----------
    case : Case
    replicas, members, seed : int
    progress : callable, optional
        Called with (replicas done, replicas).
    keep : Path, optional
        A CSV file with what is found, written after every replica; replicas it already holds are not fitted again.
        Its first line says what it was made from.

    Returns
    -------
    pandas.DataFrame
        One row a replica and number, see `COLUMNS`; the symbol ``(record)`` is what the truth says of each row.

    Raises
    ------
    ContraflowError
        If the file to go on from was made from something else.
    """
    mark = f"# contraflow {version('contraflow')}, tables {fitted_to(case)}, {members} members, seed {seed}"
    found = _kept(keep, mark)
    problem = trade.problem(case)
    latents = Latents(problem)
    runs = Runs(problem, latents)
    for replica in range(replicas):
        if (found["replica"] == replica).any():
            continue
        rng = np.random.default_rng([seed, 7, replica])
        # draws that cannot be simulated are not truths
        while True:
            truth = rng.standard_normal((latents.size, 1))
            said = runs.monthly(truth)
            if np.isfinite(said).all():
                break
        errors = latents.errors(rng.standard_normal((len(latents.scales), 1)))
        wrong = noise(problem.record, problem.record.value.shape, rng)
        observed = said[:, 0] + wrong * error(problem, said, errors)[:, 0]
        fitter = Fitter(problem, seed, observed, runs)
        made = fitter.ensemble(replica, members)
        estimates = fitter.values(made) | {"(record)": made.said}
        right = latents.values(truth) | errors | {"(record)": said}
        half = members // 2
        z = dict(zip([p[0] for p in latents.parts], _split(latents, made.latent[:, :half]), strict=True))
        parts = [found] if len(found) else []
        for symbol, value in estimates.items():
            draws, true = value.reshape(-1, members)[:, half:], np.ravel(right[symbol])
            parts.append(
                pd.DataFrame(
                    {
                        "replica": replica,
                        "symbol": symbol,
                        "element": np.arange(len(true)),
                        "place": standing(draws, true, rng),
                        "contraction": 1.0 - z[symbol].var(axis=1, ddof=1) if symbol in z else np.nan,
                    }
                )
            )
        found = pd.concat(parts, ignore_index=True)
        if keep is not None:
            write_text(keep, mark + "\n" + found.to_csv(index=False, lineterminator="\n"))
        if progress is not None:
            progress(replica + 1, replicas)
    return found[found["replica"] < replicas]


def _kept(keep: Path | None, mark: str) -> pd.DataFrame:
    """Read what an earlier run found; nothing where there was none."""
    if keep is None or not keep.exists():
        return pd.DataFrame(columns=list(COLUMNS))
    with keep.open(encoding="utf-8") as file:
        first = file.readline().rstrip("\n")
    if first != mark:
        raise ContraflowError(
            str(keep), f"begins {first!r} and not {mark!r}", "name another file, or remove this one"
        )
    return pd.read_csv(keep, comment="#")


def standing(draws: np.ndarray, true: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where truths stand among draws, from 0 to 1: the rank, spread evenly over its share of the interval.

    A truth that is one more draw stands anywhere with the same chance, however few draws there are; the plain share of
    draws below it would call 88 % of 64 draws a 90 % interval.

    Parameters
    ----------
    draws : numpy.ndarray, shape (number, draw)
    true : numpy.ndarray, shape (number,)
    rng : numpy.random.Generator
    """
    below = (draws < true[:, None]).sum(axis=1)
    return (below + rng.random(len(true))) / (draws.shape[1] + 1)


def coverage(table: pd.DataFrame) -> pd.DataFrame:
    """Share of truths inside the 50 and 90 % intervals: all numbers, those taught something, the record, scales."""
    away = (table["place"] - 0.5).abs()
    record = table["symbol"] == "(record)"
    groups = {
        "all parameters": ~record,
        f"contraction above {TAUGHT}": ~record & (table["contraction"] > TAUGHT),
        "what the truth says of the record": record,
        "scales of walks and of errors": table["symbol"].isin(trade.SCALES),
    }
    rows = [
        (name, int(mask.sum()), float((away[mask] <= 0.25).mean()), float((away[mask] <= 0.45).mean()))
        for name, mask in groups.items()
    ]
    return pd.DataFrame(rows, columns=["numbers", "count", "in50", "in90"])


def _split(latents: Latents, latent: np.ndarray) -> list[np.ndarray]:
    sizes = [int(np.prod(shape)) for *_, shape in latents.parts]
    return np.split(latent, np.cumsum(sizes)[:-1])
