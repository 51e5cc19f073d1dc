"""The command `derive grade` from its command line: what it takes, says and returns."""

import json
from pathlib import Path

import pytest
from inline_workers import InlineWorkers

from derive import cli
from derive.commands import class_run

EXERCISE = r"""---
title: One product
dims: {N: 2, D: 3}
symbols: {X: N x D, w: D x 1}
model: {y: X w, L: '\frac{1}{2} y^T y'}
loss: L
parts:
  - {id: a, ask: '\frac{\partial L}{\partial y}', points: 1, form: explicit, prompt: 'Derive it, with care.'}
  - {id: b, ask: '\frac{\partial L}{\partial w}', points: 3, form: explicit}
policy: {mistake: {wrong-sign: 1/3}, unknown: half}
---
Derive.
"""
ADA = r"""
$$\frac{\partial L}{\partial y} = y$$
$$\frac{\partial L}{\partial w} = X^T y$$
"""
BEN = r"""
$$\frac{\partial L}{\partial y} = 2 y$$
$$\frac{\partial L}{\partial w} = ((?$$
"""
USAGE = "(see derive grade --help)"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DERIVE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(class_run, "LocalWorkers", InlineWorkers)
    Path("ex.md").write_text(EXERCISE)
    Path("ada.md").write_text(ADA)
    Path("ben.md").write_text(BEN)

    def called(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["grade", *arguments])
        return status, *capsys.readouterr()

    return called


def test_a_class_is_marked_and_summed_up(run):
    status, out, err = run("ex.md", "ada.md", "-o", "out")
    assert (status, err) == (0, "")
    assert out == (
        "One product: 1 submission\n"
        "  mean 4, median 4 of 4 points (1 submission with final marks)\n"
        "  written to out: index.html, grades.csv, nbgrader.csv, otter.csv, "
        "feedback/, results/, gradescope/, prairielearn/\n"
    )
    assert Path("out/grades.csv").read_text().splitlines()[1] == "ada,,ada,1,3,4,4,graded,"
    for name in ("index.html", "feedback/ada.html", "feedback/ada.md", "gradescope/ada/results.json"):
        assert Path("out", name).is_file()


def test_what_needs_a_person_is_said_by_the_status(run):
    status, out, _ = run("ex.md", "ada.md", "ben.md", "-o", "out", "--json")
    assert status == 1
    found = json.loads(out)
    assert (found["schema"], found["submissions"], found["graded"]) == ("derive.grades/1", 2, 1)
    assert found["review"] == [{"submission": "ben", "why": None}]
    parts = {part["id"]: part for part in json.loads(Path("out/results/ben.json").read_text())["parts"]}
    assert (parts["a"]["status"], parts["b"]["status"]) == ("wrong", "review")


def test_one_bad_input_stops_no_other(run):
    status, out, err = run("ex.md", "ada.md", "none.md", "-o", "out")
    assert (status, err) == (2, "none.md: there is no such file or folder\n")
    assert out.startswith("One product: 1 submission\n")


@pytest.mark.parametrize(
    "arguments, line",
    [
        ((), f"derive grade: missing argument 'EX'. {USAGE}"),
        (("ex.md",), f"derive grade: missing argument 'SUBMISSION...'. {USAGE}"),
        (("ex.md", "ada.md"), f"derive grade: missing option '-o' / '--output'. {USAGE}"),
        (
            ("ex.md", "ada.md", "-o", "out", "--memory", "much"),
            "derive grade: invalid value for '--memory': 'much' is no size; "
            f"expected one such as 800MB or 2GB. {USAGE}",
        ),
        (
            ("ex.md", "ada.md", "-o", "out", "--memory", "1kb"),
            "derive grade: invalid value for '--memory': '1kb' is too little to mark anything; "
            f"at least 256MB are needed. {USAGE}",
        ),
        (
            ("ex.md", "ada.md", "-o", "out", "--jobs", "0"),
            f"derive grade: invalid value for '--jobs': 0 is not in the range 1<=x<=1024. {USAGE}",
        ),
        (("none.md", "ada.md", "-o", "out"), "none.md: there is no such file"),
        (("ada.md", "ben.md", "-o", "out"), None),
        (("ex.md", "none.md", "-o", "out"), "none.md: there is no such file or folder"),
        (("ex.md", "empty", "-o", "out"), "empty: no submission was found here"),
        (("ex.md", "ada.md", "-o", "ben.md"), "ben.md: the results can not be written (File exists)"),
        (("ex.md", "ada.md", "-o", "out", "--students", "none.csv"), "none.csv: there is no such file"),
    ],
)
def test_bad_usage_and_input_get_one_line(run, arguments, line):
    Path("empty").mkdir()
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    if line is not None:
        assert err == line + "\n"


def test_the_exercise_is_read_before_anything_is_written(run):
    Path("ex.md").write_text(EXERCISE.replace("points: 3", "points: many"))
    assert run("ex.md", "ada.md", "-o", "out")[2].startswith("ex.md:9:")
    assert not Path("out").exists()


def test_a_cluster_needs_its_package(run, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    monkeypatch.delitem(__import__("sys").modules, "derive.grading.cluster", raising=False)
    assert run("ex.md", "ada.md", "-o", "out", "--scheduler", "tcp://127.0.0.1:9") == (
        2,
        "",
        "derive grade: --scheduler needs dask.distributed: pip install 'derive[cluster]'\n",
    )


def test_the_rubric_says_what_is_awarded_and_marks_nothing(run):
    status, out, err = run("ex.md", "--rubric")
    assert (status, err) == (0, "")
    assert out == (
        "# One product\n\n4 points in all.\n\n"
        "## Part a: 1 point\n\nDerive it, with care.\n\n"
        "Asked for: $\\frac{\\partial L}{\\partial y}$. Without derivatives left in it.\n\n"
        "## Part b: 3 points\n\n"
        "Asked for: $\\frac{\\partial L}{\\partial w}$. Without derivatives left in it.\n\n"
        "## What an answer brings\n\n"
        "- right: all points\n"
        "- right in another convention, such as another layout of derivatives: all points\n"
        "- true, but not in the form that is asked for: no points\n"
        "- wrong, but it follows correctly from an earlier mistake: 1/2 of the points\n"
        "- the program cannot decide whether it is right: 1/2 of the points\n"
        "- the program cannot read it: a person decides\n"
        "- wrong only in this: a sign is wrong (wrong-sign): 1/3 of the points\n"
        "- wrong only by another mistake that the program knows by name: no points\n"
        "- anything else, or nothing: no points\n"
    )
    assert not Path("out").exists()


def test_parts_with_policies_of_their_own_say_each_what_is_awarded(run):
    own = EXERCISE.replace("form: explicit}", "form: explicit, policy: {follow_through: 1/3, unknown: review}}")
    Path("ex.md").write_text(own)
    out = run("ex.md", "--rubric")[1]
    assert "What an answer brings" not in out
    assert out.count("- wrong, but it follows correctly from an earlier mistake: 0.5 points\n") == 1
    assert out.endswith(
        "## Part b: 3 points\n\n"
        "Asked for: $\\frac{\\partial L}{\\partial w}$. Without derivatives left in it.\n\n"
        "- right: 3 points\n"
        "- right in another convention, such as another layout of derivatives: 3 points\n"
        "- true, but not in the form that is asked for: 0 points\n"
        "- wrong, but it follows correctly from an earlier mistake: 1 point\n"
        "- the program cannot decide whether it is right: a person decides\n"
        "- the program cannot read it: a person decides\n"
        "- wrong only in this: a sign is wrong (wrong-sign): 1 point\n"
        "- wrong only by another mistake that the program knows by name: 0 points\n"
        "- anything else, or nothing: 0 points\n"
    )


def test_who_interrupts_is_told_how_to_go_on(run, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(class_run, "grade_class", interrupted)
    status, out, err = run("ex.md", "ada.md", "-o", "out")
    assert (status, out) == (130, "")
    assert err.strip() == "interrupted; what was marked is kept, and the same command goes on from there"
