"""Where single numbers would go in the long run, for those that a few trajectories hardly move.

How many members of an ensemble are where along such a number is what their small fits made it, and R-hat cannot see
that, since every ensemble began alike. But a trajectory leaves draws of the posterior draws of it. So what members do
between places along the number is a Markov chain whose long run is the number's marginal posterior, wherever they
began: with C the counts of members that go from one place to another in a trajectory,

    P_ij = C_ij / Σ_k C_ik,    π P = π

(Trendelkamp-Schroer, Wu, Paul & Noé 2015, J. Chem. Phys. 143, https://doi.org/10.1063/1.4934536, section II). It is as
good as members at a place are draws of everything else given it, and errs towards where members are: places are not
points, and those who came to one are not yet spread over it.

Whether members are draws of the posterior in all that trajectories do move, the mean of the gradient of minus the log
density says. It is nought over draws of any density that falls off (Gorham & Mackey 2015, NeurIPS 28).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse.csgraph import connected_components

from contraflow.errors import ContraflowError

SETTLE = 2
"""Trajectories that are not counted: members have to forget their small fits."""
PLACES = 24
"""Places along a number. Within one, members have to be as likely here as there: the narrower they are the better, as
long as enough members go from one to the next."""
INSIDE = 0.01
"""Share of the members below the first edge, and above the last."""
APART = 0.05
"""Share of what members visited that may lie at places from which or to which nobody went: it is left out."""
AGAIN = 100
"""Times that members are drawn again, for the error of a mean."""


class LongRun(NamedTuple):
    """A single number as its members have it and as it would be in the long run, in standard normals of its prior.

    Attributes
    ----------
    mean, sd
        Of the members after the last trajectory.
    later, later_sd
        In the long run; NaN where members do not go everywhere.
    error
        Standard error of `later`, over members drawn again.
    step
        Mean distance that a trajectory takes a member.
    """

    symbol: str
    mean: float
    sd: float
    later: float
    later_sd: float
    error: float
    step: float


def push(slope: np.ndarray) -> float:
    """Root mean square over latents of the mean gradient, in its standard errors; about one for draws of the posterior.

    Parameters
    ----------
    slope : numpy.ndarray, shape (latent, member)
        Gradients of minus the log density. For draws their means follow a t distribution, whose spread is taken out.
    """
    members = slope.shape[1]
    if members < 4:
        return float("nan")
    error = slope.std(axis=1, ddof=1) / np.sqrt(members)
    t = slope.mean(axis=1)[error > 0] / error[error > 0]
    return float(np.sqrt(np.mean(t**2) * (members - 3) / (members - 1)))


def edges(path: np.ndarray, places: int = PLACES) -> np.ndarray:
    """Inner edges of places of one width along a number; shape (place - 1,)."""
    low, high = np.quantile(path, (INSIDE, 1 - INSIDE))
    return np.linspace(low, high, places - 1)


def long_run(path: np.ndarray, edges: np.ndarray, lag: int = 1) -> np.ndarray:
    """Share of members at each place in the long run, from how they go between places.

    Parameters
    ----------
    path : numpy.ndarray, shape (time, member)
        After one trajectory and the next.
    edges : numpy.ndarray, shape (place - 1,)
        In order.
    lag : int
        Trajectories that a transition is over.

    Returns
    -------
    numpy.ndarray, shape (place,)

        Nought for the few at places that members only came to, or only left.

    Raises
    ------
    ContraflowError
        If those are not few: what is then in the long run is not known.
    """
    place, size = np.searchsorted(edges, path, side="right"), len(edges) + 1
    counts = np.zeros((size, size))
    np.add.at(counts, (place[:-lag].ravel(), place[lag:].ravel()), 1.0)
    label = connected_components(counts, connection="strong")[1]
    visits = np.bincount(place.ravel(), minlength=size)
    inside = label == np.bincount(label, weights=visits).argmax()
    if visits[~inside].sum() > APART * visits.sum():
        raise ContraflowError(
            "places",
            f"{path.shape[1]} members do not go between all {size} of them",
            "take more members or trajectories",
        )
    kept = counts[np.ix_(inside, inside)]
    chain = kept / np.maximum(kept.sum(axis=1, keepdims=True), 1.0)
    # πP = π and Σπ = 1, of which one equation too many is left to least squares
    system = np.vstack([chain.T - np.eye(len(kept)), np.ones(len(kept))])
    found = np.zeros(size)
    found[inside] = np.linalg.lstsq(system, np.append(np.zeros(len(kept)), 1.0), rcond=None)[0]
    return found


def weights(path: np.ndarray, edges: np.ndarray, lag: int = 1) -> np.ndarray:
    """Weight of every point of a path so that together they are as in the long run; the sum is one.

    Parameters
    ----------
    path, edges, lag
        As `long_run` takes them.

    Returns
    -------
    numpy.ndarray, shape (time, member)
    """
    place = np.searchsorted(edges, path, side="right")
    visits = np.bincount(place.ravel(), minlength=len(edges) + 1)
    return (long_run(path, edges, lag) / np.maximum(visits, 1))[place]


def look_ahead(symbols: tuple[str, ...], path: np.ndarray, seed: int = 0) -> list[LongRun]:
    """Say of single numbers how they are and how they would be in the long run.

    Parameters
    ----------
    symbols : tuple of str
    path : numpy.ndarray, shape (time, symbol, member)
        Before the first trajectory and after each.
    seed : int

    Returns
    -------
    list of LongRun
        Nothing where there are too few trajectories for a transition.
    """
    if len(path) < SETTLE + 2:
        return []
    rng, rows = np.random.default_rng(seed), []
    for at, symbol in enumerate(symbols):
        own = path[SETTLE:, at]
        last, step = own[-1], float(np.abs(np.diff(own, axis=0)).mean())
        rows.append(LongRun(symbol, float(last.mean()), float(last.std()), *_later(own, rng), step))
    return rows


def redrawn(path: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Paths, shape (time, member), of as many members drawn again."""
    return path[:, rng.integers(0, path.shape[1], path.shape[1])]


def _later(path: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float]:
    """Mean and standard deviation in the long run, and the error of the mean; NaN where they are not known."""
    at = edges(path)
    try:
        weight = weights(path, at)
    except ContraflowError:
        return np.nan, np.nan, np.nan
    mean = float((weight * path).sum())
    spread = float(np.sqrt((weight * (path - mean) ** 2).sum()))
    again = []
    for _ in range(AGAIN):
        drawn = redrawn(path, rng)
        try:
            again.append((weights(drawn, at) * drawn).sum())
        except ContraflowError:
            continue
    return mean, spread, float(np.std(again)) if len(again) > 1 else np.nan
