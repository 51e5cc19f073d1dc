"""Values at points are certain, satisfy the facts, and do not depend on what was asked before."""

from fractions import Fraction

import flint
import mpmath
import pytest
import sympy
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.exact import balls
from derive.exact.balls import PLEASANT_POINTS, NoUse, Point, Points, described, differ, text, texts
from derive.exact.functions import (
    absolute,
    maximum,
    positive,
    sign,
    unspecified,
    unspecified_component,
    zero,
)
from derive.exact.scalars import (
    NOTHING,
    ONE,
    PI,
    Add,
    Mul,
    Number,
    Scalar,
    Symbol,
    cos,
    erf,
    exp,
    log,
    number,
    sin,
    sqrt,
    symbols,
    tanh,
)

x, y, z, s, t = symbols("x y z s t")
ROWS = tuple(tuple(Symbol(f"A_{min(i, j)}_{max(i, j)}") for j in range(3)) for i in range(3))


def at(values: dict[Symbol, Fraction], definitions: dict[Symbol, Scalar] | None = None) -> Point:
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
        ((x + 6) ** Fraction(2, 3), fmpq(4)),
        ((x + 6) ** Fraction(-1, 3), fmpq(1, 2)),
        (cos(z) + sin(z) + tanh(z) + erf(z), fmpq(1)),
        (positive(x) + positive(y) + zero(x) + sign(y), fmpq(0)),
        (maximum(x, y) + absolute(y), fmpq(7, 2)),
        (sqrt(z), fmpq(0)),
        ((x**2) ** (x + 1), fmpq(64)),
    ],
)
def test_rational_values_are_exact(expression: Scalar, value: fmpq) -> None:
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
        y ** Fraction(1, 3),
        y**PI,
        z**y,
        NOTHING,
        sqrt(number(-1)) * x,
    ],
)
def test_no_value(expression: Scalar) -> None:
    for _ in range(2):
        with pytest.raises(NoUse):
            ORIGIN.value(expression, 128)


@pytest.mark.parametrize(
    "expression", [positive(z), zero(z), sign(z), absolute(z), maximum(x, x + z), exp(x * zero(z))]
)
def test_kinks_are_of_no_use_unless_asked_for(expression: Scalar) -> None:
    with pytest.raises(NoUse):
        ORIGIN.value(expression, 128)
    ORIGIN.value(expression, 128, kinks=True)


def test_an_uncertain_sign_is_of_no_use() -> None:
    nothing = exp(x) * exp(y) - exp(x + y)
    assert not isinstance(nothing, Number)
    for step in (positive(nothing), absolute(nothing), 1 / nothing, log(nothing), sqrt(nothing)):
        with pytest.raises(NoUse):
            ORIGIN.value(step, 128, kinks=True)


EXPRESSIONS = st.recursive(
    st.sampled_from([x, y, z, number(Fraction(1, 3)), ONE, number(-2)]),
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
        inner.map(lambda e: e * positive(e)),
    ),
    max_leaves=6,
)


def independent(expression: Scalar, values: dict[Symbol, Fraction]) -> mpmath.mpf:
    """The value by mpmath, with 60 digits."""
    if isinstance(expression, Symbol):
        return mpmath.mpf(values[expression].numerator) / values[expression].denominator
    if isinstance(expression, Number):
        return fraction(expression.value)
    parts = [independent(operand, values) for operand in expression.operands]
    name = type(expression).__name__
    if isinstance(expression, Add):
        return fraction(expression.constant) + mpmath.fdot([fraction(factor) for _, factor in expression.terms], parts)
    if isinstance(expression, Mul):
        return fraction(expression.coefficient) * mpmath.fprod(parts)
    if name == "Pow":
        return parts[0] ** parts[1]
    if name == "Positive":
        return mpmath.mpf(parts[0] > 0)
    if name == "Maximum":
        return max(parts[0], parts[1])
    if name == "Absolute":
        return abs(parts[0])
    return getattr(mpmath, name.lower())(parts[0])


def fraction(value: int | Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator


@settings(max_examples=80, deadline=None)
@given(EXPRESSIONS, st.integers(0, 20))
def test_balls_contain_the_value(expression: Scalar, index: int) -> None:
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
    labels = symbols("Y_1 Y_2 Y_3 Y_4")
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
    labels = symbols("Y_1 Y_2 Y_3")
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
    for one in (function, vector, function.diff(x), vector.diff(x)):
        low, high = point.value(one, 128), moved.value(one, 128)
        slope = point.value(one.diff(x), 128)
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
    assert sympy.Rational(int(found.p), int(found.q)) == polynomial.subs("x", value)
    assert described(point, unspecified_component("g", 2, (x, y)))[0] == "g_2"


@pytest.mark.parametrize(
    "value, expected",
    [
        (sqrt(number(2)), "1.41421"),
        (-sqrt(number(2)), "-1.41421"),
        (sqrt(number(2)) * 10**8, "1.41421e8"),
        (sqrt(number(2)) / 10**4, "0.000141421"),
        (sqrt(number(2)) / 10**9, "1.41421e-9"),
        (exp(number(10**6)), "3.03321e434294"),
        (-exp(number(-(10**6))), "-3.29683e-434295"),
        (number(Fraction(1, 3)), "1/3"),
        (number(Fraction(10**80, 3)), "3.33333e79"),
        (number(7), "7"),
        (number(Fraction(999999999, 10**80)), "9.99999e-72"),
        (sqrt(number(2)) * 10**5, "1.41421e5"),
        (number(Fraction(10**70, 7) + 123456), "1.42857e69"),
        (-exp(x) * exp(-x) * exp(number(0)), "-1"),
    ],
)
def test_digits_are_cut_off_not_rounded(value: Scalar, expected: str) -> None:
    assert text(ORIGIN.value(value, 128), 6, 128) == expected


BETWEEN = [
    (("1/2", "1/2"), "0.500000"),
    (("0.6430729", "0.6430735"), "0.64307"),
    (("-0.6430735", "-0.6430729"), "-0.64307"),
    (("0.9999999999999", "1.0000000000001"), "1.00000"),
    (("-1.0000000000001", "-0.9999999999999"), "-1.00000"),
    (("-1.0000000000001", "-1"), "-1.00000"),
    (("1.49999", "1.50001"), "1.5"),
    (("149999", "150001"), "1.5e5"),
    (("2.9999", "3.0001"), "3e0"),
    (("99999.99999999", "100000.00000001"), "1.00000e5"),
    (("1.2", "1.3"), "1e0"),
    (("-1.3", "-1.2"), "-1e0"),
    (("0.00001234567", "0.00001234568"), "0.0000123456"),
    (("0.7", "1.3"), "between 0.700000 and 1.30000"),
    (("-1/3", "1/3"), "between -0.333333 and 0.333333"),
    (("0", "1/3"), "between 0 and 0.333333"),
]


@pytest.mark.parametrize("ends, expected", BETWEEN)
def test_every_printed_digit_is_certain(ends: tuple[str, str], expected: str) -> None:
    """A wide interval has few digits, one that is as good as a short decimal is that decimal, on either side of 0."""
    lower, upper = (Fraction(end) for end in ends)
    assert balls._leading_digits(_flint(lower), _flint(upper), 6) == expected


@given(st.fractions(-(10**7), 10**7), st.integers(1, 40), st.integers(1, 99))
def test_printed_digits_are_those_of_every_number_between(lower: Fraction, exponent: int, width: int) -> None:
    """The printed number is less than a unit of its last digit away from both ends."""
    upper = lower + Fraction(width, 10**exponent)
    printed = balls._leading_digits(_flint(lower), _flint(upper), 6)
    ends = [Fraction(end) for end in printed.removeprefix("between ").split(" and ")]
    mantissa, _, power = printed.split(" ")[-1].partition("e")
    unit = Fraction(10) ** (int(power or 0) - len(mantissa.partition(".")[2]))
    assert ends[0] - (len(ends) == 1) * unit < upper
    assert lower < ends[-1] + unit
    if len(ends) == 1:
        assert max(abs(ends[0] - lower), abs(ends[0] - upper)) < unit


def _flint(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def test_texts_tell_values_apart() -> None:
    low, high = ORIGIN.value(exp(x), 256), ORIGIN.value(exp(x) + Fraction(1, 10**20), 256)
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
    value = ORIGIN.value((x + Fraction(1, 3)) ** 400 * (x + Fraction(1, 3)) ** 15600, 128)
    assert value > 0


def test_a_ball_around_zero_that_is_far_too_small_to_be_written_out() -> None:
    """Its ends have more digits than Python turns into text."""
    near = arb(0, arb(2) ** -30_000)
    assert text(near, 6, 128) == "a value near 0"
    assert texts(near, fmpq(1), 128) == ("a value near 0", "1")
