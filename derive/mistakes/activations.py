"""The activations of a model: functions of one variable that it applies entry by entry, with their derivatives."""

import itertools
from collections.abc import Iterator
from contextlib import suppress

from derive.errors import FormulaError
from derive.expressions.tree import (
    Add,
    Apply,
    Cases,
    Comparison,
    Diagonal,
    Entry,
    Expr,
    Extremum,
    Hadamard,
    Index,
    IndexNumber,
    IndexVariable,
    Indicator,
    MatMul,
    Negative,
    Number,
    Power,
    Quotient,
    Reduce,
    Scale,
    Symbol,
    Transpose,
    Unspecified,
)
from derive.expressions.walk import symbols_of, walk
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.mistakes.rewriting import everywhere
from derive.mistakes.wrong import Known, Wrong
from derive.records import dataclass

NO_ACTIVATIONS = frozenset({"log", "sqrt"})

ENTRY_BY_ENTRY = (
    Add,
    Apply,
    Cases,
    Comparison,
    Extremum,
    Hadamard,
    Indicator,
    Negative,
    Number,
    Power,
    Quotient,
    Scale,
)
"""Of what a formula is made that acts on each entry of one quantity by itself."""


@dataclass(frozen=True)
class Activation:
    """A function, its argument, its derivative there, and the name that the model gives to its value, if it does."""

    function: str
    argument: Expr
    derivative: Expr
    value: Symbol | None

    @property
    def is_piecewise_linear(self) -> bool:
        """Whether the derivative takes a few values only, as that of ReLU or of |x| does: a mask."""
        return self.function in ("relu", "leaky", "abs", "")


def activations(known: Known) -> tuple[Activation, ...]:
    """All activations in the model's formulas, in its order; those of an argument with indices are left out."""
    found: dict[Activation, None] = {}
    for name, value in known.computed:
        for node in walk(value):
            whole = Symbol(name, value.shape) if node == value else None
            for activation in _activation(node, whole) if isinstance(node, Expr) else ():
                if not any(isinstance(part, IndexVariable) for part in walk(activation.argument)):
                    found[activation] = None
        for activation in _written_out(known, Symbol(name, value.shape), value):
            found[activation] = None
    return tuple(found)


def _activation(node: Expr, value: Symbol | None) -> Iterator[Activation]:
    match node:
        case Apply(function, argument, parameters, 0) if function not in NO_ACTIVATIONS:
            yield Activation(function, argument, Apply(function, argument, parameters, 1), value)
        case Unspecified(name, argument, 0):
            yield Activation(name, argument, Unspecified(name, argument, 1), value)
        case Extremum("max", Number(least), argument) | Extremum("max", argument, Number(least)) if least == 0:
            yield Activation("relu", argument, Apply("relu", argument, (), 1), value)


def _written_out(known: Known, name: Symbol, value: Expr) -> Iterator[Activation]:
    """A name whose formula acts on each entry of another one, by cases or as `max(z, a z)`."""
    if not isinstance(value, (Add, Cases, Extremum)):
        return
    arguments = {symbol for symbol in symbols_of(value) if symbol.shape == value.shape}
    others = {symbol for symbol in symbols_of(value) if not symbol.shape.is_scalar} - arguments
    parts = (*ENTRY_BY_ENTRY, Symbol)
    if len(arguments) != 1 or others or not all(isinstance(node, parts) for node in walk(value)):
        return
    (argument,) = arguments
    with suppress(NoClosedForm, FormulaError):
        whole = value if value.shape.is_scalar else Reduce("sum", value)
        yield Activation("", argument, presented(known.differentiator.gradient(whole, argument.name)), name)


def with_factor_somewhere(wrong: Wrong, written: Expr, factor: Expr) -> Iterator[Expr]:
    """The formula, or a part of it, times a factor of its shape; for entries, times one of the factor's entries.

    A matrix, such as a Jacobian, is multiplied by the matrix with the factor on its diagonal.
    """
    factors = [factor, *_entries(wrong, factor)]
    yield from everywhere(written, lambda node: _multiplied(node, factors))


def _multiplied(node: Expr, factors: list[Expr]) -> Iterator[Expr]:
    for factor in factors:
        if factor.shape == node.shape:
            yield Scale(factor, node) if node.shape.is_scalar else Hadamard(node, factor)
        elif factor.shape == node.shape.transposed:
            yield Hadamard(node, Transpose(factor))
        elif factor.shape.is_vector and node.shape.is_matrix:
            if factor.shape.length == node.shape.rows:
                yield MatMul(Diagonal(factor), node)
            if factor.shape.length == node.shape.columns:
                yield MatMul(node, Diagonal(factor))


def _entries(wrong: Wrong, factor: Expr) -> Iterator[Expr]:
    """The entries of a vector or a matrix at the free indices of the claim."""
    letters = [IndexVariable(letter) for letter in wrong.known.free]
    first = IndexNumber(0)
    if factor.shape.is_vector:
        for letter in letters:
            place: tuple[Index, Index] = (letter, first) if factor.shape.is_column else (first, letter)
            yield Entry(factor, *place)
    elif factor.shape.is_matrix:
        for row, column in itertools.permutations(letters, 2):
            yield Entry(factor, row, column)
