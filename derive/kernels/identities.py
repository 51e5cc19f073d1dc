"""Sums, products, quotients and powers with less to compute: numbers folded, signs brought out, ones and zeros dropped.

Each rule gives None where it says nothing.
"""

from fractions import Fraction

from derive.kernels.algebra import Algebra, Rules
from derive.kernels.extents import joined
from derive.kernels.known import covers, is_number, moved_from, number_of, one_at
from derive.kernels.operations import Operation, is_constant

# ── signs ──


def negative_of_number(of: Algebra, a: Operation) -> Operation | None:
    """-(c) = -c."""
    value = number_of(a)
    if value is None:
        return None
    return of.number(-value) if a.is_scalar else of.fill(-value, a.axes)


def negative_of_negative(_: Algebra, a: Operation) -> Operation | None:
    """-(-a) = a."""
    return a.arguments[0] if a.kind == "negative" else None


def negative_of_difference(of: Algebra, a: Operation) -> Operation | None:
    """-(a - b) = b - a."""
    if a.kind == "subtract" and a.arguments[1].axes == a.axes:
        return of.subtract(a.arguments[1], a.arguments[0])
    return None


# ── sums and differences ──


def sum_with_zero(_: Algebra, a: Operation, b: Operation) -> Operation | None:
    """0 + a = a."""
    return b if number_of(a) == 0 and covers(b, a) else None


def sum_with_negative(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a + (-b) = a - b, also where -b was moved about."""
    chain, inner = moved_from(b)
    return of.subtract(a, of.moved_along(chain, inner.arguments[0])) if inner.kind == "negative" else None


def difference_with_zero(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a - 0 = a, 0 - a = -a."""
    if number_of(b) == 0 and covers(a, b):
        return a
    return of.negative(b) if number_of(a) == 0 and covers(b, a) else None


def difference_of_same(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a - a = 0."""
    return of.fill(0, a.axes) if a is b else None


def difference_with_negative(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a - (-b) = a + b."""
    return of.add(a, b.arguments[0]) if b.kind == "negative" else None


def difference_with_one_at_labels(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a - 1(labels) by the places that the labels name alone."""
    if (labels := one_at(b)) is not None and len(a.axes) == 2 and a.axes == b.axes and a.kind != "fill":
        return of.graph.make("subtract_at", (a, labels[0]), a.axes, (labels[1],))
    return None


# ── products ──


def product_with_unit(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """1 a = a, (-1) a = -a."""
    value = number_of(a)
    if value in (1, -1) and covers(b, a):
        return b if value == 1 else of.negative(b)
    return None


def product_with_filled(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """c 1 b = c b, repeated along the axes of the array of ones."""
    value = number_of(a)
    if value is None or a.is_scalar or b.is_scalar or covers(b, a):
        return None
    return of.repeated(of.multiply(of.number(value), of.numeric(b)), joined(a.axes, b.axes))


def product_with_negative(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a (-b) = -(a b)."""
    return of.negative(of.multiply(a, b.arguments[0])) if b.kind == "negative" else None


def product_with_quotient(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a (b / a) = b, a (1 / b) = a / b."""
    if b.kind != "divide":
        return None
    upper, lower = b.arguments
    if lower is a and covers(upper, a):
        return upper
    if number_of(upper) == 1 and (a.is_scalar or not is_constant(lower)):
        return of.divide(a, lower)
    return None


def product_of_same(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a a = a²."""
    return of.function("square", a) if a is b else None


def product_with_number(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """Numbers first and together: a c = c a, c (d b) = (c d) b, c (d / b) = (c d) / b."""
    if is_number(b):
        return of.combined("multiply", b, a) if is_number(a) else _after_number(of, b, a)
    return _after_number(of, a, b) if is_number(a) else None


def _after_number(of: Algebra, number: Operation, b: Operation) -> Operation:
    if b.kind == "multiply" and is_number(b.arguments[0]):
        return of.multiply(of.multiply(number, b.arguments[0]), b.arguments[1])
    if b.kind == "divide" and is_number(b.arguments[0]):
        return of.divide(of.multiply(number, b.arguments[0]), b.arguments[1])
    return of.combined("multiply", number, b)


# ── quotients ──


def quotient_by_one(_: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a / 1 = a."""
    return a if number_of(b) == 1 and covers(a, b) else None


def quotient_of_negative(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """(-a) / b = -(a / b)."""
    return of.negative(of.divide(a.arguments[0], b)) if a.kind == "negative" else None


def quotient_of_same(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a / a = 1."""
    return of.fill(1, a.axes) if a is b else None


def quotient_by_inverse(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a / (1 / b) = a b."""
    if b.kind == "divide" and number_of(b.arguments[0]) == 1:
        return of.multiply(a, b.arguments[1])
    return None


def quotient_by_constant(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a / c = (1 / c) a for an array: one division."""
    if is_constant(b) and not a.is_scalar and number_of(a) is None:
        return of.multiply(of.divide(of.number(1), b), a)
    return None


# ── powers and functions ──


def power_of_number(of: Algebra, a: Operation, exponent: Operation) -> Operation | None:
    """a^1, a^2, a^{1/2}, a^{-c}, a^0 by their own operations."""
    value = number_of(exponent)
    if value == 1:
        return a
    if value == 2:
        return of.function("square", a)
    if value == Fraction(1, 2):
        return of.function("sqrt", a)
    if value is not None and value < 0:
        return of.divide(of.number(1), of.power(a, of.number(-value)))
    return of.fill(1, a.axes) if value == 0 else None


def square_of_root(_: Algebra, a: Operation) -> Operation | None:
    """(sqrt a)² = a."""
    return a.arguments[0] if a.kind == "sqrt" else None


def square_of_negative(of: Algebra, a: Operation) -> Operation | None:
    """(-a)² = a²."""
    return of.function("square", a.arguments[0]) if a.kind == "negative" else None


def size_of_negative(of: Algebra, a: Operation) -> Operation | None:
    """|-a| = |a|."""
    return of.function("abs", a.arguments[0]) if a.kind == "negative" else None


def positive_part(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a > 0 is max(a, 0) > 0 where that is there already."""
    if number_of(b) != 0:
        return None
    rectified = of.graph.find("maximum", (a, of.number(0)), a.axes)
    return None if rectified is None else of.combined("greater", rectified, b)


OTHERS: Rules = {
    "negative": (negative_of_number, negative_of_negative, negative_of_difference),
    "power": (power_of_number,),
    "square": (square_of_root, square_of_negative),
    "abs": (size_of_negative,),
    "greater": (positive_part,),
}
"""The rules of the kinds of which nothing else is known."""
