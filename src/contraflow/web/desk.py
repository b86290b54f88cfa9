"""A queue in front of one worker: bounded, no work twice, the latest question of a tab first in mind."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from contraflow.web.limits import QUEUE, RUN_SECONDS
from contraflow.web.runs import AbandonedError


class Watch:
    """What a piece of work and those who wait for it know of each other.

    Attributes
    ----------
    done, total : int
        Parts done, of how many; nought of nought before the first is told.
    """

    def __init__(self) -> None:
        self.done, self.total = 0, 0
        self.abandoned = threading.Event()
        self.begun, self.until = float("inf"), float("inf")

    def stopped(self) -> bool:
        """Whether nobody waits any more, or too much time has passed."""
        return self.abandoned.is_set() or time.monotonic() > self.until

    def tell(self, done: int, total: int) -> None:
        """Say how much is done.

        Raises
        ------
        AbandonedError
            If the work should stop.
        """
        self.done, self.total = done, total
        if self.stopped():
            raise AbandonedError

    @property
    def seconds(self) -> float:
        """Return how long the work has been under way; nought while it waits."""
        return max(time.monotonic() - self.begun, 0.0)


Work = Callable[[Watch], bytes]
"""Computes an answer; says how far it is, and learns whether anybody still waits."""


class SupersededError(Exception):
    """The same tab has asked something newer."""


class FullError(Exception):
    """Too many questions wait."""


class OverdueError(Exception):
    """An answer took longer than is allowed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Job:
    """A question that waits or is worked on, and the tabs that wait for it."""

    def __init__(self, key: str, work: Work) -> None:
        self.key, self.work = key, work
        self.future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.waiters = 0
        self.running = False
        self.watch = Watch()


class Desk:
    """Hands questions to one worker thread.

    Equal questions are worked on once. Of a tab only the latest question waits; one that nobody waits for any
    more is dropped, or stopped at the next block of draws when it is being worked on. Answers are kept.

    Parameters
    ----------
    places
        How many questions may wait.
    kept
        Bytes of answers kept.
    seconds
        Longest time one question may be worked on; it then stops at its next block of draws.
    """

    def __init__(self, places: int = QUEUE, kept: int = 128_000_000, seconds: float = RUN_SECONDS) -> None:
        self.places, self.kept, self.seconds = places, kept, seconds
        self._waiting: OrderedDict[str, _Job] = OrderedDict()
        self._current: _Job | None = None
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._tabs: dict[str, tuple[_Job, asyncio.Event]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="contraflow-run")
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Return how many questions wait or are worked on."""
        return len(self._waiting) + (self._current is not None)

    def progress(self, key: str) -> tuple[int, Watch] | None:
        """Return how many questions are before one, and how far it is; None where nobody asks it.

        Parameters
        ----------
        key
            As for `ask`.
        """
        if self._current is not None and self._current.key == key:
            return 0, self._current.watch
        for before, job in enumerate(self._waiting.values()):
            if job.key == key:
                return before + (self._current is not None), job.watch
        return None

    async def ask(self, key: str, work: Work, tab: str, gone: Callable[[], Awaitable[object]]) -> bytes:
        """Return the answer to a question.

        Parameters
        ----------
        key
            Equal keys have equal answers.
        work
            Computes the answer, in the worker's thread.
        tab
            Who asks; empty for nobody in particular.
        gone
            Awaitable function that returns once the asker has gone away.

        Raises
        ------
        SupersededError
            If the same tab has asked something newer before this was worked on.
        FullError
            If too many questions wait.
        AbandonedError
            If the asker has gone away.
        OverdueError
            If the work took too long.
        """
        if key in self._answers:
            self._answers.move_to_end(key)
            return self._answers[key]
        replaced = asyncio.Event()
        if tab and tab in self._tabs:
            self._tabs[tab][1].set()
            await asyncio.sleep(0)  # the older question leaves the queue before this one looks for a place
        job = self._find(key, work)
        job.waiters += 1
        if tab:
            self._tabs[tab] = (job, replaced)
        left = asyncio.ensure_future(gone())
        newer = asyncio.ensure_future(replaced.wait())
        try:
            await asyncio.wait({job.future, left, newer}, return_when=asyncio.FIRST_COMPLETED)
            if job.future.done():
                return job.future.result()
            raise SupersededError if newer.done() else AbandonedError
        finally:
            left.cancel()
            newer.cancel()
            self._leave(job)
            if tab and self._tabs.get(tab, (None, None))[1] is replaced:
                del self._tabs[tab]

    def _find(self, key: str, work: Work) -> _Job:
        """Return the job of a question: one that is there already, or a new one at the end of the queue."""
        job = self._waiting.get(key)
        if job is None and self._current is not None and self._current.key == key:
            job = None if self._current.watch.abandoned.is_set() else self._current
        if job is None:
            if len(self._waiting) >= self.places:
                raise FullError
            job = self._waiting[key] = _Job(key, work)
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._serve())
        return job

    def _leave(self, job: _Job) -> None:
        """Take note that one asker waits no longer."""
        job.waiters -= 1
        if job.waiters == 0 and not job.future.done():
            job.watch.abandoned.set()
            if not job.running:
                self._waiting.pop(job.key, None)
                job.future.cancel()

    async def _serve(self) -> None:
        """Work until nothing waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            _, job = self._waiting.popitem(last=False)
            job.running, self._current = True, job
            job.watch.begun = time.monotonic()
            job.watch.until = job.watch.begun + self.seconds
            try:
                answer = await loop.run_in_executor(self._thread, job.work, job.watch)
            except BaseException as error:
                if isinstance(error, AbandonedError) and not job.watch.abandoned.is_set():
                    error = OverdueError(self.seconds)
                if not job.future.done():
                    job.future.set_exception(error)
                    job.future.exception()  # taken note of, also where nobody waits any more
                if not isinstance(error, Exception):
                    raise
            else:
                self._keep(job.key, answer)
                if not job.future.done():
                    job.future.set_result(answer)
            finally:
                self._current = None

    def _keep(self, key: str, answer: bytes) -> None:
        """Keep an answer, and forget the oldest ones beyond the bound."""
        self._answers[key] = answer
        size = sum(map(len, self._answers.values()))
        while size > self.kept and len(self._answers) > 1:
            size -= len(self._answers.popitem(last=False)[1])

    def close(self) -> None:
        """Stop: whatever is worked on ends at its next block of draws."""
        if self._current is not None:
            self._current.watch.abandoned.set()
        for job in self._waiting.values():
            job.future.cancel()
        self._waiting.clear()
        self._thread.shutdown(wait=False, cancel_futures=True)
