"""Many clients at once: none is lost, and nothing is left running."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("fastapi")

import httpx2
from starlette.testclient import TestClient

from contraflow.case import load_case
from contraflow.case.template import new_case
from contraflow.web.app import create_app

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


def test_two_hundred_questions_at_once_lose_none(tmp_path) -> None:
    app = create_app(load_case(new_case(tmp_path / "small")))

    async def crowd() -> tuple[list[int], int]:
        transport = httpx2.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=None) as client,
        ):

            async def one(number: int) -> int:
                effort = {"kind": "effort", "places": ["ports"], "start": "2025-01", "value": 1.0 + number % 40 / 40}
                question = {"measures": [effort], "draws": 20, "tab": f"tab-{number}"}
                return (await client.post("/api/run", json=question)).status_code

            codes = await asyncio.gather(*(one(number) for number in range(200)))
            return codes, (await client.get("/api/status")).json()["waiting"]

    codes, waiting = asyncio.run(crowd())
    assert codes == [200] * 200 and waiting == 0
