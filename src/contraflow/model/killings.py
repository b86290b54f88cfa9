"""Killings: from group conflict to recorded homicides by territory and month.

    E[homicides_r] = (background_r · population_r + κ_r · conflict deaths_r) · season · curfew

κ_r is a belief, or, where the case has a record, is *anchored*: set so that the modelled mean over the
last months of the record equals the counted one. The anchor takes the level from the counts and leaves
the model its changes: κ_r is what is counted above the background, per modelled conflict death, but at most
`LARGEST_SCALE`; what that leaves unexplained is steady.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

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


def expected(
    beliefs: Groups,
    deaths: Float[Array, "month territory draw"],
    background: Float[Array, "territory 1"],
    season: Float[Array, "month 1 1"],
    curfew: Float[Array, "month territory draw"],
    anchor: tuple[slice, Float[Array, "territory 1"]] | None,
) -> Float[Array, "month territory draw"]:
    """Expected recorded killings.

    Parameters
    ----------
    deaths : Array
        Modelled conflict deaths per month.
    background : Array
        Killings per month not due to group conflict, before scaling.
    anchor : (slice, Array) or None
        Months of the anchor and the counted mean per month over them; None uses κ.

    Returns
    -------
    Array, shape (month, territory, draw)
    """
    base = background * beliefs.background_scale
    conflict = deaths * season * curfew
    if anchor is None:
        return base * season * curfew + beliefs.killings_per_death * conflict
    months, counted = anchor
    mean = jnp.mean(conflict[months], axis=0)
    usual = jnp.mean(jnp.broadcast_to(season * curfew, curfew.shape)[months], axis=0)
    base = jnp.minimum(base, counted / usual)
    above = counted - base * usual
    scale = jnp.minimum(LARGEST_SCALE, above / jnp.maximum(mean, jnp.finfo(mean.dtype).tiny))
    quiet = (above - scale * mean) / usual
    return (base + quiet) * season * curfew + scale * conflict
