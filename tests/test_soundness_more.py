"""Documents by an adversary: conditions that say less, names that speak of themselves, signs read too lightly.

Each once made a false step `proved` or a true one `refuted`, or gave a reason that was not so. Messages are whole.
"""

from pathlib import Path

import pytest
from claimed import judged
from remembering import check_document

from derive.documents import read_document

SETTING = """
dims: {n: 3, m: 2, C: 4}
symbols: {x: n x 1, y: n x 1, X: m x n, A: n x n, a: scalar, b: scalar, q: label of C, z: C x 1}
model: {E: x^T x}
loss: E
"""
EQUAL = "Both sides are equal for every value of the symbols."
OPEN = "Nothing says what all entries of u are; write all cases."
FURTHER = "u is introduced for these indices, too."
IN_ONE_CASE = "This says what {} is only under a condition; write all cases."


def told(*displays: str) -> list[tuple[str, str]]:
    return [(step.verdict, step.message) for step in judged(SETTING, *displays)]


def in_text(tmp_path: Path, *paragraphs: str) -> list[tuple[str, str]]:
    """The verdicts on the displays of a document, whose other paragraphs are text."""
    path = tmp_path / "notes.md"
    path.write_text(f"---\n{SETTING.strip()}\n---\n\n" + "\n\n".join(paragraphs) + "\n", encoding="utf-8")
    return [(step.verdict, step.message) for step in check_document(read_document(path)).steps]


# ── definitions under a condition ──

FIRST, SECOND = "u_i is introduced, a scalar.", FURTHER
PARTS = [
    (r"\text{if } i = 1", r"\text{if } i \neq 1"),
    (r"\text{if } i < 2", r"\text{if } i \geq 2"),
    ("i = 1", r"i = 2, \dots, n"),
    (r"i \in \{1\}", r"i > 1"),
    (r"i = 1, 1", r"i = 2, \dots, n"),
    (r"1 \le i < 2", r"1 < i"),
]


@pytest.mark.parametrize("one, other", PARTS)
def test_two_definitions_under_conditions_are_one_by_cases(one, other):
    claims = ["u_2 = x_2^2", "u_1 = 2 x_1", "u_2 = 2 x_2"]
    steps = told(rf"u_i = 2 x_i, \quad {one}", rf"u_i = x_i^2, \quad {other}", *claims)
    assert steps[:4] == [("definition", FIRST), ("definition", SECOND), ("proved", EQUAL), ("proved", EQUAL)]
    assert steps[4] == ("refuted", "The two sides differ: 4 on the left, -4 on the right.")


@pytest.mark.parametrize("condition", ["i = 1", "i < 3", r"i = 1, 3", r"i = 2, \dots, n", r"i \in \{1, 2\}"])
def test_a_definition_for_some_indices_says_nothing_of_the_others(condition):
    assert told(rf"u_i = x_i, \quad {condition}", "u = x") == [("definition", FIRST), ("unreadable", OPEN)]


@pytest.mark.parametrize(
    "condition",
    [r"i = 1, \dots, n", r"i \in \{1, \dots, n\}", r"i \in [n]", r"i = 1, 2, 3", r"\forall i"],
)
def test_a_definition_for_all_indices_is_one_of_the_whole(condition):
    assert told(rf"u_i = x_i \quad {condition}", "u = x") == [("definition", FIRST), ("proved", EQUAL)]


def test_a_definition_for_all_pairs_of_indices():
    ranges = r"i = 1, \dots, m, \quad j = 1, \dots, n"
    first = ("definition", "u_{ij} is introduced, a scalar.")
    assert told(rf"u_{{ij}} = X_{{ij}}, \quad {ranges}", "u = X") == [first, ("proved", EQUAL)]


@pytest.mark.parametrize(
    "equation, name",
    [
        (r"u = x_1 \quad \text{if } q = 1", "u"),
        (r"u = x_1 \quad \text{if } j = 1", "u"),
        (r"u_i = \sum_j A_{ij} x_j \quad j \neq i", "u_i"),
        (r"u^{(i)} = X_{i,:}^T \quad \text{if } i = 1", "u^{(i)}"),
    ],
)
def test_a_condition_on_something_else_leaves_a_name_without_a_value(equation, name):
    assert told(equation, "x = u") == [
        ("unreadable", IN_ONE_CASE.format(name)),
        ("unreadable", "The name u is not defined or declared."),
    ]


@pytest.mark.parametrize(
    "words", ["For $i > 1$,", r"If $i \geq 2$,", r"For $i = 2, \dots, n$,", r"For $i \in \{2, 3\}$ we have"]
)
def test_a_condition_in_the_text_is_one_on_what_is_defined(tmp_path, words):
    assert in_text(tmp_path, words, "$$u_i = x_i$$", "Then $$u = x$$") == [("definition", FIRST), ("unreadable", OPEN)]


def test_the_opposite_of_a_case_is_named_as_such(tmp_path):
    steps = in_text(tmp_path, "If $a > 0$ then", "$$c = a$$", "Otherwise", "$$c = -a$$")
    message = r"This says what c is only where $a {} 0$, as the text beside it says; write all cases."
    assert steps == [("unreadable", message.format(">")), ("unreadable", message.format(r"\leq"))]


# ── over which indices a claim is made ──

DIFFER_AT = "The two sides differ at i = {}: -1 on the left, -2 on the right."


@pytest.mark.parametrize(
    "condition",
    [r"i \in \{1, 3\}", r"i = 1, 3", r"\text{for } i = 1, 3", r"i \in \{3, 1\}", r"i \in \{1, 3, 3\}"],
)
def test_numbers_in_a_list_are_a_condition(condition):
    assert told(rf"x_i + a \mathbb{{1}}(i = 2) = x_i, \quad {condition}") == [("proved", EQUAL)]
    assert told(rf"x_i + a \mathbb{{1}}(i = 3) = x_i, \quad {condition}") == [("refuted", DIFFER_AT.format(3))]


def test_a_range_is_not_cut_at_its_commas():
    two = r"X_{ij} = X_{1j}, \quad i = 1, \dots, m, \quad j = 1, \dots, n"
    assert told(two) == [("refuted", "The two sides differ at i = 2, j = 1: 2 on the left, -1 on the right.")]


def test_the_first_numbers():
    claim = r"x_i + a \mathbb{{1}}(i = 3) = x_i, \quad i \in [{}]"
    assert told(claim.format("2")) == [("proved", EQUAL)]
    assert told(claim.format("n")) == [("refuted", DIFFER_AT.format(3))]


def test_what_lies_outside_a_range_does_not_lie_in_it():
    claim = r"x_i + a \mathbb{1}(i = 3) = x_i, \quad i \notin \{1, \dots, m\}"
    message = r"The condition behind this equation is not read: the relation \notin is not read in a condition."
    assert told(claim) == [("unreadable", message)]


@pytest.mark.parametrize(
    "claim, name",
    [(r"x_i = y_i \quad \forall i \in S", "S"), (r"|a| = a \quad \forall a \in \mathbb{R}_+", r"\mathbb{R}_{+}")],
)
def test_what_is_false_in_general_may_be_true_in_a_set(claim, name):
    message = f"The set ${name}$ in the condition behind this equation is not read."
    assert told(claim) == [("unreadable", message)]


def test_what_is_true_in_general_is_true_in_a_set():
    assert (
        told(r"x_i = x_i \quad \forall i \in S", r"|a|^2 = a^2 \quad \forall a \in \mathbb{R}_+")
        == [("proved", EQUAL)] * 2
    )


@pytest.mark.parametrize("words", [r"For $i \in \{1, 3\}$ we have", "For $i = 1, 3$:"])
def test_a_list_in_the_text_is_a_condition_and_declares_nothing(tmp_path, words):
    verdicts = [
        verdict for verdict, _ in in_text(tmp_path, words, r"$$x_i + a \mathbb{1}(i = 2) = x_i$$", "$$x_i = x_i$$")
    ]
    assert verdicts == ["proved", "proved"]


# ── names that are explained by themselves ──


@pytest.mark.parametrize("says", [r"Let $h \in \mathbb{R}^n$.", r"$$h \in \mathbb{R}^n$$"])
def test_a_declared_name_is_not_defined_by_itself(tmp_path, says):
    steps = in_text(tmp_path, says, "$$h = 2h$$", "$$k = 2h$$", "$$h = 3k$$")[-3:]
    assert steps == [
        ("refuted", "The two sides differ in entry (1, 1): -1 on the left, -2 on the right."),
        ("definition", "k is introduced, n x 1."),
        ("refuted", "The two sides differ in entry (1, 1): -1 on the left, -6 on the right."),
    ]
