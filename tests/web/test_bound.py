"""What is asked beyond a bound is refused in words, and work beyond its time stops."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("fastapi")

from starlette.testclient import TestClient

from contraflow.case import Case
from contraflow.web.app import create_app
from contraflow.web.limits import MAX_BELIEFS, MAX_BODY, MAX_DRAWS, MAX_HELD, MAX_MEASURES, MAX_PLACES, MAX_WANTED

BASE = "http://localhost"
MEASURE = {"kind": "effort", "places": ["ports"], "start": "2026-01", "value": 2.0}


def refused(answer: Any, *statuses: int) -> dict[str, str]:
    """Return the words of a refusal, which shows nothing of the program."""
    assert answer.status_code in statuses, answer.text[:300]
    assert "Traceback" not in answer.text and ".py" not in answer.text
    found = answer.json()
    assert set(found) == {"place", "value", "remedy"} and all(found.values())
    return found


@pytest.mark.parametrize(
    "asked",
    [
        {"draws": MAX_DRAWS + 1},
        {"draws": 0},
        {"measures": [MEASURE] * (MAX_MEASURES + 1)},
        {"measures": [MEASURE | {"places": ["ports"] * (MAX_PLACES + 1)}]},
        {"beliefs": {f"b{number}": 1.0 for number in range(MAX_BELIEFS + 1)}},
        {"have": ["x"] * (MAX_HELD + 1)},
        {"want": ["x"] * (MAX_WANTED + 1)},
        {"tab": "x" * 65},
        {"base": "x" * 81},
    ],
)
def test_more_than_the_bound_is_refused(client: TestClient, asked: dict[str, Any]) -> None:
    assert "body" in refused(client.post("/api/run", json=asked), 422)["place"]


def test_a_number_that_is_none_is_refused(client: TestClient) -> None:
    text = json.dumps({"measures": [MEASURE | {"value": float("inf")}]})
    refused(client.post("/api/run", content=text, headers={"content-type": "application/json"}), 400, 422)


def test_a_body_beyond_the_bound_is_refused_whether_it_says_its_length_or_not(client: TestClient) -> None:
    large = b'{"text": "' + b"x" * MAX_BODY + b'"}'
    headers = {"content-type": "application/json"}
    refused(client.post("/api/scenario/read", content=large, headers=headers), 413)
    pieces = (large[at : at + 1000] for at in range(0, len(large), 1000))
    refused(client.post("/api/scenario/read", content=pieces, headers=headers), 413)


def test_a_path_is_never_looked_for_on_the_disk(client: TestClient) -> None:
    for path in ("/../pyproject.toml", "/%2e%2e/pyproject.toml", "/page.js/../../app.py", "/etc/passwd", "/" + "x" * 5000):
        assert client.get(path).status_code in (404, 414)


def test_work_beyond_its_time_stops_and_says_so(small: Case) -> None:
    with TestClient(create_app(small, seconds=1e-6, tab_seconds=1e-6), base_url=BASE) as hurried:
        found = refused(hurried.post("/api/run", json={"draws": 400}), 503)
        assert found["place"] == "time" and "seconds" in found["value"]
        assert refused(hurried.get("/api/knowledge/replications"), 503)["place"] == "time"
        assert hurried.get("/api/status").json()["waiting"] == 0
