"""``contraflow scenario``: list, show and compare scenarios."""

from __future__ import annotations

from typing import Annotated

import typer

from contraflow.cli._console import CaseArgument, console, guarded, table

LIST_EXAMPLES = """[bold]Examples[/bold]

contraflow scenario list

contraflow scenario list my-case
"""
SHOW_EXAMPLES = """[bold]Examples[/bold]

contraflow scenario show campaign-2026

contraflow scenario show my-plan.toml my-case --own
"""
DIFF_EXAMPLES = """[bold]Examples[/bold]

contraflow scenario diff no-campaign campaign-2026

contraflow scenario diff base my-plan.toml --case my-case
"""

KINDS_EXAMPLES = """[bold]Examples[/bold]

contraflow scenario kinds
"""

app = typer.Typer(
    no_args_is_help=True, help="List, show and compare scenarios: what is done, where and when."
)
CaseOption = Annotated[str, typer.Option("--case", "-c", help="Name of an embedded case, or a case folder.")]
Name = Annotated[str, typer.Argument(help="Scenario: a name in the case, or a .toml file.")]


@app.command("list", epilog=LIST_EXAMPLES)
@guarded
def list_scenarios(case: CaseArgument = "ecuador") -> None:
    """List the scenarios of a case, with how many measures each has and which it extends."""
    from contraflow.case import load_case
    from contraflow.case.describe import scenarios

    section = scenarios(load_case(case))
    table(console(), f"{section.title} of {case}", section.header, section.rows)


@app.command("show", epilog=SHOW_EXAMPLES)
@guarded
def show(
    name: Name,
    case: CaseArgument = "ecuador",
    own: Annotated[
        bool, typer.Option("--own", help="Leave out the measures of the scenarios it extends.")
    ] = False,
) -> None:
    """Show the measures of a scenario: kind, places, dates, value, source."""
    from contraflow.case import load_case
    from contraflow.scenario import load_scenario

    loaded = load_case(case)
    scenario = load_scenario(loaded, name)
    out = console()
    about = [("title", scenario.title), ("for case", scenario.case), ("chain", " > ".join(scenario.chain))]
    about += [("about", scenario.description)] if scenario.description else []
    about += [("digest", scenario.digest)]
    table(out, scenario.name, ("", ""), about)
    rows = []
    for measure in scenario.measures:
        if own and measure.scenario != scenario.name:
            continue
        places = (
            "all"
            if len(measure.places) == len(loaded.members(measure.spec.dimension)) > 1
            else ", ".join(measure.places)
        )
        span = str(measure.start) if measure.spec.pulse else f"{measure.start} to {measure.end}"
        rows.append((measure.kind, places, span, f"{measure.value:g} {measure.spec.unit}", measure.source))
    table(out, f"{len(rows)} measures", ("kind", "places", "days", "value", "source"), rows)


@app.command("diff", epilog=DIFF_EXAMPLES)
@guarded
def diff(a: Name, b: Name, case: CaseOption = "ecuador") -> None:
    """Say how scenario B differs from scenario A: measures, then the months and places that change."""
    from contraflow.case import load_case
    from contraflow.case.read import named_rows
    from contraflow.scenario import diff as compare
    from contraflow.scenario import load_scenario

    loaded = load_case(case)
    found = compare(load_scenario(loaded, a), load_scenario(loaded, b), loaded)
    out = console()
    if found.empty:
        out.print(f"{a} and {b} do the same in every month", markup=False)
        return
    rows = [
        (
            m.change,
            m.kind,
            m.places,
            f"{m.start} to {m.end}",
            f"{m.value:g}" + (f" (was {m.was})" if m.was else ""),
        )
        for m in named_rows(found.measures)
    ]
    table(out, f"Measures of {b} relative to {a}", ("change", "kind", "places", "days", "value"), rows)
    rows = [
        (driver, place, f"{first} to {last}" if first != last else first, _span(*was), _span(*now))
        for driver, place, first, last, *values in found.drivers.itertuples(index=False)
        for was, now in [(values[:2], values[2:])]
    ]
    table(out, "Months in which what drives the model differs", ("driver", "place", "months", a, b), rows)


@app.command("kinds", epilog=KINDS_EXAMPLES)
@guarded
def kinds() -> None:
    """List the kinds of measures: where each acts, in which unit and range, and how several combine."""
    from contraflow.scenario import KINDS

    rows = [
        (kind.name, kind.key, kind.unit, kind.range, "once" if kind.pulse else kind.combine, kind.description)
        for kind in KINDS.values()
    ]
    table(console(), "Kinds of measures", ("kind", "place key", "value", "range", "together", "what"), rows)


def _span(low: float, high: float) -> str:
    """Return a range of values in words."""
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
