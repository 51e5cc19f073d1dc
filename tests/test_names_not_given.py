"""What no mistake explains is not given the name of one; and a search that finds nothing comes to an end."""

import pytest
from classroom import NEURON, RIDGE, SCALARS, SCORES, SOFTMAX, TWO, exercise, marked, result

from derive.checking.explaining import MOST_UNEXPLAINED

RIDGE_PART = (r"- {id: g, ask: '\nabla_w J'}",)
SCORES_PART = (r"- {id: d, ask: '\frac{\partial L}{\partial s}'}",)


def codes(of, text, part):
    """The codes of the mistakes that are named in a part."""
    return [one.code for one in result(of, text, part).diagnosis]


@pytest.mark.parametrize("zero", ["0", "P - P", "0 Y", r"0 \odot P"])
def test_nothing_at_all_is_no_mistake_of_the_catalogue(zero):
    assert codes(exercise(SOFTMAX, TWO), rf"$$\frac{{\partial L}}{{\partial S}} = {zero}$$", "a") == []


def test_an_equation_that_speaks_of_its_own_left_side_is_no_mistake_of_the_catalogue():
    asked = r"\frac{\partial L}{\partial s}"
    assert codes(exercise(SCORES, SCORES_PART), rf"$${asked} = {asked} - {asked}$$", "d") == []


def test_the_asked_quantity_itself_is_no_quantity_of_another_layer():
    text = r"$$\delta = \frac{\partial L}{\partial s} = t$$"
    assert "wrong-layer" not in codes(exercise(SCORES, SCORES_PART), text, "d")


def test_another_term_for_the_penalty_is_no_term_too_many_and_one_too_few():
    text = r"$$\nabla_w J = \frac{1}{n} X^T (X w - y) + \lambda \frac{w}{3}$$"
    assert codes(exercise(RIDGE, RIDGE_PART), text, "g") == []


def test_a_power_of_the_activation_is_no_target():
    text = r"$$\frac{\partial E}{\partial b} = (a - t) a$$"
    assert "missing-target" not in codes(exercise(NEURON, SCALARS), text, "b")


def test_after_many_steps_that_nothing_explains_no_mistake_is_looked_for(monkeypatch):
    searches = []
    monkeypatch.setattr("derive.checking.diagnosing.diagnosed", lambda *claim: searches.append(claim) or ())
    odd = "".join(rf"$$S = {number} X W$$" for number in range(2, 20))
    found = marked(exercise(SOFTMAX, TWO), odd)
    assert found.result is not None
    assert [step.verdict for step in found.result.steps] == ["refuted"] * 18
    assert len(searches) == MOST_UNEXPLAINED
