"""Gradients in which quantities of the model are taken for constants: nothing of the loss comes back through them."""

import itertools
import math
from collections.abc import Iterator

from derive.errors import FormulaError
from derive.expressions.tree import (
    Add,
    Derivative,
    Expr,
    Fill,
    Hadamard,
    MatMul,
    Negative,
    Node,
    Quotient,
    Scale,
    Symbol,
    parts,
)
from derive.expressions.walk import symbols_of, walk
from derive.gradients.closed import Backward
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.terms import zero
from derive.gradients.tidy import number, transposed
from derive.mistakes.rewriting import sum_of, terms_of
from derive.mistakes.wrong import Known
from derive.records import dataclass

MOST_AT_ONCE = 2
"""Statistics that are forgotten are mostly a mean and a deviation."""


@dataclass(frozen=True)
class Constants:
    """What the quantity would be if some names were constants; whether these are all statistics of the variable."""

    value: Expr
    are_statistics: bool


def held_constant(known: Known) -> tuple[Constants, ...]:
    """For each choice of names: what the quantity would be if these were constants, and if nothing but these varied."""
    return tuple(_held_constant(known))


def _held_constant(known: Known) -> Iterator[Constants]:
    quantity, truth = known.quantity, known.truth
    if not (isinstance(quantity, Derivative) and isinstance(quantity.by, Symbol) and quantity.of.shape.is_scalar):
        return
    between = list(_between(known, quantity.of, quantity.by))
    statistics = {symbol for symbol in between if _is_statistic(known, symbol, quantity.by)}
    smaller = tuple(symbol for symbol in between if _entries(symbol) < _entries(quantity.by))
    if statistics and len(smaller) > MOST_AT_ONCE:
        without = _gradient(known, quantity, quantity.by, smaller)
        if without is not None and truth is not None:
            yield Constants(without, True)
    for count in range(1, MOST_AT_ONCE + 1):
        for chosen in itertools.combinations(between, count):
            without = _gradient(known, quantity, quantity.by, chosen)
            if without is None or truth is None or without in (truth, zero(truth.shape)):
                continue
            yield Constants(without, bool(statistics) and set(chosen) == statistics)
            if without.shape == truth.shape:
                yield Constants(sum_of([truth, Negative(without)]), False)


def _entries(symbol: Symbol) -> int:
    return math.prod(dim.size or 0 for dim in symbol.shape.dims)


def _is_statistic(known: Known, symbol: Symbol, by: Symbol) -> bool:
    """Whether a name is computed from the variable itself and combined with it entry by entry, as a mean is."""
    value = known.differentiator.value_of(symbol.name)
    if value is None or by not in symbols_of(value) or symbol.shape == by.shape:
        return False
    return any(_combines(node, symbol, by) for _, formula in known.computed for node in walk(formula))


def _combines(node: Node, symbol: Symbol, by: Symbol) -> bool:
    if not isinstance(node, (Add, Hadamard, Quotient, Scale)):
        return False
    beside = [_factors(part) for part in parts(node)]
    return any(symbol in factors for factors in beside) and any(by in factors for factors in beside)


def _factors(node: Node) -> list[Node]:
    """What stands in a part, but in no matrix product."""
    if isinstance(node, MatMul) and not any(isinstance(part, Fill) for part in parts(node)):
        return []
    return [node, *(found for part in parts(node) for found in _factors(part))]


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


def occurs_in_one_term(known: Known) -> bool:
    """Whether the variable stands more than once in one term of a formula, so that the product rule has as many."""
    formulas = [value for _, value in known.computed]
    if isinstance(known.quantity, Derivative):
        formulas.append(known.quantity.of)
    return any(symbols_of(term).count(known.variable) > 1 for value in formulas for term in terms_of(value))
