"""``contraflow calibrate``: fit a case to its record."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from contraflow.cli._console import guarded
from contraflow.cli._interrupt import interruptible

if TYPE_CHECKING:
    from contraflow.inference.sampler import Progress

EXAMPLES = """[bold]Examples[/bold]

contraflow calibrate --out fit                  the embedded case: half an hour on two cores

contraflow calibrate --out fit --resume         go on after an interruption, to the same draws

contraflow calibrate ./my-case --out fit --method nuts --killings nuts --install
"""


@guarded
def calibrate(
    case: Annotated[str, typer.Argument(help="Name of an embedded case, or a case folder.")] = "ecuador",
    until: Annotated[
        str | None,
        typer.Option("--until", help="Last month that is known, YYYY-MM; the whole record by default."),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help="Of the trade: smoother (ensembles, under an hour), or nuts, pathfinder or svi.",
        ),
    ] = "smoother",
    killings: Annotated[
        Literal["laplace", "nuts"],
        typer.Option(
            "--killings", help="Of killings: laplace (mode and curvature, minutes) or nuts (over an hour)."
        ),
    ] = "laplace",
    warmup: Annotated[
        int, typer.Option(min=1, help="Iterations of each chain of a sampler that are not kept.")
    ] = 300,
    draws: Annotated[int, typer.Option(min=1, help="Draws of each chain, members of each ensemble.")] = 400,
    chains: Annotated[int, typer.Option(min=1, help="Chains, or ensembles, of the fit to the trade.")] = 4,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed: same seed, same draws.")] = 0,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for checkpoints and results.")] = Path(
        "fit"
    ),
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in the folder.")] = False,
    install: Annotated[
        bool, typer.Option("--install", help="Put the posterior into the case folder, where `run` finds it.")
    ] = False,
) -> None:
    """Fit the beliefs about a case to its record, and write down how well that went.

    The trade is fitted first (calibration.csv: seizures, prices, shares), then killings by territory and month
    (homicides.csv), given what armed groups collect from the trade. Checkpoints are written all the time: after a
    kill, `--resume` goes on to the same draws.

    Writes trade.nc and killings.nc (ArviZ's standard, see `contraflow diagnose`) and posterior.nc, the small file
    that `contraflow run` uses where it lies in the case's folder.
    """
    from contraflow.case import load_case
    from contraflow.inference.calibrate import calibrate as work
    from contraflow.inference.sampler import Sampling

    loaded = load_case(case)
    smoothed = method == "smoother"
    sampler = "nuts" if smoothed else method
    how = Sampling(method=sampler, warmup=warmup, draws=draws, chains=chains, seed=seed)  # pyright: ignore[reportArgumentType]
    began = time.monotonic()
    written = interruptible(
        lambda: work(
            loaded, how, out, until=until, resume=resume, report=_Lines(), install=install, smoothed=smoothed
        )
    )
    for path in written:
        typer.echo(f"wrote {path}", err=True)
    typer.echo(
        f"done in {(time.monotonic() - began) / 60:.1f} min; see `contraflow diagnose {out}`", err=True
    )


class _Lines:
    """Say what is done on standard error: each stage once, each chain every twentieth of the way."""

    def __init__(self) -> None:
        self.shown: dict[tuple[str, int], int] = {}

    def __call__(self, words: str, progress: Progress | None) -> None:
        """Take note of a stage, or of a chain's progress in it."""
        if progress is None:
            typer.echo(words, err=True)
            return
        part = 20 * progress.done // max(progress.total, 1)
        if self.shown.get((words, progress.chain)) == part:
            return
        self.shown[words, progress.chain] = part
        left = progress.eta_seconds
        eta = "" if left != left else f", about {left / 60:.0f} min left"
        stage = " (warming up)" if progress.warmup else ""
        typer.echo(
            f"{words}: chain {progress.chain + 1}, {progress.done} of {progress.total}{stage}{eta}", err=True
        )
