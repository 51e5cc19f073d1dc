"""`e_i = y_i - t_i` introduces errors; an e with an index is a unit vector where nothing does; `e^x` is a power."""

import pytest
from claimed import judged, told
from classroom import exercise, said

SYMBOLS = "dims: {N: 4}\nsymbols: {y: N x 1, t: N x 1}\n"
SETTING = SYMBOLS + "model: {L: '\\frac12 \\|y - t\\|^2'}\nloss: L\n"

DEFINITIONS = {
    "an index": (r"e_i = y_i - t_i", r"\frac{\partial L}{\partial y_i} = e_i", r"L = \frac12 \sum_i e_i^2"),
    "braces": (r"e_{i} := y_i - t_i", r"\frac{\partial L}{\partial y_k} = e_{k}", r"\nabla_y L = e"),
    "bold": (r"\mathbf{e}_i = y_i - t_i", r"\frac{\partial L}{\partial y_i} = \mathbf{e}_i"),
    "above": (r"e^{(i)} = y_i - t_i", r"\frac{\partial L}{\partial y_i} = e^{(i)}", r"e^{(2)} = y_2 - t_2"),
    "a number": (r"e_2 = y_2 - t_2", r"\frac{\partial L}{\partial y_2} = e_2"),
    "two indices": (r"e_{ij} = y_i - t_j", r"\frac{\partial e_{ij}}{\partial y_i} = 1"),
}


@pytest.mark.parametrize("formulas", DEFINITIONS.values(), ids=DEFINITIONS)
def test_an_e_that_goes_by_an_index_of_its_right_side_is_introduced(formulas):
    assert told(judged(SETTING, *formulas)) == ["definition", *["proved"] * (len(formulas) - 1)]


def test_it_is_not_proved_to_be_anything_else():
    steps = judged(SETTING, r"e_i = y_i - t_i", r"\frac{\partial L}{\partial y_i} = 2 e_i", r"e_i = t_i - y_i")
    assert told(steps) == ["definition", "refuted", "refuted"]


def test_eulers_number_keeps_its_powers_beside_it():
    powers = [r"e^{y_i} = e_i", r"e^2 = \exp(2)", r"\sum_i e^{2 y_i} = e^T e", r"e_i e^{-y_i} = 1"]
    assert told(judged(SETTING, r"e_i = \exp(y_i)", *powers)) == ["definition", *["proved"] * 4]
    above = [r"e^{(y_i)} = \exp(y_i)", r"e^{y_2} = \exp(y_2)", r"e^{2} = \exp(2)"]
    assert told(judged(SETTING, r"e^{(i)} = y_i - t_i", *above)) == ["definition", *["proved"] * 3]
    assert told(judged(SETTING, r"e^{y_i} = y_i - t_i")) == ["refuted"]


def test_unit_vectors_where_nothing_introduces_another_e():
    true = [r"e_1 = (1, 0, 0, 0)^T", r"y^T e_k = y_k", r"y + e_1 - e_1 = y"]
    assert told(judged(SETTING, *true)) == ["proved"] * 3
    assert told(judged(SETTING, r"e_1 = (0, 1, 0, 0)^T", r"e_1 = 1", r"e_i = 1")) == ["refuted"] * 3


def test_what_an_e_means_is_known_before_it_is_introduced():
    answer = r"\frac{\partial L}{\partial y_i} = e_i"
    asked = exercise(SETTING, (r"- {id: y, ask: '\frac{\partial L}{\partial y}'}",))
    assert said(asked, rf"$${answer}$$ where $e_i = y_i - t_i$.", "y") == ("right", "Right.")
    assert said(asked, rf"$${answer}, \quad e_i = y_i - t_i$$", "y") == ("right", "Right.")
    assert said(asked, rf"$${answer}$$ where $e_i = t_i - y_i$.", "y")[0] == "wrong"
    before = r"$$\hat{y} = y$$ Let $e_i = \hat{y}_i - t_i$."
    assert said(asked, f"{before} $${answer}$$", "y") == ("right", "Right.")
    unread = r"Let $e_i = \hat{y}_i - t_i$. $$\hat{y} = y$$"
    assert said(asked, f"{unread} $${answer}$$", "y")[0] == "review"
