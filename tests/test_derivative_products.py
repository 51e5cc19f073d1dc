r"""Products with derivatives of more than two indices, ∇ of vectors, and `\times` in the chain rule."""

import pytest
from claimed import last, told

SETTING = r"""
dims: {n: 3, m: 2, N: 4}
symbols: {x: n x 1, v: m x 1, W: m x n, A: n x n, X: N x n, g: function}
model:
  Y: X A
  L: \sum_{i,j} g(Y_{ij})
layout: numerator
"""

CLAIMS = [
    (r"v^T \frac{\partial W x}{\partial W} = x v^T", "proved"),
    (r"v^T \left[\frac{\partial W x}{\partial W}\right] = x v^T", "proved"),
    (r"v^T \frac{\partial W x}{\partial W} = 2 x v^T", "refuted"),
    (r"x^T \frac{\partial W x}{\partial W} = x v^T", "refuted"),
    (r"\nabla_x (W x + v) = W", "proved"),
    (r"\nabla_x (W x + v) = W^T", "convention transposed"),
    (r"\nabla_x x^T A = A^T", "proved"),
    (r"\nabla_x (A x) = 2 A", "refuted"),
    (r"\frac{\partial L}{\partial A} = \frac{\partial L}{\partial Y} \times \frac{\partial Y}{\partial A}", "proved"),
    (
        r"\frac{\partial L}{\partial A} = 2 \frac{\partial L}{\partial Y} \times \frac{\partial Y}{\partial A}",
        "refuted",
    ),
]


@pytest.mark.parametrize("formula, verdict", CLAIMS)
def test_a_product_or_gradient_of_vectors(formula, verdict):
    assert told([last(SETTING, formula)]) == [verdict]


MESSAGES = [
    (r"\nabla (A x) = A", "∇ of n x 1: write the derivative of a vector as a Jacobian, ∂f/∂x."),
    (r"\nabla_A (A x) = x", "∇ of n x 1: write the derivative of a vector as a Jacobian, ∂f/∂x."),
]


@pytest.mark.parametrize("formula, message", MESSAGES)
def test_a_gradient_of_a_vector_by_another_thing_is_not_read(formula, message):
    step = last(SETTING, formula)
    assert (step.verdict, step.message) == ("unreadable", message)
