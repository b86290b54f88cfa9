"""Garbage at every address of the OpenAPI description gives 4xx with place, value and remedy, never 5xx."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

schemathesis = pytest.importorskip("schemathesis")
# ruff: noqa: E402

from contraflow.case import load_case
from contraflow.case.template import new_case
from contraflow.web.app import create_app
from contraflow.web.openapi import description

EXAMPLES = 40
FEW_DRAWS = 20
COMPILING = 1800
"""Seconds that the first run may take."""
COMPUTED = ("claims", "replications")
"""Topics that take minutes; their addresses are tried with every other name."""


def check(case: Any) -> None:
    """Call an address as generated, but for what would only take long."""
    if case.path_parameters and case.path_parameters.get("topic") in COMPUTED:
        return
    if isinstance(case.body, dict) and isinstance(case.body.get("draws"), int):
        case.body["draws"] = min(case.body["draws"], FEW_DRAWS)
    answer = case.call(headers={"Host": "localhost"}, timeout=COMPILING)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert set(answer.json()) == {"place", "value", "remedy"}


def test_garbage_never_breaks_the_server(tmp_path: Path) -> None:
    case = load_case(Path(new_case(tmp_path / "small")))
    schema = schemathesis.openapi.from_asgi(
        "/api/openapi.json", create_app(case, hosts=("localhost", "testserver"))
    )
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()
        tried.append(operation.path)
        calm = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
        quiet = settings(calm, suppress_health_check=list(HealthCheck))
        for mode in (schemathesis.GenerationMode.NEGATIVE, schemathesis.GenerationMode.POSITIVE):
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                quiet(given(strategy)(check))()
            except Exception as error:
                if "negat" in str(error).lower() or "Unsatisfiable" in type(error).__name__:
                    continue  # an address without parameters has no wrong ones
                raise
    assert "/api/run" in tried and "/api/scenario/read" in tried


def test_the_description_needs_no_case_and_names_no_file() -> None:
    text = json.dumps(description())
    assert "/api/run" in text and "Traceback" not in text and "/site-packages" not in text
