"""Which request goes where.

    GET  /               the page on which a derivation is typed
    GET  /static/NAME    its scripts and style sheets
    GET  /health         that the server is there
    POST /live/check     {page, name, text} -> events, a line of JSON each: pending, equation, done or problem
    POST /live/open      {name, text} -> {name, text}: a file as it is to be edited
    POST /live/report    {name, text} -> the report as one HTML page

The events of a check, in this order:

    pending     number, line, html: an equation that is being decided
    equation    number, line, html, final, steps: one that is decided, `final` if its explanation is in it;
                of each step: step, verdict, message, start, end, the places in units of UTF-16
    done        summary, equations, milliseconds
    problem     message, line, column: in place of `done`
    superseded  in place of `done`: the same page has asked again
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from derive.web import asked, pages
from derive.web.access import Access, Gate
from derive.web.asked import BadRequestError
from derive.web.limits import Rate, body_of
from derive.web.setup import Setup
from derive.web.workers import BusyError, Workers

LINES = "application/x-ndjson"
REQUESTS_A_SECOND, REQUESTS_AT_ONCE = 40.0, 120.0


def application(setup: Setup) -> Starlette:
    """The server's application, which starts its workers when it starts and ends them when it ends."""
    gate = Gate(setup.token, setup.port, setup.hosts)
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(Access, gate=gate, rate=Rate(REQUESTS_A_SECOND, REQUESTS_AT_ONCE))],
        exception_handlers={BadRequestError: _refused, BusyError: _busy, 404: _not_there, 405: _other_method},
        lifespan=_life,
    )
    app.state.setup = setup
    return app


@asynccontextmanager
async def _life(app: Starlette) -> AsyncIterator[None]:
    async with Workers(app.state.setup.limits) as workers:
        app.state.workers = workers
        yield


# --- Pages ---------------------------------------------------------------------------------------


async def home(request: Request) -> Response:
    """The page on which a derivation is typed."""
    return HTMLResponse(pages.check_page(request.app.state.setup))


async def static(request: Request) -> Response:
    """A script or a style sheet, one of those that there are."""
    found = pages.static_file(request.path_params["name"])
    return _not_found() if found is None else Response(found.text, media_type=found.media_type)


async def health(_request: Request) -> Response:
    """That the server is there."""
    return JSONResponse({"status": "ok"})


# --- The check as one types ----------------------------------------------------------------------


async def check(request: Request) -> Response:
    """The equations of a document with their verdicts, as they are decided."""
    fields = await _fields(request)
    content = _document(fields)
    page = asked.text(fields, "page")[: asked.LONGEST_NAME]
    visitor = request.state.visitor
    return await _stream(request, "check", {**content, "page": f"{visitor} {page}"}, f"{visitor} {page}")


async def open_file(request: Request) -> Response:
    """A file as it is to be edited."""
    return await _answer(request, "open", _document(await _fields(request)))


async def report(request: Request) -> Response:
    """The report as a file to keep."""
    content = _document(await _fields(request))
    found = await _workers(request).last("report", content)
    if found["event"] == "problem":
        return JSONResponse(found, 422)
    headers = {"Content-Disposition": 'attachment; filename="report.html"'}
    return HTMLResponse(found["html"], headers=headers)


# --- What routes share ---------------------------------------------------------------------------


async def _fields(request: Request) -> asked.Fields:
    return asked.fields_of(await body_of(request))


def _document(fields: asked.Fields) -> Mapping[str, Any]:
    return {"name": asked.name_of_file(fields, default="notes.md"), "text": asked.text(fields, "text")}


def _workers(request: Request) -> Workers:
    found: Workers = request.app.state.workers
    return found


async def _answer(request: Request, job: str, content: Mapping[str, Any]) -> Response:
    """The one event of a job as JSON."""
    found = await _workers(request).last(job, content)
    return JSONResponse(found, 422 if found["event"] == "problem" else 200)


async def _stream(request: Request, job: str, content: Mapping[str, Any], page: str) -> Response:
    """The events of a job as lines; that too many wait is said before the first."""
    workers = _workers(request)
    workers.refuse_if_busy()

    async def lines() -> AsyncIterator[bytes]:
        async with aclosing(workers.events(job, content, page)) as events:
            async for event in events:
                yield json.dumps(event).encode() + b"\n"

    return StreamingResponse(lines(), media_type=LINES)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, BadRequestError)
    return JSONResponse({"message": error.message}, error.status)


async def _busy(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"message": "too many wait already; try again"}, 503, headers={"Retry-After": "2"})


async def _not_there(_request: Request, _error: Exception) -> Response:
    return _not_found()


async def _other_method(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"message": "this address takes another method"}, 405)


def _not_found() -> Response:
    return PlainTextResponse("derive: there is no such page\n", 404)


ROUTES = [
    Route("/", home),
    Route("/static/{name}", static),
    Route("/health", health),
    Route("/live/check", check, methods=["POST"]),
    Route("/live/open", open_file, methods=["POST"]),
    Route("/live/report", report, methods=["POST"]),
]
