"""What a check found, and how findings become one error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from contraflow.errors import CaseError

Level = Literal["error", "warning", "info"]
ORDER: dict[str, int] = {"error": 0, "warning": 1, "info": 2}
"""In which order findings are listed."""


@dataclass(frozen=True)
class Finding:
    """One finding of a check.

    Attributes
    ----------
    level
        ``error``: the case cannot be used; ``warning``: it can, but should not stay so; ``info``: to know.
    check
        Name of the check.
    place, value, remedy
        Where, what is wrong with the offending value, and what to do.
    """

    level: Level
    check: str
    place: str
    value: str
    remedy: str

    def __str__(self) -> str:
        """Return the finding as one line."""
        return f"{self.level} [{self.check}] {self.place}: {self.value}. Remedy: {self.remedy}."


def errors_of(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings at error level."""
    return [finding for finding in findings if finding.level == "error"]


def raise_first(findings: Sequence[Finding]) -> None:
    """Raise the first error among `findings`, if any, and say how many there are beside it.

    Raises
    ------
    CaseError
        With the place, value and remedy of the first error; up to five more places are named.
    """
    errors = errors_of(findings)
    if not errors:
        return
    first, others = errors[0], errors[1:]
    remedy = first.remedy.rstrip(".")
    if others:
        places = "; ".join(finding.place for finding in others[:5])
        rest = f"; and {len(others) - 5} more" if len(others) > 5 else ""
        plural = "error" if len(others) == 1 else "errors"
        remedy += f". ({len(others)} further {plural}: {places}{rest}; `contraflow check` lists them all)"
    raise CaseError(first.place, first.value, remedy)
