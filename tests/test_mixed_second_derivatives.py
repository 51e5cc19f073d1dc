r"""`\nabla^2_{x \lambda} f`: the derivatives of the gradient by x, taken by λ."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {m: 2, n: 3}
symbols:
  A: m x n
  x: n x 1
  \lambda: m x 1
  a: scalar
  b: scalar
model:
  L: \lambda^T A x + x^T x
  g: a^2 b
"""

TRUE = [
    r"\nabla^2_{x\lambda} L = A^T",
    r"\nabla^2_{\lambda x} L = A",
    r"\nabla_{xx}^2 L = 2 I",
    r"\nabla^2_{\lambda\lambda} L = 0",
    r"\nabla^2_{ab} g = 2 a",
    r"\nabla^2_{aa} g = 2 b",
]
FALSE = [r"\nabla^2_{xx} L = I", r"\nabla^2_{ab} g = a", r"\nabla^2_{x\lambda} L = 2 A^T", r"\nabla^2_{aa} g = 0"]


@pytest.mark.parametrize("formula", TRUE)
def test_two_names_below_are_two_variables(formula):
    assert told(judged(SETTING, formula)) == ["proved"]


@pytest.mark.parametrize("formula", FALSE)
def test_a_false_one_is_refuted(formula):
    assert last(SETTING, formula).verdict == "refuted"
