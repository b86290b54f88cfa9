"""How answers depend on the evidence and on the form of the model; writes the table that the case ships.

python benchmarks/sensitivity.py                      the embedded case: half an hour on two cores
python benchmarks/sensitivity.py ./my-case --draws 100
"""

from __future__ import annotations

import argparse
import time

from contraflow.case import load_case
from contraflow.ensemble.run import use_double_precision_and_cache
from contraflow.files import write_text
from contraflow.inference.sensitivity import sensitivity


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("case", nargs="?", default="ecuador")
    parser.add_argument("--draws", type=int, default=200)
    options = parser.parse_args()
    use_double_precision_and_cache()
    case = load_case(options.case)
    began = time.monotonic()
    table = sensitivity(
        case,
        options.draws,
        progress=lambda name: print(f"{time.monotonic() - began:6.0f} s  {name}", flush=True),
    )
    target = write_text(
        case.path / "sensitivity.csv", table.to_csv(index=False, float_format="%.3f", lineterminator="\n")
    )
    print(f"wrote {target}")


if __name__ == "__main__":
    main()
