"""The HTTP interface for other programs: what it answers to good requests, and in one line to all others."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.testclient import TestClient

from derive import cli
from derive.grading.marking import mark_file
from derive.web import interface, limits
from derive.web.access import WITHOUT_BEARER
from derive.web.application import application
from derive.web.classroom import IN_EXAM
from derive.web.interface import MOST_SUBMISSIONS, NO_JSON, TOO_MANY
from derive.web.limits import body_of
from derive.web.setup import Setup
from derive.web.workers import Limits
from derive.writing.marks import marks_report

TOKEN = "a-token-for-tests-only"
RIDGE = Path(__file__).parents[1] / "exercises" / "homework" / "ridge-regression"
SLIP = "---\nsymbols: {a: scalar, W: n x n}\n---\n$$ a + a = 2 a = 3 a $$\n\n$$ W^T = W $$\n"
EXERCISE = """---
symbols: {x: scalar, w: scalar, t: scalar}
model: {E: '\\frac12 (w x - t)^2'}
loss: E
parts:
  - {id: w, ask: '\\frac{\\partial E}{\\partial w}', points: 2}
---
"""
RIGHT = r"$$ \frac{\partial E}{\partial w} = (w x - t) x $$"
NO_CODE = "The exercise has no 'code' in its setting, which says what function is marked and what it returns."
NO_EXERCISES = "there are no exercises here; start `derive serve` with --exercises"
WRONG = r"$$ \frac{\partial E}{\partial w} = 2 (w x - t) x $$"


def client_of(folder: Path | None = None, **options: Any) -> TestClient:
    setup = Setup(TOKEN, exercises=folder, limits=Limits(2, 30, 2_000_000_000), **options)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return TestClient(application(setup), base_url="http://127.0.0.1:8000", headers=headers)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with client_of(RIDGE.parent, is_teacher=True) as made:
        yield made


def document(text: str, name: str = "notes.md") -> dict[str, str]:
    return {"name": name, "text": text}


# --- Check ---------------------------------------------------------------------------------------


def test_the_report_is_what_the_command_prints(client, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("notes.md").write_text(SLIP, encoding="utf-8")
    assert cli.main(["check", "--json", "notes.md"]) == 1
    answer = client.post("/api/check", json={"document": document(SLIP)})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.text == capsys.readouterr().out


def test_a_setting_and_an_exercise_are_followed_as_by_the_command(client, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text, setting = "$$ A B = B A $$\n" + RIGHT, "symbols: {A: n x n, B: n x n}\n"
    for name, content in (("notes.md", text), ("setting.yaml", setting), ("task.md", EXERCISE)):
        Path(name).write_text(content, encoding="utf-8")
    cli.main(["check", "--json", "notes.md", "--setting", "setting.yaml", "--exercise", "task.md"])
    asked = {"document": document(text), "setting": setting, "exercise": document(EXERCISE, "task.md")}
    answer = client.post("/api/check", json=asked)
    assert answer.text == capsys.readouterr().out
    assert [step["verdict"] for step in answer.json()["steps"]] == ["refuted", "proved"]


def test_who_prefers_a_page_gets_the_report_as_one(client):
    answer = client.post("/api/check", json={"document": document(SLIP)}, headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!DOCTYPE html>")
    assert "refuted" in answer.text


def test_a_text_may_begin_with_the_mark_of_utf_8(client):
    answer = client.post("/api/check", json={"document": document("\ufeff" + SLIP)})
    assert answer.json()["summary"]["proved"] == 1


@pytest.mark.parametrize(
    "fields, problem",
    [
        ({"document": document("---\nsymbols: 3\n---\n")}, ("notes.md", 2, 10)),
        ({"document": document("x", "x.pdf")}, ("x.pdf", None, None)),
        ({"document": document("x\0")}, ("notes.md", 1, 2)),
        ({"document": document("{", "n.ipynb")}, ("n.ipynb", 1, 2)),
        ({"document": document("x"), "setting": "symbols:\n  W: 3 x\n"}, ("setting.yaml", 2, 6)),
        ({"document": document("x"), "exercise": document("x", "task.md")}, ("task.md", None, None)),
    ],
)
def test_a_text_that_can_not_be_used_is_named_with_the_place(client, fields, problem):
    answer = client.post("/api/check", json=fields)
    found = answer.json()
    assert (answer.status_code, (found["document"], found["line"], found["column"])) == (422, problem)
    assert found["message"].endswith(".")


# --- Grade ---------------------------------------------------------------------------------------


def test_marks_are_those_of_the_command(client):
    files = [path for path in sorted((RIDGE / "submissions").iterdir()) if path.name != "mei.ipynb"][:3]
    texts = [document(path.read_text("utf-8"), path.name) for path in files]
    exercise = document((RIDGE / "exercise.md").read_text("utf-8"), "exercise.md")
    answer = client.post("/api/grade", json={"exercise": exercise, "submissions": texts})
    for path, found in zip(files, answer.json()["results"], strict=True):
        expected = json.loads(json.dumps(marks_report(mark_file(RIDGE / "exercise.md", path))))
        named = {"document": path.name, "exercise": "exercise.md", "submission": path.name}
        assert found == {**{key: value for key, value in expected.items() if key != "remembered"}, **named}


CODE = """import numpy as np


def mse_loss(w, b, X, t):
    r = X @ w + b - t
    return (r ** 2).mean(), X.T @ r / len(t), 2 * r.mean()
"""


@pytest.mark.skipif(which("bwrap") is None, reason="bubblewrap is not installed, so no code is run")
def test_code_is_marked_as_by_the_command(client):
    notebook = {"nbformat": 4, "cells": [{"cell_type": "code", "source": CODE.replace("X.T", "2 * X.T")}]}
    submissions = [
        document(CODE, "ada.py"),
        document(json.dumps(notebook), "grace.ipynb"),
        document("def mse_loss(:", "broken.py"),
        document("$$ \\frac{\\partial L}{\\partial y} = \\frac{2}{N} (y - t) $$", "words.md"),
    ]
    answer = client.post("/api/grade", json={"exercise": "linear-regression", "submissions": submissions})
    ada, grace, broken, words = answer.json()["results"]
    assert [part["status"] for part in ada["parts"]] == ["missing", "wrong", "right", "missing"]
    assert [each["code"] for each in ada["parts"][1]["diagnosis"]] == ["missing-factor-two"]
    assert [part["status"] for part in grace["parts"]] == ["missing", "right", "right", "missing"]
    assert broken["problem"] == "broken.py:1:14: this is no valid Python: invalid syntax"
    assert [part["status"] for part in words["parts"]] == ["right", "missing", "missing", "missing"]


def test_code_that_an_exercise_does_not_ask_for_is_for_a_person(client):
    sent = {"exercise": document(EXERCISE, "task.md"), "submissions": [document(CODE, "ada.py")]}
    (found,) = client.post("/api/grade", json=sent).json()["results"]
    assert (found["parts"][0]["status"], found["problem"]) == ("review", NO_CODE)


def test_a_bad_submission_never_stops_the_others(client):
    submissions = [
        document(RIGHT, "ada.md"),
        document("\0", "binary.md"),
        document("print(1)", "code.py"),
        document("[" * 100_000, "deep.ipynb"),
        document(WRONG, "bob.md"),
    ]
    answer = client.post("/api/grade", json={"exercise": document(EXERCISE, "task.md"), "submissions": submissions})
    found = [(each["submission"], each["points"], each["parts"][0]["status"]) for each in answer.json()["results"]]
    assert found == [
        ("ada.md", 2, "right"),
        ("binary.md", 0, "review"),
        ("code.py", 0, "review"),
        ("deep.ipynb", 0, "review"),
        ("bob.md", 0, "wrong"),
    ]
    assert all(each["problem"] for each in answer.json()["results"][1:4])


def test_what_takes_too_long_or_dies_is_for_a_person(client, monkeypatch):
    last = interface._last

    async def mishap(request: Request, job: str, content: Any) -> Any:
        if job == "mark" and content["submission"]["name"] == "long.md":
            return {"event": "problem", "message": "This took longer than 30 s and was ended.", "status": 504}
        return await last(request, job, content)

    monkeypatch.setattr(interface, "_last", mishap)
    submissions = [document(RIGHT, "long.md"), document(RIGHT, "ada.md")]
    answer = client.post("/api/grade", json={"exercise": document(EXERCISE, "task.md"), "submissions": submissions})
    long, ada = answer.json()["results"]
    assert (long["submission"], long["document"], long["points"], long["max_points"]) == ("long.md", "long.md", 0, 2)
    assert (long["problem"], long["parts"][0]["status"]) == ("This took longer than 30 s and was ended.", "review")
    assert (ada["points"], ada["problem"]) == (2, None)


def test_nobody_handed_anything_in(client):
    answer = client.post("/api/grade", json={"exercise": document(EXERCISE, "task.md"), "submissions": []})
    assert answer.json() == {"exercise": "task.md", "results": []}


def test_an_exercise_that_can_not_be_used_is_said_once(client):
    asked = {"exercise": document("---\nsymbols: {x: scalar}\n---\n"), "submissions": [document(RIGHT)]}
    answer = client.post("/api/grade", json=asked)
    message = "An exercise has 'parts', a list such as [{id: a, ask: L, points: 4}]."
    assert (answer.status_code, answer.json()["message"]) == (422, message)


# --- Exercises that are served -------------------------------------------------------------------


def test_an_exercise_that_is_served_is_named_and_who_asks_may_be_a_student():
    katya = document((RIDGE / "submissions" / "katya.md").read_text("utf-8"), "katya.md")
    exercise = document((RIDGE / "exercise.md").read_text("utf-8"), "exercise.md")
    with client_of(RIDGE.parent) as student:
        answer = student.post("/api/grade", json={"exercise": "ridge-regression", "submissions": [katya]})
        copied = student.post("/api/check", json={"exercise": exercise, "document": katya}).json()
    assert {each["fix"] for step in copied["steps"] for each in step["diagnosis"]} == {""}
    (found,) = answer.json()["results"]
    assert (found["points"], found["max_points"]) == (6.5, 12)
    given = [each for part in found["parts"] for each in part["diagnosis"]]
    given += [each for step in found["steps"] for each in step["diagnosis"]]
    assert {each["code"] for each in given} == {"missing-regulariser"}
    assert {each["fix"] for each in given} == {""}


def test_a_teacher_sees_what_would_be_right(client):
    katya = document((RIDGE / "submissions" / "katya.md").read_text("utf-8"), "katya.md")
    answer = client.post("/api/check", json={"exercise": "ridge-regression", "document": katya})
    assert any(each["fix"] for step in answer.json()["steps"] for each in step["diagnosis"])


def test_the_name_says_nothing_of_where_an_exercise_lies(client):
    answer = client.post("/api/check", json={"exercise": "ridge-regression", "document": document(RIGHT)})
    assert answer.json()["exercise"] == "ridge-regression.md"
    answer = client.post("/api/grade", json={"exercise": "ridge-regression", "submissions": [document(RIGHT)]})
    assert (answer.json()["exercise"], answer.json()["results"][0]["exercise"]) == ("ridge-regression",) * 2


def test_the_exercises_that_are_served_are_listed_by_their_names(tmp_path):
    (tmp_path / "error.md").write_text(EXERCISE, encoding="utf-8")
    (tmp_path / "broken.md").write_text("---\nmodel: {E: w +}\nparts: [{id: a, ask: E}]\n---\n", encoding="utf-8")
    with client_of(tmp_path) as student:
        answer = student.get("/api/exercises")
    problem = "broken.md:2:14: something is missing behind +"
    assert answer.json() == {
        "exercises": [
            {"id": "broken", "title": None, "parts": 0, "max_points": 0, "problem": problem},
            {"id": "error", "title": "error", "parts": 1, "max_points": 2, "problem": None},
        ]
    }
    with client_of() as without:
        answer = without.get("/api/exercises")
    assert (answer.status_code, answer.json()) == (404, {"message": NO_EXERCISES})


@pytest.mark.parametrize(
    "name", ["none", "", "/etc/passwd", "../README", "..", "ridge-regression/submissions/katya", "ridge-regression/"]
)
def test_no_other_file_is_read_by_its_name(client, name):
    for path, rest in (("/api/check", {"document": document("x")}), ("/api/grade", {"submissions": []})):
        answer = client.post(path, json={"exercise": name, **rest})
        assert (answer.status_code, answer.json()["message"]) == (404, "There is no such exercise.")


def test_in_an_exam_nothing_is_told():
    with client_of(is_exam=True) as exam:
        for path in ("/api/check", "/api/grade"):
            answer = exam.post(path, json={"document": document(RIGHT)})
            assert (answer.status_code, answer.json()) == (403, {"message": IN_EXAM})


# --- Requests that can not be used ---------------------------------------------------------------

BAD = [
    ({}, '"document" is missing; it is an object'),
    ({"document": 3}, '"document" is to be an object'),
    ({"document": {"name": "a.md"}}, '"text" is missing; it is a text'),
    ({"document": {"text": "x"}}, '"name" is missing; it is a text'),
    ({"document": document("x"), "setting": {}}, '"setting" is to be a text'),
    ({"document": document("x"), "exercise": 3}, '"exercise" is to be an object'),
    (
        {"document": document("x"), "excercise": "a"},
        'there is no field "excercise" here; the fields are document, setting, exercise',
    ),
    ({"document": {**document("x"), "path": "/etc"}}, 'there is no field "path" here; the fields are name, text'),
]


@pytest.mark.parametrize("fields, message", BAD)
def test_fields_that_are_wrong_are_one_line(client, fields, message):
    answer = client.post("/api/check", json=fields)
    assert (answer.status_code, answer.json()) == (400, {"message": message})


@pytest.mark.parametrize(
    "submissions, status, message",
    [
        (3, 400, '"submissions" is to be a list of objects'),
        (["x"], 400, '"submissions" is to be a list of objects'),
        (None, 400, '"submissions" is missing; it is a list of objects'),
        ([document("x")] * 2, 422, 'two submissions have the name "notes.md"; marks are told apart by it'),
        ([document("x", f"{at}.md") for at in range(MOST_SUBMISSIONS + 1)], 413, TOO_MANY),
    ],
)
def test_a_class_that_can_not_be_marked_is_one_line(client, submissions, status, message):
    answer = client.post("/api/grade", json={"exercise": document(EXERCISE), "submissions": submissions})
    assert (answer.status_code, answer.json()) == (status, {"message": message})


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_is_not_said_to_be_json_is_not_read(client, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    answer = client.post("/api/check", content=b'{"document": {}}', headers=headers)
    assert (answer.status_code, answer.json()) == (415, {"message": NO_JSON})


@pytest.mark.parametrize(
    "body, said",
    [
        (b"", "this request holds no JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"document": {}, "document": {}}', "this request holds no JSON: a name stands twice in one object"),
        (b"[" * 200_000, "the JSON of this request is nested too deeply"),
        (b'{"a":' * 200_000, "the JSON of this request is nested too deeply"),
        (b"[]", "this request holds no JSON object"),
    ],
)
def test_a_body_that_is_no_json_is_one_line(client, body, said):
    answer = client.post("/api/check", content=body, headers={"Content-Type": "application/json; charset=utf-8"})
    assert (answer.status_code, answer.json()) == (400, {"message": said})


def test_a_body_that_is_too_long_is_refused(client, monkeypatch):
    body = b'{"document": "' + b"x" * limits.LARGEST_BODY + b'"}'
    answer = client.post("/api/check", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (413, {"message": "this request has more than 4,000,000 bytes"})
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("name", ["", "a/", "a\nb.md", "x" * 198 + ".md"])
def test_a_name_that_no_file_has_is_refused(client, name):
    answer = client.post("/api/check", json={"document": document("x", name)})
    message = '"name" is to be the name of a file, of at most 200 printable characters'
    assert (answer.status_code, answer.json()) == (422, {"message": message})


def test_other_methods_and_addresses_are_said_in_json(client):
    answer = client.get("/api/check")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json() == {"message": "this address takes POST"}
    answer = client.get("/api/nothing")
    assert (answer.status_code, answer.json()) == (404, {"message": "there is no such page"})


def test_who_has_no_token_is_told_how_to_send_one(client):
    answer = client.post("/api/check", headers={"Authorization": "Bearer wrong"}, json={})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json() == {"message": WITHOUT_BEARER}


# --- Who goes before the answer is there ---------------------------------------------------------


def request_of(*messages: dict[str, Any], then_waits: bool = False) -> Request:
    left = list(messages)

    async def receive() -> dict[str, Any]:
        if not left and then_waits:
            await asyncio.sleep(60)
        return left.pop(0)

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


def test_a_body_that_does_not_arrive_is_one_line():
    request = request_of({"type": "http.request", "body": b"{", "more_body": True}, then_waits=True)
    with pytest.raises(interface.BadRequestError) as caught:
        asyncio.run(body_of(request, seconds=0.05))
    assert (caught.value.status, caught.value.message) == (408, "the body of this request did not arrive within 0.05 s")


def test_work_for_who_has_gone_is_given_up():
    given_up = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            given_up.append(True)

    with pytest.raises(ClientDisconnect):
        asyncio.run(interface._unless_gone(request_of({"type": "http.disconnect"}), work()))
    assert given_up == [True]


def test_a_defect_is_one_line(monkeypatch, caplog):
    async def broken(*_: Any) -> Any:
        raise ZeroDivisionError("a defect\nof two lines")

    monkeypatch.setattr(interface, "_last", broken)
    with client_of() as client:
        answer = client.post("/api/check", json={"document": document("x")})
    assert (answer.status_code, answer.json()) == (500, {"message": "internal error (please report it)"})
    assert answer.headers["x-content-type-options"] == "nosniff"
    said = "derive serve: internal error (please report it): /api/check: ZeroDivisionError: a defect of two lines"
    assert [record.getMessage() for record in caplog.records if record.name == "derive.web"] == [said]
