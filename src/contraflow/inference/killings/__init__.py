"""Killings by territory and month: the panel, a fit with or without the mechanism, and forecasts from it."""

from contraflow.inference.killings.fit import KillingsFit, fit
from contraflow.inference.killings.forecast import forecast
from contraflow.inference.killings.panel import Panel, panel

__all__ = ["KillingsFit", "Panel", "fit", "forecast", "panel"]
