"""Garbage at every address of the OpenAPI description gives 4xx with place, value and remedy, never 5xx."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

schemathesis = pytest.importorskip("schemathesis")
# ruff: noqa: E402

from contraflow.case import load_case
from contraflow.case.template import new_case
from contraflow.web.app import create_app
from contraflow.web.openapi import description

QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


@pytest.fixture(scope="module")
def garbage(tmp_path_factory: pytest.TempPathFactory) -> Any:
    case = load_case(Path(new_case(tmp_path_factory.mktemp("schema") / "small")))
    return schemathesis.openapi.from_asgi("/api/openapi.json", create_app(case, hosts=()))


schema = schemathesis.pytest.from_fixture("garbage")


@schema.parametrize()
@QUICK
def test_garbage_never_breaks_the_server(case: Any) -> None:
    if case.path.startswith("/api/knowledge"):
        case.path_parameters = (
            {"topic": "method"} if "topic" not in case.path_parameters else case.path_parameters
        )
        if case.path_parameters["topic"] in ("claims", "replications"):
            return
    if isinstance(case.body, dict) and isinstance(case.body.get("draws"), int):
        case.body["draws"] = min(case.body["draws"], 20)
    answer = case.call(headers={"Host": "localhost"})
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert set(answer.json()) == {"place", "value", "remedy"}


def test_the_description_needs_no_case_and_names_no_file() -> None:
    text = json.dumps(description())
    assert "/api/run" in text and "Traceback" not in text and "/work" not in text
