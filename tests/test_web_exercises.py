"""Exercises on the live page: the list, the question, answers as they are typed and handed in, exams, teachers."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from inline_jobs import InlineJobs
from starlette.testclient import TestClient

from derive import cli
from derive.grading.collecting import collect
from derive.grading.roster import enrol, read_students
from derive.web import application
from derive.web.classroom import HANDED_IN, IN_EXAM, OF_PICTURE
from derive.web.handing_in import LARGEST_ANSWER, MOST_ANSWERS
from derive.web.setup import Setup
from derive.web.shelf import Listed, NoExerciseError, Shelf

TOKEN = "a-token-for-tests-only"
BASE = "http://127.0.0.1:8000"
EXERCISE = r"""---
title: A line <script>alert(1)</script> with $w$
symbols: {x: scalar, w: scalar, t: scalar}
model: {E: '\frac12 (w x - t)^2'}
loss: E
parts:
  - {id: w, ask: '\frac{\partial E}{\partial w}', points: 2, prompt: 'Go back to $w$ <b>now</b>.'}
  - {id: t, ask: '\frac{\partial E}{\partial t}', points: 1}
---

Here is <img src=x onerror=alert(2)> the error of one example.
"""
RIGHT = "$$\\frac{\\partial E}{\\partial w} = 1 (w x - t) x$$\n"
WRONG = RIGHT.replace("1 (", "2 (")

BROKEN = "broken.md:2:14: something is missing behind +"

Visit = Callable[..., TestClient]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of exercises, of what looks like some, and of what was handed in to one."""
    root = tmp_path / "exercises"
    for name, text in {
        "line/exercise.md": EXERCISE,
        "line/submissions/copied.md": EXERCISE + WRONG,
        "line/other.md": EXERCISE,
        "broken.md": "---\nmodel: {E: w +}\nparts: [{id: a, ask: E}]\n---\n",
        "notes.md": "The parts: none.\n\n$$a = b$$\n",
        "submissions/handed-in.md": EXERCISE,
        ".hidden/exercise.md": EXERCISE,
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    outside = tmp_path / "secret.md"
    outside.write_text(EXERCISE, encoding="utf-8")
    (root / "linked.md").symlink_to(outside)
    return root


@pytest.fixture
def visit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Visit]]:
    """Starts a server of some kind, and gives what lets visitors in, each with cookies of their own."""
    monkeypatch.setattr(application, "Workers", InlineJobs)
    with ExitStack() as stack:

        def server(**options: Any) -> Visit:
            app = application.application(Setup(TOKEN, exercises=folder, **options))

            def visitor() -> TestClient:
                client = TestClient(app, base_url=BASE, headers={"Origin": BASE, "Sec-Fetch-Site": "same-origin"})
                stack.enter_context(client)
                assert client.get("/exercises", params={"token": TOKEN}).status_code == 200
                return client

            return visitor

        yield server


def events(client: TestClient, text: str, **more: Any) -> list[dict[str, Any]]:
    """What a check tells of equations and parts, but for what is still being decided."""
    body = {"page": "a page", "name": "answer.md", "text": text, "exercise": "line", **more}
    answer = client.post("/live/check", json=body)
    assert answer.status_code == 200, answer.text
    told = [json.loads(line) for line in answer.text.splitlines()]
    return [event for event in told if event.get("final", event["event"] not in ("headings", "pending"))]


def handed_in(client: TestClient, text: str = RIGHT, student: str = "Ada Lovelace", **more: Any) -> Any:
    return client.post("/exercises/line/hand-in", json={"student": student, "name": "answer.md", "text": text, **more})


# --- The folder ----------------------------------------------------------------------------------


def test_the_exercises_of_a_folder_are_the_documents_with_parts(folder: Path):
    broken, line = Shelf(folder).listed()
    assert broken == Listed("broken", "broken", problem=BROKEN)
    assert (line.id, line.parts, line.points, line.problem) == ("line", 2, 3, None)


def test_the_list_is_read_anew(folder: Path):
    shelf = Shelf(folder)
    assert [line.id for line in shelf.listed()] == ["broken", "line"]
    (folder / "broken.md").write_text(EXERCISE, encoding="utf-8")
    (folder / "week 2").mkdir()
    (folder / "week 2" / "more.tex").write_text(
        "".join(f"% {line}\n" for line in EXERCISE.partition("\n\n")[0].splitlines()), encoding="utf-8"
    )
    assert [(line.id, line.problem) for line in shelf.listed()] == [
        ("broken", None),
        ("line", None),
        ("week_2-more", None),
    ]
    (folder / "broken.md").unlink()
    assert [line.id for line in shelf.listed()] == ["line", "week_2-more"]


def test_names_that_would_be_one_are_told_apart(folder: Path):
    for name in ("a b.md", "a_b.md", "a_b.tex"):
        (folder / name).write_text("$a$", encoding="utf-8")
    paths = Shelf(folder).paths()
    assert {name: path.name for name, path in paths.items() if name.startswith("a_b")} == {
        "a_b": "a b.md",
        "a_b.md": "a_b.md",
        "a_b.tex": "a_b.tex",
    }


@pytest.mark.parametrize("name", ["..", "../secret", "secret", "linked", "line/exercise.md", "", "\0", "/etc/passwd"])
def test_a_name_leads_nowhere_else(folder: Path, name: str):
    with pytest.raises(NoExerciseError):
        Shelf(folder).exercise(name)


def test_what_is_not_there_is_not_found(visit: Callable[..., Visit]):
    client = visit()()
    for name in ("..%2Fsecret", "notes%00", "a b", "a" * 500, "linked"):
        assert client.get(f"/exercises/{name}").status_code == 404
    assert handed_in(client).status_code == 200
    assert client.post("/exercises/none/hand-in", json={"student": "A", "text": "x"}).status_code == 404


# --- The pages -----------------------------------------------------------------------------------


def test_the_list_says_title_parts_and_points_and_what_can_not_be_used(visit: Callable[..., Visit]):
    page = visit()().get("/exercises").text
    assert '<a href="/exercises/line">A line &lt;script&gt;' in page
    assert "2 parts, 3 points" in page
    assert "can not be used: broken.md:2:" in page
    assert "<script>" not in page


def test_the_question_is_shown_and_nothing_of_its_author_is_run(visit: Callable[..., Visit]):
    page = visit()().get("/exercises/line").text
    assert "<math" in page
    assert "2 points" in page
    assert "&lt;b&gt;now&lt;/b&gt;" in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>now" not in page
    assert " style=" not in page
    assert "/solution" not in page
    assert "/pictures" not in page


def test_an_exercise_that_can_not_be_used_says_why_on_its_page(visit: Callable[..., Visit]):
    answer = visit()().get("/exercises/broken")
    assert answer.status_code == 422
    assert "This exercise can not be used" in answer.text
    assert "Traceback" not in answer.text


def test_without_a_folder_there_are_no_exercises(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(application, "Workers", InlineJobs)
    with TestClient(application.application(Setup(TOKEN)), base_url=BASE) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        assert client.get("/exercises/line").status_code == 404
        body = {"page": "a", "text": "", "exercise": "line"}
        assert client.post("/live/check", json=body).json() == {"message": "no exercises are offered here"}


def test_solutions_and_pictures_are_for_teachers(visit: Callable[..., Visit]):
    student, teacher = visit()(), visit(is_teacher=True)()
    for path in ("solution", "pictures", "pictures/graph", "pictures/backward"):
        assert student.get(f"/exercises/line/{path}").status_code == 404
        assert teacher.get(f"/exercises/line/{path}").status_code == 200
        assert teacher.get(f"/exercises/none/{path}").status_code == 404
    assert "/exercises/line/solution" in teacher.get("/exercises/line").text
    assert " style=" not in teacher.get("/exercises/line/solution").text
    drawn = teacher.get("/exercises/line/pictures/graph")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.headers["content-security-policy"] == OF_PICTURE
    assert drawn.text.startswith("<svg ")
    assert teacher.get("/exercises/line/pictures/none").status_code == 404


# --- An answer as it is typed ----------------------------------------------------------------------


def test_an_answer_is_checked_under_its_exercise_and_its_parts_are_told(visit: Callable[..., Visit]):
    found = events(visit()(), RIGHT)
    assert [event["event"] for event in found] == ["equation", "verdicts", "done", "part", "part", "marks"]
    assert [step["verdict"] for step in found[0]["steps"]] == ["proved"]
    parts = [(event["id"], event["status"], event["words"]) for event in found if event["event"] == "part"]
    assert parts == [("w", "right", "right"), ("t", "missing", "no answer yet")]
    assert found[-1] == {"event": "marks", "points": "2 of 3 points", "problem": None, "needs_review": False}


def test_a_mistake_is_named_and_the_right_answer_is_not_told(visit: Callable[..., Visit]):
    client = visit()()
    found = events(client, RIGHT.replace("1 (w x - t)", "(t - w x)"))
    shown = next(event for event in found if event["event"] == "equation")["html"]
    assert "difference-reversed" in shown
    report = client.post("/live/report", json={"name": "a.md", "text": WRONG, "exercise": "line"}).text
    for text in (json.dumps(found), report, handed_in(client, WRONG).text):
        assert 'class="fix"' not in text
        assert "For example" not in text
        assert "For teachers" not in text


def test_a_setting_of_ones_own_is_not_followed(visit: Callable[..., Visit]):
    found = events(visit()(), f"---\nmodel: {{E: w}}\n---\n{RIGHT}")
    assert found[0]["steps"][0]["verdict"] == "proved"
    assert "It has a setting of its own" in found[-1]["problem"]


# --- Handing in ------------------------------------------------------------------------------------


def test_an_answer_is_marked_and_nothing_is_kept_without_a_folder(visit: Callable[..., Visit], tmp_path: Path):
    client = visit()()
    before = sorted(tmp_path.rglob("*"))
    for text, points in ((RIGHT, "2 of 3 points"), (WRONG, "0 of 3 points")):
        found = handed_in(client, text).json()
        assert (found["points"], found["file"], found["student"]) == (points, None, "Ada Lovelace")
        assert "nothing is kept on the server" in found["html"]
    assert sorted(tmp_path.rglob("*")) == before


def test_answers_are_kept_as_grading_takes_them(visit: Callable[..., Visit], folder: Path, tmp_path: Path):
    server = visit(save=tmp_path / "kept")
    ada, another = server(), server()
    files = [
        handed_in(ada, WRONG).json()["file"],
        handed_in(ada, RIGHT).json()["file"],
        handed_in(another, RIGHT, student="../../=Ada", name="mine.tex").json()["file"],
    ]
    kept = tmp_path / "kept" / "line"
    assert sorted(path.name for path in kept.iterdir()) == sorted([*files, "students.csv"])
    assert re.fullmatch(r"Ada_Lovelace-s001-\d{4}-\d\d-\d\d-\d{6}\.md", files[0])
    assert re.fullmatch(r"Ada-s002-\d{4}-\d\d-\d\d-\d{6}\.tex", files[2])
    assert (kept / files[0]).read_text(encoding="utf-8") == WRONG
    assert (kept / "students.csv").read_text(encoding="utf-8") == "id,name\ns001,Ada Lovelace\ns002,../../=Ada\n"
    found = collect([kept], folder / "line" / "exercise.md", tmp_path / "results")
    enrolled = enrol(read_students(kept / "students.csv"), found.submissions)
    assert sorted(student.name for student in enrolled.students.values()) == ["../../=Ada", "Ada Lovelace"]
    assert dict(enrolled.superseded) == {Path(files[0]).stem: Path(files[1]).stem}
    assert enrolled.strangers == ()


def test_nothing_is_written_over(visit: Callable[..., Visit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    client = visit(save=tmp_path / "kept")()
    names = {handed_in(client, f"{RIGHT}{number}").json()["file"] for number in range(4)}
    assert len(names) == 4
    assert {(tmp_path / "kept" / "line" / name).read_text(encoding="utf-8")[-1] for name in names} == set("0123")


def test_what_can_not_be_kept_does_not_count(visit: Callable[..., Visit], tmp_path: Path):
    (tmp_path / "kept").write_text("a file", encoding="utf-8")
    client = visit(save=tmp_path / "kept", is_exam=True)()
    answer = handed_in(client)
    assert (answer.status_code, answer.json()["message"]) == (
        500,
        "the answer can not be kept (Not a directory); nothing was handed in",
    )
    (tmp_path / "kept").unlink()
    assert handed_in(client).status_code == 200


@pytest.mark.parametrize(
    "fields, status, message",
    [
        ({"student": " "}, 400, "give your name, at most 100 printable characters"),
        ({"student": "A" * 101}, 400, "give your name, at most 100 printable characters"),
        ({"student": "A\u202eB"}, 400, "give your name, at most 100 printable characters"),
        ({"student": 3}, 400, '"student" is to be a text'),
        ({"text": "\n "}, 400, "there is no answer yet"),
        ({"text": "a\0b"}, 400, "the answer holds a character with the code zero, which no text holds"),
        (
            {"text": "a" * (LARGEST_ANSWER + 1)},
            413,
            f"an answer has at most {LARGEST_ANSWER:,} characters; this one has {LARGEST_ANSWER + 1:,}",
        ),
        ({"name": "a" * 300}, 422, '"name" is to be the name of a file, of at most 200 printable characters'),
    ],
)
def test_what_can_not_be_handed_in_is_one_line(
    visit: Callable[..., Visit], fields: Mapping[str, Any], status: int, message: str
):
    body = {"student": "Ada", "name": "answer.md", "text": RIGHT, **fields}
    answer = visit()().post("/exercises/line/hand-in", json=body)
    assert (answer.status_code, answer.json()["message"]) == (status, message)


def test_a_visitor_hands_in_only_so_often(visit: Callable[..., Visit], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("derive.web.classroom.MOST_ANSWERS", 2)
    assert MOST_ANSWERS > 2
    client = visit()()
    assert [handed_in(client).status_code for _ in range(3)] == [200, 200, 409]


def test_another_site_hands_nothing_in(visit: Callable[..., Visit]):
    client = visit()()
    client.headers.update({"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"})
    assert handed_in(client).status_code == 403


# --- An exam ---------------------------------------------------------------------------------------

# Answers that are right with a 7 and wrong with an 8: what is told of both must differ in this digit alone.
OF_W, OF_T = r"\frac{\partial E}{\partial w}", r"\frac{\partial E}{\partial t}"
ALIKE = [
    f"$${OF_W} = (7 - 6) (w x - t) x$$\nIn a line of text $w = (7 - 6) w$ and $w \\in \\mathbb{{R}}^{{8 - 7}}$.\n",
    f"$${OF_W} = (7 - 6) (w x - t) x = (w x^2 - t x) (7 - 6)$$\n\n$${OF_T} = (7 - 6) (t - w x)$$\n",
    "$$a = (7 - 6) w$$\n$$a = w$$\n$$w + I_{7} = w$$\n$$\\sum_{i=7}^{7} w = w$$\n",
]


@pytest.mark.parametrize("text", ALIKE)
def test_in_an_exam_nothing_that_is_told_depends_on_a_verdict(visit: Callable[..., Visit], text: str):
    client = visit(is_exam=True)()
    one, two = events(client, text), events(client, text.replace("7", "8"))
    sevens, eights = (json.dumps(told, ensure_ascii=False) for told in (one, two))
    assert sevens.translate(str.maketrans("7₇⁷", "8₈⁸")) == eights
    assert {step["verdict"] for event in one for step in event.get("steps", ())} <= {"written", "unreadable"}
    assert [event["event"] for event in one][-1] == "done"
    assert not re.search("proved|refuted|convention|definition|unknown", json.dumps(one))


def test_in_an_exam_it_is_said_what_could_not_be_read(visit: Callable[..., Visit]):
    *_, unreadable, done = events(visit(is_exam=True)(), RIGHT + "$$\\foo = 1$$\n")
    assert unreadable["steps"][0]["verdict"] == "unreadable"
    assert unreadable["steps"][0]["message"] == "The command \\foo is not known."
    assert done == {"event": "done", "summary": {"written": 1, "unreadable": 1}, "equations": 2}


@pytest.mark.parametrize("path", ["/live/check", "/live/report", "/live/setting", "/api/check", "/api/grade"])
def test_in_an_exam_there_is_no_way_round(visit: Callable[..., Visit], path: str):
    client = visit(is_exam=True)()
    for more in ({}, {"exercise": ""}) if path == "/live/check" else ({}, {"exercise": "line"}):
        answer = client.post(path, json={"page": "p", "name": "a.md", "text": RIGHT, **more})
        assert (answer.status_code, answer.json()) == (403, {"message": IN_EXAM})


def test_an_exam_begins_with_its_exercises(visit: Callable[..., Visit]):
    client = visit(is_exam=True)()
    answer = client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/exercises")
    page = client.get("/exercises/line").text
    assert "No verdicts in an exam" in page
    assert 'id="report"' not in page
    assert 'id="parts"' not in page


def test_in_an_exam_an_answer_is_handed_in_once(visit: Callable[..., Visit], tmp_path: Path):
    server = visit(is_exam=True, save=tmp_path / "kept")
    ada, another = server(), server()
    found = handed_in(ada, WRONG).json()
    assert (found["points"], found["is_exam"]) == ("0 of 3 points", True)
    again = handed_in(ada, RIGHT)
    assert (again.status_code, again.json()) == (409, {"message": HANDED_IN})
    body = {"page": "a", "name": "a.md", "text": RIGHT, "exercise": "line"}
    refused = ada.post("/live/check", json=body)
    assert (refused.status_code, refused.json()) == (403, {"message": HANDED_IN})
    page = ada.get("/exercises/line").text
    assert "Handed in" in page
    assert "0</b> of 3 points" in page
    assert "<textarea" not in page
    assert handed_in(another, RIGHT, "Grace Hopper").json()["points"] == "2 of 3 points"
    assert "<textarea" not in another.get("/exercises/line").text
    assert len(list((tmp_path / "kept" / "line").glob("*.md"))) == 2


def test_in_an_exam_the_first_answer_under_a_name_counts(visit: Callable[..., Visit], tmp_path: Path):
    again = "An answer to this exercise was handed in under this name before"
    exam = visit(is_exam=True, save=tmp_path / "kept")
    first, second = exam(), exam()
    assert handed_in(first, WRONG).json()["points"] == "0 of 3 points"
    answer = handed_in(second, student="ada  LOVELACE").json()
    assert answer["points"] is None
    assert again in answer["html"]
    assert "feedback" not in answer["html"]
    assert again in second.get("/exercises/line").text
    kept = {folder.name: sorted(path.suffix for path in folder.iterdir()) for folder in (tmp_path / "kept").iterdir()}
    assert kept == {"line": [".csv", ".md"], "line-again": [".csv", ".md"]}
    assert handed_in(exam(), student="Grace Hopper").json()["points"] == "2 of 3 points"
    after_a_start = visit(is_exam=True, save=tmp_path / "kept")()
    assert again in handed_in(after_a_start).json()["html"]
    assert again not in handed_in(visit(save=tmp_path / "kept")()).json()["html"]


def test_opening_the_address_again_makes_no_new_visitor(visit: Callable[..., Visit]):
    client = visit(is_exam=True)()
    assert handed_in(client).status_code == 200
    client.get("/", params={"token": TOKEN})
    assert handed_in(client).status_code == 409


# --- The command line ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, problem",
    [
        (["--exam"], "--exam is about exercises: --exercises DIR says where they are"),
        (["--teacher"], "--teacher is about exercises: --exercises DIR says where they are"),
        (["--save", "DIR"], "--save is about exercises: --exercises DIR says where they are"),
        (
            ["--exercises", "DIR", "--exam", "--teacher"],
            "--exam and --teacher: whoever sits the exam would see the solutions",
        ),
    ],
)
def test_options_that_do_not_go_together(options: list[str], problem: str, tmp_path: Path, capsys: Any):
    assert cli.main(["serve", *(str(tmp_path) if option == "DIR" else option for option in options)]) == 2
    assert problem in " ".join(capsys.readouterr().err.split())
