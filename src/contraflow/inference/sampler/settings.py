"""What is asked of a sampler, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from contraflow.errors import ContraflowError

METHODS = ("nuts", "pathfinder", "svi")


@dataclass(frozen=True)
class Sampling:
    """How to sample.

    Attributes
    ----------
    method
        ``nuts`` is exact in the long run; ``svi`` and ``pathfinder`` fit a normal distribution in seconds, and
        say with a Pareto k how well it fits.
    warmup
        Iterations of each chain in which step size and mass matrix adapt; they are not kept.
    draws
        Draws kept of each chain.
    chains
        Chains. For ``svi`` each is a fit of its own; for ``pathfinder`` the draws are shared out.
    together
        Chains that advance in lockstep as one batch, which a model made of many small operations does for little
        more than the price of one. Divides `chains`.
    metric
        Whether NUTS adapts its diagonal mass matrix; without, it stays as it begins.
    integrator
        Of NUTS: ``leapfrog``, or ``rotation``, which is exact for a standard normal and pays off close to one.
    seed
        Same seed, same draws.
    target_accept
        Mean acceptance probability the step size is adapted to.
    max_tree_depth
        A trajectory has at most 2 ** max_tree_depth - 1 leapfrog steps.
    block
        Iterations between two checkpoints.
    radius
        Chains start uniformly within plus and minus this, in unconstrained space.
    steps
        Optimisation steps: 2,000 for ``svi`` and at most 100 for ``pathfinder`` if not given.
    paths
        Runs of ``pathfinder`` from different starts.
    rank
        Rank of the covariance of ``svi`` beside its diagonal; 0 is mean field.
    """

    method: Literal["nuts", "pathfinder", "svi"] = "nuts"
    warmup: int = 500
    draws: int = 500
    chains: int = 4
    together: int = 1
    metric: bool = True
    integrator: Literal["leapfrog", "rotation"] = "leapfrog"
    seed: int = 0
    target_accept: float = 0.8
    max_tree_depth: int = 8
    block: int = 25
    radius: float = 0.5
    steps: int | None = None
    paths: int = 4
    rank: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ContraflowError(
                "sampling", f"method {self.method!r}", f"choose one of {', '.join(METHODS)}"
            )
        if self.integrator not in ("leapfrog", "rotation"):
            raise ContraflowError(
                "sampling", f"integrator {self.integrator!r}", "choose leapfrog or rotation"
            )
        least = {"warmup": 1, "draws": 1, "chains": 1, "seed": 0, "max_tree_depth": 1, "block": 1, "paths": 1}
        least |= {"together": 1}
        least |= {"rank": 0} | ({"steps": 1} if self.steps is not None else {})
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise ContraflowError("sampling", f"{name} is {getattr(self, name)}", f"give {bound} or more")
        if self.chains % self.together:
            raise ContraflowError(
                "sampling",
                f"{self.chains} chains do not fall into batches of {self.together}",
                "give a multiple",
            )
        if not 0 < self.target_accept < 1:
            raise ContraflowError(
                "sampling", f"target_accept is {self.target_accept}", "give a share between 0 and 1"
            )

    @property
    def before(self) -> int:
        """Iterations of a chain before its first draw is kept."""
        return self.warmup if self.method == "nuts" else (self.steps or 2000)


class Progress(NamedTuple):
    """How far a chain is.

    Attributes
    ----------
    chain
        Its number, from 0.
    done, total
        Iterations, those of the warm-up included.
    warmup
        True while the chain adapts.
    eta_seconds
        Seconds until all chains are done, from the speed so far; NaN before there is any.
    """

    chain: int
    done: int
    total: int
    warmup: bool
    eta_seconds: float


@dataclass(frozen=True)
class Draws:
    """Draws of a posterior.

    Attributes
    ----------
    values
        Arrays of shape (chain, draw, ...), by site; floats in single precision.
    stats
        Arrays of shape (chain, draw): for NUTS ``diverging``, ``energy``, ``num_steps``, ``acceptance_rate``,
        ``tree_depth``, ``step_size`` and ``lp``; for the others ``lp`` and ``lq``, the log densities of target
        and fit.
    info
        How it was done: settings, seconds, Pareto k and the like; plain values.
    """

    values: dict[str, np.ndarray]
    stats: dict[str, np.ndarray]
    info: dict[str, Any] = field(default_factory=dict)

    def flat(self, name: str) -> np.ndarray:
        """Return the draws of a site with the chains one after the other: (chain * draw, ...)."""
        values = self.values[name]
        return values.reshape(-1, *values.shape[2:])
