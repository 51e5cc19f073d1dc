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


def test_the_gradient_of_a_copy_of_the_loss_is_not_another_one():
    copy = r"$$M = \frac{1}{N} \sum_{i=1}^{N} (-Z_{i,y_i} + \log \sum_{j=1}^{C} e^{Z_{i,j}})$$ "
    made_up = r"$$\frac{\partial M}{\partial W} = W$$ $$\frac{\partial L}{\partial W} = W$$"
    assert given((WEIGHTS,), copy + made_up)[0][0] == 0
    one = r"$$\frac{\partial \ell_i}{\partial W} = W$$ $$\frac{\partial L}{\partial W} = W$$"
    assert given((WEIGHTS,), one)[0][0] == 0


def test_the_slope_of_an_activation_is_not_the_gradient_of_a_loss():
    setting = SETTING.replace("  Z: X W", "  U: X W\n  Z: \\tanh(U)")
    inner = r"- {id: inner, ask: '\frac{\partial L}{\partial U}', points: 4}"
    slip = r"$$\frac{\partial Z_{i,k}}{\partial U_{i,k}} = 1 - Z_{i,k}$$ "
    answer = r"$$\frac{\partial L}{\partial U} = \frac{\partial L}{\partial Z} \odot (1 - Z)$$"
    found = marked(exercise(setting, (BATCH, inner)), slip + answer).parts[1]
    assert (found.points, found.follows_from) == (2, (1, 1))


@pytest.mark.parametrize("letters", ["i,k", "n,k", "ik"])
def test_one_example_is_worked_out_where_its_own_scores_are(letters):
    right = SLIP.replace("$$ ", r" - \mathbb{1}[k = y_i]$$ ")
    answer = UNSAID.replace(r"\ell_i", rf"\ell_{letters[0]}").replace("i,k", letters)
    assert given((BATCH,), right + answer) == [(4, ())]
    rows = (
        r"$$\frac{\partial L}{\partial W_{d,k}} = \frac{1}{N} \sum_i X_{i,d} \frac{\partial \ell_i}{\partial Z_{i,k}}$$"
    )
    assert given((WEIGHTS,), right + rows) == [(4, ())]


def test_another_examples_scores_are_not_worked_out_by_it():
    right = SLIP.replace("$$ ", r" - \mathbb{1}[k = y_i]$$ ")
    sums = r"\frac{1}{N} \sum_i \sum_j \frac{\partial \ell_i}{\partial Z_{j,k}} X_{j,d}"
    found = marked(
        exercise(SETTING, (WEIGHTS,)), rf"{right} $$\frac{{\partial L}}{{\partial W_{{d,k}}}} = {sums}$$"
    ).parts[0]
    message = "It rests on line 1; whether what is said there is for all that is needed is for a person."
    assert (found.status, found.message) == ("review", message)


def test_one_number_does_not_work_out_all():
    value = VALUE.replace("i,k", "1,2").replace("i,j", "1,j")
    first = rf"$$\frac{{\partial L}}{{\partial Z_{{1,2}}}} = \frac{{1}}{{N}} ({value} - \mathbb{{1}}[2 = y_1])$$"
    then = r"$$\frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial Z}$$"
    found = marked(exercise(SETTING, (WEIGHTS,)), first + then).parts[0]
    assert (found.status, found.points) == ("review", 0)
    one = r"- {id: one, ask: '\frac{\partial L}{\partial W_{1,2}}'}"
    sums = first.replace("1,", "n,").replace("y_1", "y_n")
    answer = r"$$\frac{\partial L}{\partial W_{1,2}} = \sum_n X_{n,1} \frac{\partial L}{\partial Z_{n,2}}$$"
    assert marked(exercise(SETTING, (one,)), sums + answer).parts[0].status == "right"
