"""How good the shipped posterior is, and how far answers depend on the evidence: from the files of the case."""

from __future__ import annotations

import csv

from contraflow.case import Case
from contraflow.inference.summary import read
from markdown import table, text

SENSITIVITY, RECOVERY = "sensitivity.csv", "recovery.csv"
TITLES = {"trade": "The trade", "killings": "Killings by province and month"}


def calibration(case: Case) -> str:
    """Targets, coverage, what was learned."""
    found = read(case.path)
    if found is None:
        return "*The case does not ship a posterior yet.*\n"
    parts = []
    for name, part in found.items():
        parts.append(f"### {TITLES.get(name, name)}\n")
        met = {True: "met", False: "**missed**", None: "not judged"}
        parts.append(
            table(
                ("what", "value", "target", "verdict"),
                [
                    [text(v["what"]), text(v["value"]), text(v["target"]), met[v["met"]]]
                    for v in part["verdicts"]
                ],
            )
        )
        parts.append("Fitted points inside the intervals, by series:\n")
        parts.append(
            table(
                ("series", "points", "in 50 %", "in 90 %"),
                [
                    [text(c["series"]), str(c["points"]), f"{c['half']:.2f}", f"{c['ninety']:.2f}"]
                    for c in part["coverage"]
                ],
            )
        )
        parts.append(
            "What the record taught: contraction is one minus the posterior's variance over the prior's, on the "
            "scale on which the prior is standard normal. Below 0.1 a number counts as not identified.\n"
        )
        parts.append(
            table(
                ("parameter", "numbers", "median contraction", "largest", "not identified"),
                [
                    [
                        f"`{row['variable']}`",
                        str(row["elements"]),
                        f"{row['median']:.2f}",
                        f"{row['largest']:.2f}",
                        str(row["not_identified"]),
                    ]
                    for row in part["learned"]
                ],
            )
        )
    return "\n".join(parts)


def sensitivity(case: Case) -> str:
    """Answers under each reading of the evidence, one table a quantity."""
    path = case.path / SENSITIVITY
    if not path.exists():
        return "*The case does not ship a sensitivity table yet.*\n"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    parts = []
    for quantity in dict.fromkeys(row["quantity"] for row in rows):
        mine = [row for row in rows if row["quantity"] == quantity]
        parts.append(f"**{text(quantity)}** ({text(mine[0]['unit'])})\n")
        body = [
            [text(r["variant"]), r["rows"], *(f"{float(r[q]):.1f}" for q in ("median", "q05", "q95"))]
            for r in mine
        ]
        parts.append(table(("evidence and form", "rows", "median", "5 %", "95 %"), body))
    return "\n".join(parts)


def recovery(case: Case) -> str:
    """Known parameters found again in invented records."""
    path = case.path / RECOVERY
    if not path.exists():
        return "*The case does not ship a recovery table yet.*\n"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    body = [
        [text(r["numbers"]), r["count"], r["replicas"], f"{float(r['in50']):.2f}", f"{float(r['in90']):.2f}"]
        for r in rows
    ]
    return table(("numbers", "how many", "records", "in 50 %", "in 90 %"), body)


PAGES = {"calibration": calibration, "sensitivity": sensitivity, "recovery": recovery}
