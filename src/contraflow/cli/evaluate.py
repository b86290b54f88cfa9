"""``contraflow evaluate``: what happened after a measure, beside the world without it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contraflow.cli._console import console, guarded, table
from contraflow.cli._interrupt import interruptible
from contraflow.cli._output import OutputFolder, writing
from contraflow.cli._progress import progress
from contraflow.errors import ContraflowError

if TYPE_CHECKING:
    from collections.abc import Callable

    from contraflow.analysis.evaluate import Evaluation
    from contraflow.analysis.evaluate.effects import Effect

EXAMPLES = """[bold]Examples[/bold]

contraflow evaluate --list

contraflow evaluate 2022-11-01-curfew

contraflow evaluate 2024-05-group-split --provinces el-oro --out el-oro

contraflow evaluate --start 2026-03-15 --end 2026-03-30 --provinces guayas,los-rios --data counts-2026.csv
"""

HEADER = ("window", "method", "counted", "expected (90 %)", "per cent (90 %)", "P(fewer)")
PAGE, NUMBERS = "evaluation.html", "evaluation.json"


@guarded
def evaluate(
    event: Annotated[
        str | None,
        typer.Argument(help="Id of an event (see --list), or the beginning of one.", show_default=False),
    ] = None,
    case: Annotated[
        str, typer.Option("--case", "-c", help="Name of an embedded case, or a case folder.")
    ] = "ecuador",
    data: Annotated[
        Path | None, typer.Option("--data", "-d", help="Killings as CSV, in the format of homicides.csv.")
    ] = None,
    events: Annotated[
        Path | None, typer.Option("--events", help="Events of your own as CSV, in the format of events.csv.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Last month of the record to use, YYYY-MM.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="Instead of an event: first day or month.")
    ] = None,
    end: Annotated[str | None, typer.Option("--end", help="Last day or month; none: it goes on.")] = None,
    provinces: Annotated[
        str,
        typer.Option(
            "--provinces", "-p", help="Provinces, joined by commas, or all; for an event: only these."
        ),
    ] = "",
    method: Annotated[
        str,
        typer.Option("--method", "-m", help="Methods, the main one first: killings, structural, mechanism."),
    ] = "killings,structural",
    placebos: Annotated[int, typer.Option("--placebos", help="Placebo dates, 20 or more.")] = 24,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed: same seed, same numbers.")] = 0,
    trust_newest: Annotated[
        bool, typer.Option("--trust-newest", help="Use the newest month even if it looks incomplete.")
    ] = False,
    out: Annotated[Path, typer.Option("--out", "-o", help=f"Folder for {PAGE} and {NUMBERS}.")] = Path(
        "results"
    ),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON instead of tables.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the events and stop.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of a progress bar.")] = False,
) -> None:
    """Set what happened after a measure beside the world without it.

    Fits the killings of every province up to the eve of the measure, forecasts on, and compares: by province and in
    total, while the measure was in force and 3, 6 and 12 months after, by day and by night, next door. Does
    the same at 20 or more earlier dates (placebos), which sets the width of the intervals and says how rare such a
    difference is; lists what else happened; and ends on a verdict with its strength, after a stated rule.
    Two methods are used, because one is no evidence.

    New counts come as one CSV with territory, year, month, homicides (and night, prison where known).
    They are laid over the record of the case. A newest month that looks incomplete is flagged and left out.
    """
    if listed:
        _list(case, events)
        return
    with OutputFolder(out, (PAGE, NUMBERS)) as folder:
        with progress("forecasting", plain) as callback:
            found = interruptible(
                lambda: _compute(
                    folder.staging, callback, case=case, event=event, start=start, end=end,
                    provinces=tuple(part.strip() for part in provinces.split(",") if part.strip()),
                    events=events, data=data, until=until,
                    method=tuple(part.strip() for part in method.split(",") if part.strip()),
                    placebos=placebos, seed=seed, trust_newest=trust_newest,
                )
            )  # fmt: skip
        written = folder.publish()
    if as_json:
        json.dump(found.to_dict(), sys.stdout, indent=1, ensure_ascii=False, allow_nan=False)
        sys.stdout.write("\n")
    else:
        _show(found)
    for path in written:
        typer.echo(f"wrote {path}", err=as_json)


def _compute(folder: Path, callback: Callable[[int, int], None], **options: object) -> Evaluation:
    """Evaluate and make the files in a folder."""
    from contraflow.analysis.evaluate import evaluate as evaluate_event

    found = evaluate_event(progress=callback, **options)  # pyright: ignore
    with writing(folder):
        text = json.dumps(found.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        (folder / NUMBERS).write_text(text + "\n", encoding="utf-8")
        found.write(folder / PAGE)
    return found


def _list(case: str, events: Path | None) -> None:
    """Print the events that can be asked for."""
    from contraflow.analysis.evaluate import measures
    from contraflow.case import load_case

    loaded = load_case(case)
    every = len(loaded.members("territory"))
    rows = []
    for item in measures(loaded, events).values():
        where = "all" if len(item.territories) == every else ", ".join(item.territories) or "none named"
        rows.append((item.id, item.dates, where, item.title))
    if not rows:
        raise ContraflowError(
            f"case {loaded.name}", "has no dated events", "add rows to events.csv, or use --start"
        )
    table(console(), "Events", ("id", "dates", "provinces", "what"), rows)


def _show(found: Evaluation) -> None:
    """Print the tables."""
    from contraflow.analysis.evaluate.verdict import interval_words
    from contraflow.report.evaluation import WORDS, coverage_rows

    out = console()
    first = found.span.windows[0]
    title = f"{found.measure.title}, {found.measure.dates}: all its provinces"
    rows = [
        _cells(window.words, item.name, item.total[window.name])
        for window in found.span.windows
        for item in found.findings
    ]
    table(out, title, HEADER, rows)
    rows = []
    for name in (*found.measure.territories, *found.neighbours):
        role = "" if name in found.measure.territories else " (neighbour)"
        cells = [
            interval_words(item.territories[name][first.name].percent, spread="") for item in found.findings
        ]
        effect = found.findings[0].territories[name][first.name]
        rows.append((name + role, f"{effect.observed:,.0f}", f"{effect.expected.median:,.0f}", *cells))
    names = [f"% {item.name}" for item in found.findings]
    table(out, f"By province, {first.words}", ("province", "counted", "expected", *names), rows)
    rows = [
        _cells(f"{part}, {first.words}", item.name, effects[item.name][first.name])
        for part, effects in found.hours.items()
        for item in found.findings
        if first.name in effects.get(item.name, {})
    ]
    if rows:
        table(out, "By part of the day", HEADER, rows)
    rows = [
        _cells(window.words, item.name, item.neighbours[window.name])
        for window in found.span.windows
        for item in found.findings
        if window.name in item.neighbours
    ]
    if rows:
        table(out, "Untreated neighbours together", HEADER, rows)
    rows = []
    for item in found.findings:
        province = "too few" if item.provinces is None else f"{item.provinces.p:.3f}"
        rows.append((item.name, f"{len(item.dates.scores)}", f"{item.dates.p:.3f}", province))
    table(out, "Placebos", ("method", "dates", "p among dates", "p among provinces"), rows)
    rows = [["" if cell is None else str(cell) for cell in row] for row in coverage_rows(found)]
    header = ("method", "one month ahead", "forecasts", "in 50 %", "in 90 %")
    table(out, "Forecasts before the measure", header, rows)
    others = [
        (item.when, item.kind.replace("_", " "), _shared(item.shared, found.measure.territories), item.words)
        for item in found.others
    ]
    if others:
        table(out, "What else happened", ("when", "kind", "provinces", "what"), others)
    for note in found.record.notes:
        out.print(f"note: {note}", markup=False)
    verdict = found.verdict
    out.print()
    out.print(f"{WORDS[verdict.strength]} of a {verdict.direction}.", style="bold")
    for sentence in (verdict.sentence, verdict.after, verdict.hours, verdict.caution):
        if sentence:
            out.print(sentence, markup=False)
    out.print()


def _cells(label: str, method: str, effect: Effect) -> list[str]:
    """Return one effect as the cells of a row."""
    from contraflow.analysis.evaluate.verdict import interval_words

    expected = effect.expected
    return [
        label,
        method,
        f"{effect.observed:,.0f}",
        f"{expected.median:,.0f} ({expected.low90:,.0f} to {expected.high90:,.0f})",
        interval_words(effect.percent, spread=""),
        f"{100 * effect.fewer:.0f} %",
    ]


def _shared(shared: tuple[str, ...], treated: tuple[str, ...]) -> str:
    """Return the provinces that an event shares with the measure, in few letters."""
    if len(shared) <= 4:
        return ", ".join(shared)
    return "all of them" if len(shared) == len(treated) else f"{len(shared)} of them"
