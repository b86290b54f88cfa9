"""Whether the fit of the trade finds known parameters in invented records; writes the table that the case ships.

python benchmarks/recovery.py --replicas 12 --keep places.csv          an hour on two cores

What each replica finds is kept as it goes in the file named by --keep; the same command goes on from there.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from contraflow.case import load_case
from contraflow.ensemble.run import use_double_precision_and_cache
from contraflow.files import write_text
from contraflow.inference.recovery import coverage, recover


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("case", nargs="?", default="ecuador")
    parser.add_argument("--replicas", type=int, default=12)
    parser.add_argument(
        "--keep", type=Path, help="file of what each replica found, to go on from after a stop"
    )
    options = parser.parse_args()
    use_double_precision_and_cache()
    case = load_case(options.case)
    began = time.monotonic()
    table = recover(
        case,
        options.replicas,
        progress=lambda done, total: print(
            f"{time.monotonic() - began:6.0f} s  {done} of {total}", flush=True
        ),
        keep=options.keep,
    )
    found = coverage(table).assign(replicas=options.replicas)
    print(found.to_string(index=False))
    write_text(
        case.path / "recovery.csv", found.to_csv(index=False, float_format="%.3f", lineterminator="\n")
    )


if __name__ == "__main__":
    main()
