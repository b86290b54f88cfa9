"""Simulate scenarios of a case over draws of what is believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from contraflow.case import Case, load_case
from contraflow.ensemble.build import Model, build
from contraflow.ensemble.run import simulate_ensemble, use_double_precision_and_cache
from contraflow.errors import ContraflowError
from contraflow.inference.posterior import draw_beliefs, load_posterior
from contraflow.model.outcomes import select
from contraflow.model.step import Settings
from contraflow.results.provenance import provenance
from contraflow.results.result import Result, label
from contraflow.scenario import Scenario, compile_drivers, load_scenario

Progress = Callable[[int, int], None]
Beliefs = Literal["posterior", "prior"]


def simulate(
    case: Case | str | Path = "ecuador",
    scenario: Scenario | str | Path | None = None,
    draws: int = 200,
    seed: int = 0,
    record: str | tuple[str, ...] = "default",
    settings: Settings = Settings(),
    progress: Progress | None = None,
    threads: int | None = None,
    beliefs: Beliefs = "posterior",
) -> Result:
    """Simulate one scenario of a case.

    Parameters
    ----------
    case, scenario
        Loaded, or a name or path to load; by default the scenario the case names.
    draws : int
        Draws of the beliefs; draw 17 is the same in every run with the same seed.
    seed : int
        Seed of all random streams.
    record : str or tuple of str
        Outcomes to keep: ``"default"``, ``"all"``, or names; bounds memory.
    settings : Settings
        How the model is solved.
    progress : callable, optional
        Called with (done, total).
    threads : int, optional
        Chunks of draws computed at once; all cores by default.
    beliefs : {"posterior", "prior"}
        Where the draws come from. A case without a posterior that fits its tables uses its priors; the result's
        provenance says which were used.

    Returns
    -------
    Result

    Raises
    ------
    CaseError, ScenarioError
        If the case or the scenario is not valid.
    ContraflowError
        If `draws` is not positive or `record` names an unknown outcome.
    """
    case = case if isinstance(case, Case) else load_case(case)
    return simulate_all(
        case, [scenario or case.default_scenario], draws, seed, record, settings, progress, threads, beliefs
    )[0]


@lru_cache(maxsize=4)
def _model(case: Case) -> Model:
    """Model of a case, kept so that its compiled programs are."""
    return build(case)


def simulate_all(
    case: Case | str | Path,
    scenarios: Sequence[Scenario | str | Path],
    draws: int,
    seed: int,
    record: str | tuple[str, ...],
    settings: Settings,
    progress: Progress | None,
    threads: int | None = None,
    beliefs: Beliefs = "posterior",
) -> list[Result]:
    """Simulate several scenarios with the same draws; see `simulate`."""
    if draws < 1:
        raise ContraflowError("draws", f"must be a positive number, not {draws}", "give at least 1")
    try:
        names = select(record)
    except ValueError as error:
        raise ContraflowError("record", str(error), "see contraflow.model.outcomes") from error
    case = case if isinstance(case, Case) else load_case(case)
    loaded = [s if isinstance(s, Scenario) else load_scenario(case, s) for s in scenarios]
    use_double_precision_and_cache()
    model = _model(case)
    posterior = load_posterior(case) if beliefs == "posterior" else None
    arrays = simulate_ensemble(
        model,
        [compile_drivers(case, s) for s in loaded],
        lambda chosen: draw_beliefs(case, model.members, chosen, seed, posterior),
        draws,
        names,
        settings,
        progress,
        threads,
    )
    return [
        Result(
            s.name,
            label(a, model.structure.names),
            provenance(case, s, draws, seed, settings, names, posterior),
        )
        for s, a in zip(loaded, arrays, strict=True)
    ]
