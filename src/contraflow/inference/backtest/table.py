"""From the scores of all folds to one table: means, the best peer, and the skill over it with an interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

#: Resamples of a skill's interval, and the interval's level.
RESAMPLES, LEVEL = 2000, 0.9
#: Scores of which the table has means.
MEANS = (
    "crps",
    "crps_log",
    "crps_total",
    "log_score",
    "cover50",
    "cover90",
    "cover50_total",
    "cover90_total",
)
#: Columns of the table, in order.
TABLE = (
    "series", "horizon", "origin", "forecaster", "peer", "folds", "places", "cells", "crps", "ratio", "skill",
    "skill_low", "skill_high", "won", "skill_log", "skill_total", "best_peer",
    *(name for name in MEANS if name != "crps"), "note",
)  # fmt: skip
#: Columns of what was not run or not scored; an empty forecaster means all, horizon 0 all horizons.
MISSING = ("series", "forecaster", "origin", "horizon", "why")
ALL = "all"


def summary(scores: pd.DataFrame, peers: Iterable[str], seed: int = 0) -> pd.DataFrame:
    """Sum up the scores by series, horizon, origin and forecaster, whoever wins.

    Means are over places and then over origins, each origin alike. The best peer has the lowest mean CRPS of
    those peers that were run on most cells. A forecaster is compared with it on the cells that both have:
    skill = 1 - CRPS / CRPS of the best peer, with a 90 % interval from resampling origins and places, crossed.

    Parameters
    ----------
    scores
        Rows of `measure`.
    peers
        Names of the forecasters that are peers; the others are the simulator.
    seed
        Of the resampling.

    Returns
    -------
    pandas.DataFrame
        Columns `TABLE`; rows with origin ``all`` and rows for each origin. ``ratio`` is CRPS over the best
        peer's, ``won`` the share of cells with a lower CRPS than the best peer's.
    """
    peers = set(peers)
    rows = []
    if scores.empty:
        return pd.DataFrame(columns=list(TABLE))
    for series, horizon in dict.fromkeys(zip(scores["series"], scores["horizon"], strict=True)):
        cells = _where(scores, (scores["series"] == series) & (scores["horizon"] == horizon))
        for origin in (ALL, *sorted(set(cells["origin"]))):
            part = cells if origin == ALL else _where(cells, cells["origin"] == origin)
            best = best_peer(part, peers)
            for forecaster in dict.fromkeys(part["forecaster"]):
                own = _where(part, part["forecaster"] == forecaster)
                row = {"series": series, "horizon": horizon, "origin": origin, "forecaster": forecaster}
                row |= {"peer": int(forecaster in peers), "best_peer": best, "note": _note(own)}
                row |= {"folds": own["origin"].nunique(), "places": own["place"].nunique(), "cells": len(own)}
                means = own.groupby("origin")[list(MEANS)].mean().to_numpy().mean(axis=0)
                row |= dict(zip(MEANS, means.tolist(), strict=True))
                if best:
                    row |= _against(own, _where(part, part["forecaster"] == best), seed)
                rows.append(row)
    return pd.DataFrame(rows).reindex(columns=list(TABLE))


def with_missing(table: pd.DataFrame, missing: pd.DataFrame, horizons: Sequence[int]) -> pd.DataFrame:
    """Return the table with a row for everything that was not run or cannot be scored, and why.

    Parameters
    ----------
    table
        From `summary`.
    missing
        Columns `MISSING`.
    horizons
        All horizons, for what was not run at all.
    """
    rows = []
    for line in missing.to_dict("records"):
        for horizon in [line["horizon"]] if line["horizon"] else horizons:
            kind = "not run" if line["forecaster"] else "not scored"
            row = {name: line[name] for name in ("series", "origin", "forecaster")}
            rows.append(row | {"horizon": horizon, "folds": 0, "note": f"{kind}: {line['why']}"})
    return pd.DataFrame([*table.to_dict("records"), *rows]).reindex(columns=list(TABLE)) if rows else table


def best_peer(cells: pd.DataFrame, peers: set[str]) -> str:
    """Return the peer with the lowest mean CRPS among those with most cells; empty if there is none."""
    found: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    for name in dict.fromkeys(cells["forecaster"]):
        if name in peers:
            own = _where(cells, cells["forecaster"] == name)
            found[name] = [
                float(own["crps"].to_numpy()[own["origin"] == o].mean()) for o in set(own["origin"])
            ]
            sizes[name] = len(own)
    whole = [name for name in found if sizes[name] == max(sizes.values())]
    return min(whole, key=lambda name: np.mean(found[name]), default="")


def _where(table: pd.DataFrame, mask: pd.Series) -> pd.DataFrame:
    """Return the rows of a table where a mask is true."""
    return table.iloc[np.flatnonzero(mask.to_numpy(dtype=bool))]


def _note(own: pd.DataFrame) -> str:
    """Say which windows are not recorded to their end."""
    short = own[own["recorded"] < own["steps"]]
    parts = [
        f"{origin}: {int(part['recorded'].min())} of {int(part['steps'].max())} steps"
        for origin, part in short.groupby("origin")
    ]
    return "; ".join(parts)


def _against(own: pd.DataFrame, best: pd.DataFrame, seed: int) -> dict[str, float]:
    """Compare a forecaster with the best peer on the cells that both have."""
    both = own.merge(best, on=["origin", "place"], suffixes=("", "_best"))
    if both.empty:
        return {}
    skill, low, high = skill_interval(both, "crps", seed)
    return {
        "ratio": 1 - skill,
        "skill": skill,
        "skill_low": low,
        "skill_high": high,
        "won": float((both["crps"] < both["crps_best"]).mean()),
        "skill_log": skill_interval(both, "crps_log", None)[0],
        "skill_total": skill_interval(both, "crps_total", None)[0],
    }


def skill_interval(both: pd.DataFrame, column: str, seed: int | None) -> tuple[float, float, float]:
    """Return the skill and the interval of a paired bootstrap over origins and places.

    Origins and places are drawn with replacement, each for itself, and every cell counts as often as its
    origin times its place was drawn: cells of one origin share what happened in the country, so they are not
    drawn one by one. With a single origin only places are drawn. Without a seed, or with a single cell, there
    is no interval.

    Parameters
    ----------
    both
        Cells with `column` and ``{column}_best``.
    column
        A score.
    seed
        Of the resampling.

    Returns
    -------
    tuple of float
        Skill, low and high end.
    """
    origins, row = np.unique(both["origin"].to_numpy(dtype=str), return_inverse=True)
    places, col = np.unique(both["place"].to_numpy(dtype=str), return_inverse=True)
    grid = np.zeros((3, len(origins), len(places)))
    grid[0, row, col] = both[column].to_numpy()
    grid[1, row, col] = both[f"{column}_best"].to_numpy()
    grid[2, row, col] = 1

    def skill(by_origin: np.ndarray, by_place: np.ndarray) -> np.ndarray:
        """Return the skill for weights of shape (resample, origin) and (resample, place)."""
        own, best, cells = np.einsum("kop,bp->kbo", grid, by_place)
        weight = by_origin / np.where(cells > 0, cells, np.inf)
        with np.errstate(divide="ignore", invalid="ignore"):
            return 1 - (weight * own).sum(axis=1) / (weight * best).sum(axis=1)

    point = float(skill(np.ones((1, len(origins))), np.ones((1, len(places))))[0])
    if seed is None or len(both) < 2:
        return point, float("nan"), float("nan")
    random = np.random.default_rng(seed)
    drawn = [
        random.multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(float)
        for n in (len(origins), len(places))
    ]
    resampled = skill(drawn[0], drawn[1])
    low, high = np.nanquantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return point, float(low), float(high)
