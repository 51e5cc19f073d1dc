"""Blocks and slices: what stands side by side, what one below the other, and which part of a matrix is taken."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {m: 3, n: 2, h: 4, d: 6}
symbols:
  x: n x 1
  v: h x 1
  k: h x 1
  U: h x h
  W_h: h x h
  W_x: h x n
  W: h x d
  A: m x n
  z: h x 1
model:
  c: W_x x + W_h v
  L: \sum_i c_i^2
"""

TRUE = [
    (r"[W_x, W_h] [x; v] = c", "proved"),
    (r"[W_x \; W_h] \begin{bmatrix} x \\ v \end{bmatrix} = c", "proved"),
    (r"[W_x \quad W_h] [x; v] = W_x x + W_h v", "proved"),
    (r"[W_x | W_h] [x; v] = c", "proved"),
    (r"[W_x, W_h] [x, v] = c", "proved"),
    (r"[v, k]^T [v, k] = \begin{bmatrix} v^T v & v^T k \\ k^T v & k^T k \end{bmatrix}", "proved"),
    (r"U [v, k] = [U v, U k]", "proved"),
    (r"[U, U] [v, k] = U v + U k", "convention stacked"),
    (r"\begin{bmatrix} x \\ 1 \end{bmatrix}^T \begin{bmatrix} x \\ 1 \end{bmatrix} = x^T x + 1", "proved"),
    (r"[A, \mathbf{1}_m] [x; 1] = A x + \mathbf{1}_m", "proved"),
    (r"\frac{\partial c}{\partial [x; v]} = [W_x, W_h]", "proved"),
    (r"\frac{\partial L}{\partial [x; v]} = 2 [W_x, W_h]^T c", "proved"),
    (r"W_{:,1:n} x = W_{:,1} x_1 + W_{:,2} x_2", "proved"),
    (r"[W_{:,1:n}, W_{:,n+1:d}] = W", "proved"),
    (r"W [x; v] = W_{:,1:n} x + W_{:,n+1:d} v", "proved"),
    (r"\frac{\partial (W [x; v])}{\partial v} = W_{:,n+1:d}", "proved"),
    (r"A_{1:2,:} x = [A_{1,:} x; A_{2,:} x]", "proved"),
    (r"A_{2:,1} = (A_{2,1}, A_{3,1})^T", "proved"),
    (r"A_{2:3,1:2} x = [A_{2,:}; A_{3,:}] x", "proved"),
    (r"z_{2:3} = (z_2, z_3)^T", "proved"),
    (r"z_{:2} = (z_1, z_2)", "proved"),
    (r"x = (x_1, \dots, x_n)^T", "proved"),
    (r"x = (x_1, x_2)", "proved"),
    (r"x^T = [x_1 \; x_2]", "proved"),
    (r"x = [x_1; x_2]", "proved"),
    (r"[1, 2; 3, 4] x = (x_1 + 2 x_2, 3 x_1 + 4 x_2)^T", "proved"),
    (r"\frac{\partial (c_1, c_2)}{\partial (x_1, x_2)} = (W_x)_{1:2,:}", "proved"),
]

FALSE = [
    r"[W_x, W_h] [v; x] = c",
    r"[W_h, W_x] [x; v] = c",
    r"[W_x, W_h] [x, v] = W_x x - W_h v",
    r"U [v, k] = [U k, U v]",
    r"\frac{\partial c}{\partial [x; v]} = [W_h, W_x]",
    r"\frac{\partial L}{\partial [x; v]} = 2 [W_x, W_h] c",
    r"W_{:,1:n} x = W_{:,1} x_1",
    r"W [x; v] = W_{:,1:h} v + W_{:,h+1:d} x",
    r"[W_{:,n+1:d}, W_{:,1:n}] = W",
    r"A_{1:2,:} x = [A_{2,:} x; A_{1,:} x]",
    r"A_{2:,1} = (A_{1,1}, A_{2,1})^T",
    r"z_{2:3} = (z_3, z_2)^T",
    r"x = (x_2, x_1)",
    r"x^T = [x_2 \; x_1]",
]


@pytest.mark.parametrize("formula, expected", TRUE)
def test_blocks_and_slices_are_read(formula, expected):
    assert told([last(SETTING, formula)]) == [expected]


@pytest.mark.parametrize("formula", FALSE)
def test_a_false_claim_about_blocks_is_refuted(formula):
    assert last(SETTING, formula).verdict == "refuted"


MESSAGES = [
    (r"z_{2:5} = z", "refuted", "The slice 2:5 of z is outside its range 1..h = 4."),
    (r"A_{1:2} = A", "unreadable", "A is m x n and has no such slice."),
    (r"L = (x, v)", "unreadable", "A list in brackets stands where a value is expected."),
    (r"z (1, 2) = z", "unreadable", "A list in brackets stands where a value is expected."),
    (r"z_{1;2} = z", "unreadable", "A semicolon stands in this subscript."),
]


@pytest.mark.parametrize("formula, verdict, message", MESSAGES)
def test_what_is_no_block_or_slice_is_said(formula, verdict, message):
    step = last(SETTING, formula)
    assert (step.verdict, step.message) == (verdict, message)


def test_a_slice_is_refused_where_its_end_is_not_certain():
    step = last("index_base: 0\n" + SETTING.strip(), r"z_{0:2} = (z_0, z_1)^T")
    message = "Where indices begin with 0, whether a slice takes its end in is not certain."
    assert (step.verdict, step.message) == ("unreadable", message)


def test_a_function_may_separate_its_parameters_by_a_semicolon():
    assert told(judged(SETTING, r"f(s; t) = s^2 t", r"f(2; 3) = 12")) == ["definition", "proved"]
