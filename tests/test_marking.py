"""Marks: what an answer earns and what its author is told, by the form that is asked and the policy of the part."""

import json
from fractions import Fraction

import pytest
from classroom import FOLDER, NEURON, RIDGE, SCALARS, SOFTMAX, TWO, WEIGHTS, exercise, marked, result, statuses

from derive.grading.marking import mark_file

RIGHT = r"$$\frac{\partial L}{\partial W} = \frac{1}{N} X^T (P - Y)$$"
CHAIN = r"$$\frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial S}$$"
SLIP = r"$$\frac{\partial L}{\partial S} = P - Y$$"


def weights(text, policy="", form=""):
    """The marks of the one part that asks for the derivative by the weights."""
    part = WEIGHTS[0].replace("points: 6", f"points: 6{form}")
    return result(exercise(SOFTMAX, (part,), policy), text, "b")


def test_marks_add_up():
    found = marked(exercise(SOFTMAX, TWO), RIGHT)
    assert (found.points, found.max_points, found.needs_review, found.problem) == (6, 10, False, None)
    assert [part.status for part in found.parts] == ["missing", "right"]
    assert found.parts[0].message == r"Nothing in the submission says what $\frac{\partial L}{\partial S}$ is."
    assert found.parts[1].message == "Right."
    assert found.result is not None


def test_a_right_answer_behind_a_false_step_is_right():
    found = weights(r"$$\frac{\partial L}{\partial W} = X^T (Y - P) = \frac1N X^T (P - Y)$$")
    assert (found.status, found.points) == ("right", 6)
    assert found.message == "Right. But a step on the way to it is false, in line 1."


LAYOUT = r"$$\frac{\partial L}{\partial W} = \frac{1}{N} (P - Y)^T X$$"


def test_a_convention_earns_what_the_policy_says():
    found = weights(LAYOUT)
    assert (found.status, found.points, found.conventions) == ("right", 6, ("layout",))
    assert found.message == "Right up to a convention: the sides are equal in the other derivative layout."
    assert (weights(LAYOUT, "policy: {convention: 1/3}\n").status) == "partial"
    assert (weights(LAYOUT, "policy: {convention: 1/3}\n").points) == 2
    assert (weights(LAYOUT, "policy: {convention: review}\n").status) == "review"


def test_a_named_mistake_earns_what_the_policy_says():
    text = RIGHT.replace("P - Y", "Y - P")
    found = weights(text)
    assert (found.status, found.points) == ("wrong", 0)
    assert found.diagnosis
    code = found.diagnosis[0].code
    assert found.message.startswith("This is not equal to what is asked for. ")
    assert weights(text, f"policy: {{mistake: {{{code}: half}}}}\n").points == 3
    assert weights(text.replace("X^T", "3 X^T X X^T"), "policy: {mistake: half}\n").points == 0


POLICY_GRADIENT = r"""dims: {m: 4}
symbols: {h: m x 1, a: one-hot m x 1, G: scalar, b: scalar}
model:
  p: softmax(h)
  J: (G - b) \sum_{j=1}^{m} a_j \log p_j
loss: J
"""


def test_a_forgotten_constant_is_neither_a_target_nor_a_path():
    of = exercise(POLICY_GRADIENT, (r"- {id: h, ask: '\frac{\partial J}{\partial h}'}",))
    assert result(of, r"$$\frac{\partial J}{\partial h} = (G - b) (a - p)$$", "h").status == "right"
    found = result(of, r"$$\frac{\partial J}{\partial h} = G (a - p)$$", "h")
    assert (found.status, found.diagnosis) == ("wrong", ())


def test_a_wrong_shape_is_said():
    found = weights(r"$$\frac{\partial L}{\partial W} = X (P - Y)$$")
    assert found.status == "wrong"
    told = "Cannot multiply N x D by N x C: the inner sizes D and N differ; the first factor transposed would fit."
    assert found.message.endswith(told)
    found = weights(r"$$\frac{\partial L}{\partial W} = X^T X$$")
    assert found.message.startswith("The shapes differ: this is D x D, and what is asked for is D x C.")


# ── forms ──


def test_a_derivative_may_be_left_that_another_part_asks_for_or_that_is_worked_out():
    assert statuses(exercise(SOFTMAX, TWO), CHAIN) == "missing right"
    assert weights(SLIP.replace("P - Y", "(P - Y)/N") + CHAIN).status == "right"
    assert (weights(CHAIN).status, weights(CHAIN).message) == (
        "wrong",
        r"This is true, but $\frac{\partial L}{\partial S}$ is left in it, which no other part asks for and nothing in "
        "the submission works out.",
    )
    assert weights(CHAIN, "policy: {form: half}\n").points == 3
    assert weights(CHAIN, form=", form: any").status == "right"


def test_what_relies_on_a_slip_follows_from_it():
    found = weights(SLIP + CHAIN)
    assert (found.status, found.points, found.follows_from) == ("partial", 3, (1, 1))
    assert found.message == "This follows correctly from an earlier mistake, in line 1."
    assert weights(SLIP + CHAIN, "policy: {follow_through: full}\n").status == "right"


@pytest.mark.parametrize("slip", ["0", "I", "1", "G"])
def test_a_slip_that_makes_all_trivial_earns_nothing(slip):
    text = r"$G \in \mathbb{R}^{N \times C}$ " + SLIP.replace("P - Y", slip) + CHAIN
    assert weights(text).points == 0


EXPLICIT = ", form: no derivatives left"


def test_no_derivative_may_be_left_where_none_is_asked_for():
    closed = r"$$\delta = \frac{\partial L}{\partial S} = \frac{1}{N}(P - Y)$$ $$\nabla_W L = X^T \delta$$"
    found = weights(SLIP.replace("P - Y", "(P - Y)/N") + CHAIN, form=EXPLICIT)
    assert found.status == "wrong"
    assert (
        found.message
        == r"This is true, but $\frac{\partial L}{\partial S}$ is still left in it, and no derivative may be."
    )
    assert weights(closed, form=EXPLICIT).status == "right"
    assert weights(closed.replace(r" = \frac{1}{N}(P - Y)", ""), form=EXPLICIT).status == "wrong"


def test_entries_are_asked_for():
    entries = r"$$\frac{\partial L}{\partial W_{ij}} = \frac1N \sum_n X_{ni} (P_{nj} - Y_{nj})$$"
    assert weights(entries, form=", form: entries").status == "right"
    found = weights(RIGHT, form=", form: entries")
    assert (found.status, found.message) == ("wrong", "This is true, but it is not given entry by entry.")


def test_parts_that_are_each_said_by_the_other_say_nothing():
    text = (
        r"$$\frac{\partial E}{\partial w} = x \frac{\partial E}{\partial b}$$"
        r"$$\frac{\partial E}{\partial b} = \frac1x \frac{\partial E}{\partial w}$$"
    )
    found = result(exercise(NEURON, SCALARS), text, "w")
    assert found.status == "wrong"
    assert found.message == "This is true, but it is said by the answer to b, which is said by this one in turn."


# ── what a person decides ──


def test_unreadable_work_goes_to_a_person_with_its_place():
    found = weights(r"$$\frac{\partial L}{\partial W} = X^T \foo{P - Y}$$")
    assert (found.status, found.where) == ("review", "1:39")
    assert found.message == r"What stands in line 1, column 39 could not be read: The command \foo is not known."
    assert weights(r"$$\frac{\partial L}{\partial W} = X^T \foo{P}$$", "policy: {unreadable: none}\n").status == "wrong"


LEFTOVERS = [
    (r"$$\foo = 3$$", r"What stands in line 1, column 3 could not be read: The command \foo is not known."),
    (
        "$$X^T (P - Y) / N$$",
        "What stands in line 1, column 3 could not be read: "
        "a formula stands there by itself, and nothing says what it is.",
    ),
    ("![work](photo.jpg)", "What stands in line 1 could not be read: a picture stands there."),
]


@pytest.mark.parametrize("text, message", LEFTOVERS)
def test_what_could_be_the_answer_is_never_a_silent_zero(text, message):
    found = weights(text)
    assert (found.status, found.message) == ("review", message)


def test_what_a_submission_takes_from_another_file_may_be_the_answer():
    text = "\\documentclass{article}\\begin{document}\\input{answer}\\end{document}"
    found = marked(exercise(SOFTMAX, WEIGHTS), text, ".tex").parts[0]
    assert (found.status, found.message) == (
        "review",
        r"What stands in line 1 could not be read: \input{answer} takes text from another file.",
    )


def test_an_answer_that_is_true_at_these_sizes_only_is_for_a_person():
    text = r"$$\nabla_w J = \frac15 X^T (X w - y) + \lambda w$$"
    found = result(exercise(RIDGE, (r"- {id: g, ask: '\nabla_w J'}",)), text, "g")
    assert found.status == "review"
    assert found.message.startswith(
        "Whether this is right could not be decided: The sides are equal at these sizes only"
    )


def test_a_submission_that_is_no_document_is_for_a_person():
    found = marked(exercise(SOFTMAX, WEIGHTS), "\0")
    assert (found.result, found.needs_review, found.parts[0].status) == (None, True, "review")
    assert found.problem is not None
    assert found.problem.endswith("submission.md: a binary file (byte 1 is zero), not a text")


def test_an_exercise_is_read_anew_when_its_file_changes():
    of = exercise(SOFTMAX, WEIGHTS)
    path, submission = f"{FOLDER.name}/changing.md", f"{FOLDER.name}/answer.md"
    with open(submission, "w") as file:
        file.write(RIGHT)
    text = of.document.source.text
    for points in (6, 60):
        with open(path, "w") as file:
            file.write(text.replace("points: 6", f"points: {points}"))
        assert mark_file(path, submission).points == Fraction(points)


def test_a_formula_in_plain_text_is_for_a_person():
    message = "What stands in line 3 could not be read: a formula is written as plain text there, not as LaTeX."
    for text in ("dL/dW = X^T (P - Y) / N", "2. ∂L/∂W = X.T @ (P - Y)", "dW = X.T.dot(P - Y)", "grad_W: dL/dW := 0"):
        found = weights(f"My answer\n\n{text}\n")
        assert (found.status, found.message) == ("review", message), text
    assert weights("N = 10 examples, and y = x as dW shows").status == "missing"


def test_a_formula_in_plain_text_is_found_in_the_cell_of_a_notebook():
    cells = [{"cell_type": "markdown", "source": "Hello"}, {"cell_type": "markdown", "source": ["So\n", "dW = X"]}]
    found = marked(exercise(SOFTMAX, WEIGHTS), json.dumps({"nbformat": 4, "cells": cells}), ".ipynb").parts[0]
    assert found.message == (
        "What stands in cell 2, line 2 could not be read: a formula is written as plain text there, not as LaTeX."
    )


def test_who_hands_in_only_words_is_seen_by_a_person():
    given = exercise(SOFTMAX, TWO)
    assert marked(given, "I have no idea.").problem == "No answer to any part was found in it, and it is not empty."
    assert marked(given, " \n").problem is None
    assert marked(given, CHAIN).problem is None
