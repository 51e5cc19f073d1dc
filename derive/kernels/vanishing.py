"""Factors that may vanish beside divisions by them: no 0 / 0 where what vanishes cancels.

(a / b) b    =  a
(a / p) q    =  a e^{log q - log p}   for shares p and q of a whole
(a b) / b    =  a
"""

from derive.kernels.algebra import Algebra
from derive.kernels.extents import joined
from derive.kernels.known import (
    covers,
    is_part,
    is_rest_of_one,
    may_overflow,
    may_vanish,
    moved_from,
    number_of,
    numbers,
)
from derive.kernels.logarithms import log_of
from derive.kernels.operations import Operation
from derive.kernels.overflow import tamed


def product_with_vanishing(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """A product with a factor that may vanish and by which the other one is divided somewhere."""
    return _cancelled(of, b, a) if may_vanish(a) else None


def _cancelled(of: Algebra, a: Operation, factor: Operation) -> Operation | None:
    """a times a factor by which parts of it are divided, in these without the division; None where no part is."""
    match a.kind:
        case "exp" if may_overflow(a):
            return tamed(of, a, factor)
        case "negative":
            inner = _cancelled(of, a.arguments[0], factor)
            return None if inner is None else of.negative(inner)
        case "divide":
            upper, lower = a.arguments
            return _cancelled_in_quotient(of, upper, lower, factor)
        case "multiply":
            for one, other in (a.arguments, a.arguments[::-1]):
                if (inner := _cancelled(of, other, factor)) is not None:
                    return of.multiply(one, inner)
        case "permute" if len(factor.axes) == len(a.axes):
            order = numbers(a.data)
            back = tuple(order.index(axis) for axis in range(len(order)))
            inner = _cancelled(of, a.arguments[0], of.permute(factor, back))
            return None if inner is None else of.permute(inner, order)
        case "add" | "subtract" if covers(a, factor):
            return _cancelled_in_sum(of, a, factor)
    return None


def _cancelled_in_quotient(of: Algebra, upper: Operation, lower: Operation, factor: Operation) -> Operation | None:
    """(u / (f r)) f = u / r, (u / p) q = u e^{log q - log p}, ((u / f) / l) f = u / l."""
    rest = _without(of, lower, factor)
    if rest is not None and covers(upper, factor):
        return of.divide(upper, rest)
    if covers(upper, factor) and covers(upper, lower) and (found := _by_share(of, upper, lower, factor)) is not None:
        return found
    inner = _cancelled(of, upper, factor)
    return None if inner is None else of.divide(inner, lower)


def _by_share(of: Algebra, upper: Operation, lower: Operation, factor: Operation) -> Operation | None:
    """(u / p) q = u e^{log q - log p}, (u / (r p)) q = (u / r) e^{log q - log p} for shares p and q of a whole."""
    for one, other in (lower.arguments, lower.arguments[::-1]) if lower.kind == "multiply" else ():
        if (found := _by_share(of, upper, other, factor)) is not None:
            return of.divide(found, one)
    if not is_part(lower) or not (is_part(factor) or moved_from(factor)[1].kind == "exp"):
        return None
    above, below = log_of(of, factor), log_of(of, lower)
    if above is None or below is None:
        return None
    return of.multiply(upper, of.function("exp", of.subtract(above, below)))


def _cancelled_in_sum(of: Algebra, a: Operation, factor: Operation) -> Operation | None:
    """(a + b) f = a f + b f, where f cancels in one of them at least."""
    parts = [_cancelled(of, one, factor) for one in a.arguments]
    if all(one is None for one in parts):
        return None
    first, second = (
        of.multiply(whole, factor) if part is None else part for part, whole in zip(parts, a.arguments, strict=True)
    )
    return of.add(first, second) if a.kind == "add" else of.subtract(first, second)


def _without(of: Algebra, a: Operation, factor: Operation) -> Operation | None:
    """a / factor where it is a factor of a, else None."""
    if a is factor:
        return of.number(1)
    if factor.kind == "sqrt" and factor.arguments[0] is a:
        return factor
    if a.kind == "square" and a.arguments[0] is factor:
        return factor
    for one, other in (a.arguments, a.arguments[::-1]) if a.kind == "multiply" else ():
        if (rest := _without(of, other, factor)) is not None:
            return of.multiply(one, rest)
    return None


def _opposite_of_rest(of: Algebra, a: Operation) -> Operation | None:
    """1 - s², if `a` is s² - 1, and so for what else is left of 1."""
    is_less = a.kind == "subtract" and number_of(a.arguments[1]) == 1
    if not (is_less or (a.kind == "add" and number_of(a.arguments[1]) == -1)):
        return None
    found = of.subtract(of.number(1), a.arguments[0])
    return found if is_rest_of_one(found) else None


def quotient_by_vanishing(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a / b where b may vanish and a with it: a factor that both have goes, exponentials are divided as such."""
    if not may_vanish(b):
        return None
    if (opposite := _opposite_of_rest(of, a)) is not None:
        return of.negative(of.divide(opposite, b))
    rest = _without(of, a, b)
    if rest is not None and joined(rest.axes, b.axes) == rest.axes:
        return rest
    for one, other in (a.arguments, a.arguments[::-1]) if a.kind == "multiply" else ():
        if may_vanish(other) and (inner := quotient_by_vanishing(of, other, b)) is not None:
            return of.multiply(one, inner)
    if not may_vanish(a) or may_overflow(b):
        return None
    above, below = log_of(of, a), log_of(of, b)
    return None if above is None or below is None else of.function("exp", of.subtract(above, below))
