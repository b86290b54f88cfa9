"""Errors a user can act on: each names the place, what is wrong there, and the remedy."""

from __future__ import annotations


class ContraflowError(Exception):
    """An error caused by an input, not by a bug; the command line shows its one message and no traceback.

    Parameters
    ----------
    place
        Where: file, line and column, measure number, option or folder.
    value
        What is wrong, with the offending value in it.
    remedy
        What the user can do about it.
    """

    def __init__(self, place: str, value: str, remedy: str) -> None:
        self.place = str(place)
        self.value = str(value)
        self.remedy = str(remedy)
        super().__init__(self.place, self.value, self.remedy)

    def __str__(self) -> str:
        """Return the whole message as one line of words."""
        return f"{self.place}: {self.value.rstrip('.')}. Remedy: {self.remedy.rstrip('.')}."


class CaseError(ContraflowError):
    """A case folder that cannot be read, or that contradicts itself."""


class ScenarioError(ContraflowError):
    """A scenario file that cannot be read, or that does not fit its case."""


class OutputError(ContraflowError):
    """A result that cannot be written where it was asked for."""
