"""`derive grade` takes code beside written work: the same parts, policy, reports and exports."""

import csv
import json

import pytest
from attacks import needs_sandbox
from click.testing import CliRunner

from derive.cli import commands

EXERCISE = r"""---
title: A line through points
dims: {N: 3, D: 2}
symbols:
  X: N x D
  w: D x 1
  t: N x 1
  \lambda: scalar
model:
  r: X w - t
  J: \frac{1}{N} \|r\|^2 + \lambda \|w\|^2
loss: J
parts:
  - {id: a, ask: '\frac{\partial J}{\partial w}', points: 4}
code:
  function: loss
  arguments: {X: X, w: flat w, t: flat t, reg: \lambda}
  results: [J, '\frac{\partial J}{\partial w}']
policy: {mistake: {missing-mean: half, default: none}}
---

# A line through points
"""
RIGHT = """
def loss(X, w, t, reg):
    r = X @ w - t
    N = len(t)
    return (r @ r) / N + reg * (w @ w), 2 * X.T @ r / N + 2 * reg * w
"""
WRITTEN = r"""
$$\frac{\partial J}{\partial w} = \frac{2}{N} X^T (X w - t) + 2 \lambda w$$
"""
WITHOUT_MEAN = RIGHT.replace("X.T @ r / N", "X.T @ r")


@pytest.fixture
def classroom(tmp_path):
    (tmp_path / "line.md").write_text(EXERCISE, encoding="utf-8")
    handed_in = tmp_path / "handed-in"
    handed_in.mkdir()
    return tmp_path, handed_in


def graded(folder):
    arguments = ["grade", str(folder / "line.md"), str(folder / "handed-in"), "-o", str(folder / "out"), "--jobs", "1"]
    return CliRunner().invoke(commands, arguments, standalone_mode=False)


def marks(folder):
    with open(folder / "out" / "grades.csv", encoding="utf-8", newline="") as table:
        return {row["submission"]: row["total"] for row in csv.DictReader(table)}


def part_of(folder, name):
    (part,) = json.loads((folder / "out" / "results" / f"{name}.json").read_text(encoding="utf-8"))["parts"]
    return part


@needs_sandbox
def test_code_and_written_work_of_one_class(classroom):
    folder, handed_in = classroom
    (handed_in / "ada.py").write_text(RIGHT, encoding="utf-8")
    (handed_in / "bert.py").write_text(WITHOUT_MEAN, encoding="utf-8")
    (handed_in / "cleo.md").write_text(WRITTEN, encoding="utf-8")
    (handed_in / "dora.py").write_text("def loss(X, w, t, reg:\n", encoding="utf-8")
    assert graded(folder).return_value == 1
    assert marks(folder) == {"ada": "4", "bert": "2", "cleo": "4", "dora": "0"}
    bert = part_of(folder, "bert")
    assert (bert["status"], [one["code"] for one in bert["diagnosis"]]) == ("partial", ["missing-mean"])
    assert part_of(folder, "dora")["status"] == "review"
    feedback = (folder / "out" / "feedback" / "bert.md").read_text(encoding="utf-8")
    assert "Result 2: All of its entries differ." in feedback


@needs_sandbox
def test_of_a_student_who_wrote_and_programmed_the_written_work_is_marked(classroom):
    folder, handed_in = classroom
    own = handed_in / "emmy"
    own.mkdir()
    (own / "a.md").write_text(WRITTEN, encoding="utf-8")
    (own / "line.py").write_text(WITHOUT_MEAN, encoding="utf-8")
    assert graded(folder).return_value == 0
    assert marks(folder) == {"emmy": "4"}


def test_an_exercise_without_a_setting_for_code_takes_none(classroom):
    folder, handed_in = classroom
    before, code = EXERCISE.split("code:\n")
    (folder / "line.md").write_text(before + "policy:" + code.split("policy:")[1], encoding="utf-8")
    (handed_in / "ada.py").write_text(RIGHT, encoding="utf-8")
    (handed_in / "cleo.md").write_text(WRITTEN, encoding="utf-8")
    result = graded(folder)
    assert marks(folder) == {"cleo": "4"}
    assert result.return_value == 0
