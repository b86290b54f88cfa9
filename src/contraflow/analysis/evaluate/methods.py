"""The methods by name."""

from __future__ import annotations

from collections.abc import Sequence

from contraflow.analysis.evaluate.world import Method
from contraflow.case import Case
from contraflow.case.cells import suggest
from contraflow.errors import ContraflowError

#: Methods that are used unless others are named, the main one first.
METHODS = ("killings", "structural")
#: Names of all methods.
KNOWN = (*METHODS, "mechanism")


def make(case: Case, wanted: Sequence[str | Method]) -> list[Method]:
    """Return the methods asked for.

    Parameters
    ----------
    case
        The case they are for.
    wanted
        Names, or methods.

    Raises
    ------
    ContraflowError
        If there is none of a name, or what it needs is not installed.
    """
    made: list[Method] = []
    for item in wanted:
        if not isinstance(item, str):
            made.append(item)
        elif item == "structural":
            from contraflow.analysis.evaluate.structural import Structural

            made.append(Structural())
        elif item in ("killings", "mechanism"):
            from contraflow.analysis.evaluate.main import Killings

            made.append(Killings(case, mechanism=item == "mechanism"))
        else:
            raise ContraflowError("--method", f"there is no method '{item}'", suggest(item, KNOWN))
    if not made:
        raise ContraflowError("--method", "no method is named", f"give one of {', '.join(KNOWN)}")
    return made
