"""What a replication is: the numbers of a paper, ours beside them, and a verdict on each.

A number carries how it is known. Only what was read in the authors' code or in a public text is *published*;
what an earlier run of the same equations gave, what follows by arithmetic, and what is only remembered is
shown in brackets with its tag, and what is only remembered is never judged.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contraflow.errors import ContraflowError

KINDS = {
    "relative": "ours differs by at most this share of the number",
    "absolute": "ours differs by at most this much",
    "interval": "ours lies between low and high",
    "qualitative": "a statement; 1 where it holds",
}
"""How a target is judged."""

EVIDENCE = {
    "code": "read in public source code of the authors or of a named third party",
    "text": "read in a public page",
    "run": "given by an earlier, independent run of the published equations; not published",
    "derived": "arithmetic; not published",
    "recall": "from memory, found in no source; never judged",
}
"""How a number is known."""

PUBLISHED = ("code", "text")
"""Kinds of evidence that may be called published."""

VERDICTS = ("met", "missed", "shown", "skipped")

HEADER = (
    "quantity",
    "published",
    "low",
    "high",
    "tolerance",
    "kind",
    "evidence",
    "source",
    "hard",
    "note",
)
"""Columns of `targets.csv`."""

Report = Callable[[str], None]
"""Told in a few words what is being computed."""


class TargetError(ContraflowError):
    """A table of targets that cannot be read, or that does not fit its replication."""


@dataclass(frozen=True)
class Target:
    """One number or statement to hold the core to.

    Attributes
    ----------
    quantity : str
        What is counted, with its unit; unique in its table.
    published : float or (float, float)
        The number, or the bounds of an interval; one for a qualitative statement.
    tolerance : float
        Share or absolute difference, by `kind`.
    kind, evidence : str
        Keys of `KINDS` and `EVIDENCE`.
    source : str
        Where the number is to be found.
    hard : bool
        Whether missing it fails the replication.
    note : str
    """

    quantity: str
    published: float | tuple[float, float]
    tolerance: float
    kind: str
    evidence: str
    source: str
    hard: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what the rules on evidence do not allow.

        Raises
        ------
        TargetError
            If a kind or tag is unknown, a source is missing, or a recalled number is hard.
        """
        if self.kind not in KINDS:
            raise TargetError(self.quantity, f"kind is {self.kind!r}", f"use one of {', '.join(KINDS)}")
        if self.evidence not in EVIDENCE:
            raise TargetError(
                self.quantity, f"evidence is {self.evidence!r}", f"use one of {', '.join(EVIDENCE)}"
            )
        if not self.source:
            raise TargetError(self.quantity, "no source", "say where the number is from")
        if self.hard and self.evidence == "recall":
            raise TargetError(self.quantity, "a recalled number is hard", "find it in a source first")
        if (self.kind == "interval") != isinstance(self.published, tuple):
            raise TargetError(
                self.quantity, f"kind {self.kind} with {self.published}", "give bounds to intervals only"
            )

    @property
    def is_published(self) -> bool:
        """Whether the number was read where its authors, or a text on them, put it."""
        return self.evidence in PUBLISHED

    def is_met_by(self, ours: float) -> bool:
        """Whether our number is close enough (bounds are included; not-a-number never is)."""
        if isinstance(self.published, tuple):
            return self.published[0] <= ours <= self.published[1]
        difference = abs(ours - self.published)
        if self.kind == "relative":
            return difference <= self.tolerance * abs(self.published)
        return difference <= (self.tolerance if self.kind == "absolute" else 0.0)


@dataclass(frozen=True)
class Row:
    """A target, our number and the verdict: ``met``, ``missed``, ``shown`` (not judged) or ``skipped``."""

    target: Target
    ours: float | None
    verdict: str
    note: str = ""

    @property
    def fails(self) -> bool:
        """Whether this row makes the replication fail."""
        return self.target.hard and self.verdict == "missed"


def judge(targets: Sequence[Target], ours: Mapping[str, float]) -> list[Row]:
    """Set our numbers beside the targets.

    Parameters
    ----------
    targets : sequence of Target
    ours : mapping of quantity to float
        Exactly the quantities of `targets`; a true statement is 1, a false one 0.

    Raises
    ------
    TargetError
        If a target has no number, or a number no target: neither may go unnoticed.
    """
    wanted = [target.quantity for target in targets]
    for extra in set(ours) - set(wanted):
        raise TargetError(extra, "computed, but not among the targets", "add a row to targets.csv")
    for missing in set(wanted) - set(ours):
        raise TargetError(missing, "a target that nothing computes", "compute it, or take the row out")
    rows = []
    for target in targets:
        value = float(ours[target.quantity])
        met = "met" if target.is_met_by(value) else "missed"
        rows.append(Row(target, value, "shown" if target.evidence == "recall" else met))
    return rows


def skipped(targets: Sequence[Target], why: str) -> list[Row]:
    """Every target as skipped, with the reason."""
    return [Row(target, None, "skipped", why) for target in targets]


def read_targets(path: Path) -> list[Target]:
    """Read a table of targets.

    Raises
    ------
    TargetError
        If the header, a number or a tag is not as it must be, or a quantity appears twice.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != HEADER:
            raise TargetError(str(path), f"header {reader.fieldnames}", f"use {','.join(HEADER)}")
        targets = [_target(row, f"{path.parent.name}/{path.name}:{i}") for i, row in enumerate(reader, 2)]
    names = [target.quantity for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise TargetError(str(path), f"{name!r} appears twice", "give each quantity its own words")
    return targets


def _target(row: dict[str, str], place: str) -> Target:
    def number(column: str) -> float:
        try:
            return float(row[column] or "nan")
        except ValueError:
            raise TargetError(place, f"{column} is {row[column]!r}", "give a number") from None

    if row["hard"] not in ("0", "1"):
        raise TargetError(place, f"hard is {row['hard']!r}", "write 1 or 0")
    published: float | tuple[float, float] = number("published")
    if row["kind"] == "interval":
        published = (number("low"), number("high"))
    elif row["kind"] == "qualitative":
        published = 1.0
    return Target(
        quantity=row["quantity"],
        published=published,
        tolerance=number("tolerance") if row["tolerance"] else 0.0,
        kind=row["kind"],
        evidence=row["evidence"],
        source=row["source"],
        hard=row["hard"] == "1",
        note=row["note"],
    )


@dataclass(frozen=True)
class Replication:
    """A configuration of the core into a published model.

    Attributes
    ----------
    name : str
        Lower-case with hyphens; its folder has underscores.
    title, paper : str
        A line of words, and the citation.
    folder : pathlib.Path
        Holds `targets.csv` and `README.md`.
    run : callable
        Computes everything and returns the rows; told where to report progress.
    figure : callable, optional
        Draws the paper's figure into a file, whose suffix says the format.
    partial : bool
        Whether only part of the paper is reproduced; said wherever the name is shown.
    """

    name: str
    title: str
    paper: str
    folder: Path
    run: Callable[[Report], list[Row]]
    figure: Callable[[Path], None] | None = None
    partial: bool = False

    @property
    def page(self) -> Path:
        """The page of words."""
        return self.folder / "README.md"

    @property
    def targets(self) -> list[Target]:
        """The targets, in the order of their table."""
        return read_targets(self.folder / "targets.csv")


def quiet(message: str) -> None:
    """Report nothing: for callers who do not want to hear."""
