"""The logarithm of a likelihood: products of powers of probabilities with exponents that are no numbers."""

import pytest
from claimed import judged, told

SETTING = r"""
dims: {n: 3, m: 2}
symbols:
  X: n x m
  y: n x 1
  w: m x 1
model:
  p_i: \frac{1}{1 + e^{-w^T x_i}}
  q: X w
notation:
  x_i: X_{i,:}^T
"""

TRUE = [
    r"\log \prod_{i=1}^n p_i^{y_i} (1 - p_i)^{1 - y_i} = \sum_{i=1}^n (y_i \log p_i + (1 - y_i) \log (1 - p_i))",
    r"\log \prod_{i=1}^n p_i^{y_i} (1 - p_i)^{y_i} = \sum_{i=1}^n y_i (\log p_i + \log (1 - p_i))",
    r"\log \prod_{i=1}^n e^{y_i} (1 - p_i) = \sum_{i=1}^n (y_i + \log (1 - p_i))",
]

FALSE = [
    r"\log \prod_{i=1}^n p_i^{y_i} (1 - p_i)^{1 - y_i} = \sum_{i=1}^n (y_i \log p_i + y_i \log (1 - p_i))",
    r"\log \prod_{i=1}^n p_i^{y_i} (1 - p_i)^{1 - y_i} = \sum_{i=1}^n (y_i \log p_i - (1 - y_i) \log (1 - p_i))",
    r"\log \prod_{i=1}^n e^{y_i} (1 - p_i) = \sum_{i=1}^n (y_i - \log (1 - p_i))",
]


@pytest.mark.parametrize("formula", TRUE)
def test_a_logarithm_of_a_product_is_a_sum_where_every_factor_is_positive(formula):
    assert told(judged(SETTING, formula)) == ["proved"]


@pytest.mark.parametrize("formula", FALSE)
def test_another_sum_is_not_accepted(formula):
    assert told(judged(SETTING, formula)) == ["refuted"]


def test_a_product_of_what_may_be_negative_is_not_taken_apart():
    (step,) = judged(SETTING, r"\log \prod_{i=1}^n e^{y_i} (1 - q_i) = \sum_{i=1}^n (y_i + \log (1 - q_i))")
    assert step.scope != "all dimensions"
