"""Formulas with their conditions beside them, in one row or in several."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {h: 4, n: 3}
symbols:
  z: h x 1
  x: scalar
model:
  s: softmax(z)
  r: \max(0, x)
"""

LEFT = r"\frac{\partial s_i}{\partial z_j}"
ROWS = r"\begin{align} %s &= %s & \text{if } i = j \\ &= %s & %s \end{align}"
APART = r"\begin{align} %s &= %s & \text{if } i = j \\ %s &= %s & \text{if } i \neq j \end{align}"

TRUE = [
    (LEFT + r" = s_i (1 - s_i) \text{ if } i = j", ["proved"]),
    (LEFT + r" = -s_i s_j \text{ for } i \neq j", ["proved"]),
    (LEFT + r" = s_i (1 - s_i) \text{ if } i = j, \quad -s_i s_j \text{ if } i \neq j", ["proved"]),
    (LEFT + r" = s_i (1 - s_i) \text{ if } i = j \text{ and } -s_i s_j \text{ otherwise}", ["proved"]),
    (LEFT + r" = s_i (1 - s_i), \text{ if } i = j; \; -s_i s_j, \text{ otherwise}", ["proved"]),
    (ROWS % (LEFT, "s_i (1 - s_i)", "-s_i s_j", r"\text{if } i \neq j"), ["proved", "proved"]),
    (ROWS % (LEFT, "s_i (1 - s_i)", "-s_i s_j", r"\text{otherwise}"), ["proved", "proved"]),
    (APART % (LEFT, "s_i (1 - s_i)", LEFT, "-s_i s_j"), ["proved", "proved"]),
    (r"\begin{align} r &= x & \text{if } x > 0 \\ &= 0 & \text{if } x \le 0 \end{align}", ["proved", "proved"]),
    (LEFT + r" = s_i (1 - s_i) \quad \text{if } i = j, \qquad s_i = s_j \quad \text{if } i = j", ["proved", "proved"]),
]

FALSE = [
    (LEFT + r" = s_i (1 - s_i) \text{ if } i = j, \quad -3 s_i s_j \text{ if } i \neq j", ["refuted"]),
    (LEFT + r" = 2 s_i (1 - s_i) \text{ if } i = j, \quad -s_i s_j \text{ if } i \neq j", ["refuted"]),
    (LEFT + r" = s_i (1 - s_i) \text{ if } i = j \text{ and } s_i s_j \text{ otherwise}", ["refuted"]),
    (ROWS % (LEFT, "s_i (1 - s_i)", "s_i s_j", r"\text{if } i \neq j"), ["proved", "refuted"]),
    (ROWS % (LEFT, "s_i (1 + s_i)", "-s_i s_j", r"\text{if } i \neq j"), ["refuted", "proved"]),
    (ROWS % (LEFT, "s_i (1 - s_i)", "-s_i^2", r"\text{otherwise}"), ["proved", "refuted"]),
    (LEFT + r" = -s_i s_j \text{ if } i = j", ["refuted"]),
]


@pytest.mark.parametrize("formula, expected", TRUE + FALSE)
def test_each_formula_is_claimed_under_its_condition(formula, expected):
    assert told(judged(SETTING, formula)) == expected


def test_conditions_that_do_not_exclude_each_other_hold_together():
    rows = r"\begin{align} r &= x & \text{if } x > 0 \\ &= |x| & \text{if } x > -1 \end{align}"
    assert told(judged(SETTING, rows)) == ["proved", "proved"]


def test_an_otherwise_without_a_condition_is_refused():
    step = last(SETTING, LEFT + r" = -s_i s_j \text{ otherwise}")
    message = "The condition behind this equation is not read: otherwise than what is not said."
    assert (step.verdict, step.message) == ("unreadable", message)
