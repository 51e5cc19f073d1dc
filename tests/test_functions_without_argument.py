r"""A function that its author defined, `f(x) = …`, and then mentions by its name alone: f at the names it has there."""

import pytest
from claimed import judged, last, told

SETTING = """
dims: {n: 2, m: 3}
symbols: {A: m x n, P: symmetric n x n, x: n x 1, q: n x 1, a: scalar, b: scalar}
"""

VALUES = r"f(x) = q^T x"
CUBIC = r"J(a) = a^2 b"
THROUGH = r"r = A x", r"h(x) = r^T r"
DUMMY = r"k(t) = t^2 b"

TRUE = [
    ((VALUES,), r"\frac{\partial f}{\partial q} = x"),
    ((VALUES,), r"\nabla_x f = q"),
    ((VALUES,), r"\frac{\partial f}{\partial x_i} = q_i"),
    ((VALUES,), r"2 f = q^T x + f(x)"),
    ((CUBIC,), r"\frac{\partial J}{\partial b} = a^2"),
    ((CUBIC,), r"\frac{dJ}{da} = 2 a b"),
    (THROUGH, r"\frac{\partial h}{\partial r} = 2 r"),
    (THROUGH, r"\nabla h = 2 A^T r"),
    (THROUGH, r"\nabla^2 h = 2 A^T A"),
    ((r"V(x, q) = x^T P x + q^T x",), r"\frac{\partial V}{\partial x} = 2 P x + q"),
    ((r"V(x, q) = x^T P x + q^T x",), r"\nabla_q V = x"),
    ((DUMMY,), r"\frac{dk}{da} = 2 a b"),
]

FALSE = [
    ((VALUES,), r"\frac{\partial f}{\partial q} = 2 q"),
    ((VALUES,), r"\nabla_x f = x"),
    ((CUBIC,), r"\frac{\partial J}{\partial b} = 3 b^2"),
    (THROUGH, r"\nabla h = 2 A^T x"),
    ((r"V(x, q) = x^T P x + q^T x",), r"\frac{\partial V}{\partial x} = P x + q"),
]


@pytest.mark.parametrize("given, formula", TRUE)
def test_a_function_is_meant_at_its_own_arguments(given, formula):
    assert last(SETTING, *given, formula).verdict in ("proved", "convention")


@pytest.mark.parametrize("given, formula", FALSE)
def test_it_is_not_meant_at_what_it_is_differentiated_by(given, formula):
    assert told(judged(SETTING, *given, formula))[-1] == "refuted"


def test_a_function_of_a_letter_that_nothing_declares_needs_its_argument():
    step = last(SETTING, DUMMY, r"\frac{\partial k}{\partial b} = 3 b^2")
    assert (step.verdict, step.message) == ("unreadable", "k is a function; write its argument in brackets here.")


def test_a_function_with_a_prime_still_needs_its_argument():
    step = last(SETTING, CUBIC, r"J' = 2 a b")
    assert (step.verdict, step.message) == ("unreadable", "The function J' has no argument here.")
