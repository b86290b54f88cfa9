"""``contraflow``: the application and its entry point."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from contraflow.cli import (
    backtest,
    calibrate,
    check,
    claims,
    describe,
    diagnose,
    doctor,
    evaluate,
    new_case,
    replicate,
    run,
    scenario,
    serve,
    version,
)
from contraflow.cli._console import unwrapped

app = typer.Typer(
    name="contraflow",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What does a campaign against an illicit supply chain do, where does the trade go instead, "
    "and how sure are we? An open simulator on public, aggregate figures; its first case is the cocaine "
    "trade through Ecuador.",
    epilog="Start with [bold]contraflow run[/bold]. Every command explains itself: "
    "[bold]contraflow COMMAND --help[/bold].",
)
app.command("run", help=unwrapped(run.run), epilog=run.EXAMPLES)(run.run)
app.command("evaluate", help=unwrapped(evaluate.evaluate), epilog=evaluate.EXAMPLES)(evaluate.evaluate)
app.command("claims", help=unwrapped(claims.claims), epilog=claims.EXAMPLES)(claims.claims)
app.command("check", help=unwrapped(check.check), epilog=check.EXAMPLES)(check.check)
app.command("describe", help=unwrapped(describe.describe), epilog=describe.EXAMPLES)(describe.describe)
app.add_typer(scenario.app, name="scenario")
app.command("new-case", help=unwrapped(new_case.new_case), epilog=new_case.EXAMPLES)(new_case.new_case)
app.command("calibrate", help=unwrapped(calibrate.calibrate), epilog=calibrate.EXAMPLES)(calibrate.calibrate)
app.command("diagnose", help=unwrapped(diagnose.diagnose), epilog=diagnose.EXAMPLES)(diagnose.diagnose)
app.command("backtest", help=unwrapped(backtest.backtest), epilog=backtest.EXAMPLES)(backtest.backtest)
app.command("doctor", help=unwrapped(doctor.doctor), epilog=doctor.EXAMPLES)(doctor.doctor)
app.command("serve", help=unwrapped(serve.serve), epilog=serve.EXAMPLES)(serve.serve)
app.command("version")(version.version)
app.command("replicate", help=unwrapped(replicate.replicate), epilog=replicate.EXAMPLES)(replicate.replicate)


def _print_version(wanted: bool) -> None:
    if wanted:
        version.version()
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of the application itself; its help stands above."""


def main() -> None:
    """Run the command line and exit: 0 done, 2 wrong input (one message, no traceback), 130 interrupted."""
    try:
        app(prog_name="contraflow")
    except SystemExit as stop:
        if stop.code == 130:
            # Threads that still compile would keep the process alive for seconds after Ctrl-C.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(130)
        raise


if __name__ == "__main__":
    main()
