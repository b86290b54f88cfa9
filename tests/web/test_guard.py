"""Who may ask, from where, how much; what every answer carries."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from contraflow.web.bundle import FILES
from contraflow.web.guard import MAX_BODY, host_name

RUN = "/api/run"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::1", "10.0.0.1"]
)
def test_only_this_machine_may_be_addressed(client: TestClient, host: str) -> None:
    answer = client.get("/api/status", headers={"host": host})
    assert answer.status_code == 421
    assert set(answer.json()) == {"place", "value", "remedy"}


@pytest.mark.parametrize("host", ["localhost", "localhost:8765", "127.0.0.1:1", "[::1]:8765", "LOCALHOST"])
def test_this_machine_has_several_names(client: TestClient, host: str) -> None:
    assert client.get("/api/status", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "https://localhost", "file://"]
)
def test_another_origin_is_refused(client: TestClient, origin: str) -> None:
    answer = client.post("/api/scenario/read", json={"text": ""}, headers={"origin": origin})
    assert answer.status_code == 403


def test_the_own_origin_is_not(client: TestClient) -> None:
    answer = client.post("/api/scenario/write", json={}, headers={"origin": "http://localhost"})
    assert answer.status_code == 200


def test_a_form_of_another_site_is_refused(client: TestClient) -> None:
    answer = client.post("/api/scenario/read", content="text=x", headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    answer = client.post("/api/scenario/write", json={}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", [*FILES, "/api/status", "/nowhere", "/api/run"])
def test_every_answer_is_headed(client: TestClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers and "access-control-allow-origin" not in answer.headers


def test_the_page_needs_no_inline_script(client: TestClient) -> None:
    page = client.get("/").text
    assert "<script defer src=" in page
    assert "<style" not in page and "style=" not in page and "onload" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/..%2f..%2fetc/passwd",
        "//etc/passwd",
        "/static/page.js",
        "/page.js/",
        "/%00",
        "/.git/config",
    ],
)
def test_no_path_reaches_the_disk(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code in (307, 404)
    assert "root:" not in answer.text and "[project]" not in answer.text


def test_bodies_are_bounded(client: TestClient) -> None:
    large = b'{"text": "' + b"x" * MAX_BODY + b'"}'
    answer = client.post("/api/scenario/read", content=large, headers={"content-type": "application/json"})
    assert answer.status_code == 413

    def pieces():  # without a length
        for _ in range(20):
            yield b"x" * (MAX_BODY // 10)

    answer = client.post("/api/scenario/read", content=pieces(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


def test_paths_are_bounded(client: TestClient) -> None:
    assert client.get("/api/status?" + "x" * 4000).status_code == 414


GARBAGE = (
    "", "null", "[]", "{", "[" * 50_000, '{"draws": 0}', '{"draws": 1001}', '{"draws": 1e9}', '{"draws": "many"}',
    '{"unknown": 1}', '{"beliefs": {"theta": NaN}}', '{"beliefs": {"theta": 1e400}}', '{"beliefs": {"nobody": 1}}',
    '{"measures": [{"kind": "effort"}]}', '{"base": "' + "x" * 100 + '"}', '{"base": "../history"}',
    '{"have": [' + '"x", ' * 17 + '"x"]}', '{"baseline": "nowhere"}',
)  # fmt: skip


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_is_the_askers_error(client: TestClient, body: str) -> None:
    answer = client.post(RUN, content=body.encode(), headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert set(answer.json()) == {"place", "value", "remedy"}


def test_names_in_hosts() -> None:
    assert host_name("[::1]:80") == "::1"
    assert host_name("user@localhost") == "localhost"
    assert host_name("[") == ""
