"""Where a result comes from: enough to make it again, bit for bit."""

from __future__ import annotations

import platform
import sys
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contraflow.case import Case
    from contraflow.inference.posterior import Posterior
    from contraflow.model.step import Settings
    from contraflow.scenario import Scenario

LIBRARIES = ("contraflow", "jax", "jaxlib", "equinox", "numpy", "scipy", "xarray")


def provenance(
    case: Case,
    scenario: Scenario,
    draws: int,
    seed: int,
    settings: Settings,
    record: Sequence[str],
    posterior: Posterior | None = None,
) -> dict[str, Any]:
    """Everything a result depends on, as plain values.

    Returns
    -------
    dict
        Case and scenario with their digests, draws, seed, where the draws come from, solver settings,
        recorded outcomes, and the versions of everything that computed it.
    """
    return {
        "case": case.name,
        "case_digest": case.digest,
        "scenario": scenario.name,
        "scenario_title": scenario.title,
        "scenario_description": scenario.description,
        "scenario_digest": scenario.digest,
        "scenario_chain": list(scenario.chain),
        "draws": draws,
        "seed": seed,
        "beliefs": "prior" if posterior is None else "posterior",
        "posterior_digest": None if posterior is None else posterior.digest,
        "posterior_draws": None if posterior is None else posterior.draws,
        "settings": asdict(settings),
        "record": list(record),
        "versions": {name: metadata.version(name) for name in LIBRARIES},
        "python": sys.version.split()[0],
        "platform": platform.platform(),
    }
