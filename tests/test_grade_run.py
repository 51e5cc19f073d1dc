"""A class is marked whole, each submission once, whatever becomes of a worker, a file, or of the run itself."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from inline_workers import BY_WORD, InlineWorkers

from derive.commands import class_run
from derive.commands.class_run import Order, mark_and_write
from derive.errors import DocumentError
from derive.grading.marker import Limits
from derive.writing.run_summary import Summary, to_json, to_lines

ROOT = Path(__file__).resolve().parents[1]
TABLES = ("grades.csv", "nbgrader.csv", "otter.csv")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("ex.md").write_text("the exercise")
    Path("class").mkdir()
    return tmp_path


@pytest.fixture
def inline(monkeypatch):
    monkeypatch.setattr(class_run, "LocalWorkers", InlineWorkers)


def hand_in(**texts: str | bytes) -> None:
    for name, text in texts.items():
        Path("class", f"{name}.md").write_bytes(text.encode() if isinstance(text, str) else text)


def run(output: str = "out", seconds: float = 60.0, memory: int = 10**9, **more: object) -> Summary:
    order = Order("ex.md", ("class",), output, limits=Limits(seconds, memory), **{"jobs": 2, **more})
    return mark_and_write(order, BY_WORD)[0]


def standings(summary: Summary) -> dict[str, str]:
    return {entry.submission: entry.standing for entry in summary.marked.entries}


def problems(summary: Summary) -> dict[str, str]:
    return {entry.submission: entry.marked.problem for entry in summary.entries("review")}


def tables(output: str) -> list[bytes]:
    return [Path(output, name).read_bytes() for name in TABLES]


# --- One submission costs no other ---------------------------------------------------------------


def test_what_cannot_be_marked_is_for_a_person_with_the_reason(folder):
    hand_in(**{f"good{n}": "(a)" for n in range(6)}, dead="die", defect="raise", slow="sleep long", bytes=b"\n\nab\xff")
    hand_in(line="x" * 5_000_001, review="review")
    summary = run(seconds=1.5)
    assert problems(summary) == {
        "bytes": "bytes.md:3:3: the byte 0xFF is not UTF-8; save the text as UTF-8.",
        "dead": "The process that marked it died.",
        "defect": "Internal error (please report it): KeyError: 'a defect'",
        "line": "line.md: the file has 5,000,001 bytes; at most 5,000,000 are read.",
        "review": None,
        "slow": "Marking it takes longer than 1.5 s.",
    }
    assert [entry.points for entry in summary.entries("graded")] == [6] * 6
    assert {part.status for entry in summary.entries("review") for part in entry.parts} == {"review"}
    assert json.loads(Path("out/results/dead.json").read_text())["points"] == 0


@pytest.mark.skipif(sys.platform == "darwin" or os.name == "nt", reason="the system limits no process's memory")
def test_what_needs_too_much_memory_is_for_a_person(folder):
    hand_in(ada="(a)", ben="(b)", cleo="(a)", hog="allocate", zoe="(a)")
    summary = run(memory=400_000_000)
    assert problems(summary) == {"hog": "Marking it needs more than 0.4 GB of memory."}
    assert len(summary.entries("graded")) == 4


# --- Interrupted and started again ---------------------------------------------------------------


def count(path: str) -> list[str]:
    return sorted(Path(path).read_text().split())


def test_a_run_that_was_killed_goes_on_where_it_stopped(folder, monkeypatch):
    names = [f"s{number:02}" for number in range(10)]
    hand_in(**{name: f"{name}\nnote in {folder}/marked\nsleep a little\n(a)" for name in names})
    (folder / "driver.py").write_text(
        "from inline_workers import BY_WORD\n"
        "from derive.commands.class_run import Order, mark_and_write\n"
        "mark_and_write(Order('ex.md', ('class',), 'out', jobs=2), BY_WORD)\n",
        encoding="utf-8",
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    process = subprocess.Popen([sys.executable, "driver.py"], env={**os.environ, "PYTHONPATH": path})
    results = Path("out/results")
    deadline = time.monotonic() + 60
    while not (results.is_dir() and len(list(results.glob("s*.json"))) >= 3) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)
    kept = len(list(results.glob("s*.json")))
    assert 3 <= kept < len(names)
    assert not Path("out/grades.csv").exists()

    summary = run()
    assert summary.recalled == kept
    marked = count("marked")
    assert set(marked) == set(names)
    assert len(marked) <= len(names) + 2, "only what was being marked when the run was killed is marked again"

    (folder / "marked").unlink()
    monkeypatch.setattr(class_run, "LocalWorkers", InlineWorkers)
    run("whole")
    assert count("marked") == names
    assert tables("out") == tables("whole")
    assert not list(results.glob(".*"))


def test_marks_hold_as_long_as_nothing_changes(folder, inline):
    hand_in(ada="(a)", ben="(b)", cleo="nothing", dan="(a)")
    assert run().recalled == 0
    before = tables("out")
    assert run().recalled == 4
    assert tables("out") == before

    hand_in(ben="(a) (b)")
    Path("class/dan.md").unlink()
    Path("out/results/cleo.json").write_text(Path("out/results/cleo.json").read_text()[:-40])
    summary = run()
    assert summary.recalled == 1
    assert {entry.submission: int(entry.points * 3) for entry in summary.marked.entries} == {
        "ada": 18,
        "ben": 30,
        "cleo": 10,
    }
    assert b"dan" not in tables("out")[0]


@pytest.mark.parametrize("damage", ["", "{}", "[]", "null", '{"remembered": 3}', "\x00", "[" * 20_000])
def test_a_damaged_result_is_as_if_it_were_not_there(folder, inline, damage):
    hand_in(ada="(a)")
    run(jobs=1)
    good = Path("out/results/ada.json").read_bytes()
    Path("out/results/ada.json").write_text(damage)
    assert run(jobs=1).recalled == 0
    assert Path("out/results/ada.json").read_bytes() == good


def test_what_fell_to_the_limits_is_tried_again_when_they_change(folder):
    hand_in(slow="sleep for a second (a)")
    assert problems(run(seconds=0.1)) == {"slow": "Marking it takes longer than 0.1 s."}
    assert run(seconds=0.1).recalled == 1
    summary = run()
    assert (summary.recalled, standings(summary)) == (0, {"slow": "graded"})


def test_two_runs_do_not_share_a_folder(folder):
    from derive.writing.files import only_writer

    hand_in(ada="(a)")
    Path("out").mkdir()
    with only_writer(Path("out")), pytest.raises(DocumentError) as error:
        run()
    assert str(error.value) == "out: another run of derive grade writes to this folder"


def test_a_folder_that_cannot_be_written_is_said(folder):
    hand_in(ada="(a)")
    Path("taken").write_text("")
    with pytest.raises(DocumentError) as error:
        run("taken")
    assert str(error.value) == "taken: the results can not be written (File exists)"


# --- After the exercise was corrected ------------------------------------------------------------


def test_regrading_says_who_gained_and_who_lost(folder, inline):
    hand_in(ada="(a) (b)", ben="(a)", cleo="(b)", dan="nothing")
    summary = run()
    assert not summary.marked.was_regraded
    assert not Path("out/changes.csv").exists()
    Path("ex.md").write_text("not a")
    hand_in(eve="(a)")
    expected = [
        "Two parts: 5 submissions",
        "  mean 4.93, median 3.33 of 10 points (5 submissions with final marks)",
        "  marked anew: 2 lost (ada -2.67, ben -2.67)",
        "    part a: 2 lost (ada -2.67, ben -2.67)",
        "  written to out: index.html, grades.csv, nbgrader.csv, otter.csv, changes.csv, "
        "feedback/, results/, gradescope/, prairielearn/",
    ]
    assert list(to_lines(run())) == expected
    assert Path("out/changes.csv").read_text() == (
        "id,submission,part,before,after,gain,status before,status after\n"
        "ada,ada,a,4,1.3333,-2.6667,right,partial\n"
        "ben,ben,a,4,1.3333,-2.6667,right,partial\n"
    )
    expected[0] = "Two parts: 5 submissions, 5 of them marked before"
    assert list(to_lines(run())) == expected, "the comparison stays when all is recalled"

    Path("ex.md").write_text("not b")
    lines = list(to_lines(run()))
    assert lines[2:5] == [
        "  marked anew: 2 gained (ben +2.67, eve +2.67), 2 lost (ada -1.33, cleo -4)",
        "    part a: 3 gained (ada +2.67, ben +2.67, eve +2.67)",
        "    part b: 2 lost (ada -4, cleo -4)",
    ]


def test_a_regrading_that_was_interrupted_still_compares_with_the_marks_before_it(folder, inline):
    hand_in(ada="(a)", ben="(a)")
    run()
    Path("ex.md").write_text("not a")

    def stop(done: int, _total: int) -> None:
        if done == 1:
            raise InterruptedError

    order = Order("ex.md", ("class",), "out", jobs=1)
    with pytest.raises(DocumentError):
        mark_and_write(order, BY_WORD, stop)
    summary = run()
    assert summary.recalled == 1
    assert [change.submission for change in summary.marked.changes] == ["ada", "ben"]


# --- A class with a table of students ------------------------------------------------------------


def test_everybody_has_a_line(folder, inline):
    hand_in(ada="(a)", ben="review", **{"170_hw": "(b)"})
    Path("class.csv").write_text("id;name\n=1+1;ada\n170;Ben, B.\n30;Eve\n", encoding="utf-8-sig")
    summary = run(students="class.csv")
    assert Path("out/grades.csv").read_text() == (
        "id,name,submission,a,b,total,max,status,problem\n"
        "'=1+1,ada,ada,4,2,6,10,graded,\n"
        "ben,,ben,,,3.3333,10,review,\n"
        "30,Eve,,,,0,10,missing,\n"
        '170,"Ben, B.",170_hw,1.3333,6,7.3333,10,graded,\n'
    )
    found = json.loads(to_json(summary))
    assert (found["missing"], found["strangers"]) == (["30"], ["ben"])
    assert found["review"] == [{"submission": "ben", "why": None}]


# --- Feedback for a whole class ------------------------------------------------------------------


def test_feedback_is_written_once_and_again_when_something_of_it_changed(folder, inline, monkeypatch):
    from derive.writing import feedback_folder

    written: list[str] = []
    plain = feedback_folder.write_feedback

    def noting(marked, *args, **more):
        written.extend(one.submission for one in marked)
        plain(marked, *args, **more)

    monkeypatch.setattr(feedback_folder, "write_feedback", noting)
    hand_in(ada="(a)", ben="(b)", cleo="(a)", dan="(a)")
    run()
    assert written == ["ada", "ben", "cleo", "dan"]
    run()
    assert len(written) == 4
    hand_in(ben="(a) (b)")
    Path("out/feedback/cleo.md").unlink()
    Path("class.csv").write_text("id,name\ndan,Dan D.\n")
    run(students="class.csv")
    assert written[4:] == ["ben", "cleo", "dan"]
    assert "Dan D." in Path("out/feedback/dan.html").read_text()
    Path("out/feedback/.written.json").write_text("[]")
    run(students="class.csv")
    assert len(written) == 4 + 3 + 4
