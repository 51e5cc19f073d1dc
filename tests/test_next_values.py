r"""`x^+` is a name of its own, once something says what it is; the positive part has brackets, `(x)^+`."""

import pytest
from claimed import judged, last, told

SETTING = """
dims: {n: 2, m: 3}
symbols: {A: n x n, B: n x m, P: symmetric n x n, M: m x n, x: n x 1, u: m x 1, a: scalar}
"""

NEXT = r"x^+ = A x + B u"

TRUE = [
    r"\frac{\partial x^+}{\partial u} = B",
    r"V = (x^+)^T P x^+, \qquad \frac{\partial V}{\partial u} = 2 B^T P x^+",
    r"x^+ - x = (A - I) x + B u",
]


@pytest.mark.parametrize("formula", TRUE)
def test_a_next_value_is_what_its_equation_says(formula):
    steps = told(judged(SETTING, NEXT, formula))
    assert steps[0] == "definition"
    assert steps[-1] == "proved"


def test_a_false_claim_about_it_is_refuted():
    assert told(judged(SETTING, NEXT, r"x^{+} = A x", r"x^+ = \max(0, x)"))[1:] == ["refuted", "refuted"]


def test_it_takes_indices_once_it_is_known():
    assert told(judged(SETTING, NEXT, r"x^+_i = \sum_j A_{ij} x_j + \sum_k B_{ik} u_k"))[-1] == "proved"


def test_a_pseudo_inverse_is_a_name_like_any_other():
    steps = judged(SETTING, r"M^+ = (M^T M)^{-1} M^T", r"M^+ M = I")
    assert told(steps) == ["definition", "proved"]


@pytest.mark.parametrize("formula, name", [(r"a x^+ = x", "x"), (r"x = u^{+}", "u"), (r"a^+ + a = 2 a", "a")])
def test_without_an_equation_it_is_not_read(formula, name):
    step = last(SETTING, formula)
    message = rf"{name}^{{+}} is not defined; the positive part is written \max(0, {name})."
    assert (step.verdict, step.message) == ("unreadable", message)


def test_the_positive_part_has_brackets():
    assert told(judged(SETTING, r"(x)^+ = \max(0, x)", r"[x]_+ = \max(0, x)")) == ["proved", "proved"]


def test_a_row_that_ends_with_one_is_a_row():
    rows = r"\begin{aligned} x^+ &= A x + B u, \\ 2 x^+ &= x^+ + x^+, \\ a &= a \end{aligned}"
    assert told(judged(SETTING, rows)) == ["definition", "proved", "proved"]
