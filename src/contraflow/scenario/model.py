"""`Measure` and `Scenario`: dated actions, and nothing of what is believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contraflow.scenario.kinds import KINDS, Kind


@dataclass(frozen=True)
class Measure:
    """One measure, checked against its case.

    Attributes
    ----------
    kind
        Name of its kind, see `contraflow.scenario.kinds`.
    places
        Ids it acts on; ``all`` is resolved.
    start, end
        First and last day, both included.
    value
        In the unit of its kind.
    source, note
        Where it comes from.
    scenario
        Scenario that states it.
    """

    kind: str
    places: tuple[str, ...]
    start: date
    end: date
    value: float
    source: str = ""
    note: str = ""
    scenario: str = ""

    @property
    def spec(self) -> Kind:
        """The row of the table of kinds."""
        return KINDS[self.kind]

    @property
    def action(self) -> tuple:
        """What is done, without who says so."""
        return (self.kind, self.places, self.start, self.end, self.value)


@dataclass(frozen=True)
class Scenario:
    """A named list of measures for one case.

    Attributes
    ----------
    name, title, description
        Id and words.
    case
        Name of the case it is for.
    measures
        All its measures, those of the scenarios it extends first.
    digest
        SHA-256 of the files of the chain.
    chain
        Names from the first ancestor to the scenario itself.
    path
        Its file.
    """

    name: str
    title: str
    description: str
    case: str
    measures: tuple[Measure, ...]
    digest: str
    chain: tuple[str, ...]
    path: Path
