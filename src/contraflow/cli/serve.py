"""``contraflow serve``: the interactive page, on this machine."""

from __future__ import annotations

import socket
import sys
import threading
import webbrowser
from typing import Annotated

import typer

from contraflow.cli._console import CaseArgument, guarded
from contraflow.errors import ContraflowError
from contraflow.web.limits import RUN_SECONDS, TAB_SECONDS

EXAMPLES = """[bold]Examples[/bold]

contraflow serve

contraflow serve --port 8080 --no-browser

contraflow serve my-case --seed 1
"""

DEFAULT_PORT = 8765
LOOPBACK = "127.0.0.1"


@guarded
def serve(
    case: CaseArgument = "ecuador",
    port: Annotated[
        int, typer.Option("--port", "-p", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = DEFAULT_PORT,
    host: Annotated[
        str,
        typer.Option(
            "--host", help="Address to listen on. Anything but loopback opens the page to a network."
        ),
    ] = LOOPBACK,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed: same seed, same numbers.")] = 0,
    seconds: Annotated[
        float, typer.Option(min=1.0, help="Longest time for one run; it then stops, and the page says so.")
    ] = RUN_SECONDS,
    tab_seconds: Annotated[
        float,
        typer.Option(
            min=1.0, help="Longest time for a tab that is computed: claims, replications, an evaluation."
        ),
    ] = TAB_SECONDS,
) -> None:
    """Open the interactive page: move a measure or a belief and see the trade move.

    Everything is computed on this machine and nothing is asked of any other. Stop with Ctrl-C. Needs the extra
    `serve`: pip install 'contraflow[serve]'.
    """
    try:
        import uvicorn

        from contraflow.web.app import create_app
        from contraflow.web.guard import LOOPBACK as NAMES
    except ModuleNotFoundError as error:
        raise ContraflowError(
            "contraflow serve", f"the package '{error.name}' is missing", "pip install 'contraflow[serve]'"
        ) from None
    from contraflow.case import load_case

    loaded = load_case(case)
    with _listen(host, port) as listener:
        local = host in NAMES
        shown = f"[{host}]" if ":" in host else (LOOPBACK if host == "0.0.0.0" else host)
        address = f"http://{shown}:{listener.getsockname()[1]}/"
        names = NAMES if local else (*NAMES, host) if host not in ("0.0.0.0", "::") else ()
        app = create_app(loaded, seed, names, warm=True, seconds=seconds, tab_seconds=tab_seconds)
        typer.echo(f"{loaded.title}: {address}", err=True)
        if not local:
            typer.echo("This address is open to the network; there is no password.", err=True)
        typer.echo(
            "The first start compiles the model, which takes up to a minute. Stop with Ctrl-C.", err=True
        )
        if browser:
            threading.Timer(0.5, webbrowser.open, (address,)).start()
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, date_header=False,
            timeout_keep_alive=30, timeout_graceful_shutdown=1, lifespan="on",
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[listener])
    sys.stderr.flush()


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises
    ------
    ContraflowError
        If the address cannot be had.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(found[0], socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(found[4])
        listener.listen(512)
    except OSError as error:
        raise ContraflowError(
            f"address {host}:{port}",
            f"it cannot be had ({error.strerror or error})",
            "choose another one with --port",
        ) from None
    return listener
