"""The page's server under many clients: what it answers, what it loses, and what is left running afterwards.

python benchmarks/page_load.py                     200 clients for a minute
python benchmarks/page_load.py --clients 50 --seconds 10
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from typing import Any

HOST = "127.0.0.1"
QUESTIONS = 12
"""Different questions asked; clients that ask the same share an answer."""
READY_SECONDS = 300.0
DRAIN_SECONDS = 120.0


def start() -> tuple[subprocess.Popen[str], int]:
    """Start a server on a free port and return it once it listens."""
    server = subprocess.Popen(
        [sys.executable, "-m", "contraflow", "serve", "--port", "0", "--no-browser"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    for line in server.stderr:
        if found := re.search(r":(\d+)/", line):
            return server, int(found[1])
    raise SystemExit("the server did not start")


async def ask(port: int, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
    """Ask once on a connection of its own."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: {HOST}:{port}\r\nconnection: close\r\n"
            f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        )
        writer.write(head.encode() + content)
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
    first, _, rest = answer.partition(b"\r\n")
    if not first:
        raise ConnectionResetError
    return int(first.split()[1]), rest.partition(b"\r\n\r\n")[2]


def question(number: int) -> dict[str, Any]:
    """One of a few questions: how hard boats are struck."""
    strikes = {
        "kind": "strikes", "places": ["eastern-pacific"], "start": "2026-01", "end": "2026-12", "value": 1.0 + number,
    }  # fmt: skip
    return {"measures": [strikes], "draws": 200, "tab": ""}


async def client(port: int, until: float, seen: Counter[str], waits: list[float], seed: int) -> None:
    """Ask this and that until time is up."""
    rng = random.Random(seed)
    while time.monotonic() < until:
        what = rng.random()
        begun = time.monotonic()
        try:
            if what < 0.4:
                status, _ = await ask(port, "POST", "/api/run", question(rng.randrange(QUESTIONS)))
            elif what < 0.6:
                status, _ = await ask(port, "GET", "/api/status")
            elif what < 0.8:
                status, _ = await ask(port, "GET", "/api/sources")
            else:
                status, _ = await ask(
                    port, "POST", "/api/run", {"draws": rng.choice([-1, "many", None]), "x": "\u0000"}
                )
        except OSError as error:
            seen[f"lost ({type(error).__name__})"] += 1
            continue
        waits.append(time.monotonic() - begun)
        seen[str(status)] += 1


async def load(port: int, clients: int, seconds: float) -> None:
    """Load the server, then leave in mid-question, and report."""
    begun = time.monotonic()
    while json.loads((await ask(port, "GET", "/api/status"))[1])["ready"] is False:
        if time.monotonic() - begun > READY_SECONDS:
            raise SystemExit("the server was not ready in time")
        await asyncio.sleep(1.0)
    seen: Counter[str] = Counter()
    waits: list[float] = []
    until = time.monotonic() + seconds
    await asyncio.gather(*(client(port, until, seen, waits, number) for number in range(clients)))
    status, _ = await ask(port, "GET", "/api/status")
    rows = [
        (f"answers with status {name}" if name.isdigit() else name, f"{n:,}")
        for name, n in sorted(seen.items())
    ]
    rows += [
        ("median wait, s", f"{statistics.median(waits):.2f}"),
        ("longest wait, s", f"{max(waits):.2f}"),
        ("status afterwards", str(status)),
    ]
    left = [
        asyncio.create_task(ask(port, "POST", "/api/run", question(100 + n) | {"draws": 1000}))
        for n in range(20)
    ]
    await asyncio.sleep(2.0)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    gone = time.monotonic()
    while json.loads((await ask(port, "GET", "/api/status"))[1])["waiting"]:
        if time.monotonic() - gone > DRAIN_SECONDS:
            break
        await asyncio.sleep(0.05)
    rows.append(("twenty clients leave in mid-question: idle after, s", f"{time.monotonic() - gone:.2f}"))
    print(f"{clients} clients, {seconds:g} s, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| what | value |\n| --- | --- |")
    for name, value in rows:
        print(f"| {name} | {value} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    server, port = start()
    try:
        asyncio.run(load(port, options.clients, options.seconds))
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    main()
