"""Products as other hands write them: R's and MATLAB's signs, and factors that stand side by side."""

import pytest
from claimed import last, told

SETTING = r"""
dims: {N: 3, D: 2, C: 4}
symbols:
  X: N x D
  Z: N x D
  w: D x 1
  u: N x 1
  v: N x 1
  r: 1 x D
  q: 1 x D
  A: D x D
  B: D x D
  z: N x 1
model:
  a: \sigma(z)
  E: \sum_i a_i^2
"""

BY_ENTRIES = "convention entrywise-product"

TRUE = [
    (r"X * w = X w", "proved"),
    (r"A * B = A \odot B", "proved"),
    (r"X @ w = X w", "proved"),
    (r"u^T @ v = \sum_i u_i v_i", "proved"),
    (r"X .* Z = X \odot Z", "proved"),
    (r"A .* B = A \odot B", "proved"),
    (r"X ./ Z = X \oslash Z", "proved"),
    (r"u \star v = u \odot v", "proved"),
    (r"u \ast v = u \odot v", "proved"),
    (r"u \bullet v = u \odot v", "proved"),
    (r"u \cdot v = u^T v", "proved"),
    (r"r \cdot q = r q^T", "proved"),
    (r"u v = u \odot v", BY_ENTRIES),
    (r"X Z = X \odot Z", BY_ENTRIES),
    (r"u \cdot v = u \odot v", BY_ENTRIES),
    (r"r \cdot q = r \odot q", BY_ENTRIES),
    (r"X \cdot Z = X \odot Z", BY_ENTRIES),
    (r"u \otimes v = u v^T", "proved"),
    (r"u \otimes v = u \odot v", BY_ENTRIES),
    (r"X \otimes Z = X \odot Z", BY_ENTRIES),
    (r"\nabla_z E = 2 a\, a (1 - a)", BY_ENTRIES),
    (r"\nabla_z E = 2 a \cdot a \cdot (1 - a)", BY_ENTRIES),
    (r"\nabla_z E = 2 a\, \sigma'(z)", BY_ENTRIES),
    (r"X^T u \sigma'(z) = X^T (u \odot \sigma'(z))", BY_ENTRIES),
]

FALSE = [
    r"X * w = 2 X w",
    r"A * B = A B",
    r"A .* B = A B",
    r"A .* w = A w",
    r"u v = 2 u \odot v",
    r"u \cdot v = 2 u \odot v",
    r"A B = A \odot B",
    r"A \cdot B = A \odot B",
    r"w^T A = w \odot A",
    r"\nabla_z E = a\, a (1 - a)",
    r"\nabla_z E = 2 a \cdot a \cdot (1 + a)",
    r"X @ Z = X \odot Z",
    r"u @ v = u \odot v",
    r"X \otimes Z = Z \otimes X",
    r"X^T u \sigma'(z) = (X^T u) \odot w",
]


@pytest.mark.parametrize("formula, expected", TRUE)
def test_a_product_is_read_as_its_shapes_allow(formula, expected):
    assert told([last(SETTING, formula)]) == [expected]


@pytest.mark.parametrize("formula", FALSE)
def test_a_false_product_is_refuted(formula):
    assert last(SETTING, formula).verdict == "refuted"


def test_a_power_by_entries_is_refused():
    step = last(SETTING, r"A .^2 = A A")
    assert (step.verdict, step.message) == ("unreadable", "The character .^ is not read in a formula.")


def test_a_definition_may_stand_by_its_factors():
    steps = told([last(SETTING, r"\delta = u\, \sigma'(z)", r"\delta = u \odot \sigma'(z)")])
    assert steps == ["proved"]
