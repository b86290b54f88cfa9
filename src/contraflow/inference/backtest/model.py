"""The simulator as a forecaster, and its strongest peer: the same fit without mechanism.

Both are given a case from which everything recorded after the origin has been taken out. What the case
believes (parameters, network, the dates of measures already taken at the origin) stays; the fit itself
continues no measure that begins after the origin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from contraflow.case import Case
from contraflow.errors import ContraflowError
from contraflow.inference.backtest.series import Series


@dataclass(frozen=True)
class Context:
    """What a fitted forecaster works from.

    Attributes
    ----------
    case
        The case as it was recorded at the origin.
    origin
        The last month that may be seen.
    fitting
        How the fit samples: settings of `contraflow.inference.sampler.Sampling`; empty for its own.
    folder
        Where a fit may keep its checkpoints.
    resume
        Whether it may go on from those it finds there.
    progress
        Called with words on how far a fit is.
    """

    case: Case
    origin: pd.Period
    fitting: dict[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    resume: bool = False
    progress: Callable[[str], None] | None = None


def case_until(case: Case, origin: pd.Period) -> Case:
    """Return a case without what was recorded or happened after a month.

    Homicides, observations, calibration rows and events are cut. A row of a year counts as recorded at the
    year's end; a row without a date stays.
    """

    def ended(rows: pd.DataFrame) -> pd.DataFrame:
        year = rows["year"].to_numpy(dtype=float)
        month = rows["month"].to_numpy(dtype=float) if "month" in rows else np.full(len(rows), 12.0)
        later = 12 * year + np.where(np.isnan(month), 12, month) > 12 * origin.year + origin.month
        return rows.iloc[np.flatnonzero(~later)].reset_index(drop=True)

    happened = [str(date)[:7] <= str(origin) for date in case.events["date"]]
    return replace(
        case,
        homicides=ended(case.homicides),
        observations=ended(case.observations),
        calibration=ended(case.calibration),
        events=case.events.iloc[np.flatnonzero(happened)].reset_index(drop=True),
    )


class Killings:
    """Homicides by province and month, from `contraflow.inference.killings`."""

    def __init__(self, context: Context, mechanism: bool) -> None:
        self.context = context
        self.mechanism = mechanism

    def predict(self, history: Series, steps: int, samples: int, seed: int) -> np.ndarray:
        """Fit to the record up to the origin and continue it."""
        make, fit, forecast = (_part("killings", name) for name in ("panel", "fit", "forecast"))
        context = self.context
        # The record is scored as it is published today, so the months at the origin are complete in it.
        panel = make(context.case, until=context.origin)
        panel = replace(panel, incomplete=np.ones(len(panel.months)))
        settings = {"seed": seed, **context.fitting}
        method = settings.pop("method", "laplace")
        fitted = fit(
            context.case,
            panel,
            mechanism=self.mechanism,
            how=_part("sampler", "Sampling")(**settings),
            method=method,
            folder=context.folder,
            resume=context.resume,
            progress=self._tell,
        )
        draws = np.asarray(forecast(fitted, steps, seed=seed))
        order = [list(panel.territories).index(place) for place in history.places]
        return thinned(draws[:, :, order], samples, seed)

    def _tell(self, state: Any) -> None:
        """Pass on how far the sampler is."""
        if self.context.progress is not None:
            phase = "warm-up" if state.warmup else "draws"
            self.context.progress(f"chain {state.chain + 1}, {phase}, {state.done} of {state.total}")


class Trade:
    """Seizures or prices, from `contraflow.inference.forecast`.

    That module has the functions ``forecast_seizures`` and ``forecast_prices``, each called as
    ``f(case, until=origin, years=steps, places=ids, samples=samples, seed=seed)``. They return samples of the
    gross tonnes of each jurisdiction, or of the street price in each country (USD/g), of shape
    (sample, year, place). The case given to them ends at the origin.
    """

    def __init__(self, context: Context, series: str) -> None:
        self.context = context
        self.series = series

    def predict(self, history: Series, steps: int, samples: int, seed: int) -> np.ndarray:
        """Fit to the record up to the origin and continue it."""
        forecast = _part("forecast", f"forecast_{self.series}")
        made = np.asarray(
            forecast(
                self.context.case,
                until=self.context.origin,
                years=steps,
                places=history.places,
                samples=samples,
                seed=seed,
            )
        )
        return thinned(made, samples, seed)


def thinned(draws: np.ndarray, samples: int, seed: int) -> np.ndarray:
    """Return as many draws as asked for: evenly spaced if there are more, else some of them twice."""
    if len(draws) >= samples:
        return draws[np.linspace(0, len(draws) - 1, samples).round().astype(int)]
    random = np.random.default_rng(seed)
    more = random.integers(len(draws), size=samples - len(draws))
    return np.concatenate([draws, draws[more]])


def pooled(parts: Sequence[np.ndarray], samples: int, seed: int) -> np.ndarray:
    """Return samples of the equal mixture of forecasts, as many as asked for."""
    shares = [len(share) for share in np.array_split(np.arange(samples), len(parts))]
    return np.concatenate([thinned(part, share, seed) for part, share in zip(parts, shares, strict=True)])


def without_mechanism(context: Context, series: str) -> Killings:
    """Return the peer: the hierarchical state space of the fit with its mechanism switched off."""
    return Killings(context, mechanism=False)


def with_mechanism(context: Context, series: str) -> Killings | Trade:
    """Return the simulator's forecaster of a series."""
    if series in ("seizures", "prices"):
        return Trade(context, series)
    return Killings(context, mechanism=True)


def _part(name: str, function: str = "") -> Any:
    """Import a part of the inference, or say that it is missing."""
    module = f"contraflow.inference.{name}"
    try:
        part = import_module(module)
        return getattr(part, function) if function else part
    except (ModuleNotFoundError, AttributeError) as error:
        missing = getattr(error, "name", None) or ""
        if isinstance(error, ModuleNotFoundError) and not missing.startswith("contraflow"):
            remedy = "pip install 'contraflow[inference]'"
            raise ContraflowError("backtest", f"{missing} is not installed", remedy) from None
        value = f"{f'{module}.{function}' if function else module} is not in this version"
        raise ContraflowError("backtest", value, "leave this forecaster out with --only") from None
