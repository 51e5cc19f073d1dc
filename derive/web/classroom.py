"""Exercises: the list, an answer as it is typed and handed in, what a teacher may see.

    GET  /exercises                    the exercises in the folder
    GET  /exercises/ID                 one of them, with an editor for the answer
    POST /exercises/ID/hand-in         {student, name, text} -> {student, time, file, points, html}: the marks
    GET  /exercises/ID/solution        for teachers: the solution sheet
    GET  /exercises/ID/pictures        for teachers: the pictures of the computation
    GET  /exercises/ID/pictures/KIND   one of them, as SVG

In an exam an answer is handed in once, and the first one under a name counts. Until then nothing that is sent depends
on a verdict, but for what could not be read; and no other work is done for anybody, so that nothing else is a way
round.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from derive.errors import ServingError
from derive.web import asked, pages
from derive.web.asked import BadRequestError
from derive.web.handing_in import LARGEST_ANSWER, LONGEST_STUDENT, MOST_ANSWERS, Book, Keeper, Key, Receipt, folded
from derive.web.limits import body_of
from derive.web.problems import UNUSABLE, Event, problem
from derive.web.setup import Setup
from derive.web.workers import BusyError, Workers

LONGEST_ID = 200
HANDED_IN = "your answer to this exercise is handed in; nothing more is taken"
IN_EXAM = "this server gives an exam: verdicts are hidden until an answer is handed in"
OF_EXAM = ("/exercises", "/static", "/health", "/live/check", "/live/open")
"""Where the addresses begin that are served in an exam."""
OF_PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class Exam:
    """Lets through what an exam is made of, and nothing else; the first page leads to the exercises."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or any(path == known or path.startswith(f"{known}/") for known in OF_EXAM):
            await self.app(scope, receive, send)
        elif path == "/":
            await RedirectResponse("/exercises", status_code=303)(scope, receive, send)
        else:
            await JSONResponse({"message": IN_EXAM}, 403)(scope, receive, send)


class Classroom:
    """What the server keeps of exercises while it runs: who has handed in, and where answers are kept."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.book = Book()
        self.keeper = None if setup.save is None else Keeper(setup.save)


# --- Pages ---------------------------------------------------------------------------------------


async def exercises(request: Request) -> Response:
    """The list."""
    setup = _setup(request)
    found = await _job(request, "list exercises", {})
    refused = found["message"] if found["event"] == "problem" else None
    lines = [] if refused else [{**line, "link": _link(line["id"])} for line in found["exercises"]]
    return HTMLResponse(pages.render("exercises.html", setup=setup, exercises=lines, problem=refused))


async def exercise(request: Request) -> Response:
    """The question, and an editor for the answer."""
    setup, name = _setup(request), _id(request)
    found = await _job(request, "question", {"exercise": name})
    if found["event"] == "problem":
        return _problem_page(setup, found)
    receipt = _classroom(request).book.receipt((request.state.visitor, name)) if setup.is_exam else None
    if receipt is not None:
        return HTMLResponse(pages.render("handed_in_page.html", setup=setup, question=found, receipt=receipt))
    shown = {"title": found["title"], "name": "answer.md", "text": "", "exercise": name, "link": _link(name)}
    page = pages.render("exercise.html", setup=setup, question=found, longest_student=LONGEST_STUDENT, **shown)
    return HTMLResponse(page)


async def solution(request: Request) -> Response:
    """The solution sheet."""
    return await _for_teachers(request, "solution", "solution.html")


async def pictures(request: Request) -> Response:
    """The pictures of the computation, each an image of its own."""
    return await _for_teachers(request, "pictures", "pictures.html")


async def picture(request: Request) -> Response:
    """One picture: a document of its own, in which nothing runs."""
    if not _setup(request).is_teacher:
        _not_there()
    found = await _job(request, "pictures", {"exercise": _id(request)})
    drawn = {one["kind"]: one["svg"] for one in found.get("pictures", ())}
    kind = request.path_params["kind"]
    if kind not in drawn:
        _not_there()
    return Response(drawn[kind], media_type="image/svg+xml", headers={"Content-Security-Policy": OF_PICTURE})


async def _for_teachers(request: Request, job: str, template: str) -> Response:
    setup, name = _setup(request), _id(request)
    if not setup.is_teacher:
        _not_there()
    found = await _job(request, job, {"exercise": name})
    if found["event"] == "problem":
        return _problem_page(setup, found)
    return HTMLResponse(pages.render(template, setup=setup, found=found, link=_link(name)))


def _problem_page(setup: Setup, found: Event) -> Response:
    status = found.get("status", UNUSABLE)
    if status == 404:
        _not_there()
    return HTMLResponse(pages.render("trouble.html", setup=setup, problem=found["message"]), status)


# --- Answers -------------------------------------------------------------------------------------


def job_for(request: Request, fields: asked.Fields, job: str) -> tuple[str, Mapping[str, Any]]:
    """The job that does for an answer to an exercise what is done for any document, and what it takes besides.

    Raises `BadRequestError` where nothing is taken.
    """
    setup = _setup(request)
    name = asked.text(fields, "exercise", default="")
    if not name:
        if setup.is_exam:
            raise BadRequestError(IN_EXAM, 403)
        return job, {"shows_fixes": setup.shows_fixes}
    if setup.exercises is None:
        raise BadRequestError("no exercises are offered here", 404)
    if setup.is_exam and _classroom(request).book.count((request.state.visitor, name[:LONGEST_ID])):
        raise BadRequestError(HANDED_IN, 403)
    in_exam = " in exam" if setup.is_exam else ""
    return f"{job} answer{in_exam}", {"folder": str(setup.exercises), "exercise": name[:LONGEST_ID]}


async def hand_in(request: Request) -> Response:
    """Take an answer: keep it where answers are kept, and tell its marks."""
    classroom, name = _classroom(request), _id(request)
    fields = asked.fields_of(await body_of(request))
    student, document, text = _student(fields), asked.name_of_file(fields, default="answer.md"), _text(fields)
    key = request.state.visitor, name
    known = await _job(request, "question", {"exercise": name})
    if known["event"] == "problem":
        return JSONResponse(known, known.get("status", UNUSABLE))
    _workers(request).refuse_if_busy(request.state.visitor)
    if classroom.book.count(key) >= (1 if classroom.setup.is_exam else MOST_ANSWERS):
        raise BadRequestError(HANDED_IN, 409)
    classroom.book.claim(key)
    ending = ".tex" if document.lower().endswith(".tex") else ".md"
    receipt = Receipt(student, datetime.now())
    try:
        receipt = replace(receipt, is_again=classroom.setup.is_exam and await _is_again(classroom, key, student))
        file = await _kept(classroom, key, receipt, ending, text)
    except BaseException:
        classroom.book.release(key)
        raise
    content = {"exercise": name, "student": student, "name": f"answer{ending}", "text": text}
    marked = {} if receipt.is_again else await _marks(request, content)
    html = _unmarked(marked) if marked.get("event") == "problem" else marked.get("html")
    receipt = replace(receipt, file=file, html=html)
    classroom.book.note(key, receipt)
    points = marked.get("points")
    shown = {"html": pages.render("handed_in.html", receipt=receipt), "is_exam": classroom.setup.is_exam}
    return JSONResponse({"student": student, "time": receipt.time, "file": file, "points": points, **shown})


async def _is_again(classroom: Classroom, key: Key, student: str) -> bool:
    """Whether an answer under this name counts already: from another browser, or from before the server's last start.

    Raises `BadRequestError`.
    """
    if not classroom.book.takes_name(key, student):
        return True
    if classroom.keeper is None:
        return False
    try:
        return folded(student) in await asyncio.to_thread(classroom.keeper.names, key[1])
    except ServingError as error:
        raise BadRequestError(f"{error}; nothing was handed in", 500) from None


async def _kept(classroom: Classroom, key: Key, receipt: Receipt, ending: str, text: str) -> str | None:
    """The name of the file in which an answer is kept; null where none is. Raises `BadRequestError`."""
    if classroom.keeper is None:
        return None
    visitor, name = key
    try:
        return await asyncio.to_thread(classroom.keeper.keep, name, visitor, receipt, ending, text)
    except ServingError as error:
        raise BadRequestError(f"{error}; nothing was handed in", 500) from None


async def _marks(request: Request, content: Mapping[str, Any]) -> Event:
    """What marking tells; an answer that is kept already is not refused because many others wait."""
    try:
        return await _job(request, "marks", content)
    except BusyError:
        return problem("Too many wait already.", 503)


def _unmarked(found: Event) -> str:
    """What is shown where an answer was taken and could not be marked."""
    return pages.render("unmarked.html", problem=found["message"])


def _student(fields: asked.Fields) -> str:
    found = " ".join(asked.text(fields, "student").split())
    if not found or len(found) > LONGEST_STUDENT or not found.isprintable():
        raise BadRequestError(f"give your name, at most {LONGEST_STUDENT} printable characters")
    return found


def _text(fields: asked.Fields) -> str:
    found = asked.text(fields, "text")
    if not found.strip():
        raise BadRequestError("there is no answer yet")
    if len(found) > LARGEST_ANSWER:
        raise BadRequestError(f"an answer has at most {LARGEST_ANSWER:,} characters; this one has {len(found):,}", 413)
    if "\0" in found:
        raise BadRequestError("the answer holds a character with the code zero, which no text holds")
    return found.replace("\r\n", "\n").replace("\r", "\n")


# --- What routes share ---------------------------------------------------------------------------


def _setup(request: Request) -> Setup:
    found: Setup = request.app.state.setup
    return found


def _classroom(request: Request) -> Classroom:
    found: Classroom = request.app.state.classroom
    return found


def _workers(request: Request) -> Workers:
    found: Workers = request.app.state.workers
    return found


async def _job(request: Request, job: str, content: Mapping[str, Any]) -> Event:
    """What a job about the folder of exercises tells."""
    folder = _setup(request).exercises
    if folder is None:
        return problem("No exercises are offered here.", 404)
    return await _workers(request).last(job, {"folder": str(folder), **content}, visitor=request.state.visitor)


def _id(request: Request) -> str:
    return str(request.path_params["id"])[:LONGEST_ID]


def _link(name: str) -> str:
    return f"/exercises/{quote(name, safe='')}"


def _not_there() -> NoReturn:
    raise HTTPException(404)


ROUTES = [
    Route("/exercises", exercises),
    Route("/exercises/{id}", exercise),
    Route("/exercises/{id}/hand-in", hand_in, methods=["POST"]),
    Route("/exercises/{id}/solution", solution),
    Route("/exercises/{id}/pictures", pictures),
    Route("/exercises/{id}/pictures/{kind}", picture),
]
