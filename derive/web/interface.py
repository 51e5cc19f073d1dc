"""The HTTP interface for other programs: learning-management systems, autograders, editors.

    GET  /api/openapi.json  the description of all this, for programs
    GET  /api/exercises     the exercises that are served, with the names by which they are asked for
    POST /api/check         {document, setting, exercise} -> the report, `derive.report/1`
    POST /api/grade         {exercise, submissions} -> the marks of each submission

A document is an object {name, text}; an exercise may also be named, as one of those that are served. What is wrong is
one object {message, line, column}, with the status that says whose affair it is; `openapi.yaml` lists all of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from derive.web import asked
from derive.web.asked import BadRequestError
from derive.web.limits import body_of
from derive.web.openapi import description
from derive.web.problems import Event
from derive.web.setup import Setup
from derive.web.workers import Workers

Found = TypeVar("Found")
Endpoint = Callable[[Request], Awaitable[Response]]

MOST_SUBMISSIONS = 200
TOO_MANY = f"one request marks at most {MOST_SUBMISSIONS} submissions"
NO_JSON = "this address takes JSON; say so by Content-Type: application/json"


async def describe(request: Request) -> Response:
    """What programs may ask, and what they are answered."""
    return JSONResponse(description(request.app.state.setup))


async def exercises(request: Request) -> Response:
    """The exercises that are served."""
    found = await _last(request, "offered", {"folder": str(_folder(request))})
    return refused(found) if found["event"] == "problem" else JSONResponse({"exercises": found["exercises"]})


async def check(request: Request) -> Response:
    """The report on one document."""
    fields = await _fields(request, ("document", "setting", "exercise"))
    setting = fields.get("setting")
    as_page = _prefers_page(request.headers.get("accept", ""))
    content = {
        "document": _document(asked.object_in(fields, "document")),
        "setting": None if setting is None else {"name": "setting.yaml", "text": asked.text(fields, "setting")},
        "exercise": None if fields.get("exercise") is None else _exercise(request, fields),
        "as_page": as_page,
        "shows_fixes": _shows_fixes(request),
    }
    found = await _unless_gone(request, _last(request, "judge", content))
    if found["event"] == "problem":
        return refused(found)
    return HTMLResponse(found["text"]) if as_page else Response(found["text"] + "\n", media_type="application/json")


async def grade(request: Request) -> Response:
    """The marks of some submissions, in their order; one that can not be marked is for a person, as in a class."""
    fields = await _fields(request, ("exercise", "submissions"))
    exercise = _exercise(request, fields)
    submissions = _submissions(fields)
    shows_fixes = _shows_fixes(request)
    return await _unless_gone(request, _marked(request, exercise, submissions, shows_fixes))


async def _marked(
    request: Request, exercise: Mapping[str, str], submissions: Sequence[Mapping[str, str]], shows_fixes: bool
) -> Response:
    prepared = await _last(request, "prepare", {"exercise": exercise})
    if prepared["event"] == "problem":
        return refused(prepared)
    at_once = asyncio.Semaphore(max(1, request.app.state.setup.limits.workers - 1))

    async def marks(submission: Mapping[str, str]) -> Mapping[str, Any]:
        async with at_once:
            content = {"exercise": exercise, "submission": submission, "shows_fixes": shows_fixes}
            found = await _last(request, "mark", content)
        if found["event"] == "problem":
            name = submission["name"]
            return {**prepared["for_review"], "document": name, "submission": name, "problem": found["message"]}
        return dict(found["marks"])

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(marks(each)) for each in submissions]
    return JSONResponse({"exercise": prepared["for_review"]["exercise"], "results": [task.result() for task in tasks]})


# --- What is asked -------------------------------------------------------------------------------


async def _fields(request: Request, known: Sequence[str]) -> asked.Fields:
    """The fields of a request, all of them known. Raises `BadRequestError`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise BadRequestError(NO_JSON, status=415)
    fields = asked.fields_of(await body_of(request))
    asked.only(fields, known)
    return fields


def _document(fields: asked.Fields) -> Mapping[str, str]:
    """A document's name and text, without the mark of UTF-8 that a file may begin with."""
    asked.only(fields, ("name", "text"))
    return {"name": asked.name_of_file(fields), "text": asked.text(fields, "text").removeprefix("\ufeff")}


def _exercise(request: Request, fields: asked.Fields) -> Mapping[str, str]:
    """An exercise that is sent, or where one of those that are served is found. Raises `BadRequestError`."""
    if not isinstance(fields.get("exercise"), str):
        return _document(asked.object_in(fields, "exercise"))
    return {"folder": str(_folder(request)), "id": asked.text(fields, "exercise")}


def _folder(request: Request) -> Path:
    """Where the exercises are that are served. Raises `BadRequestError`."""
    setup: Setup = request.app.state.setup
    if setup.exercises is None:
        raise BadRequestError("there are no exercises here; start `derive serve` with --exercises", status=404)
    return setup.exercises


def _shows_fixes(request: Request) -> bool:
    setup: Setup = request.app.state.setup
    return setup.shows_fixes


def _submissions(fields: asked.Fields) -> Sequence[Mapping[str, str]]:
    """The submissions, each under a name of its own."""
    found = [_document(each) for each in asked.objects_in(fields, "submissions")]
    if len(found) > MOST_SUBMISSIONS:
        raise BadRequestError(TOO_MANY, status=413)
    names = [each["name"] for each in found]
    for name in names:
        if names.count(name) > 1:
            raise BadRequestError(f'two submissions have the name "{name}"; marks are told apart by it', status=422)
    return found


def _prefers_page(accept: str) -> bool:
    """Whether a page is wanted rather than JSON: the one of both that an `Accept` header names first.

    >>> _prefers_page("text/html, */*"), _prefers_page("application/json"), _prefers_page("*/*")
    (True, False, False)
    """
    named = [each.partition(";")[0].strip().lower() for each in accept.split(",")]
    wanted = [each for each in named if each in ("text/html", "application/json")]
    return wanted[:1] == ["text/html"]


# --- What is answered ----------------------------------------------------------------------------


def refused(found: Event) -> Response:
    """The answer that tells a problem."""
    said = {key: found[key] for key in ("message", "document", "line", "column") if key in found}
    return JSONResponse(said, found["status"])


async def _last(request: Request, job: str, content: Mapping[str, Any]) -> Event:
    workers: Workers = request.app.state.workers
    return await workers.last(job, content, visitor=request.state.visitor)


async def _unless_gone(request: Request, work: Awaitable[Found]) -> Found:
    """What the work comes to; it is given up where the client goes. Raises `ClientDisconnect`."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(request: Request) -> None:
    """Wait until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        """What is left of a body that was read."""


ROUTES = [
    Route("/api/openapi.json", describe),
    Route("/api/exercises", exercises),
    Route("/api/check", check, methods=["POST"]),
    Route("/api/grade", grade, methods=["POST"]),
]
