"""Exponents in which terms cancel: e^{u - (u - c)} = e^c, however the terms are bracketed and moved about."""

from collections.abc import Iterator
from fractions import Fraction

from derive.kernels.algebra import Algebra
from derive.kernels.known import at_one_label, is_number, may_overflow, moved_from, number_of, one_at
from derive.kernels.operations import Operation


def exponential_of_cancelling(of: Algebra, a: Operation) -> Operation | None:
    """e^a without the terms of a that cancel; None where none do."""
    coefficients: dict[Operation, Fraction] = {}
    for term, factor in _terms(of, a, Fraction(1)):
        coefficients[term] = coefficients.get(term, Fraction(0)) + factor
    left = {term: factor for term, factor in coefficients.items() if factor}
    if len(left) == len(coefficients):
        return None
    found = of.number(0)
    for term, factor in left.items():
        found = _added(of, found, term, factor)
    return of.repeated(of.function("exp", found), a.axes)


def product_with_mask_of_labels(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """1(j = y) e^{u_j} = 1(j = y) e^{u_y}, which may overflow less: terms of u_y cancel."""
    if not may_overflow(b):
        return None
    labels, axis = one_at(a) or at_one_label(a) or (None, 0)
    if labels is None or b.kind != "exp" or b.axes != a.axes:
        return None
    picked = of.number(0)
    for term, factor in _terms(of, b.arguments[0], Fraction(1)):
        is_same = term.is_scalar or term.axes[axis] == 1
        one = term if is_same else of.expand(of.pick(term, labels, axis), (axis,), len(a.axes))
        picked = _added(of, picked, one, factor)
    return None if picked.axes == b.axes else of.multiply(a, of.function("exp", picked))


def _added(of: Algebra, a: Operation, term: Operation, factor: Fraction) -> Operation:
    """a + c b, as a difference where c is below zero."""
    scaled = of.multiply(of.number(abs(factor)), term)
    return of.add(a, scaled) if factor > 0 else of.subtract(a, scaled)


def _terms(of: Algebra, a: Operation, factor: Fraction) -> Iterator[tuple[Operation, Fraction]]:
    """The terms of a sum with their numbers, each moved about as the sum is, those that have names whole."""
    chain, inner = moved_from(a)
    if inner.is_scalar:
        chain, a = [], inner
    if inner in of.shared:
        yield a, factor
        return
    parts = [part if part.is_scalar else of.moved_along(chain, part) for part in _summands(inner)]
    match inner.kind:
        case "add":
            for part in parts:
                yield from _terms(of, part, factor)
        case "subtract":
            yield from _terms(of, parts[0], factor)
            yield from _terms(of, parts[1], -factor)
        case "negative":
            yield from _terms(of, parts[0], -factor)
        case "multiply" if is_number(inner.arguments[0]):
            yield from _terms(of, parts[1], factor * (number_of(inner.arguments[0]) or 0))
        case _:
            yield a, factor


def _summands(a: Operation) -> tuple[Operation, ...]:
    is_sum = a.kind in ("add", "subtract", "negative") or (a.kind == "multiply" and is_number(a.arguments[0]))
    return a.arguments if is_sum else ()
