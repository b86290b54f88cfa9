"""The server's addresses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from contraflow.errors import ContraflowError
from contraflow.web import schemas
from contraflow.web.bundle import read_bundle
from contraflow.web.catalogue import case_info, sources
from contraflow.web.desk import Desk, FullError, OverdueError, SupersededError, Watch, Work
from contraflow.web.engine import Engine, Question
from contraflow.web.guard import LOOPBACK, Guard
from contraflow.web.knowledge import TOPICS, evaluation_of, knowledge
from contraflow.web.limits import QUEUE, RUN_SECONDS, TAB_SECONDS
from contraflow.web.runs import AbandonedError
from contraflow.web.scenarios import read, write

if TYPE_CHECKING:
    from contraflow.case import Case

PROBLEM: dict[str, Any] = {"model": schemas.Problem}
ASKED: dict[int | str, dict[str, Any]] = {
    400: PROBLEM, 409: PROBLEM, 413: PROBLEM, 415: PROBLEM, 422: PROBLEM, 503: PROBLEM,
}  # fmt: skip
TOPIC: dict[int | str, dict[str, Any]] = {400: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM, 503: PROBLEM}
RETRY_SECONDS = "5"
TITLE = "contraflow"


def create_app(
    case: Case,
    seed: int = 0,
    hosts: tuple[str, ...] = LOOPBACK,
    places: int = QUEUE,
    warm: bool = False,
    seconds: float = RUN_SECONDS,
    tab_seconds: float = TAB_SECONDS,
) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    case : Case
    seed : int
        Seed of all draws.
    hosts : tuple of str
        Names under which the server may be addressed.
    places : int
        How many questions may wait.
    warm : bool
        Compile the model's program at the start, so that the first question finds it.
    seconds, tab_seconds : float
        Longest time for one run, and for a tab or an evaluation that is computed.
    """
    engine = Engine(case, seed)
    state: dict[str, Any] = {"ready": False}

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.desk = Desk(places, seconds=seconds)
        app.state.shelf = Desk(places, seconds=tab_seconds)
        if warm:
            app.state.warming = asyncio.create_task(_first(app.state.desk, engine, state))
        yield
        app.state.desk.close()
        app.state.shelf.close()

    app = addresses(engine, state, lifespan=life)
    app.add_middleware(Guard, hosts=hosts)  # type: ignore[arg-type]
    _files(app, read_bundle())
    return app


def addresses(engine: Engine, state: dict[str, Any], **options: Any) -> FastAPI:
    """Make the application's described addresses, without the bundle and without what guards it."""
    app = FastAPI(
        title=TITLE,
        version=metadata.version("contraflow"),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        **options,
    )
    _errors(app)
    _fixed(app, engine, state)
    _scenarios(app, engine)
    _runs(app, engine, state)
    return app


async def _first(desk: Desk, engine: Engine, state: dict[str, Any]) -> None:
    """Ask the first question before anybody does."""

    async def never() -> None:
        await asyncio.Event().wait()

    case = engine.case
    question = Question(case.default_scenario, (), case.default_baseline, {}, 200)
    await desk.ask(question.key, _work(engine, question), "", never)
    state["ready"] = True


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode("utf-8", "replace"), status, headers, "application/json")


def _problem(
    status: int, place: str, value: str, remedy: str, headers: dict[str, str] | None = None
) -> Response:
    return _json({"place": place, "value": value, "remedy": remedy}, status, headers)


def _errors(app: FastAPI) -> None:
    """Every error is JSON with place, value and remedy, and none shows how the server is made."""

    @app.exception_handler(ContraflowError)
    async def wrong(_: Request, error: ContraflowError) -> Response:
        return _problem(400, error.place, error.value, error.remedy)

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ", ".join(str(part) for part in first["loc"])
        return _problem(
            422, place[:200], str(first["msg"])[:300], "see /api/openapi.json for what is expected"
        )

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> Response:
        headers = dict(error.headers) if error.headers else None
        return _problem(
            error.status_code, "request", str(error.detail)[:200], "see /api/openapi.json", headers
        )

    @app.exception_handler(SupersededError)
    async def superseded(_: Request, error: SupersededError) -> Response:
        return _problem(409, "request", "a newer question of the same tab has replaced it", "nothing to do")

    @app.exception_handler(AbandonedError)
    async def abandoned(_: Request, error: AbandonedError) -> Response:
        return _problem(409, "request", "nobody waits for the answer any more", "ask again")

    @app.exception_handler(OverdueError)
    async def overdue(_: Request, error: OverdueError) -> Response:
        return _problem(
            503, "time", f"the answer took longer than {error.seconds:g} seconds", "ask for fewer draws"
        )

    @app.exception_handler(FullError)
    async def full(_: Request, error: FullError) -> Response:
        return _problem(503, "queue", "too many questions wait", f"ask again in {RETRY_SECONDS} seconds",
                        {"retry-after": RETRY_SECONDS})  # fmt: skip

    @app.exception_handler(Exception)
    async def broken(_: Request, error: Exception) -> Response:
        return _problem(
            500, "server", "an error of the program, not of the request", "look at the server's terminal"
        )


def _files(app: FastAPI, bundle: dict[str, tuple[bytes, str]]) -> None:
    for path, (content, kind) in bundle.items():

        def serve(content: bytes = content, kind: str = kind) -> Response:
            return Response(content, media_type=kind)

        app.add_api_route(path, serve, methods=["GET"], include_in_schema=False)


def _fixed(app: FastAPI, engine: Engine, state: dict[str, Any]) -> None:
    """What does not depend on a run."""

    @lru_cache(maxsize=1)
    def info() -> bytes:
        return _json(case_info(engine)).body  # type: ignore[return-value]

    @app.get("/api/case", response_model=schemas.CaseInfo)
    def case() -> Response:
        """Everything about the case that does not depend on a run."""
        return Response(info(), media_type="application/json")

    @app.get("/api/sources", response_model=list[schemas.Source])
    def bibliography() -> Response:
        """Return the case's bibliography."""
        return _json(sources(engine.case))

    @app.get("/api/bibtex", response_model=schemas.Written)
    def bibtex() -> Response:
        """Bibliography of the data and of the software, as BibTeX."""
        from contraflow.report.method import bibtex as software

        text = software(metadata.version("contraflow")) + "\n\n"
        text += (engine.case.path / "sources.bib").read_text(encoding="utf-8")
        return _json({"name": f"contraflow-{engine.case.name}.bib", "text": text})

    @app.get("/api/status", response_model=schemas.Status)
    async def status() -> dict[str, Any]:
        """Whether the program is compiled, and how many questions wait."""
        desk: Desk = app.state.desk
        return {"ready": state["ready"], "waiting": desk.waiting, "version": metadata.version("contraflow")}

    @app.get("/api/knowledge/{topic}", response_model=schemas.Knowledge, responses=TOPIC)
    async def topic(topic: schemas.Name, request: Request) -> Response:
        """Tables and words of a tab: claims, evaluation, replications, sureness or method."""
        if topic not in TOPICS:
            return _problem(
                404, "path, topic", f"no topic '{topic[:60]}'", f"use one of: {', '.join(TOPICS)}"
            )

        def work(watch: Watch) -> bytes:
            return _json(knowledge(topic, engine.case, watch.tell)).body  # type: ignore[return-value]

        answer = await app.state.shelf.ask(topic, work, "", _gone(request))
        return Response(answer, media_type="application/json")

    @app.get("/api/evaluation/{event}", response_model=schemas.Knowledge, responses=TOPIC)
    async def evaluation(event: schemas.Name, request: Request) -> Response:
        """One event of the case, evaluated: effect, placebos, second method, what else happened, verdict."""

        def work(watch: Watch) -> bytes:
            return _json(evaluation_of(event, engine.case, watch.tell)).body  # type: ignore[return-value]

        answer = await app.state.shelf.ask(f"evaluation {event}", work, "", _gone(request))
        return Response(answer, media_type="application/json")

    @app.get("/api/knowledge/{topic}/progress", response_model=schemas.Progress)
    async def topic_progress(topic: schemas.Name) -> dict[str, Any]:
        """How far a tab is that is being computed."""
        return _progress(app.state.shelf, topic)

    @app.get("/api/evaluation/{event}/progress", response_model=schemas.Progress)
    async def evaluation_progress(event: schemas.Name) -> dict[str, Any]:
        """How far the evaluation of an event is."""
        return _progress(app.state.shelf, f"evaluation {event}")


def _progress(desk: Desk, key: str) -> dict[str, Any]:
    """Return what `schemas.Progress` describes."""
    found = desk.progress(key)
    if found is None:
        return {"asked": False, "before": 0, "done": 0, "total": 0, "left": None}
    before, watch = found
    some = 0 < watch.done < watch.total
    left = watch.seconds * (watch.total - watch.done) / watch.done if some else None
    return {"asked": True, "before": before, "done": watch.done, "total": watch.total, "left": left}


def _scenarios(app: FastAPI, engine: Engine) -> None:
    """Scenario files in and out."""

    @app.post("/api/scenario/read", response_model=schemas.Document, responses=ASKED)
    def upload(file: schemas.Toml) -> Response:
        """Read the text of a scenario file; errors are those of the command line."""
        return _json(read(engine.case, file.text))

    @app.post("/api/scenario/write", response_model=schemas.Written, responses=ASKED)
    def download(document: schemas.Document) -> Response:
        """Write a scenario as the text of a file that the command line reads."""
        name = document.name or "my-scenario"
        return _json({"name": f"{name}.toml", "text": write(engine.case, document.model_dump())})


def _gone(request: Request) -> Callable[[], Awaitable[None]]:
    """Return a function that waits until a request's asker has gone away."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    return gone


def _work(engine: Engine, question: Question) -> Work:
    def work(watch: Watch) -> bytes:
        return _json(engine.answer(question, watch.stopped)).body  # type: ignore[return-value]

    return work


def _runs(app: FastAPI, engine: Engine, state: dict[str, Any]) -> None:
    @app.post("/api/run", response_model=schemas.Answer, responses=ASKED)
    async def run(ask: schemas.Ask, request: Request) -> Response:
        """Simulate a scenario beside its baseline."""
        question = Question(
            ask.base or engine.case.default_baseline, tuple(m.model_dump() for m in ask.measures),
            ask.baseline or engine.case.default_baseline, ask.beliefs, ask.draws, tuple(ask.have), tuple(ask.want),
            ask.passing,
        )  # fmt: skip
        await run_in_threadpool(engine.scenario, question)  # wrong questions do not wait

        desk: Desk = app.state.desk
        answer = await desk.ask(question.key, _work(engine, question), ask.tab, _gone(request))
        state["ready"] = True
        return Response(answer, media_type="application/json")
