"""Slider to picture: how long the page takes, measured in a browser, on this machine.

    python benchmarks/page.py --moves 60

Starts the server, opens the page in headless Chromium, and moves a measure's strength and then beliefs, one move
after another. Each latency runs from the hand's event to the frame after the charts are drawn, as the page itself
measures it. A belief has two pictures: at once what lies between runs prepared while the hand was on the slider, and
then the exact one; how far the first is from the second is measured too. Prints tables in Markdown. Needs Node,
`npm ci` in web/, and Chromium (CHROMIUM names it).
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

import numpy as np

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "web" / "e2e" / "latency.mjs"
AIM = {"median": 150.0, "p90": 300.0}
AT_ONCE = (
    "a belief, between runs", "beliefs, dragged after a rest", "beliefs, dragged one right after another",
)  # fmt: skip
"""Pictures most of which have no run of their own."""
LATER = ("a belief, exact",)
"""Pictures that follow one; no aim is set for them."""
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


ALONG = tuple(share / 8 for share in range(9))
"""Places along a slider, as shares of its length."""
PREPARED = {"at rest": ALONG[::4], "with a hand on it": ALONG[::2]}
"""Where the page has exact answers before a slider is moved."""
HEADLINES = ("delivered", "seized_gross", "destroyed", "price", "income_focus", "homicides")


def distances() -> dict[str, dict[str, list[float]]]:
    """How far the first picture of a belief is from the exact one, for every slider.

    Returns
    -------
    dict of str to dict of str to list of float
        By slider and by what was prepared, for every place between and every headline: the largest distance of its five
        levels, of scenario and difference, as a share of the exact 90 % interval.
    """
    from contraflow.case import load_case
    from contraflow.web.engine import Engine, Question
    from contraflow.web.packed import unpack

    case = load_case("ecuador")
    engine = Engine(case)

    def table(symbol: str, value: float) -> np.ndarray:
        """Scenario and difference of the headlines: shape (part, level, headline)."""
        question = Question(case.default_scenario, (), case.default_baseline, {symbol: value}, 200)
        found = engine.answer(question)["tables"][0]
        return np.stack([unpack(found[name])[1:3, :, 0] for name in HEADLINES], axis=-1)

    far: dict[str, dict[str, list[float]]] = {}
    for one in engine.sliders:
        values = [one["low"] + share * (one["high"] - one["low"]) for share in ALONG]
        exact = np.stack([table(one["symbol"], value) for value in values])
        width = exact[:, :, -1] - exact[:, :, 0]
        for name, there in PREPARED.items():
            ends = exact[[ALONG.index(share) for share in there]].reshape(len(there), -1)
            line = np.stack([np.interp(ALONG, there, column) for column in ends.T], axis=1).reshape(
                exact.shape
            )
            off = np.abs(line - exact).max(axis=2)
            some = (width > 0) & ~np.isin(ALONG, there)[:, None, None]
            far.setdefault(one["symbol"], {})[name] = (off[some] / width[some]).tolist()
    return far


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
        met = median(total) <= AIM["median"] and p90(total) <= AIM["p90"]
        aim = f"{AIM['median']:.0f} / {AIM['p90']:.0f}: {'met' if met else '**missed**'}"
        asked = ["–", "–"]
        if name not in AT_ONCE:
            asked = [f"{median(1000 * one[part] for one in runs):.0f}" for part in ("simulate", "summarise")]
        cells = [
            name, str(len(total)), f"{median(total):.0f}", f"{p90(total):.0f}", *asked,
            aim if name not in LATER else "–",
        ]  # fmt: skip
        print(f"| {' | '.join(cells)} |")
    print(f"\nA hand on the slider of a belief: all is prepared {found['prepared'] / 1000:.1f} s later.")
    print(
        f"A page at rest: three answers along each slider in view are there {found['rested'] / 1000:.1f} s later.\n"
    )
    far = distances()
    print("What lies between runs, from the exact answer, as a share of the exact 90 % interval:\n")
    print("| belief | " + " | ".join(f"{name}: median | p90 | largest" for name in PREPARED) + " |")
    print("| --- |" + " --- |" * 3 * len(PREPARED))
    far["all"] = {name: [value for one in far.values() for value in one[name]] for name in PREPARED}
    for symbol, by in far.items():
        cells = [f"{how(by[name]):.1%}" for name in PREPARED for how in (median, p90, max)]
        print(f"| {symbol} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
