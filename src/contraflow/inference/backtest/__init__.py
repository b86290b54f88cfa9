"""Rolling-origin backtest: what would have been said before, beside what was then recorded.

Every forecaster gets the record up to the end of an origin month and gives samples of what follows; its
samples are scored on the record that came after. The same folds, the same scores and the same table for the
simulator and for its peers, whoever wins.
"""

from contraflow.inference.backtest.folds import HORIZONS, ORIGINS, Fold, folds
from contraflow.inference.backtest.protocol import FORECASTERS, Forecaster
from contraflow.inference.backtest.run import Backtest, Plan, Step, run
from contraflow.inference.backtest.series import SERIES, Series, yearly_prices, yearly_seizures

__all__ = [
    "FORECASTERS",
    "HORIZONS",
    "ORIGINS",
    "SERIES",
    "Backtest",
    "Fold",
    "Forecaster",
    "Plan",
    "Series",
    "Step",
    "folds",
    "run",
    "yearly_prices",
    "yearly_seizures",
]
