"""Readable names of the places of a case: markets, theatres, groups, provinces, edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contraflow.report.outcomes import STAGES, TOTAL, Outcome, outcome_of

if TYPE_CHECKING:
    from contraflow.case import Case

TABLES = {
    "market": "nodes",
    "source": "nodes",
    "node": "nodes",
    "jurisdiction": "jurisdictions",
    "theatre": "theatres",
    "corridor": "corridors",
    "network": "networks",
    "group": "groups",
    "territory": "territories",
}
"""Dimension of a result -> table of the case that names its members."""


class Labels:
    """Names by dimension and id; an id without a name is its own name.

    Parameters
    ----------
    case
        The case whose tables hold the names.
    """

    def __init__(self, case: Case) -> None:
        self._names: dict[str, dict[str, str]] = {
            dimension: {
                str(key): str(name or key)
                for key, name in getattr(case, table)[["id", "name"]].itertuples(index=False)
            }
            for dimension, table in TABLES.items()
        }
        self._names["stage"] = STAGES
        ends = case.edges[["id", "origin", "destination"]].astype(str)
        self._names["edge"] = {
            key: f"{self.of('node', origin)} → {self.of('node', destination)}"
            for key, origin, destination in ends.itertuples(index=False)
        }
        focus = str(case.meta.get("focus_country", ""))
        self.focus = focus
        self.country = self.of("jurisdiction", focus) or "the focus country"

    def of(self, dimension: str, place: str) -> str:
        """Return the name of `place` in a dimension."""
        return self._names.get(dimension, {}).get(place, place)

    def outcome(self, outcome: Outcome) -> str:
        """Return the label of an outcome."""
        return self.fill(outcome.label)

    def total(self, outcome: Outcome) -> str:
        """Return the name of the sum over all places of an outcome; without one, its label."""
        return self.fill(outcome.total or outcome.label)

    def fill(self, text: str) -> str:
        """Put the name of the focus country into a text."""
        return text.replace("{country}", self.country)

    def in_outcome(self, outcome: str, place: str) -> str:
        """Return the name of a row's place in a table of differences; a total is named by its outcome."""
        known = outcome_of(outcome)
        return self.total(known) if place == TOTAL else self.of(known.dimension, place)
