"""The kinds of measures, as one table: where each acts, in which unit and range, and how several combine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Combine = Literal["multiply", "add", "max", "union"]


@dataclass(frozen=True)
class Kind:
    """One kind of measure.

    Attributes
    ----------
    name
        The word in a scenario file.
    key
        Key that names its places in a scenario file.
    driver
        Field of `contraflow.model.drivers.Drivers` it acts on.
    unit, description
        Unit and meaning of its value.
    low, high
        Range of its value, inclusive.
    combine
        How measures that overlap combine: factors ``multiply``; amounts ``add`` (and are clipped to `high`
        where there is one); ``max`` takes the larger; ``union`` takes 1 - (1 - a)(1 - b).
    pulse
        Whether it acts once, in the month of its start, its end being ignored.
    along
        Dimension of its places, where that is not called like the key.
    """

    name: str
    key: str
    driver: str
    unit: str
    low: float
    high: float | None
    combine: Combine
    description: str
    pulse: bool = False
    along: str = ""

    @property
    def dimension(self) -> str:
        """Dimension of the model along which its places lie."""
        return self.along or self.key

    @property
    def neutral(self) -> float:
        """The value that changes nothing."""
        return 1.0 if self.combine == "multiply" else 0.0

    @property
    def range(self) -> str:
        """The allowed range in words."""
        return f"at least {self.low:g}" if self.high is None else f"from {self.low:g} to {self.high:g}"


_ALL = (
    Kind(
        "effort",
        "theatre",
        "effort",
        "factor on the theatre's effort",
        0,
        None,
        "multiply",
        "Enforcement effort in a theatre: 1 leaves it as it is, 2 doubles it.",
    ),
    Kind(
        "strikes",
        "theatre",
        "strikes",
        "lethal strikes a month",
        0,
        None,
        "add",
        "Lethal strikes on vessels. A rate: give whole months to give the count of the month.",
    ),
    Kind(
        "intelligence",
        "theatre",
        "intelligence",
        "level",
        0,
        1,
        "add",
        "Level of intelligence sharing that multiplies a theatre's effort.",
    ),
    Kind(
        "takedown",
        "network",
        "takedown",
        "strength",
        0,
        1,
        "union",
        "Takedown of a trafficking network, in the month of its start.",
        pulse=True,
    ),
    Kind(
        "eradication",
        "zone",
        "eradication",
        "share of the area a year",
        0,
        1,
        "add",
        "Eradication in a production zone (a source node).",
        along="source",
    ),
    Kind(
        "demand",
        "market",
        "demand",
        "factor on demand",
        0,
        None,
        "multiply",
        "Demand of a market at constant price.",
    ),
    Kind(
        "designation",
        "group",
        "designation",
        "strength",
        0,
        1,
        "max",
        "Designation of a group as a terrorist organisation.",
    ),
    Kind(
        "mining",
        "territory",
        "mining",
        "factor on illegal mining income",
        0,
        None,
        "multiply",
        "Groups' income from illegal mining.",
    ),
    Kind(
        "extortion",
        "territory",
        "extortion",
        "factor on extortion income",
        0,
        None,
        "multiply",
        "Groups' income from extortion.",
    ),
    Kind(
        "recruitment",
        "territory",
        "recruitment",
        "factor on the recruitment rate",
        0,
        None,
        "multiply",
        "How fast groups recruit.",
    ),
    Kind(
        "incapacitation",
        "territory",
        "incapacitation",
        "factor on incapacitation a month",
        0,
        None,
        "multiply",
        "Arrests and other incapacitation of members.",
    ),
    Kind("deployment", "territory", "deployment", "intensity", 0, 1, "add", "Military deployment."),
    Kind("curfew", "territory", "curfew", "share of the hours 23:00 to 05:00", 0, 1, "max", "Night curfew."),
    Kind(
        "split",
        "group",
        "splits",
        "multiple of a typical split",
        0,
        2,
        "max",
        "Split of a group (the child is named) from its parent, in the month of its start.",
        pulse=True,
    ),
)

#: Kinds by name.
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
