"""What is done, month by month: the arrays a scenario is compiled to and the model is driven by."""

from __future__ import annotations

import equinox as eqx
from jaxtyping import Array, Float
from numpy import ndarray

#: NumPy outside a jitted function, traced inside it.
Numbers = Array | ndarray


class Drivers(eqx.Module):
    """Monthly policy drivers; T months by the members of one table of the case, in the order of its rows.

    Everything is float64. With no measure at all, factors are 1 and everything else is 0, except `effort`,
    which follows the case's record (its last year carried on).

    Attributes
    ----------
    effort : (T, theatre)
        Enforcement effort in units of its base-year level.
    strikes : (T, theatre)
        Lethal strikes in the month, a count.
    intelligence : (T, theatre)
        Level of intelligence sharing, 0 to 1.
    takedown : (T, network)
        Strength of a takedown in the month it happens, 0 to 1; zero in all other months.
    eradication : (T, source)
        Share of the area removed, per year.
    demand : (T, market)
        Factor on demand at constant price.
    designation : (T, group)
        Strength of a group's designation, 0 to 1.
    mining : (T, territory)
        Factor on groups' income from illegal mining.
    extortion : (T, territory)
        Factor on groups' income from extortion.
    recruitment : (T, territory)
        Factor on the recruitment rate.
    incapacitation : (T, territory)
        Factor on arrests and other incapacitation.
    deployment : (T, territory)
        Intensity of a military deployment, 0 to 1.
    curfew : (T, territory)
        Share of the night hours 23:00 to 05:00 under curfew, averaged over the month, 0 to 1.
    splits : (T, group)
        Split of the (child) group from its parent in the month it happens, 1 being a typical split; zero
        in all other months and for groups without a parent.
    """

    effort: Float[Numbers, "T theatre"]
    strikes: Float[Numbers, "T theatre"]
    intelligence: Float[Numbers, "T theatre"]
    takedown: Float[Numbers, "T network"]
    eradication: Float[Numbers, "T source"]
    demand: Float[Numbers, "T market"]
    designation: Float[Numbers, "T group"]
    mining: Float[Numbers, "T territory"]
    extortion: Float[Numbers, "T territory"]
    recruitment: Float[Numbers, "T territory"]
    incapacitation: Float[Numbers, "T territory"]
    deployment: Float[Numbers, "T territory"]
    curfew: Float[Numbers, "T territory"]
    splits: Float[Numbers, "T group"]


#: Dimension of each driver.
DIMENSIONS = {
    **dict.fromkeys(("effort", "strikes", "intelligence"), "theatre"),
    "takedown": "network",
    "eradication": "source",
    "demand": "market",
    **dict.fromkeys(("designation", "splits"), "group"),
    **dict.fromkeys(
        ("mining", "extortion", "recruitment", "incapacitation", "deployment", "curfew"), "territory"
    ),
}
