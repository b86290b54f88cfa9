"""Washburn & Wood (1995): one inspector, one evader, and a network between them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contraflow.analysis.interdiction import Graph, inspection_game, maximum_flow
from contraflow.replications.replication import Replication, Report, Row, judge

ARCS = (("S", "B"), ("S", "C"), ("C", "B"), ("B", "E"), ("C", "D"), ("D", "E"))
DETECTION = (0.5, 0.2, 0.9, 0.4, 0.3, 0.6)
"""Probability that the inspector on an arc detects who passes."""


def run(report: Report) -> list[Row]:
    """Solve the game and the maximum flow on the six-arc network."""
    report("solving the game")
    graph = Graph.of(ARCS)
    game = inspection_game(graph, DETECTION, "S", "E")
    flow, _ = maximum_flow(graph, 1.0 / np.array(DETECTION), "S", "E")
    mix = dict(zip(graph.arcs, game.inspector, strict=True))
    ours = {
        "value of the game": game.value,
        "one over the maximum flow with capacities 1/p": 1.0 / flow,
        "inspector on B-E": mix.pop("B-E"),
        "inspector on D-E": mix.pop("D-E"),
        "inspector anywhere else": sum(mix.values()),
        "chance to be detected on the evader's mix, wherever the inspector stands": float(
            np.max(game.evader * np.array(DETECTION))
        ),
    }
    return judge(REPLICATION.targets, ours)


REPLICATION = Replication(
    name="washburn-wood",
    title="where one inspector should stand: value = 1/maxflow(1/p)",
    paper="Washburn & Wood (1995), Operations Research 43:243",
    folder=Path(__file__).parent,
    run=run,
)
