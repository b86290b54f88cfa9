"""Many clients at once: none is lost, and nothing is left running."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("fastapi")

from starlette.testclient import TestClient

CLIENTS, EACH = 24, 6


def test_every_one_of_many_clients_is_answered_and_the_server_is_idle_afterwards(client: TestClient) -> None:
    strikes = {"kind": "strikes", "places": ["eastern-pacific"], "start": "2026-01", "end": "2026-12"}
    begin = threading.Barrier(CLIENTS)

    def ask(number: int) -> list[tuple[str, int]]:
        begin.wait(30)
        seen = []
        for turn in range(EACH):
            what = (number + turn) % 4
            if what == 0:
                body = {"measures": [strikes | {"value": 1.0 + turn % 2}], "draws": 50}
                seen.append(("run", client.post("/api/run", json=body).status_code))
            elif what == 1:
                seen.append(("status", client.get("/api/status").status_code))
            elif what == 2:
                seen.append(("sources", client.get("/api/sources").status_code))
            else:
                seen.append(("garbage", client.post("/api/run", json={"draws": "many"}).status_code))
        return seen

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = Counter(answer for seen in pool.map(ask, range(CLIENTS)) for answer in seen)
    assert sum(answers.values()) == CLIENTS * EACH
    assert {status for (what, status) in answers if what == "garbage"} == {422}
    assert {status for (what, status) in answers if what != "garbage"} == {200}
    after = client.get("/api/status")
    assert after.status_code == 200 and after.json()["waiting"] == 0
