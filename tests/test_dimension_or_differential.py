r"""`d W` where d is a dimension: in a document that speaks of differentials it is not taken for d times W."""

from claimed import judged, told

SETTING = r"""
dims: {n: 2, d: 3, k: 4}
symbols: {X: n x d, W: d x k, Y: n x k, a: scalar}
model:
  R: X W - Y
  L: \frac{1}{2} \operatorname{tr}(R^T R)
loss: L
"""

SPEAKS = r"dL = \operatorname{tr}(R^T dR), \qquad dR = X\, \mathrm{d}W"
SAID = r"Here d is a dimension, and a differential may be meant; write \mathrm{d} for that."


def test_beside_differentials_it_is_not_certain_what_it_is():
    steps = judged(SETTING, SPEAKS, r"dL = \operatorname{tr}(R^T X\,dW)", r"dL = \operatorname{tr}((X^T R)^T dW)")
    assert [step.message for step in steps[2:]] == [SAID, SAID]


def test_an_upright_sign_is_one_of_a_differential():
    right, wrong = (rf"dL = \operatorname{{tr}}({left} \mathrm{{d}}W)" for left in ("R^T X", "X^T R"))
    assert told(judged(SETTING, SPEAKS, right, wrong))[2:] == ["convention held-fixed", "refuted"]


def test_without_differentials_it_is_the_dimension():
    twice = r"\operatorname{tr}(d W^T W) = d \operatorname{tr}(W^T W)"
    assert told(judged(SETTING, twice, r"d a + a = (d + 1) a")) == ["proved", "proved"]


def test_a_dimension_before_a_number_stays_one():
    assert told(judged(SETTING, SPEAKS, r"d a + a = (d + 1) a"))[-1] == "proved"
