"""Gradients in which quantities of the model are taken for constants: nothing of the loss comes back through them."""

import itertools
from collections.abc import Iterator

from derive.errors import FormulaError
from derive.expressions.tree import Derivative, Expr, Negative, Symbol
from derive.gradients.closed import Backward
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.terms import zero
from derive.gradients.tidy import number, transposed
from derive.mistakes.rewriting import sum_of
from derive.mistakes.wrong import Known

MOST_AT_ONCE = 2
"""Statistics that are forgotten are mostly a mean and a deviation."""


def held_constant(known: Known) -> tuple[tuple[frozenset[str], Expr], ...]:
    """For each choice of names: what the quantity would be if these were constants, and if nothing but these varied.

    The latter comes without names: it is what is left of the truth if all other paths are left out.
    """
    return tuple(_held_constant(known))


def _held_constant(known: Known) -> Iterator[tuple[frozenset[str], Expr]]:
    quantity, truth = known.quantity, known.truth
    if not (isinstance(quantity, Derivative) and isinstance(quantity.by, Symbol) and quantity.of.shape.is_scalar):
        return
    between = list(_between(known, quantity.of, quantity.by))
    for count in range(1, MOST_AT_ONCE + 1):
        for chosen in itertools.combinations(between, count):
            without = _gradient(known, quantity, quantity.by, chosen)
            if without is None or truth is None or without == truth:
                continue
            yield frozenset(symbol.name for symbol in chosen), without
            if without.shape == truth.shape:
                yield frozenset(), sum_of([truth, Negative(without)])


def _between(known: Known, of: Expr, by: Symbol) -> Iterator[Symbol]:
    """The names that depend on the variable and on which the loss depends."""
    upstream = known.differentiator.upstream
    for name in upstream(of):
        value = known.differentiator.value_of(name)
        if name not in (by.name, getattr(of, "name", None)) and value is not None and by.name in upstream(value):
            yield Symbol(name, value.shape)


def _gradient(known: Known, quantity: Derivative, by: Symbol, constants: tuple[Symbol, ...]) -> Expr | None:
    """The gradient with the adjoints of some names set to zero; null where it has no closed form."""
    try:
        of = known.differentiator.without_derivatives(quantity.of)
        back = Backward(known.differentiator, of, number(1))
        for constant in constants:
            back.adjoints[constant.name] = zero(constant.shape)
        found = presented(back.adjoint(by.name))
    except (NoClosedForm, FormulaError):
        return None
    return transposed(found) if quantity.layout == "numerator" else found
