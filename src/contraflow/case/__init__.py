"""Read, check and describe a case: the folder of tables a simulation stands on."""

from contraflow.case.describe import Section, describe
from contraflow.case.finding import Finding
from contraflow.case.load import case_path, check_case, embedded_cases, load_case
from contraflow.case.model import Case
from contraflow.case.template import new_case

__all__ = [
    "Case",
    "Finding",
    "Section",
    "case_path",
    "check_case",
    "describe",
    "embedded_cases",
    "load_case",
    "new_case",
]
