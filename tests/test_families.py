"""Families of vectors and numbers: rows and columns of a matrix by their index, and what is computed for each."""

from functools import cache

import pytest
from claimed import judged, last, told

from derive.checking.results import StepResult
from derive.documents.setting import make_setting, read_entries
from derive.errors import DocumentError
from derive.models import build_model
from derive.source import Source, Text

COLUMNS = r"""
dims: {m: 4, n: 3, k: 2}
symbols:
  x^{(i)}: n x 1 for i of m
  y^{(i)}: k x 1 for i of m
  W: k x n
  b: k x 1
model:
  z^{(i)}: W x^{(i)} + b
  a^{(i)}: \tanh(z^{(i)})
  \mathcal{L}^{(i)}: \frac{1}{2} \|a^{(i)} - y^{(i)}\|^2
  J: \frac{1}{m} \sum_{i=1}^m \mathcal{L}^{(i)}
loss: J
"""

COLUMNS_TRUE = [
    r"z^{(i)} = W x^{(i)} + b",
    r"\mathcal{L}^{(i)} = \frac{1}{2} \sum_j (a^{(i)}_j - y^{(i)}_j)^2",
    r"\frac{\partial \mathcal{L}^{(i)}}{\partial a^{(i)}} = a^{(i)} - y^{(i)}",
    r"\frac{\partial J}{\partial a^{(i)}} = \frac{1}{m} (a^{(i)} - y^{(i)})",
    r"\frac{\partial J}{\partial z^{(i)}} = \frac{1}{m} \delta^{(i)}",
    r"\frac{\partial J}{\partial W} = \frac{1}{m} \sum_{i=1}^m \delta^{(i)} x^{(i)T}",
    r"\frac{\partial J}{\partial W_{jk}} = \frac{1}{m} \sum_i \delta^{(i)}_j x^{(i)}_k",
    r"\frac{\partial J}{\partial b} = \frac{1}{m} \sum_{i=1}^m \delta^{(i)}",
    r"\frac{\partial J}{\partial W} = \frac{1}{m} \Delta X^T",
    r"\frac{\partial J}{\partial b} = \frac{1}{m} \Delta \mathbf{1}",
]

COLUMNS_FALSE = [
    r"\frac{\partial J}{\partial z^{(i)}} = \delta^{(i)}",
    r"\frac{\partial J}{\partial W} = \frac{1}{m} \sum_{i=1}^m \delta^{(i)} x^{(i)}",
    r"\frac{\partial J}{\partial W} = \frac{1}{m} \delta^{(i)} x^{(i)T}",
    r"\frac{\partial J}{\partial W} = \frac{1}{m} \sum_{i=1}^m \delta^{(1)} x^{(i)T}",
    r"\frac{\partial J}{\partial W_{jk}} = \frac{1}{m} \sum_i \delta^{(i)}_k x^{(i)}_j",
    r"\frac{\partial J}{\partial b} = \frac{1}{m} \sum_{i=1}^m x^{(i)}",
    r"\frac{\partial J}{\partial W} = \frac{1}{m} \Delta^T X",
    r"\delta^{(i)} = (a^{(i)} - y^{(i)}) \odot a^{(i)}",
]

COLUMNS_DEFINES = [
    r"\delta^{(i)} = (a^{(i)} - y^{(i)}) \odot (1 - a^{(i)} \odot a^{(i)})",
    r"X = \begin{bmatrix} x^{(1)} & x^{(2)} & \cdots & x^{(m)} \end{bmatrix}",
    r"\Delta = \begin{bmatrix} \delta^{(1)} & \delta^{(2)} & \cdots & \delta^{(m)} \end{bmatrix}",
]

ROWS = r"""
dims: {N: 4, D: 3}
symbols:
  X: N x D
  x_i: row of X as a column
  y: N x 1
  w: D x 1
  \lambda: positive scalar
model:
  L: \sum_{i=1}^N (x_i^T w - y_i)^2 + \lambda \|w\|^2
loss: L
"""

ROWS_TRUE = [
    r"L = \|X w - y\|^2 + \lambda w^T w",
    r"\nabla_w L = 2 \sum_i (x_i^T w - y_i) x_i + 2 \lambda w = 2 X^T (X w - y) + 2 \lambda w",
    r"\sum_i x_i x_i^T = X^T X",
    r"\frac{\partial L}{\partial w_j} = 2 \sum_i (x_i^T w - y_i) x_{ij} + 2 \lambda w_j",
    r"\frac{\partial L}{\partial w_j} = 2 \sum_i (x_i^T w - y_i) x_{i,j} + 2 \lambda w_j",
    r"\frac{\partial L}{\partial x_i} = 2 (x_i^T w - y_i) w",
]

ROWS_FALSE = [
    r"\nabla_w L = \sum_i (x_i^T w - y_i) x_i + 2 \lambda w",
    r"\nabla_w L = 2 \sum_i (x_i^T w - y_i) + 2 \lambda w",
    r"\nabla_w L = 2 \sum_i (x_i^T w - y_i) x_i",
    r"\sum_i x_i^T x_i = X^T X",
    r"\sum_i x_i x_i^T = X X^T",
    r"\frac{\partial L}{\partial w_j} = 2 \sum_i (x_i^T w - y_i) x_{ji} + 2 \lambda w_j",
    r"\frac{\partial L}{\partial x_i} = 2 (x_i^T w - y_i) x_i",
]

WORDS = r"""
dims: {V: 5, D: 3}
symbols:
  u_w: D x 1 for w of V
  v_c: D x 1
  o: label of V
model:
  \hat{y}_w: \frac{\exp(u_w^T v_c)}{\sum_{w'=1}^V \exp(u_{w'}^T v_c)}
  J: -\log \hat{y}_o
loss: J
"""

WORDS_TRUE = [
    r"J = -u_o^T v_c + \log \sum_{w \in V} \exp(u_w^T v_c)",
    r"\frac{\partial J}{\partial v_c} = -u_o + \sum_{w \in V} \hat{y}_w u_w",
    r"\frac{\partial J}{\partial u_w} = (\hat{y}_w - \mathbb{1}\{w = o\}) v_c",
    r"\frac{\partial J}{\partial u_o} = (\hat{y}_o - 1) v_c",
]

WORDS_FALSE = [
    r"\frac{\partial J}{\partial v_c} = -u_o + \sum_{w \in V} \hat{y}_w v_c",
    r"\frac{\partial J}{\partial v_c} = u_o - \sum_{w \in V} \hat{y}_w u_w",
    r"\frac{\partial J}{\partial u_w} = \hat{y}_w v_c",
    r"\frac{\partial J}{\partial u_w} = (\hat{y}_w - 1) v_c",
    r"\frac{\partial J}{\partial u_o} = \hat{y}_o v_c",
]

HANDS = {
    "columns": (COLUMNS, COLUMNS_DEFINES, COLUMNS_TRUE, COLUMNS_FALSE),
    "rows": (ROWS, [], ROWS_TRUE, ROWS_FALSE),
    "words": (WORDS, [], WORDS_TRUE, WORDS_FALSE),
}


@cache
def steps(hand: str) -> dict[str, list[StepResult]]:
    """The steps of each formula of a document."""
    setting, defines, true, false = HANDS[hand]
    formulas = [*defines, *true, *false]
    found: dict[int, list[StepResult]] = {}
    for step in judged(setting, *formulas):
        found.setdefault(step.equation, []).append(step)
    return dict(zip(formulas, found.values(), strict=True))


@pytest.mark.parametrize("hand, formula", [(hand, formula) for hand in HANDS for formula in HANDS[hand][2]])
def test_what_is_true_of_every_member_is_proved_for_any_number_of_them(hand, formula):
    for step in steps(hand)[formula]:
        assert step.verdict == "proved", step.message


@pytest.mark.parametrize("hand, formula", [(hand, formula) for hand in HANDS for formula in HANDS[hand][3]])
def test_what_is_false_of_some_member_is_refuted(hand, formula):
    (step,) = steps(hand)[formula]
    assert step.verdict == "refuted", step.message


def test_a_formula_for_every_member_introduces_all_of_them():
    assert [told(steps("columns")[formula]) for formula in COLUMNS_DEFINES] == [["definition"]] * 3


def test_what_is_said_of_examples_holds_for_any_number_of_them():
    scopes = {step.scope for formula in (*COLUMNS_TRUE, *ROWS_TRUE) for step in _steps_of(formula)}
    assert scopes == {"all dimensions"}


def _steps_of(formula: str) -> list[StepResult]:
    return steps("columns" if formula in COLUMNS_TRUE else "rows")[formula]


# ── families that the document declares ──

BESIDE = r"""
dims: {N: 4, D: 3}
symbols:
  X: N x D
  A: N x N
  w: D x 1
  y: N x 1
model:
  L: \frac{1}{2} \|X w - y\|^2
loss: L
"""


def test_vectors_beside_a_matrix_are_its_rows_where_the_dimensions_say_so():
    found = judged(BESIDE, r"x_i \in \mathbb{R}^D", r"L = \frac{1}{2} \sum_{i=1}^N (x_i^T w - y_i)^2")
    assert [(step.verdict, step.message) for step in found] == [
        ("definition", "x_i is declared as D x 1, row i of X."),
        ("proved", "Both sides are equal for every value of the symbols."),
    ]


def test_vectors_for_a_range_of_indices_are_a_family_of_their_own():
    found = judged(
        BESIDE,
        r"v^{(i)} \in \mathbb{R}^D, \quad i = 1, \dots, N",
        r"\sum_i v^{(i)T} w = w^T \sum_{i=1}^N v^{(i)}",
        r"\sum_i v^{(i)T} w = N w^T v^{(1)}",
    )
    assert told(found) == ["definition", "proved", "refuted"]


NOT_CERTAIN = [
    (
        [r"\sum_{i=1}^N y_i^2 = y^T y", r"a_i \in \mathbb{R}^N"],
        "The matrix A is N x N, so that a_i may be a row or a column of it; say which in the setting's symbols: "
        "“a_i: row of A as a column”.",
    ),
    (
        [r"L = \frac{1}{2} \sum_{i=1}^N (x_i^T w - y_i)^2"],
        "The name x_i is not defined or declared; where it is a part of X, declare it so: “row of X as a column”.",
    ),
]


@pytest.mark.parametrize("formulas, message", NOT_CERTAIN)
def test_what_is_not_certain_of_a_family_is_asked_for(formulas, message):
    step = last(BESIDE, *formulas)
    assert (step.verdict, step.message) == ("unreadable", message)


BAD = [
    ("symbols:\n  X: N x D\n  x_i: column of Y\n", "Y is not declared or computed"),
    ("symbols:\n  s: scalar\n  x_i: column of s\n", "s is a scalar and has no such parts"),
    ("symbols:\n  X: N x D\n  x_i: entry of X\n", "X is a N x D and has no such parts"),
    (
        "symbols:\n  X: N x D\n  x: row of X\n",
        "x does not have one index in a script of its own, as x^{(i)} and x_i have",
    ),
    (
        "symbols:\n  X: N x D\n  x_i: row of X as a row\n",
        "“row of X as a row” is not read; expected “row of X as a column” or “column of X as a row”",
    ),
    (
        "symbols:\n  M_i: D x D for i of N\n",
        "for each i of N there can be a scalar, a vector or a label; for matrices, give their numbers: for i = 1..N",
    ),
    (
        "symbols:\n  x_i: D x 1 for j of N\n",
        "x_i does not have the index j in a script of its own, as x^{(i)} and x_i have",
    ),
]


@pytest.mark.parametrize("setting, problem", BAD)
def test_families_that_no_setting_can_declare(setting, problem):
    with pytest.raises(DocumentError) as raised:
        build_model(make_setting(read_entries(Text(setting, Source("s.yaml", setting), 0))))
    assert raised.value.problem == problem
