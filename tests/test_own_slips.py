"""A slip in the gradient of one example belongs to the part on that of the batch, unless another part asks for it."""

import pytest
from classroom import exercise, marked

SETTING = r"""dims: {N: 3, D: 2, C: 4}
symbols: {X: N x D, W: D x C, y: labels N of C}
model:
  Z: X W
  \ell_i: -Z_{i,y_i} + \log \sum_{j=1}^{C} e^{Z_{i,j}}
  L: \frac{1}{N} \sum_{i=1}^{N} \ell_i
loss: L
"""
ONE = r"- {id: one, ask: '\frac{\partial \ell_i}{\partial Z_{i,k}}', points: 2}"
BATCH = r"- {id: batch, ask: '\frac{\partial L}{\partial Z}', points: 4}"
WEIGHTS = r"- {id: weights, ask: '\frac{\partial L}{\partial W}', points: 4}"

VALUE = r"\frac{e^{Z_{i,k}}}{\sum_j e^{Z_{i,j}}}"
SLIP = rf"$$\frac{{\partial \ell_i}}{{\partial Z_{{i,k}}}} = {VALUE}$$ "
MEAN = rf"$$\frac{{\partial L}}{{\partial Z_{{i,k}}}} = \frac{{1}}{{N}} {VALUE}$$ "
UNSAID = r"$$\frac{\partial L}{\partial Z_{i,k}} = \frac{1}{N} \frac{\partial \ell_i}{\partial Z_{i,k}}$$ "
PRODUCT = rf"$$\frac{{\partial L}}{{\partial W_{{d,k}}}} = \frac{{1}}{{N}} \sum_i X_{{i,d}} {VALUE}$$"


def given(parts, text):
    """For each part what it earns, and the mistakes or the slip."""
    found = marked(exercise(SETTING, parts), text).parts
    return [(part.points, part.follows_from or tuple(one.code for one in part.diagnosis)) for part in found]


WRONG = (0, ("missing-target",))


@pytest.mark.parametrize("answer", [MEAN, UNSAID])
def test_nobody_asks_for_one_example(answer):
    assert given((BATCH,), SLIP + answer) == [WRONG]


def test_another_part_asks_for_one_example():
    assert given((ONE, BATCH), SLIP + MEAN) == [WRONG, (2, (1, 1))]
    assert given((ONE, BATCH), SLIP + UNSAID) == [WRONG, (4, ())]


def test_the_gradient_by_something_else_follows():
    assert given((WEIGHTS,), SLIP + PRODUCT) == [(2, (1, 1))]
    assert given((BATCH, WEIGHTS), SLIP + MEAN + PRODUCT) == [WRONG, (2, (1, 1))]
