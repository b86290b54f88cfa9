"""Shortest-path and maximum-flow interdiction (Israeli & Wood 2002; Wood 1993) on public six-arc instances."""

from __future__ import annotations

from pathlib import Path

from contraflow.analysis.interdiction import Attack, Interdiction
from contraflow.replications.network_interdiction.model import (
    BUDGETS,
    NAME,
    core_price,
    delayed,
    maximum_flows,
    shortest_paths,
)
from contraflow.replications.replication import Replication, Report, Row, judge


def _is(solution: Interdiction, *attacks: tuple[str, ...]) -> float:
    """Whether these attacks, and no others, are the optimal ones."""
    return float({frozenset(a) for a in attacks} == set(solution.attacks))


def _has(solution: Interdiction, attack: tuple[str, ...]) -> float:
    return float(frozenset(attack) in solution.attacks)


def run(report: Report) -> list[Row]:
    """Solve both instances for zero, one and two attacks."""
    report("solving six mixed-integer programmes")
    paths, flows = shortest_paths(), maximum_flows()
    cuts = (("B-E", "D-E"), ("B-E", "C-D"), ("B-E", "S-C"), ("S-B", "S-C"))
    ours = {f"shortest path, {k} attacks": paths[k].value for k in BUDGETS if k < 2}
    ours["shortest path, 2 attacks: no path is left"] = float(paths[2].value == float("inf"))
    ours |= {f"maximum flow, {k} attacks": flows[k].value for k in BUDGETS}
    ours |= {
        "shortest path, 1 attack: B-E and nothing else": _is(paths[1], ("B-E",)),
        "shortest path, 2 attacks: S-C with B-E is optimal": _has(paths[2], ("S-C", "B-E")),
        "shortest path, 2 attacks that delay by 501: S-C with B-E and nothing else": _is(
            delayed(2, 501.0), ("S-C", "B-E")
        ),
        "maximum flow, 1 attack: S-C and nothing else": _is(flows[1], ("S-C",)),
        "maximum flow, 2 attacks: B-E with D-E is optimal": _has(flows[2], ("B-E", "D-E")),
        "maximum flow, 2 attacks: B-E with C-D is optimal": _has(flows[2], ("B-E", "C-D")),
        "2 attacks: both problems have the same four optima": _is(flows[2], *cuts) * _is(paths[2], *cuts),
        "price at the sink in the core, nothing attacked": core_price(Attack()),
        "price at the sink in the core, B-E closed": core_price(Attack({"B-E"})),
    }
    return judge(REPLICATION.targets, ours)


REPLICATION = Replication(
    name=NAME,
    title="interdiction of shortest paths and maximum flows, by mixed-integer programming",
    paper="Israeli & Wood (2002), Networks 40:97; Wood (1993), Math. Comput. Modelling 17(2):1",
    folder=Path(__file__).parent,
    run=run,
)
