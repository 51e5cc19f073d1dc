"""A prime at a computed number: its derivative by what stands in its brackets."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {n: 2}
symbols:
  x: scalar
  w: scalar
  b: scalar
  y: scalar
  v: n x 1
  g: function
model:
  z: w x + b
  a: g(z)
  C: \frac{1}{2} (y - a)^2
  q: v^T v
loss: C
"""

TRUE = [
    r"\frac{\partial C}{\partial a} = C'(a)",
    r"C'(a) = a - y",
    r"C''(a) = 1",
    r"a'(z) = g'(z)",
    r"\frac{\partial C}{\partial w} = C'(a) g'(z) x",
]

FALSE = [
    r"\frac{\partial C}{\partial w} = C'(a) g'(z)",
    r"C'(a) = y - a",
    r"C'(a) = C(a)",
    r"C'(a) = C'(a)^2",
]


@pytest.mark.parametrize("formula", TRUE)
def test_a_prime_is_a_derivative(formula):
    assert told(judged(SETTING, formula)) == ["proved"]


@pytest.mark.parametrize("formula", FALSE)
def test_a_prime_is_never_passed_over(formula):
    assert told(judged(SETTING, formula)) == ["refuted"]


SAID = [
    (r"q'(v) = 2 v", "A prime stands at a function that is not one of one real variable."),
    (r"\frac{\partial C}{\partial a} = C'", "A prime stands at something that is no function."),
    (r"\frac{\partial C}{\partial a} = C'(2)", "A prime stands at something that is no function."),
]


@pytest.mark.parametrize("formula, message", SAID)
def test_a_prime_that_is_no_derivative_by_a_number_is_refused(formula, message):
    step = last(SETTING, formula)
    assert (step.verdict, step.message) == ("unreadable", message)
