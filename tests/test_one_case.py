"""A name that is defined under a condition on a value has no value anywhere else."""

import pytest
from claimed import judged
from remembering import check_document

from derive.documents import read_document

SETTING = "symbols: {p: positive scalar, y: scalar, x: scalar}"
USED = r"$$\frac{\partial L}{\partial p} = -\frac1p$$"
MESSAGE = "This says what L is only where $y = 1$, as the text beside it says; write all cases."


def told(tmp_path, body):
    path = tmp_path / "notes.md"
    path.write_text(f"---\n{SETTING}\n---\n\n{body}\n", encoding="utf-8")
    return [(step.verdict, step.message) for step in check_document(read_document(path)).steps]


@pytest.mark.parametrize("words", ["If $y = 1$,", "In the case $y = 1$:", "Suppose $y = 1$. Then", "When $y = 1$"])
def test_a_case_in_the_text(tmp_path, words):
    steps = told(tmp_path, f"{words}\n\n$$L = -\\log p$$\n\nThis makes\n\n{USED}")
    if words.startswith("Suppose"):
        assert steps[0][0] == "definition"  # the sentence with the condition has ended
    else:
        assert steps == [("unreadable", MESSAGE), ("unreadable", "The name L is not defined or declared.")]


def test_a_range_of_an_index_is_no_case(tmp_path):
    steps = told(tmp_path, f"For $i = 1, 2$:\n\n$$L = -\\log p$$\n\nThis makes\n\n{USED}")
    assert [verdict for verdict, _ in steps] == ["definition", "proved"]


def test_what_is_known_is_claimed_in_its_case(tmp_path):
    steps = told(tmp_path, "If $y = 1$:\n\n$$y p = p$$\n\nIf $y = 2$:\n\n$$y p = p$$")
    assert [verdict for verdict, _ in steps] == ["proved", "refuted"]


def test_a_case_behind_an_equation():
    steps = judged(SETTING, r"L = -\log p \quad \text{if } y = 1", r"\frac{\partial L}{\partial p} = -\frac1p")
    assert [(step.verdict, step.message) for step in steps] == [
        ("unreadable", "This says what L is only under a condition; write all cases."),
        ("unreadable", "The name L is not defined or declared."),
    ]


DIFFERENTIALS = """
dims: {n: 4, d: 3}
symbols: {A: n x d, c: n x 1, t: d x 1}
model: {r: A t - c, J: '\\frac12 r^T r'}
loss: J
"""


def test_a_dimension_called_d_is_no_sign_of_a_differential():
    message = "Here d is a dimension, and a differential may be meant; write \\mathrm{d} for that."
    steps = judged(DIFFERENTIALS, r"dJ = r^T dr", r"dr = A dt", r"dJ = r^T A dt")
    assert [(step.verdict, step.message) for step in steps] == [("unreadable", message)] * 3


def test_an_upright_d_is_one():
    upright = (r"\mathrm{d}J = r^T \mathrm{d}r", r"\mathrm{d}r = A \mathrm{d}t", r"\mathrm{d}J = r^T A \mathrm{d}t")
    verdicts = [step.verdict for step in judged(DIFFERENTIALS, *upright, r"\mathrm{d}J = 2 r^T A \mathrm{d}t")]
    assert verdicts == ["proved", "convention", "convention", "refuted"]
