"""`J(w, b) = …` with given w and b makes J a quantity; what a document sets to zero is an equation for given names."""

import pytest
from claimed import judged, told
from classroom import exercise, said

SYMBOLS = r"""
dims: {N: 4, D: 3}
symbols: {X: N x D, t: N x 1, w: D x 1, b: scalar, c: scalar, \lambda: scalar}
"""
OBJECTIVE = r"J(w, b) = \frac12 \|X w + b \mathbf{1} - t\|^2 + \lambda w^T w"
GRADIENT = r"X^T (X w + b \mathbf{1} - t) + 2 \lambda w"

TRUE = {
    "nabla": rf"\nabla_w J = {GRADIENT}",
    "a fraction": rf"\frac{{\partial J}}{{\partial w}} = {GRADIENT}",
    "an entry": r"\frac{\partial J}{\partial w_j} = \sum_i X_{ij} (\sum_k X_{ik} w_k + b - t_i) + 2 \lambda w_j",
    "a number": r"\frac{\partial J}{\partial b} = \mathbf{1}^T (X w + b \mathbf{1} - t)",
    "what is no argument": r"\frac{\partial J}{\partial \lambda} = w^T w",
    "second derivatives": r"\nabla_w^2 J = X^T X + 2 \lambda I",
    "with its arguments": rf"\nabla_w J(w, b) = {GRADIENT}",
    "in a formula": r"J - \lambda w^T w = \frac12 \|X w + b \mathbf{1} - t\|^2",
    "another name beside it": r"J_{\text{reg}}(w, b) = J(w, b) + c b^2",
}
FALSE = {
    "a sign": r"\nabla_w J = X^T (t - X w - b \mathbf{1}) + 2 \lambda w",
    "a factor": r"\frac{\partial J}{\partial w} = X^T (X w + b \mathbf{1} - t) + \lambda w",
    "an entry": r"\frac{\partial J}{\partial w_j} = \sum_i X_{ij} (\sum_k X_{ik} w_k + b - t_i) + \lambda w_j",
    "a value": r"J = \lambda w^T w",
}


@pytest.mark.parametrize("formula", TRUE.values(), ids=TRUE)
def test_an_objective_by_itself_is_its_value_at_its_arguments(formula: str) -> None:
    assert told(judged(SYMBOLS, OBJECTIVE, formula))[1] in ("proved", "definition")


@pytest.mark.parametrize("formula", FALSE.values(), ids=FALSE)
def test_what_is_false_of_it_is_refuted(formula: str) -> None:
    assert told(judged(SYMBOLS, OBJECTIVE, formula)) == ["definition", "refuted"]


def test_a_function_of_anything_else_has_no_value_by_itself() -> None:
    steps = judged(SYMBOLS, r"g(z) = z^2", r"2 g = c", r"h(w) = w^T X_{i,:}^T", r"h = c")
    assert [step.message for step in steps if step.verdict == "unreadable"] == [
        "The function g has no argument here.",
        "The function h has no argument here.",
    ]


def test_a_function_of_a_known_number_is_still_one() -> None:
    formulas = [r"q(c) = c^3", r"\frac{\partial q}{\partial c} = 3 c^2", r"q'(b) = 3 b^2", r"q(2) = 8", r"2 q = 2 c^3"]
    assert told(judged(SYMBOLS, *formulas)) == ["definition", *["proved"] * 4]
    assert told(judged(SYMBOLS, formulas[0], r"\frac{\partial q}{\partial b} = 3 b^2", r"2 q = 2 b^3")) == [
        "definition",
        "proved",
        "refuted",
    ]


def test_the_bar_of_a_likelihood_is_a_comma_and_that_of_a_probability_is_not_read() -> None:
    steps = judged(
        SYMBOLS, r"\ell(w | t) = w^T X^T t", r"\nabla_w \ell = X^T t", r"p(w | t) = w^T X^T t", r"p(b \mid c) = b"
    )
    assert told(steps) == ["definition", "proved", "unreadable", "unreadable"]
    message = "A bar as in p(a | b) is not read; give what this is a name without it, as p_a."
    assert [step.message for step in steps[2:]] == [message, message]


# ── set to zero ──

SET = (
    "unknown",
    "This is set to zero here: an equation for the values at which it holds, not true for every value.",
)
STILL = (
    "unknown",
    "By itself this is not true for every value; whether it follows from what was set to zero is not decided.",
)
VALUE = ("unknown", "w is given; whether what was set to zero holds where it has this value is not decided.")
FOLLOWS = ("proved", "This follows from what was set to zero before: the sides differ by that{}.")
RIDGE = SYMBOLS + r"model: {L: '\frac12 \|X w - t\|^2 + \lambda w^T w'}" + "\nloss: L\n"
ZERO = r"\frac{\partial L}{\partial w} = X^T (X w - t) + 2 \lambda w = 0"

BEHIND = {
    "the normal equations": (r"(X^T X + 2 \lambda I) w = X^T t", (FOLLOWS[0], FOLLOWS[1].format(""))),
    "twice": (r"2 X^T t = 2 (X^T X + 2 \lambda I) w", (FOLLOWS[0], FOLLOWS[1].format(", times $-2$"))),
    "its value": (r"w = (X^T X + 2 \lambda I)^{-1} X^T t", VALUE),
    "an entry": (r"w_1 = 3 t_1", VALUE),
    "a zero": (r"X^T t = 0", STILL),
}


@pytest.mark.parametrize("name", BEHIND)
def test_a_zero_at_the_end_is_an_equation(name: str) -> None:
    formula, expected = BEHIND[name]
    first, zero, behind = judged(RIDGE, ZERO, formula)
    assert first.verdict == "proved"
    assert [(step.verdict, step.message) for step in (zero, behind)] == [SET, expected]


def test_a_consequence_names_what_it_rests_on() -> None:
    assert judged(RIDGE, ZERO, BEHIND["the normal equations"][0])[-1].side_conditions == (
        "what was set to zero is zero",
    )


STILL_REFUTED = {
    "a wrong consequence": [ZERO, r"(X^T X + 2 \lambda I) w = 2 X^T t"],
    "a wrong derivative": [r"\frac{\partial L}{\partial w} = X^T (X w + t) + 2 \lambda w = 0"],
    "what follows from that": [r"\frac{\partial L}{\partial w} = X^T (X w + t) = 0", r"X^T X w = - X^T t"],
    "a derivative by itself": [r"\frac{\partial L}{\partial w} = 0"],
    "a derivative afterwards": [ZERO, r"\frac{\partial L}{\partial w} = 0"],
    "another value": [ZERO, r"c = 3"],
    "a value before": [r"w = X^T t"],
    "a zero before": [r"X^T (X w - t) = 0"],
}


@pytest.mark.parametrize("formulas", STILL_REFUTED.values(), ids=STILL_REFUTED)
def test_what_is_no_such_equation_is_refuted_as_before(formulas: list[str]) -> None:
    assert "refuted" in told(judged(RIDGE, *formulas))


def test_an_answer_of_zero_is_wrong() -> None:
    asked = exercise(RIDGE.lstrip(), (r"- {id: w, ask: '\frac{\partial L}{\partial w}'}",))
    assert said(asked, r"$$\frac{\partial L}{\partial w} = 0$$", "w")[0] == "wrong"
