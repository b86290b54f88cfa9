"""Marginal posterior of one number by the mean force on it, for numbers between whose modes trajectories do not cross.

With U minus the log density of the posterior and z the number as a standard normal of its prior,

    −d log p(z | record)/dz = E[∂U/∂z | z, record]

(Kirkwood 1935, J. Chem. Phys. 3, https://doi.org/10.1063/1.1749657). Members of an ensemble of their own are held at
places along z. Everything else moves by Hamiltonian Monte Carlo given z (`contraflow.inference.ensembles`), and the
mean of ∂U/∂z at each place is integrated from place to place. How many members of an ordinary ensemble are in which
mode only says where their small fits came down; this says how probable the modes are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from contraflow.errors import ContraflowError
from contraflow.inference.ensembles import Fitter, Hold
from contraflow.inference.hamiltonian import Standing
from contraflow.inference.runs import Latents

SETTLE = 2
"""Trajectories that are not counted: members have to forget their small fits."""
RESAMPLES = 2000
"""Times that members are drawn again, for the error of a share."""


def row_of(latents: Latents, symbol: str) -> int:
    """Return the row of a number among the latents.

    Raises
    ------
    ContraflowError
        If the symbol is not fitted, or is more than one number.
    """
    single = [name for name, rows in latents.places.items() if rows.stop - rows.start == 1]
    if symbol not in single:
        raise ContraflowError(
            "symbol", f"{symbol!r} is no single number of the fit", f"choose among {', '.join(single)}"
        )
    return latents.places[symbol].start


def forces(
    fitter: Fitter,
    symbol: str,
    places: np.ndarray,
    members: int,
    trajectories: int,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Mean of ∂U/∂z of members that are held at places along the standard normal of a number.

    Parameters
    ----------
    fitter : Fitter
    symbol : str
        A parameter that is one number.
    places : numpy.ndarray, shape (place,)
        Standard normals of the number's prior.
    members : int
        At each place.
    trajectories : int
        Of every member, the first `SETTLE` of which are not counted.
    progress : callable, optional
        Called with (steps done, steps).

    Returns
    -------
    numpy.ndarray, shape (place, member)

    Raises
    ------
    ContraflowError
        If the symbol is no single number of the fit, or there are too few trajectories.
    """
    if trajectories <= SETTLE:
        raise ContraflowError("trajectories", f"{trajectories} are too few", f"take more than {SETTLE}")
    row = row_of(fitter.latents, symbol)
    # the first members make the mass, and have to come from all over
    order = np.random.default_rng([fitter.seed, row]).permutation(len(places) * members)
    felt: list[np.ndarray] = []

    def watch(now: Standing) -> None:
        felt.append(now.slope[row])

    hold = Hold(row, np.repeat(places, members)[order])
    fitter.ensemble(0, len(order), progress=progress, trajectories=trajectories, hold=hold, watch=watch)
    mean = np.empty(len(order))
    mean[order] = np.mean(felt[SETTLE:], axis=0)
    return mean.reshape(len(places), members)


def density(places: np.ndarray, force: np.ndarray) -> np.ndarray:
    """Marginal density at places, one over them, from the mean force at each.

    Parameters
    ----------
    places : numpy.ndarray, shape (place,)
        In order, and wide enough to hold what there is.
    force : numpy.ndarray, shape (..., place)

    Returns
    -------
    numpy.ndarray, shape (..., place)
    """
    gaps = np.diff(places)
    fall = np.cumsum(0.5 * (force[..., 1:] + force[..., :-1]) * gaps, axis=-1)
    height = np.concatenate([np.zeros((*force.shape[:-1], 1)), fall], axis=-1)
    found = np.exp(height.min(axis=-1, keepdims=True) - height)
    return found / (0.5 * (found[..., 1:] + found[..., :-1]) * gaps).sum(axis=-1, keepdims=True)


def below(places: np.ndarray, found: np.ndarray, place: float) -> np.ndarray:
    """Probability below a place, from a density as `density` gives it; shape (...)."""
    fine = np.union1d(places, place)
    fine_density = np.apply_along_axis(lambda one: np.interp(fine, places, one), -1, found)
    part = 0.5 * (fine_density[..., 1:] + fine_density[..., :-1]) * np.diff(fine)
    return part[..., fine[1:] <= place].sum(axis=-1)


def resampled(force: np.ndarray, rng: np.random.Generator, times: int = RESAMPLES) -> np.ndarray:
    """Mean forces with the members of each place drawn again; shape (time, place)."""
    places, members = force.shape
    chosen = rng.integers(0, members, (times, places, members))
    return np.take_along_axis(force[None], chosen, axis=2).mean(axis=2)
