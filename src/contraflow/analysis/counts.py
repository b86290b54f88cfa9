"""Recorded homicides: from the expected number to a count, with the noise of counting.

Homicides_r ~ NegBin(mean, size): the mean is the outcome ``homicides``, the size the belief ``dispersion``. The
random numbers are keyed by territory, month and draw, so that two scenarios differ by the policy only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from scipy import special

from contraflow.case import Case
from contraflow.errors import ContraflowError
from contraflow.inference.priors import sample, standard_normals
from contraflow.results.result import Result


def recorded_homicides(case: Case, result: Result) -> xr.DataArray:
    """Counts of homicides that the record would show, one for each draw, month and territory.

    Parameters
    ----------
    case : Case
        The case the result was computed from.
    result : Result
        With the outcome ``homicides``.

    Returns
    -------
    xarray.DataArray
        Shape (draw, month, territory), persons; variance μ + μ²/size around the expected μ.

    Raises
    ------
    ContraflowError
        If the result is of another case or does not hold ``homicides``.
    """
    from scipy import stats  # slow to import, and only needed here

    if result.provenance["case_digest"] != case.digest:
        raise ContraflowError("case", f"is not the one '{result.name}' was computed from", "load that case")
    if "homicides" not in result.dataset:
        raise ContraflowError("record", "does not hold 'homicides'", "simulate with record='default'")
    expected = result.dataset["homicides"]
    seed = int(result.provenance["seed"])
    draws = range(expected.sizes["draw"])
    size = sample(case.parameters, {}, draws, seed, ("dispersion",))["dispersion"]
    territories = [str(t) for t in expected["territory"].to_numpy()]
    months = [pd.Period(str(m), "M").ordinal for m in expected["month"].to_numpy()]  # pyright: ignore
    z = standard_normals("recorded homicides", territories, months, draws, seed)
    uniform = np.transpose(special.ndtr(z), (2, 1, 0))
    size = size[:, None, None]
    mean = expected.transpose("draw", "month", "territory").to_numpy()
    counts = stats.nbinom.ppf(uniform, size, size / (size + mean))
    return xr.DataArray(
        counts, expected.transpose("draw", "month", "territory").coords, expected.dims,
        name="recorded_homicides", attrs={"units": "person/month", "long_name": "homicides as counted"},
    )  # fmt: skip
