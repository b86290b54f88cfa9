"""Named checks: each is a small function that yields findings and says which tables it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contraflow.case.finding import Finding, Level
from contraflow.case.model import Case

#: What a check yields: place, value, remedy.
Problem = tuple[str, str, str]
Function = Callable[[Case], Iterator[Problem]]


@dataclass(frozen=True)
class Check:
    """A named check; the docstring of its function says what holds."""

    name: str
    level: Level
    needs: frozenset[str]
    function: Function
    after: frozenset[str]

    @property
    def description(self) -> str:
        """What the check holds a case to."""
        return (self.function.__doc__ or "").strip().splitlines()[0]


CHECKS: dict[str, Check] = {}


def check(level: Level, *needs: str, after: tuple[str, ...] = ()) -> Callable[[Function], Function]:
    """Register a function as a check under its own name.

    Parameters
    ----------
    level
        Level of its findings.
    needs
        Tables it reads; it is skipped if one of them could not be read.
    after
        Checks that must have found nothing before this one makes sense.
    """

    def register(function: Function) -> Function:
        name = function.__name__
        CHECKS[name] = Check(name, level, frozenset(needs), function, frozenset(after))
        return function

    return register


def run_checks(case: Case, broken: set[str], level: Level | None = None) -> list[Finding]:
    """Run the checks in the order they were registered.

    Parameters
    ----------
    case
        The case.
    broken
        Parts of it that could not be read.
    level
        Only checks of this level; all by default.

    Returns
    -------
    list of Finding
    """
    findings: list[Finding] = []
    failed: set[str] = set()
    for item in CHECKS.values():
        if (level and item.level != level) or item.needs & broken or item.after & failed:
            continue
        found = [Finding(item.level, item.name, *problem) for problem in item.function(case)]
        findings += found
        if found:
            failed.add(item.name)
    return findings
