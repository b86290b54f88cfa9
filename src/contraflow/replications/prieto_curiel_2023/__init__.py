"""Prieto-Curiel, Campedelli & Hope (2023): how large Mexican cartels are, and what would shrink them."""

from __future__ import annotations

from pathlib import Path

from contraflow.replications.data import DataMissingError
from contraflow.replications.prieto_curiel_2023.model import NAME, cartels
from contraflow.replications.prieto_curiel_2023.numbers import everything
from contraflow.replications.replication import Replication, Report, Row, judge, skipped


def run(report: Report) -> list[Row]:
    """Simulate ten years of 150 cartels, then five policies, and compare; skips without the authors' tables."""
    try:
        cartels()
    except DataMissingError as error:
        return skipped(REPLICATION.targets, str(error))
    report("simulating 150 cartels under five policies")
    return judge(REPLICATION.targets, everything())


def figure(path: Path) -> None:
    """Members and weekly deaths under each policy."""
    from contraflow.replications.prieto_curiel_2023.figure import draw

    draw(path)


REPLICATION = Replication(
    name=NAME,
    title="150 Mexican cartels: recruitment, conflict, incapacitation, saturation",
    paper="Prieto-Curiel, Campedelli & Hope (2023), Science 381:1312",
    folder=Path(__file__).parent,
    run=run,
    figure=figure,
)
