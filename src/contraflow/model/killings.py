"""Killings: from group conflict to recorded homicides by territory and month.

    E[homicides_r] = (background_r · population_r + κ_r · conflict deaths_r) · season · curfew

κ_r is a belief, or, where the case has a record, is *anchored*: set so that the modelled mean over the
last months of the record equals the counted one. The anchor takes the level from the counts and leaves
the model its changes: κ_r is what is counted above the background, per modelled conflict death, but at most
`LARGEST_SCALE`; what that leaves unexplained is steady.

What the mechanism does not explain is a deviation with memory: killings are multiplied by exp(N_t + D_rt),
where N and D are first-order autoregressions, of the country and of each territory.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from contraflow.model.parameters import Groups

LARGEST_SCALE = 100.0
"""Most recorded killings that the anchor puts down to one modelled conflict death; where more are counted,
the rest does not move with conflict (a draw in which hardly anybody is left to fight must not explode)."""


def curfew_factor(
    beliefs: Groups, covered: Float[Array, "territory #draw"], night: Float[Array, "territory 1"]
) -> Float[Array, "territory draw"]:
    """Factor on killings under a curfew over the share `covered` of the night.

    Only killings in the covered hours fall (their share is `night` times `covered`), and part of what is
    prevented moves to other hours.
    """
    prevented = beliefs.curfew_effect * (1.0 - beliefs.curfew_shift)
    return 1.0 - night * covered * prevented


def deviation(
    national: Float[Array, "month draw"],
    national_persistence: Float[Array, "*draw"],
    territory: Float[Array, "territory month draw"],
    territory_persistence: Float[Array, "*draw"],
) -> Float[Array, "month territory draw"]:
    """Log deviation N_t + D_rt from innovations: x_t = persistence · x_(t−1) + innovation, zero before the start."""

    def month(before, now):
        after = (national_persistence * before[0] + now[0], territory_persistence * before[1] + now[1])
        return after, after[0] + after[1]

    innovations = (national, jnp.moveaxis(territory, 1, 0))
    start = (jnp.zeros_like(national[0]), jnp.zeros_like(territory[:, 0]))
    return jax.lax.scan(month, start, innovations)[1]


def expected(
    beliefs: Groups,
    deaths: Float[Array, "month territory draw"],
    background: Float[Array, "territory 1"],
    season: Float[Array, "month 1 1"],
    curfew: Float[Array, "month territory draw"],
    anchor: tuple[slice | Int[Array, " window"], Float[Array, "territory 1"]] | None,
) -> Float[Array, "month territory draw"]:
    """Expected recorded killings.

    Parameters
    ----------
    deaths : Array
        Modelled conflict deaths per month.
    background : Array
        Killings per month not due to group conflict, before scaling.
    anchor : (slice or Array of int, Array) or None
        Months of the anchor and the counted mean per month over them; None uses κ.

    Returns
    -------
    Array, shape (month, territory, draw)
    """
    base = background * beliefs.background_scale
    conflict = deaths * season * curfew
    beside = 1.0 if beliefs.deviation is None else jnp.exp(beliefs.deviation)
    if anchor is None:
        return (base * season * curfew + beliefs.killings_per_death * conflict) * beside
    months, counted = anchor
    mean = jnp.mean(conflict[months], axis=0)
    usual = jnp.mean(jnp.broadcast_to(season * curfew, curfew.shape)[months], axis=0)
    base = jnp.minimum(base, counted / usual)
    above = counted - base * usual
    # never divide by a vanishing mean: the derivative must exist too
    enough = (mean * LARGEST_SCALE > above) & (mean > 0.0)
    most = jnp.where(above > 0.0, LARGEST_SCALE, 0.0)
    scale = jnp.where(enough, above / jnp.where(enough, mean, 1.0), most)
    quiet = (above - scale * mean) / usual
    return ((base + quiet) * season * curfew + scale * conflict) * beside
