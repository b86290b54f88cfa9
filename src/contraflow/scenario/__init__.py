"""Scenarios: dated measures, loaded from files, compared, and compiled to the drivers of the model."""

from contraflow.scenario.compile import compile_arrays, compile_drivers
from contraflow.scenario.diff import ScenarioDiff, diff
from contraflow.scenario.kinds import KINDS, Kind
from contraflow.scenario.load import load_scenario
from contraflow.scenario.model import Measure, Scenario

__all__ = [
    "KINDS",
    "Kind",
    "Measure",
    "Scenario",
    "ScenarioDiff",
    "compile_arrays",
    "compile_drivers",
    "diff",
    "load_scenario",
]
