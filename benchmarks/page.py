"""Slider to picture: how long the page takes, measured in a browser, on this machine.

    python benchmarks/page.py --moves 60 --draws 200

Starts the server, opens the page in headless Chromium, and moves a measure's strength and then a belief, one move
after another. Each latency runs from the hand's event to the frame after the charts are drawn, as the page itself
measures it. Prints a table in Markdown. Needs Node, `npm ci` in web/, and Chromium (CHROMIUM names it).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "web" / "e2e" / "latency.mjs"
AIM = {"median": 150.0, "p90": 300.0}
CONTRAFLOW = Path(sys.executable).parent / "contraflow"


def serve() -> tuple[subprocess.Popen[str], str]:
    """Start the server; return it and its address."""
    command = [str(CONTRAFLOW), "serve", "--port", "0", "--no-browser"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    for line in server.stderr:
        if found := re.search(r"http://\S+", line):
            return server, found[0]
    raise SystemExit("the server did not start")


def p90(values: list[float]) -> float:
    return quantiles(values, n=10)[-1] if len(values) > 1 else values[0]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=60, help="moves of each slider")
    arguments = parser.parse_args()
    server, address = serve()
    try:
        made = subprocess.run(
            ["node", str(SCRIPT), address, str(arguments.moves)], capture_output=True, text=True, check=True
        )
    finally:
        server.terminate()
        server.wait(20)
    found = json.loads(made.stdout)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{os.cpu_count()} cores, load {load:.1f} at the end, {found['browser']}\n")
    print("| what is moved | moves | median, ms | p90, ms | of it the server's run, median | summary | aim |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, runs in found["latency"].items():
        total = [one["total"] for one in runs]
        aim = f"{AIM['median']:.0f} / {AIM['p90']:.0f}"
        met = median(total) <= AIM["median"] and p90(total) <= AIM["p90"]
        cells = [
            name, str(len(total)), f"{median(total):.0f}", f"{p90(total):.0f}",
            f"{median(1000 * one['simulate'] for one in runs):.0f}",
            f"{median(1000 * one['summarise'] for one in runs):.0f}",
            f"{aim}: {'met' if met else '**missed**'}",
        ]  # fmt: skip
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
