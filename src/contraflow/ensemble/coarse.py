"""The past in quarters instead of months: a third of the work, for fitting.

Every third month is simulated and stands for its quarter. Flows stay tonnes a month; what is slow moves three
times as far in a step, so rates are compounded, half-lives and lags divided, and stock is counted in thirds.
How little that changes yearly figures is measured by `contraflow.inference.trade.coarseness`.
"""

from __future__ import annotations

from dataclasses import replace

import equinox as eqx
import jax
import numpy as np

from contraflow.ensemble.build import Model
from contraflow.model.drivers import Drivers
from contraflow.model.parameters import Parameters

MONTHS = 3
"""Months of a step."""
MIDDLE = 1
"""Month of a quarter that stands for it."""


def quarters(model: Model, drivers: Drivers) -> tuple[Model, Drivers]:
    """Every third month of a model of whole years and of its drivers.

    Parameters
    ----------
    model : Model
    drivers : Drivers
        As many months as the model has.
    """
    structure = model.structure
    months = structure.names["month"][MIDDLE::MONTHS]
    record = type(structure.record)(*(x[MIDDLE::MONTHS] for x in structure.record))
    thinned = replace(structure, record=record, names=structure.names | {"month": months})
    made = jax.tree.map(lambda x: np.asarray(x)[MIDDLE::MONTHS], drivers)
    return replace(model, structure=thinned, members=model.members | {"month": months}), made


def compounded(parameters: Parameters) -> Parameters:
    """Beliefs whose unit of time is a quarter."""
    n = float(MONTHS)
    made, felt, using = parameters.production, parameters.enforcement, parameters.demand

    def kept(half_life):
        return 0.5 ** (1.0 / half_life)

    stays = kept(felt.concealment_half_life)
    return eqx.tree_at(
        lambda p: (
            p.production.price_adjustment, p.production.stock_cover, p.production.stock_release,
            p.production.price_memory, p.enforcement.learning, p.enforcement.training_lag,
            p.enforcement.concealment_growth, p.enforcement.concealment_half_life,
            p.enforcement.strike_fear_half_life, p.enforcement.takedown_half_life, p.demand.light_to_heavy,
            p.demand.light_to_none, p.demand.heavy_to_light, p.demand.heavy_to_none,
        ),
        parameters,
        (
            made.price_adjustment * n, made.stock_cover / n, made.stock_release * n,
            made.price_memory / n, 1.0 - (1.0 - felt.learning) ** MONTHS, felt.training_lag / n,
            felt.concealment_growth * (1.0 + stays + stays**2), felt.concealment_half_life / n,
            felt.strike_fear_half_life / n, felt.takedown_half_life / n, using.light_to_heavy * n,
            using.light_to_none * n, using.heavy_to_light * n, using.heavy_to_none * n,
        ),
    )  # fmt: skip
