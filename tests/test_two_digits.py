"""Two digits below a letter: two indices of a matrix, and of a row or a column that has no entry of that number."""

import pytest
from claimed import last

SETTING = r"""
dims: {n: 3, m: 4, d: 24}
symbols:
  W^{[3]}: 1 x n
  a^{[2]}: n x 1
  M: n x m
  v: d x 1
  u: 1 x d
  c: scalar
model:
  z: W^{[3]} a^{[2]} + c
"""

TRUE = [
    r"z = W^{[3]}_{11} a^{[2]}_{11} + W^{[3]}_{12} a^{[2]}_{21} + W^{[3]}_{13} a^{[2]}_{31} + c",
    r"\frac{\partial z}{\partial a^{[2]}_{21}} = W^{[3]}_{12}",
    r"\frac{\partial z}{\partial W^{[3]}} = \begin{bmatrix} a^{[2]}_{11} & a^{[2]}_{21} & a^{[2]}_{31} \end{bmatrix}",
    r"a^{[2]}_{31} = a^{[2]}_3",
    r"M_{34} = M_{3,4}",
    r"v_{12} = v_{12,1}",
    r"u_{22} = u_{1,22}",
]

FALSE = [
    r"\frac{\partial z}{\partial a^{[2]}_{21}} = W^{[3]}_{11}",
    r"\frac{\partial z}{\partial W^{[3]}_{12}} = a^{[2]}_{11}",
    r"a^{[2]}_{31} = a^{[2]}_1",
    r"v_{12} = v_{1}",
]

SAID = [
    (r"z = a^{[2]}_{41}", "refuted", "The index 41 of a^{[2]} is outside its range 1..n = 3."),
    (r"z = a^{[2]}_{12}", "refuted", "The index 12 of a^{[2]} is outside its range 1..n = 3."),
    (r"z = W^{[3]}_{21}", "refuted", "The index 21 of W^{[3]} is outside its range 1..n = 3."),
    (
        r"z = v_{21}",
        "unreadable",
        "The index 21 of v can be one number or two; write v_{21,1} or v_{2,1}.",
    ),
    (
        r"z = u_{13}",
        "unreadable",
        "The index 13 of u can be one number or two; write u_{1,13} or u_{1,3}.",
    ),
]


@pytest.mark.parametrize("formula", TRUE)
def test_two_digits_are_a_row_and_a_column(formula):
    step = last(SETTING, formula)
    assert step.verdict == "proved", step.message


@pytest.mark.parametrize("formula", FALSE)
def test_the_other_entry_is_refuted(formula):
    step = last(SETTING, formula)
    assert step.verdict == "refuted", step.message


@pytest.mark.parametrize("formula, verdict, message", SAID)
def test_digits_that_fit_no_entry_or_two_are_said(formula, verdict, message):
    step = last(SETTING, formula)
    assert (step.verdict, step.message) == (verdict, message)
