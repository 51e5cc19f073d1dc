"""Which request goes where.

    GET  /               the page on which a derivation is typed
    GET  /static/NAME    its scripts and style sheets
    GET  /health         that the server is there
    POST /live/check     {page, name, text, held} -> events, a line of JSON each, the last done or problem
    POST /live/open      {name, text} -> {name, text}: a file as it is to be edited
    POST /live/report    {name, text} -> the report as one HTML page
    POST /live/setting   {name, text, corrections, sizes, all} -> {text}: with a corrected setting at its head
    /exercises…          see `classroom`
    /api/…               what other programs ask for; see `interface`

The events of a check, in this order:

    headings    headings, each with line and html: those of the document's sections
    pending     number, line, html: an equation that is being decided
    equation    number, line, key, html, final, steps: one that is decided, `final` if its explanation is in it;
                html is null if its key is among those that are `held`; of each step: step, verdict, message,
                start, end, the places in units of UTF-16
    verdicts    summary, equations: all of them are told; some are told again, with an explanation; the event comes
                again where the work was put off for the verdicts of others
    done        summary, equations, milliseconds, setting: what is known of the names, see `settings`
    problem     message, line, column: in place of `done`
    superseded  in place of `done`: the same page has asked again

With `exercise` in the request the text is an answer to that exercise. Then these follow, but not in an exam, in which
a step that could be read is `written` whatever its verdict:

    part        id, status, mark, words, points, html: one part as it would be marked
    marks       points, problem, needs_review: all of them together
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from derive.web import asked, classroom, interface, pages
from derive.web.access import Access, Gate, said
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
        middleware=[
            Middleware(Access, gate=gate, rate=Rate(REQUESTS_A_SECOND, REQUESTS_AT_ONCE)),
            *([Middleware(classroom.Exam)] if setup.is_exam else []),
        ],
        exception_handlers=HANDLERS,
        lifespan=_life,
    )
    app.state.setup = setup
    app.state.classroom = classroom.Classroom(setup)
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
    if found is None:
        raise HTTPException(404)
    return Response(found.text, media_type=found.media_type)


async def health(_request: Request) -> Response:
    """That the server is there."""
    return JSONResponse({"status": "ok"})


# --- The check as one types ----------------------------------------------------------------------


async def check(request: Request) -> Response:
    """The equations of a document with their verdicts, as they are decided."""
    fields = await _fields(request)
    page = asked.text(fields, "page")[: asked.LONGEST_NAME]
    visitor = request.state.visitor
    job, more = classroom.job_for(request, fields, "check")
    held = asked.list_of_texts(fields, "held", asked.LONGEST_KEY, asked.MOST_KEYS)
    content = {**_document(fields), **more, "held": held, "page": f"{visitor} {page}"}
    return await _stream(request, job, content, content["page"])


async def open_file(request: Request) -> Response:
    """A file as it is to be edited."""
    return await _answer(request, "open", _document(await _fields(request)))


async def report(request: Request) -> Response:
    """The report as a file to keep."""
    fields = await _fields(request)
    job, more = classroom.job_for(request, fields, "report")
    found = await _workers(request).last(job, {**_document(fields), **more}, visitor=request.state.visitor)
    if found["event"] == "problem":
        return JSONResponse(found, found.get("status", 422))
    headers = {"Content-Disposition": 'attachment; filename="report.html"'}
    return HTMLResponse(found["html"], headers=headers)


async def setting(request: Request) -> Response:
    """The text with declarations and sizes as they are corrected, or with all that was inferred."""
    fields = await _fields(request)
    corrections = {name: asked.texts(fields, name) for name in ("corrections", "sizes")}
    return await _answer(request, "setting", {**_document(fields), **corrections, "all": fields.get("all") is True})


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
    found = await _workers(request).last(job, content, visitor=request.state.visitor)
    return JSONResponse(found, 422 if found["event"] == "problem" else 200)


async def _stream(request: Request, job: str, content: Mapping[str, Any], page: str) -> Response:
    """The events of a job as lines; that too many wait is said before the first."""
    workers, visitor = _workers(request), request.state.visitor
    workers.refuse_if_busy(visitor)

    async def lines() -> AsyncIterator[bytes]:
        async with aclosing(workers.events(job, content, page, visitor)) as events:
            async for event in events:
                yield json.dumps(event).encode() + b"\n"

    return StreamingResponse(lines(), media_type=LINES)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, BadRequestError)
    closes = {"Connection": "close"} if error.status in (408, 413) else None  # the rest of its body is not awaited
    return JSONResponse({"message": error.message}, error.status, closes)


async def _busy(_request: Request, error: Exception) -> Response:
    assert isinstance(error, BusyError)
    status, who = (429, "too many of your requests") if error.of_visitor else (503, "too many")
    return JSONResponse({"message": f"{who} wait already; try again"}, status, headers={"Retry-After": "2"})


async def _not_there(request: Request, _error: Exception) -> Response:
    return said(request.url.path, "there is no such page", 404)


async def _other_method(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    allowed = (error.headers or {}).get("Allow", "another method")
    return JSONResponse({"message": f"this address takes {allowed}"}, 405, headers=error.headers)


async def _left(_request: Request, _error: Exception) -> Response:
    """Nobody reads it."""
    return Response(status_code=400)


HANDLERS = {
    BadRequestError: _refused,
    BusyError: _busy,
    ClientDisconnect: _left,
    404: _not_there,
    405: _other_method,
}
ROUTES = [
    Route("/", home),
    Route("/static/{name}", static),
    Route("/health", health),
    Route("/live/check", check, methods=["POST"]),
    Route("/live/open", open_file, methods=["POST"]),
    Route("/live/report", report, methods=["POST"]),
    Route("/live/setting", setting, methods=["POST"]),
    *classroom.ROUTES,
    *interface.ROUTES,
]
