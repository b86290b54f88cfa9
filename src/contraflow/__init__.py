"""contraflow: an open simulator of an illicit supply chain under enforcement.

Load a case, simulate a scenario, compare it with its baseline:

>>> import contraflow
>>> comparison = contraflow.compare("ecuador", "campaign-2026", "no-campaign", draws=50)  # doctest: +SKIP
>>> comparison.table.head()  # doctest: +SKIP

The names below are the public interface; they are imported on first use, so that `import contraflow` is
quick.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

__version__ = version("contraflow")

_HOME = {
    "Case": "contraflow.case",
    "check_case": "contraflow.analysis.check",
    "load_case": "contraflow.case",
    "Scenario": "contraflow.scenario",
    "load_scenario": "contraflow.scenario",
    "simulate": "contraflow.analysis",
    "compare": "contraflow.analysis",
    "recorded_homicides": "contraflow.analysis",
    "evaluate": "contraflow.analysis.evaluate",
    "Evaluation": "contraflow.analysis.evaluate",
    "audit": "contraflow.analysis.claims",
    "Audit": "contraflow.analysis.claims",
    "Comparison": "contraflow.analysis",
    "Result": "contraflow.results",
    "write_report": "contraflow.report",
    "ContraflowError": "contraflow.errors",
}

__all__ = [
    "Audit",
    "Case",
    "Comparison",
    "ContraflowError",
    "Evaluation",
    "Result",
    "Scenario",
    "__version__",
    "audit",
    "check_case",
    "compare",
    "evaluate",
    "load_case",
    "load_scenario",
    "recorded_homicides",
    "simulate",
    "write_report",
]

if TYPE_CHECKING:
    from contraflow.analysis import Comparison, compare, recorded_homicides, simulate
    from contraflow.analysis.check import check_case
    from contraflow.analysis.claims import Audit, audit
    from contraflow.analysis.evaluate import Evaluation, evaluate
    from contraflow.case import Case, load_case
    from contraflow.errors import ContraflowError
    from contraflow.report import write_report
    from contraflow.results import Result
    from contraflow.scenario import Scenario, load_scenario


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'contraflow' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
