r"""`W1` for `W_1`, as plain text and code write it: where W_1 is known, and W is nothing by itself."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {N: 2, D: 3, H: 4, C: 5}
symbols: {X: N x D, W_1: D x H, W_2: H x C, b_2: 1 x C, T: N x C, 'a_{12}': scalar, c: scalar}
model:
  h: \max(0, X W_1)
  s: h W_2 + b_2
  L: \frac{1}{2} \|s - T\|^2
loss: L
notation:
  dW_2: \frac{\partial L}{\partial W_2}
"""

TRUE = [
    r"dW2 = h.T @ (s - T)",
    r"\frac{\partial L}{\partial W2} = h^T (s - T)",
    r"dL/db2 = \sum_i (s - T)_{i,:}",
    r"\frac{\partial L}{\partial h} = (s - T) * W2.T",
    r"h = \max(0, X * W1)",
    r"2 a12 = a12 + a_{12}",
]
FALSE = [r"dW2 = h.T @ s", r"\frac{\partial L}{\partial h} = (s - T) * W2.T * 2"]


@pytest.mark.parametrize("formula", TRUE)
def test_a_number_that_touches_a_name_is_its_number(formula):
    assert told(judged(SETTING, formula))[-1] in ("proved", "convention transposed")


@pytest.mark.parametrize("formula", FALSE)
def test_a_false_step_with_such_names_is_refuted(formula):
    assert last(SETTING, formula).verdict == "refuted"


def test_a_number_apart_is_a_factor():
    step = last(SETTING, r"h = \max(0, X W 1)")
    assert step.verdict == "unreadable"
    assert step.message == "The name W is not defined or declared (did you mean W_1 or W_2?)."


def test_a_name_that_is_known_without_its_number_stays_one():
    setting = "symbols: {W: scalar, W_2: scalar, c: scalar}"
    assert told(judged(setting, r"c W2 = 2 c W", r"c W2 = c W_2")) == ["proved", "refuted"]


def test_powers_and_products_of_numbers_stay_as_they_were():
    assert told(judged(SETTING, r"c2 = 2 c", r"c^2 3 = 3 c c")) == ["proved", "proved"]
