"""Audit claims: what the model or the counts say, what published figures say by hand, and the verdict."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from contraflow.analysis.claims.bounds import Bounds
from contraflow.analysis.claims.claim import Claim, case_claims, read_claims
from contraflow.analysis.claims.decide import Lever, levers, needed
from contraflow.analysis.claims.evidence import Evidence
from contraflow.analysis.claims.gains import Gains, gains
from contraflow.analysis.claims.observable import FROM_COUNTS, Estimate, NotModelledError
from contraflow.analysis.claims.runs import PRIOR, Runs
from contraflow.analysis.claims.verdict import RULE, Verdict, judge
from contraflow.case import Case, load_case
from contraflow.case.cells import suggest
from contraflow.errors import ContraflowError

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
SAME_TIME = 2
"""Years between two claims that are still about the same state of the world."""


@dataclass(frozen=True, eq=False)
class Audited:
    """One claim with its audit.

    Attributes
    ----------
    claim : Claim
    quantiles : tuple of float or None
        5, 25, 50, 75 and 95 % quantiles of the observable; None where nothing estimates it.
    origin : str
        ``prior``, ``posterior`` or ``counts``; empty where nothing estimates it.
    note : str
        What to know of the estimate, or why there is none.
    probability : float or None
        That the observable is where the claim puts it, within tolerance.
    bounds : Bounds
        Without the model.
    verdict : Verdict
    decides : str
        Which figure would decide the claim.
    levers : tuple of Lever
        The beliefs that move its probability most.
    """

    claim: Claim
    quantiles: tuple[float, ...] | None
    origin: str
    note: str
    probability: float | None
    bounds: Bounds
    verdict: Verdict
    decides: str
    levers: tuple[Lever, ...]


@dataclass(frozen=True, eq=False)
class Audit:
    """Claims with their audits.

    Attributes
    ----------
    case : Case
    rows : tuple of Audited
    clashes : tuple of (str, str)
        Ids of claims about the same thing at the same time that cannot both be right.
    gains : Gains or None
        Whether incomes fall with the campaign; None if not asked for.
    beliefs : str
        Where the model's draws come from; empty if the model was not needed.
    draws, seed : int
    provenance : dict
        Of the simulations.
    """

    case: Case
    rows: tuple[Audited, ...]
    clashes: tuple[tuple[str, str], ...]
    gains: Gains | None
    beliefs: str
    draws: int
    seed: int
    provenance: dict[str, Any]

    def to_json(self) -> str:
        """Return everything as JSON; infinite and missing numbers are null."""
        plain = {
            "case": self.case.name,
            "case_digest": self.case.digest,
            "beliefs": self.beliefs,
            "draws": self.draws,
            "seed": self.seed,
            "rule": RULE,
            "claims": [_plain_row(row) for row in self.rows],
            "clashes": [list(pair) for pair in self.clashes],
            "gains": None if self.gains is None else asdict(self.gains),
            "provenance": self.provenance,
        }
        return json.dumps(_finite(plain), ensure_ascii=False, indent=1) + "\n"


def audit(
    case: Case | str | Path = "ecuador",
    only: str | Sequence[str] = (),
    file: str | Path | None = None,
    draws: int = 200,
    seed: int = 0,
    with_gains: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Audit:
    """Hold claims against the evidence and the model.

    Parameters
    ----------
    case : Case, str or Path
        Loaded, or a name or path to load.
    only : str or sequence of str
        Ids of the claims to audit; all by default.
    file : str or Path, optional
        Audit the claims of this file (``.toml`` or ``.csv``) instead of the case's.
    draws, seed : int
        See `contraflow.simulate`.
    with_gains : bool
        Also say whether incomes fall with the case's campaign.
    progress : callable, optional
        Called with (done, total) after every claim.

    Returns
    -------
    Audit

    Raises
    ------
    ContraflowError
        If a claim is wrong, `only` names an unknown one, or `draws` is not positive.
    """
    if draws < 1:
        raise ContraflowError("draws", f"must be a positive number, not {draws}", "give at least 1")
    case = case if isinstance(case, Case) else load_case(case)
    claims = _chosen(case_claims(case) if file is None else read_claims(file, case), only)
    runs, evidence = Runs(case, draws, seed), Evidence(case)
    total = len(claims) + int(with_gains)
    rows = []
    for number, claim in enumerate(claims, start=1):
        rows.append(audit_claim(claim, runs, evidence))
        if progress is not None:
            progress(number, total)
    answer = gains(runs) if with_gains else None
    if progress is not None and with_gains:
        progress(total, total)
    return Audit(case, tuple(rows), clashes(claims), answer, runs.beliefs, draws, seed, runs.provenance)


def audit_claim(claim: Claim, runs: Runs, evidence: Evidence) -> Audited:
    """Audit one claim; see `audit`."""
    bounds = claim.observable.bounds(claim, evidence)
    quantiles, probability, origin, found = None, None, "", ()
    try:
        estimate = claim.observable.estimate(claim, runs)
        note = estimate.note
    except NotModelledError as reason:
        estimate, note = None, f"{str(reason)[0].upper()}{str(reason)[1:]}."
    if estimate is not None:
        known = estimate.values[np.isfinite(estimate.values)]
        if known.size:
            quantiles = tuple(float(q) for q in np.quantile(known, LEVELS))
            accepted = claim.accepted
            probability = float(np.mean((known >= accepted.low) & (known <= accepted.high)))
            origin = _origin(estimate, runs)
            if estimate.origin != FROM_COUNTS:
                found = levers(estimate.values, accepted, runs.parameters())
    verdict = judge(claim.accepted, bounds, probability, origin)
    ends = None if quantiles is None else (quantiles[0], quantiles[-1])
    return Audited(
        claim, quantiles, origin, note, probability, bounds, verdict, needed(claim, bounds, ends), found
    )


def _origin(estimate: Estimate, runs: Runs) -> str:
    if estimate.origin == FROM_COUNTS:
        return FROM_COUNTS
    return PRIOR if runs.beliefs == PRIOR else "posterior"


def _chosen(claims: list[Claim], only: str | Sequence[str]) -> list[Claim]:
    wanted = [only] if isinstance(only, str) and only else list(only)
    if not wanted:
        return claims
    known = {claim.id for claim in claims}
    for name in wanted:
        if name not in known:
            raise ContraflowError("only", f"there is no claim '{name}'", suggest(name, known))
    return [claim for claim in claims if claim.id in wanted]


def clashes(claims: Sequence[Claim]) -> tuple[tuple[str, str], ...]:
    """Pairs of claims about one thing, within `SAME_TIME` years, that no value bears out both of."""
    found = []
    for a, b in combinations(claims, 2):
        same = (a.observable.name, a.places, a.via, a.scenario) == (
            b.observable.name,
            b.places,
            b.via,
            b.scenario,
        )
        near = abs(a.period.years[-1] - b.period.years[-1]) <= SAME_TIME
        near &= a.period.months == b.period.months
        if same and near and not a.accepted.meets(b.accepted):
            found.append((a.id, b.id))
    return tuple(found)


def _plain_row(row: Audited) -> dict[str, Any]:
    claim = row.claim
    bounds = row.bounds
    return {
        "id": claim.id,
        "who": claim.who,
        "date": claim.date,
        "words": claim.words,
        "form": claim.form,
        "observable": claim.observable.name,
        "unit": claim.observable.unit,
        "place": list(claim.places),
        "via": list(claim.via),
        "period": str(claim.period),
        "claimed": claim.figure,
        "accepted": asdict(claim.accepted),
        "tolerance": claim.tolerance,
        "why": claim.why,
        "source": list(claim.sources),
        "estimate": row.quantiles
        and dict(zip(("q05", "q25", "median", "q75", "q95"), row.quantiles, strict=True)),
        "estimate_from": row.origin,
        "estimate_note": row.note,
        "probability": row.probability,
        "bounds": {
            **asdict(bounds.interval),
            "binding": bounds.binding,
            "note": bounds.note,
            "derivation": [asdict(step) | {"text": str(step)} for step in bounds.steps],
            "evidence": [asdict(figure) for figure in bounds.evidence],
            "implies": [asdict(step) | {"text": str(step)} for step in bounds.implies],
        },
        "verdict": row.verdict.word,
        "rests_on": row.verdict.rests_on,
        "reason": row.verdict.reason,
        "would_decide": row.decides,
        "levers": [asdict(lever) | {"decides": lever.decides} for lever in row.levers],
    }


def _finite(value: Any) -> Any:
    """Return plain values without the numbers that JSON does not know."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value
