"""Analyses of simulated scenarios."""

from contraflow.analysis.compare import Comparison, compare
from contraflow.analysis.counts import recorded_homicides
from contraflow.analysis.simulate import simulate

__all__ = ["Comparison", "compare", "recorded_homicides", "simulate"]
