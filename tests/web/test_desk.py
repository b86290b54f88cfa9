"""The queue: bounded, nothing twice, the latest question of a tab, nothing for nobody."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable

import pytest

pytest.importorskip("fastapi")

from contraflow.web.desk import Desk, FullError, OverdueError, SupersededError, Watch, Work
from contraflow.web.runs import AbandonedError


async def never() -> None:
    await asyncio.Event().wait()


class Worker:
    """Work that waits until it is let go, and counts."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.gate = threading.Event()
        self.stopped: list[str] = []

    def job(self, name: str) -> Work:
        def work(watch: Watch) -> bytes:
            self.started.append(name)
            while not self.gate.wait(0.01):
                if watch.stopped():
                    self.stopped.append(name)
                    raise AbandonedError
            return name.encode()

        return work


async def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


def run(test: Callable[[Desk, Worker], Awaitable[None]], **options: float) -> None:
    async def whole() -> None:
        desk, worker = Desk(**options), Worker()  # pyright: ignore[reportArgumentType]
        try:
            await asyncio.wait_for(test(desk, worker), 20)
        finally:
            worker.gate.set()
            desk.close()

    asyncio.run(whole())


def test_equal_questions_are_worked_on_once_and_kept() -> None:
    async def test(desk: Desk, worker: Worker) -> None:
        asked = [asyncio.create_task(desk.ask("a", worker.job("a"), "", never)) for _ in range(50)]
        await until(lambda: worker.started == ["a"])
        worker.gate.set()
        assert await asyncio.gather(*asked) == [b"a"] * 50
        assert await desk.ask("a", worker.job("again"), "", never) == b"a"
        assert worker.started == ["a"] and desk.waiting == 0

    run(test)


def test_only_the_latest_question_of_a_tab_waits() -> None:
    async def test(desk: Desk, worker: Worker) -> None:
        other = asyncio.create_task(desk.ask("other", worker.job("other"), "x", never))
        await until(lambda: worker.started == ["other"])
        asked = []
        for number in range(20):
            asked.append(asyncio.create_task(desk.ask(f"q{number}", worker.job(f"q{number}"), "tab", never)))
            await asyncio.sleep(0)
            await asyncio.sleep(0.002)
        assert desk.waiting == 2
        worker.gate.set()
        results = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, SupersededError) for one in results[:-1]) and results[-1] == b"q19"
        assert await other == b"other" and worker.started == ["other", "q19"]

    run(test)


def test_a_full_queue_says_so_and_loses_nothing() -> None:
    async def test(desk: Desk, worker: Worker) -> None:
        asked = [asyncio.create_task(desk.ask(f"{n}", worker.job(f"{n}"), "", never)) for n in range(6)]
        await until(lambda: any(t.done() for t in asked))
        await asyncio.sleep(0.05)
        full = [t for t in asked if t.done()]
        assert full and all(isinstance(t.exception(), FullError) for t in full)
        worker.gate.set()
        rest = [await t for t in asked if t not in full]
        assert len(rest) + len(full) == 6

    run(test, places=4)


def test_nobody_waits_so_nothing_is_done() -> None:
    async def test(desk: Desk, worker: Worker) -> None:
        left = asyncio.Event()
        running = asyncio.create_task(desk.ask("running", worker.job("running"), "", left.wait))
        await until(lambda: worker.started == ["running"])
        waiting = asyncio.create_task(desk.ask("waiting", worker.job("waiting"), "", left.wait))
        await asyncio.sleep(0.02)
        left.set()
        results = await asyncio.gather(running, waiting, return_exceptions=True)
        assert all(isinstance(one, AbandonedError) for one in results)
        await until(lambda: desk.waiting == 0)
        assert worker.stopped == ["running"] and worker.started == ["running"]

    run(test)


def test_one_who_stays_gets_the_answer_that_another_left() -> None:
    async def test(desk: Desk, worker: Worker) -> None:
        left = asyncio.Event()
        gone = asyncio.create_task(desk.ask("a", worker.job("a"), "", left.wait))
        stays = asyncio.create_task(desk.ask("a", worker.job("a"), "", never))
        await until(lambda: worker.started == ["a"])
        left.set()
        with pytest.raises(AbandonedError):
            await gone
        worker.gate.set()
        assert await stays == b"a"

    run(test)


def test_an_error_reaches_all_who_asked_and_the_desk_goes_on() -> None:
    async def test(desk: Desk, worker: Worker) -> None:
        def broken(_: Callable[[], bool]) -> bytes:
            raise ValueError("no")

        asked = [asyncio.create_task(desk.ask("a", broken, "", never)) for _ in range(3)]
        results = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, ValueError) for one in results)
        worker.gate.set()
        assert await desk.ask("b", worker.job("b"), "", never) == b"b"

    run(test)


def test_answers_are_kept_within_a_bound() -> None:
    async def test(desk: Desk, worker: Worker) -> None:
        worker.gate.set()
        for name in ("aaaa", "bbbb", "cccc"):
            await desk.ask(name, worker.job(name), "", never)
        await desk.ask("aaaa", worker.job("aaaa"), "", never)
        assert worker.started == ["aaaa", "bbbb", "cccc", "aaaa"]

    run(test, kept=8)


def test_work_that_takes_too_long_is_stopped_and_the_next_question_answered() -> None:
    async def test(desk: Desk, worker: Worker) -> None:
        with pytest.raises(OverdueError):
            await desk.ask("slow", worker.job("slow"), "", never)
        assert worker.stopped == ["slow"] and desk.waiting == 0
        worker.gate.set()
        assert await desk.ask("quick", worker.job("quick"), "", never) == b"quick"

    run(test, seconds=0.1)


def test_who_waits_learns_the_place_in_the_queue_and_how_far_the_work_is() -> None:
    seen: list[tuple[int, int, int] | None] = []

    async def story() -> None:
        desk = Desk()
        told, go = threading.Event(), threading.Event()

        def work(watch: Watch) -> bytes:
            watch.tell(1, 4)
            told.set()
            go.wait(10)
            return b"done"

        def look(key: str) -> None:
            found = desk.progress(key)
            seen.append(None if found is None else (found[0], found[1].done, found[1].total))

        first = asyncio.create_task(desk.ask("first", work, "", asyncio.Event().wait))
        second = asyncio.create_task(desk.ask("second", lambda _: b"", "", asyncio.Event().wait))
        await asyncio.to_thread(told.wait, 10)
        for key in ("first", "second", "third"):
            look(key)
        go.set()
        assert await first == b"done" and await second == b""
        look("first")
        desk.close()

    asyncio.run(story())
    assert seen == [(0, 1, 4), (1, 0, 0), None, None]


def test_work_that_says_how_far_it_is_stops_when_nobody_waits() -> None:
    watch = Watch()
    watch.tell(1, 2)
    watch.abandoned.set()
    with pytest.raises(AbandonedError):
        watch.tell(2, 2)
