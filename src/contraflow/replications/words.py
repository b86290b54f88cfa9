"""A row of a replication in words, the same on the command line and in the documentation."""

from __future__ import annotations

from contraflow.replications.replication import Replication, Row, Target

BRACKETS = (
    "In brackets: not published (run: an earlier run of the same equations; derived: arithmetic; "
    "recall: from memory, never judged)."
)
"""What a bracket around a number means."""

HEADER = ("quantity", "published", "ours", "tolerance", "evidence", "verdict")

_MILLION, _SMALL = 1e6, 1e-5


def title(item: Replication) -> str:
    """Title, with a word on replications that are partial."""
    return f"{item.title} (partial)" if item.partial else item.title


def number(value: float) -> str:
    """Six digits, with commas."""
    return f"{value:,.0f}" if abs(value) >= _MILLION else f"{value:,.6g}".replace("-", "−")


def published(target: Target) -> str:
    """The paper's number; in brackets where it is not the paper's."""
    if target.kind == "qualitative":
        words = "holds"
    elif isinstance(target.published, tuple):
        low, high = target.published
        words = f"{number(low)} to {number(high)}"
        if high == float("inf"):
            words = f"over {number(low)}"
        elif low == float("-inf"):
            words = f"under {number(high)}"
    else:
        words = number(target.published)
    return words if target.is_published else f"[{words}]"


def ours(row: Row) -> str:
    """Our number."""
    if row.ours is None:
        return "not run"
    if row.target.kind == "qualitative":
        return "holds" if row.ours == 1.0 else "does not hold"
    return number(row.ours)


def tolerance(target: Target) -> str:
    """How far ours may be away."""
    if target.evidence == "recall" or target.kind == "qualitative":
        return ""
    if target.kind == "relative":
        share = target.tolerance
        return f"{100 * share:.3g} %" if share == 0 or share >= _SMALL else f"{share:.0e} of it"
    return f"± {target.tolerance:.3g}" if target.kind == "absolute" else "inside"


def verdict(row: Row) -> str:
    """The verdict; soft where missing it does not fail the replication."""
    judged = row.verdict in ("met", "missed")
    return f"{row.verdict}, soft" if judged and not row.target.hard else row.verdict


def cells(row: Row) -> tuple[str, ...]:
    """A row under `HEADER`."""
    target = row.target
    return (
        target.quantity,
        published(target),
        ours(row),
        tolerance(target),
        target.evidence,
        verdict(row),
    )


def origin(target: Target) -> str:
    """Where a number is from, with its note."""
    return f"{target.source}; {target.note}" if target.note else target.source
