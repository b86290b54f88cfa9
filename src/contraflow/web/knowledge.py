"""The tabs of tables and words: the same figures as the commands give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contraflow.case import Case

TOPICS = ("claims", "evaluation", "replications", "sureness", "method")


def knowledge(topic: str, case: Case) -> dict[str, Any]:
    """Return what `contraflow.web.schemas.Knowledge` describes, for one of `TOPICS`."""
    return {"command": f"contraflow {topic}", "lead": [], "tables": []}
