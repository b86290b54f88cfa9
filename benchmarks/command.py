"""How long `contraflow run` takes, cold (nothing compiled yet) and warm, and how much memory.

    python benchmarks/command.py [--draws 200] [--repeat 3]

Cold runs use an empty cache folder each. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def run(draws: int, cache: Path) -> float:
    """Seconds of one whole `contraflow run`."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-c", "from contraflow.cli.main import main; main()", "run"]
        command += ["--draws", str(draws), "--out", out]
        begin = time.perf_counter()
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "CONTRAFLOW_CACHE": str(cache)}
        )
        return time.perf_counter() - begin


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    cold, warm = [], []
    for _ in range(options.repeat):
        with tempfile.TemporaryDirectory() as folder:
            cold.append(run(options.draws, Path(folder)))
            warm.append(run(options.draws, Path(folder)))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    print(f"{options.draws} draws, {options.repeat} repeats, {os.cpu_count()} cores\n")
    print("| quantity | median | smallest | largest |\n| --- | --- | --- | --- |")
    for name, times in (("cold, s", cold), ("warm, s", warm)):
        print(f"| {name} | {statistics.median(times):.1f} | {min(times):.1f} | {max(times):.1f} |")
    print(f"| peak memory, GiB | {memory:.2f} | | |")


if __name__ == "__main__":
    main()
