"""Analyses of simulated scenarios."""

from contraflow.analysis.compare import Comparison, compare
from contraflow.analysis.simulate import simulate

__all__ = ["Comparison", "compare", "simulate"]
