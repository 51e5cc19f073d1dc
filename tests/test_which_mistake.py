"""Which of two mistakes is named that may both explain a step, and where a mistake is looked for."""

import pytest
from claimed import judged

TARGET_FIRST = r"""
dims: {d: 3, h: 2}
symbols:
  x: d x 1
  V: h x d
  u: h x 1
  c: scalar
  g: scalar
model:
  a: V x
  q: u^T \tanh(a)
  J: \frac{1}{2} (c - q)^2
loss: J
"""
BY_A_NAME = r"""
dims: {N: 3, D: 2}
symbols:
  X: N x D
  w: D x 1
  t: N x 1
model:
  y: X w
  r: t - y
  J: \frac{1}{2} \|r\|^2
loss: J
"""
CENTRED = r"""
dims: {N: 3}
symbols:
  x: N x 1
  v: positive scalar
  m: scalar
model:
  J: \sum_{i=1}^{N} \frac{x_i - m}{v}
loss: J
"""
RECURRENT = r"""
dims: {n: 2, h: 3}
symbols:
  x: n x 1
  s_0: h x 1
  t: h x 1
  U: h x n
  W: h x h
model:
  z_1: W s_0 + U x
  s_1: \tanh(z_1)
  z_2: W s_1 + U x
  s_2: \tanh(z_2)
  E: \frac{1}{2} \|s_2 - t\|^2
loss: E
"""


@pytest.fixture(autouse=True)
def _without_haste(monkeypatch):
    """A busy machine changes nothing; what is certified is the subject of other tests."""
    monkeypatch.setattr("derive.checking.beginning.certified_names", lambda *arguments, **words: None)
    monkeypatch.setattr("derive.checking.explaining.SECONDS", 60.0)


def names(setting, *formulas):
    """The mistakes that are named in the last step."""
    return [found.code for found in judged(setting, *formulas)[-1].diagnosis]


def by(name, of="J"):
    """A derivative."""
    return rf"\frac{{\partial {of}}}{{\partial {name}}}"


@pytest.mark.parametrize(
    "setting, claim, expected",
    [
        (TARGET_FIRST, rf"{by('q')} = c - q", ["difference-reversed"]),
        (TARGET_FIRST, rf"{by('u')} = (c - q) \tanh(a)", ["difference-reversed"]),
        (TARGET_FIRST, rf"{by('u')} = -(q - c) \tanh(a)", ["wrong-sign"]),
        (TARGET_FIRST, rf"{by('u')} = -\tanh(a)", ["upstream-left-out"]),
        (TARGET_FIRST, rf"{by('u')} = \tanh(a)", ["upstream-left-out"]),
        (
            TARGET_FIRST,
            rf"{by('V')} = (c - q) x^T (u \odot (1 - \tanh^2(a)))",
            ["swapped-factors", "difference-reversed"],
        ),
        (BY_A_NAME, rf"{by('y')} = t - y", ["difference-reversed"]),
        (BY_A_NAME, rf"{by('w')} = X^T (t - X w)", ["difference-reversed"]),
        (BY_A_NAME, rf"{by('w')} = X^T r", ["wrong-sign"]),
        (CENTRED, rf"{by('v')} = \sum_{{i=1}}^{{N}} \frac{{x_i - m}}{{v^2}}", ["wrong-sign"]),
    ],
)
def test_a_difference_is_reversed_where_it_is_of_what_the_loss_compares(setting, claim, expected):
    assert names(setting, claim) == expected


def test_what_is_multiplied_entry_by_entry_may_be_two_products():
    slopes = (r"c_1 = 1 - s_1 \odot s_1", r"c_2 = 1 - s_2 \odot s_2")
    claim = by("s_0", "s_2") + " = "
    found = names(RECURRENT, *slopes, claim + r"c_2 \odot W \odot c_1 \odot W")
    assert found == ["elementwise-for-matrix-product"]


def test_a_mistake_in_the_formula_of_a_name_is_named_where_it_is_said_what_that_is():
    slopes = (r"c_1 = 1 - s_1 \odot s_1", r"d_2 = (s_2 - t) \odot (1 - s_2 \odot s_2)")
    claims = (r"d_1 = (W d_2) \odot c_1", by("z_1", "E") + " = d_1")
    assert names(RECURRENT, *slopes, *claims) == ["missing-transpose"]
