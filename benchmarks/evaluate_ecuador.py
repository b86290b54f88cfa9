"""The measures of the Ecuador case that its documentation shows, judged one after the other.

    python benchmarks/evaluate_ecuador.py [--out pages]

Prints the table of docs/case/evaluation.md in Markdown; with --out, writes the page and numbers of each.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from contraflow.analysis.evaluate import Evaluation, evaluate
from contraflow.analysis.evaluate.effects import Effect
from contraflow.analysis.evaluate.methods import METHODS, make
from contraflow.analysis.evaluate.verdict import interval_words
from contraflow.case import load_case

EVENTS = (
    ("2022-11-01-curfew", ()),
    ("2023-07-24-state-of-exception", ()),
    ("2024-01-09-internal-armed-conflict", ()),
    ("2024-05-group-split", ("el-oro",)),
    ("2024-08-08-curfew", ()),
)


def rows_of(found: Evaluation) -> list[str]:
    """Return the rows of one measure: first window, night, day, and the longest later window."""
    first, last = found.span.windows[0], found.span.windows[-1]
    lines = [(first.words, [item.total[first.name] for item in found.findings])]
    for part, effects in found.hours.items():
        lines.append((f"{first.words}, {part}", [effects[item.name][first.name] for item in found.findings]))
    lines.append((last.words, [item.total[last.name] for item in found.findings]))
    ranks = " / ".join(f"{item.dates.p:.2f}" for item in found.findings)
    ends = [(f"`{found.measure.id}`", ranks, found.verdict.strength)] + [("", "", "")] * (len(lines) - 1)
    return [
        f"| {name} | {label} | {_words(effects)} | {p} | {strength} |"
        for (name, p, strength), (label, effects) in zip(ends, lines, strict=True)
    ]


def _words(effects: list[Effect]) -> str:
    cells = [f"{effects[0].observed:,.0f}"]
    for effect in effects:
        cells += [f"{effect.expected.median:,.0f}", interval_words(effect.percent, spread="")]
    return " | ".join(cells)


def main() -> None:
    """Judge them and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    case = load_case("ecuador")
    methods = make(case, METHODS)
    names = " | ".join(f"expected, {item.name} | per cent (90 %)" for item in methods)
    print(f"| event | window | counted | {names} | p among dates | evidence |")
    print("|---|---|--:|" + "--:|--:|" * len(methods) + "---|---|")
    for event, provinces in EVENTS:
        began = time.monotonic()
        found = evaluate(case, event, provinces=provinces, method=methods)
        print("\n".join(rows_of(found)), flush=True)
        print(f"{event}: {time.monotonic() - began:.0f} s", file=sys.stderr)
        if options.out is not None:
            options.out.mkdir(parents=True, exist_ok=True)
            found.write(options.out / f"{found.measure.id}.html")
            text = json.dumps(found.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
            (options.out / f"{found.measure.id}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
