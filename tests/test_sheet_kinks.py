"""What a sheet says of kinks: which value stands in its closed forms there, for every kind of kink."""

from fractions import Fraction

import pytest

from derive.expressions import tree
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Expr, Number, Symbol
from derive.gradients.local import slope
from derive.sheets.kinks import kinks_between

U = Symbol("u", SCALAR)
ANY = "Any value between those on both sides is a subgradient."
ALPHA = Number(Fraction(1, 10))


def applied(function: str, *parameters: Expr) -> Expr:
    return tree.Apply(function, U, parameters)


@pytest.mark.parametrize("value, kink, sentence", [
    (applied("relu"), "0", f"Where its argument is 0, ReLU has no derivative; 0 is taken for it. {ANY}"),
    (applied("relu"), "1/2", f"Where its argument is 0, ReLU has no derivative; 1/2 is taken for it. {ANY}"),
    (applied("leaky", ALPHA), "0",
     f"Where its argument is 0, the leaky ReLU has no derivative; the slope from below is taken for it. {ANY}"),
    (applied("elu", ALPHA), "1",
     f"Where its argument is 0, ELU has no derivative; the slope from above is taken for it. {ANY}"),
    (tree.Extremum("max", Number(Fraction(0)), U), "0",
     f"Where its argument is 0, the maximum with 0 has no derivative; 0 is taken for it. {ANY}"),
    (tree.Extremum("max", Symbol("v", SCALAR), U), "0",
     f"Where two arguments are equal and largest or smallest, there is no derivative. {ANY}"),
])  # fmt: skip
def test_a_kink_is_told(value: Expr, kink: str, sentence: str) -> None:
    assert kinks_between(value, "u", Fraction(kink)) == (sentence,)


@pytest.mark.parametrize("function", ["tanh", "sigmoid", "softplus", "gelu", "exp"])
def test_a_smooth_function_has_none(function: str) -> None:
    assert kinks_between(applied(function), "u", Fraction(0)) == ()


@pytest.mark.parametrize("kink, expected", [("0", Fraction(1, 10)), ("1", Fraction(1)), ("1/2", Fraction(11, 20))])
def test_the_slope_that_is_told_is_the_one_in_the_closed_form(kink: str, expected: Fraction) -> None:
    """The leaky ReLU with slope 1/10: from below, from above, half the way up."""
    found = slope("leaky", U, [ALPHA], Fraction(kink))
    assert value_at_zero(found) == expected


def value_at_zero(node: Expr) -> Fraction:
    """The value of a sum of numbers times indicators of u against 0, at u = 0."""
    match node:
        case Number(value):
            return value
        case tree.Add(terms):
            return sum((value_at_zero(term) for term in terms), Fraction(0))
        case tree.Scale(factor, operand):
            return value_at_zero(factor) * value_at_zero(operand)
        case tree.Indicator(tree.Comparison(_, comparator, _)):
            return Fraction(int(comparator in ("=", "<=", ">=")))
    raise AssertionError(node)
