"""An evaluation as plain values, for JSON."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from contraflow.analysis.evaluate.evaluation import Evaluation


def plain(evaluation: Evaluation) -> dict[str, Any]:
    """Return everything of an evaluation but its raw record."""
    measure, record, span = evaluation.measure, evaluation.record, evaluation.span
    months = [str(month) for month in record.months[span.origin : span.origin + span.horizon]]
    windows = [
        {
            "name": window.name,
            "label": window.label,
            "first": months[window.first],
            "last": months[window.last],
            "months": window.months,
            "months_wanted": window.wanted,
        }
        for window in span.windows
    ]
    return {
        "case": evaluation.case,
        "event": {
            "id": measure.id,
            "kind": measure.kind,
            "title": measure.title,
            "description": measure.description,
            "first": measure.first.isoformat(),
            "last": None if measure.last is None else measure.last.isoformat(),
            "territories": list(measure.territories),
            "source": measure.source,
        },
        "record": {
            "first": str(record.months[0]),
            "last": str(record.months[-1]),
            "left_out": None if record.partial is None else str(record.partial),
            "notes": list(record.notes),
        },
        "eve": str(record.months[span.origin - 1]),
        "months": months,
        "exposure": [round(float(value), 3) for value in span.exposure],
        "windows": windows,
        "methods": [simple(found) for found in evaluation.findings],
        "hours": simple(evaluation.hours),
        "neighbours": list(evaluation.neighbours),
        "others": [simple(other) for other in evaluation.others],
        "verdict": simple(evaluation.verdict),
        "provenance": evaluation.provenance,
    }


def simple(value: Any) -> Any:
    """Return dataclasses as dicts, tuples as lists, and numbers that JSON has not as None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: simple(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): simple(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [simple(item) for item in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return round(float(value), 4) if math.isfinite(value) else None
    return value
