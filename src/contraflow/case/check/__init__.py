"""The checks of a case, by name; `CHECKS` lists them.

Importing the modules registers their checks, in the order in which they run.
"""

from contraflow.case.check import references, network, series, groups, beliefs, calibration, evidence  # noqa: F401, I001
from contraflow.case.check.registry import CHECKS, Check, run_checks

__all__ = ["CHECKS", "Check", "run_checks"]
