"""Sigmoids and hyperbolic tangents: what is spelled out in exponentials by their names, and products of them.

Each rule gives None where it says nothing.
"""

from collections.abc import Callable
from fractions import Fraction

from derive.kernels.algebra import Algebra
from derive.kernels.known import covers, falls_below, moved_from, number_of
from derive.kernels.operations import Operation


def one_plus_tanh(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """1 + tanh u = 2 sigmoid(2 u), also of what was moved about."""
    if number_of(a) != 1 or not covers(b, a):
        return None
    chain, inner = moved_from(b)
    return of.moved_along(chain, _twice_sigmoid(of, inner.arguments[0])) if inner.kind == "tanh" else None


def one_less(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """1 - sigmoid(u) = sigmoid(-u), 1 - tanh(u) = 2 sigmoid(-2 u), also of what was moved about."""
    if number_of(a) != 1 or not covers(b, a):
        return None
    chain, inner = moved_from(b)
    if inner.kind == "sigmoid":
        return of.moved_along(chain, of.function("sigmoid", of.negative(inner.arguments[0])))
    if inner.kind == "tanh":
        return of.moved_along(chain, _twice_sigmoid(of, of.negative(inner.arguments[0])))
    return None


def some_plus_as_much_tanh(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """c + c tanh u = c (1 + tanh u)."""
    return _with_tanh(of, a, b, of.add)


def some_less_as_much_tanh(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """c - c tanh u = c (1 - tanh u)."""
    return _with_tanh(of, a, b, of.subtract)


def _with_tanh(
    of: Algebra, a: Operation, b: Operation, make: Callable[[Operation, Operation], Operation]
) -> Operation | None:
    value = number_of(a)
    if value is None or b.kind != "multiply" or b in of.shared or number_of(b.arguments[0]) != value:
        return None
    if moved_from(b.arguments[1])[1].kind != "tanh" or not covers(b, a):
        return None
    return of.multiply(of.number(value), make(of.number(1), b.arguments[1]))


def _twice_sigmoid(of: Algebra, u: Operation) -> Operation:
    """2 sigmoid(2 u)."""
    two = of.number(2)
    return of.multiply(two, of.function("sigmoid", of.multiply(two, u)))


def product_of_opposites(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """sigmoid(u) sigmoid(-u) = s (1 - s) with s = sigmoid(u): no second exponential is needed."""
    if b.kind != "sigmoid":
        return None
    opposite = of.negative(b.arguments[0])
    for one in factors(of, a) if a.kind == "multiply" else [a]:
        if one.kind == "sigmoid" and one.arguments[0] is opposite:
            return of.combined("multiply", a, of.combined("subtract", of.number(1), one))
    return None


def factors(of: Algebra, a: Operation) -> list[Operation]:
    """The factors of a product of arrays, those that have names whole."""
    parts = a.arguments * 2 if a.kind == "square" else a.arguments
    return [
        factor
        for one in parts
        for factor in (factors(of, one) if one.kind == "multiply" and one not in of.shared else [one])
    ]


def product_of_exponential_and_sigmoid(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """e^u sigmoid(-u) = sigmoid(u)."""
    if a.kind == "exp" and b.kind == "sigmoid" and of.negative(a.arguments[0]) is b.arguments[0]:
        return of.function("sigmoid", a.arguments[0])
    return None


def product_of_exponential_and_mask(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """e^u 1(u < c) = e^{min(u, c)} 1(u < c)."""
    if a.kind == "exp" and (low := falls_below(b, a.arguments[0])) is not None:
        return of.combined("multiply", of.function("exp", of.minimum(a.arguments[0], low)), b)
    return None


def hyperbolic_tangent(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """(e^u - e^{-u}) / (e^u + e^{-u}) = sinh u / cosh u = tanh u, (e^u - 1) / (e^u + 1) = tanh(u / 2)."""
    if a.kind == "sinh" and b.kind == "cosh" and a.arguments == b.arguments:
        return of.function("tanh", a.arguments[0])
    if a.kind != "subtract" or b.kind != "add" or set(a.arguments) != set(b.arguments):
        return None
    first, second = a.arguments
    if first.kind == second.kind == "exp" and of.negative(first.arguments[0]) is second.arguments[0]:
        return of.function("tanh", first.arguments[0])
    half = of.number(Fraction(1, 2))
    if first.kind == "exp" and number_of(second) == 1:
        return of.function("tanh", of.multiply(half, first.arguments[0]))
    if second.kind == "exp" and number_of(first) == 1:
        return of.negative(of.function("tanh", of.multiply(half, second.arguments[0])))
    return None
