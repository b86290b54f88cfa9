"""Check a case whole: its tables, its scenarios, and its claims against the vocabulary of the audit."""

from __future__ import annotations

from pathlib import Path

from contraflow.case import check_case as check_tables
from contraflow.case.finding import ORDER, Finding
from contraflow.case.load import read_case
from contraflow.errors import ContraflowError

CLAIMS = "Every claim maps to an observable, with places, a period, a source and a figure that it can have."
"""What the check of claims holds a case to."""


def check_case(name_or_path: str | Path = "ecuador") -> list[Finding]:
    """Run every check on a case.

    Parameters
    ----------
    name_or_path
        Name of an embedded case or the path of a case folder.

    Returns
    -------
    list of Finding
        Errors first, then warnings, then infos; empty if there is nothing to say.

    Raises
    ------
    CaseError
        Only if there is no case folder there.
    """
    findings = [*check_tables(name_or_path), *_claims(name_or_path)]
    return sorted(findings, key=lambda finding: ORDER[finding.level])


def _claims(name_or_path: str | Path) -> list[Finding]:
    """Return what is wrong with the claims of a case; nothing where its tables cannot be read."""
    from contraflow.analysis.claims.claim import claim_in

    case, broken, _ = read_case(name_or_path)
    if case is None or broken:
        return []
    found = []
    for row in range(len(case.claims)):
        try:
            claim_in(case, row)
        except ContraflowError as error:
            found.append(Finding("error", "claims", error.place, error.value, error.remedy))
    return found
