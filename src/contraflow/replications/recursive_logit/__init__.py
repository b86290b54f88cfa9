"""Recursive logit (Akamatsu 1996; Fosgerau, Frejinger & Karlström 2013) on a hand-verified network."""

from __future__ import annotations

from pathlib import Path

from contraflow.replications.recursive_logit.model import NAME, minus_log_likelihood, solve, visits
from contraflow.replications.replication import Replication, Report, Row, judge

PATHS = ((0, 1, 2, 1), (0, 3, 0, 1), (0, 1))
"""Observed paths of the instance, from state 0 to state 1."""


def run(report: Report) -> list[Row]:
    """Solve the instance, then put three observed paths and the expected visits beside the targets."""
    report("solving the network with cycles")
    choice = solve()
    scores = {path: minus_log_likelihood(list(path), choice) for path in PATHS}
    ours = {
        f"minus log likelihood of path {'-'.join(map(str, path))}": score for path, score in scores.items()
    }
    ours["minus log likelihood of all three paths"] = sum(scores.values())
    for k, value in enumerate(choice.z):
        ours[f"exp(V) of state {k}"] = value
    for k, value in enumerate(visits(0)):
        ours[f"expected visits to state {k} from state 0"] = value
    return judge(REPLICATION.targets, ours)


REPLICATION = Replication(
    name=NAME,
    title="route choice as a recursive logit, on a network with cycles",
    paper="Akamatsu (1996), Transp. Res. B 30:369; Fosgerau, Frejinger & Karlström (2013), Transp. Res. B 56:70",
    folder=Path(__file__).parent,
    run=run,
)
