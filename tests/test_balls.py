"""Values at points are certain, satisfy the facts, and do not depend on what was asked before."""

from fractions import Fraction

import flint
import mpmath
import pytest
import sympy
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Rational, S, cos, cosh, erf, exp, log, pi, sin, sinh, sqrt, symbols, tanh

from derive.exact.balls import PLEASANT_POINTS, NoUse, Point, Points, described, differ, text, texts
from derive.exact.functions import (
    Positive,
    Sign,
    Zero,
    absolute,
    maximum,
    unspecified,
    unspecified_component,
)

x, y, z, s, t = symbols("x y z s t")
ROWS = tuple(tuple(sympy.Symbol(f"A_{min(i, j)}_{max(i, j)}") for j in range(3)) for i in range(3))


def at(values: dict[sympy.Symbol, Fraction], definitions: dict[sympy.Symbol, Expr] | None = None) -> Point:
    return Point(Points(0, definitions or {}), 0, values)


ORIGIN = at({x: Fraction(2), y: Fraction(-3, 2), z: Fraction(0)})


@pytest.mark.parametrize(
    "expression, value",
    [
        (x * y + 1, fmpq(-2)),
        (x**-2, fmpq(1, 4)),
        (exp(z), fmpq(1)),
        (log(x - 1), fmpq(0)),
        (sqrt(x + 2), fmpq(2)),
        ((x + 6) ** Rational(2, 3), fmpq(4)),
        ((x + 6) ** Rational(-1, 3), fmpq(1, 2)),
        (cos(z) + sin(z) + tanh(z) + erf(z) + cosh(z) + sinh(z), fmpq(2)),
        (Positive(x) + Positive(y) + Zero(x) + Sign(y), fmpq(0)),
        (maximum(x, y) + absolute(y), fmpq(7, 2)),
        (sqrt(z), fmpq(0)),
        ((x**2) ** (x + 1), fmpq(64)),
    ],
)
def test_rational_values_are_exact(expression: Expr, value: fmpq) -> None:
    found = ORIGIN.value(expression, 128)
    assert isinstance(found, fmpq)
    assert found == value


@pytest.mark.parametrize(
    "expression",
    [
        1 / z,
        log(y),
        log(z),
        sqrt(y),
        y ** Rational(1, 3),
        y**pi,
        z**y,
        sympy.zoo * x,
        sympy.I * x,
        sympy.Function("h")(x),
    ],
)
def test_no_value(expression: Expr) -> None:
    for _ in range(2):
        with pytest.raises(NoUse):
            ORIGIN.value(expression, 128)


@pytest.mark.parametrize(
    "expression", [Positive(z), Zero(z), Sign(z), absolute(z), maximum(x, x + z), exp(x * Zero(z))]
)
def test_kinks_are_of_no_use_unless_asked_for(expression: Expr) -> None:
    with pytest.raises(NoUse):
        ORIGIN.value(expression, 128)
    ORIGIN.value(expression, 128, kinks=True)


def test_an_uncertain_sign_is_of_no_use() -> None:
    nothing = exp(x) * exp(y) - exp(x + y)
    assert nothing != 0 or pytest.skip("SymPy joins exponentials")
    for step in (Positive(nothing), absolute(nothing), 1 / nothing, log(nothing), sqrt(nothing)):
        with pytest.raises(NoUse):
            ORIGIN.value(step.subs({}), 128, kinks=True)


EXPRESSIONS = st.recursive(
    st.sampled_from([x, y, z, Rational(1, 3), S.One, S(-2)]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, inner).map(lambda pair: maximum(*pair)),
        inner.map(lambda e: 1 / (e**2 + 1)),
        inner.map(tanh),
        inner.map(sin),
        inner.map(cos),
        inner.map(erf),
        inner.map(absolute),
        inner.map(lambda e: exp(tanh(e))),
        inner.map(lambda e: log(1 + e**2)),
        inner.map(lambda e: sqrt(1 + e**2)),
        inner.map(lambda e: e * Positive(e)),
    ),
    max_leaves=6,
)


def independent(expression: Expr, values: dict[sympy.Symbol, Fraction]) -> mpmath.mpf:
    """The value by mpmath, with 60 digits."""
    if expression.is_Symbol:
        return mpmath.mpf(values[expression].numerator) / values[expression].denominator
    if expression.is_Rational:
        return mpmath.mpf(int(expression.p)) / int(expression.q)
    parts = [independent(argument, values) for argument in expression.args]
    name = type(expression).__name__
    if name in {"Add", "Mul"}:
        return mpmath.fsum(parts) if name == "Add" else mpmath.fprod(parts)
    if name == "Pow":
        return parts[0] ** parts[1]
    if name == "Positive":
        return mpmath.mpf(parts[0] > 0)
    if name == "Maximum":
        return max(parts[0], parts[1])
    if name == "Absolute":
        return abs(parts[0])
    return getattr(mpmath, name)(parts[0])


@settings(max_examples=80, deadline=None)
@given(EXPRESSIONS, st.integers(0, 20))
def test_balls_contain_the_value(expression: Expr, index: int) -> None:
    point = Points(1, {}).at(index)
    try:
        value = point.value(expression, 128)
    except NoUse:
        return
    with mpmath.workdps(60), flint.ctx.workprec(300):
        expected = independent(expression, {one: point.coordinate(one) for one in (x, y, z)})
        near = arb(mpmath.nstr(expected, 50)) + arb(0, 1e-30)
        assert arb(value).overlaps(near)


@given(st.integers(0, 40), st.integers(0, 3))
def test_points_satisfy_the_facts(index: int, seed: int) -> None:
    labels = symbols("Y_1:5")
    positive, whole, count = symbols("p k N")
    points = Points(seed, {}, (labels,), frozenset({positive, count}), frozenset({whole, count}), (ROWS,))
    point = points.at(index)
    assert sorted(point.coordinate(label) for label in labels) == [0, 0, 0, 1]
    assert point.coordinate(positive) > 0
    assert point.coordinate(whole).denominator == point.coordinate(count).denominator == 1
    assert point.coordinate(count) > 0
    matrix = sympy.Matrix(3, 3, lambda i, j: sympy.Rational(str(point.coordinate(ROWS[i][j]))))
    assert all(matrix[:k, :k].det() > 0 for k in (1, 2, 3))


def test_every_label_has_its_turn() -> None:
    labels = symbols("Y_1:4")
    points = Points(0, {}, (labels,))
    chosen = {next(label for label in labels if points.at(i).coordinate(label) == 1) for i in range(8)}
    assert chosen == set(labels)


def test_points_do_not_depend_on_what_was_asked_before() -> None:
    first, second = Points(7, {}), Points(7, {})
    for symbol in (x, y, z):
        first.at(3).coordinate(symbol)
    assert [first.at(5).coordinate(e) for e in (x, y)] == [second.at(5).coordinate(e) for e in (y, x)][::-1]
    assert Points(8, {}).at(5).coordinate(x) != first.at(5).coordinate(x)


def test_first_points_are_pleasant() -> None:
    points = Points(0, {})
    for index in range(PLEASANT_POINTS):
        assert all(points.at(index).coordinate(e).denominator <= 2 for e in (x, y, z))
        assert all(abs(points.at(index).coordinate(e)) <= 3 for e in (x, y, z))
    assert points.at(PLEASANT_POINTS).coordinate(x).denominator > 50


def test_definitions_are_followed_and_may_be_fixed() -> None:
    definitions = {s: x + y, t: exp(s)}
    point = at({x: Fraction(1), y: Fraction(-1)}, definitions)
    assert point.value(t + s, 128) == 1
    assert point.with_fixed({s: Fraction(5)}).value(s * x, 128) == 5
    definitions[z] = 3 * t
    assert point.value(z, 128) == 3


def test_stand_ins_have_consistent_derivatives() -> None:
    point = Points(0, {}).at(5)
    step = Fraction(1, 10**6)
    moved = point.with_fixed({x: point.coordinate(x) + step})
    function = unspecified("f", x**2)
    vector = unspecified_component("g", 1, (x * y, x + 1, z))
    for one in (function, vector, sympy.diff(function, x), sympy.diff(vector, x)):
        low, high = point.value(one, 128), moved.value(one, 128)
        slope = point.value(sympy.diff(one, x), 128)
        quotient = (high - low) / fmpq(step.numerator, step.denominator)
        assert abs(quotient - slope) < fmpq(1, 1000)
    assert point.value(unspecified_component("g", 0, (x, y)), 128) != point.value(
        unspecified_component("g", 1, (x, y)), 128
    )


def test_stand_ins_are_described() -> None:
    point = Points(0, {}).at(0)
    label, words = described(point, unspecified("f", x**2, 1))
    assert label == "f"
    assert words.startswith("f(x) = ")
    value = sympy.Rational(str(point.coordinate(x)))
    polynomial = sympy.sympify(words.removeprefix("f(x) = ").replace("^", "**"))
    found = point.value(unspecified("f", x), 128)
    assert sympy.Rational(int(found.p), int(found.q)) == polynomial.subs(x, value)
    assert described(point, unspecified_component("g", 2, (x, y)))[0] == "g_2"


@pytest.mark.parametrize(
    "value, expected",
    [
        (sqrt(2), "1.41421"),
        (-sqrt(2), "-1.41421"),
        (sqrt(2) * 10**8, "1.41421e8"),
        (sqrt(2) / 10**4, "0.000141421"),
        (sqrt(2) / 10**9, "1.41421e-9"),
        (exp(10**6), "3.03321e434294"),
        (-exp(-(10**6)), "-3.29683e-434295"),
        (Rational(1, 3), "1/3"),
        (Rational(10**80, 3), "3.33333e79"),
        (S(7), "7"),
        (Rational(999999999, 10**80), "9.99999e-72"),
    ],
)
def test_digits_are_cut_off_not_rounded(value: Expr, expected: str) -> None:
    assert text(ORIGIN.value(value, 128), 6, 128) == expected


def test_texts_tell_values_apart() -> None:
    low, high = ORIGIN.value(exp(x), 256), ORIGIN.value(exp(x) + Rational(1, 10**20), 256)
    assert differ(low, high, 256)
    first, second = texts(low, high, 256)
    assert first != second
    assert first[:18] == second[:18]
    assert texts(ORIGIN.value(exp(x), 128), fmpq(7), 128) == ("7.38905", "7")


def test_equal_values_never_differ() -> None:
    for bits in (128, 1024):
        first = ORIGIN.value(exp(x) * exp(y + x), bits)
        second = ORIGIN.value(exp(x + x + y), bits)
        assert not differ(first, second, bits)
        assert not differ(arb("nan"), second, bits)


def test_numbers_that_grow_become_balls() -> None:
    value = ORIGIN.value(sympy.Pow(x + Rational(1, 3), 400) ** 40 * 1, 128)
    assert value > 0
