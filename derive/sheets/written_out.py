"""Entries written out: products of matrices as sums over an index, a softmax without a name as its exponentials."""

import re
from collections.abc import Set
from dataclasses import replace
from fractions import Fraction

from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    Apply,
    Diagonal,
    Entry,
    Expr,
    Extremum,
    Index,
    IndexNumber,
    IndexVariable,
    Label,
    MatMul,
    Node,
    Number,
    Quantified,
    Quotient,
    Range,
    Scale,
    Softmax,
    Symbol,
)
from derive.expressions.walk import rebuilt, walk
from derive.gradients.indices import LETTERS, Indices, mentions, replaced, unbound_letters, whole
from derive.gradients.tidy import times
from derive.sheets.computation import Computation

LETTERS_OF_SUMS = "jklmpqrstuvwxyzabcdefgh"
"""Letters for an index that is summed over."""

_SUBSCRIPT = re.compile(r"_\{?([a-z])\}?(?![A-Za-z])")
"""A letter in the subscript of a name."""

PLACES = "Rows belong to what is differentiated, columns to what it is differentiated by."
"""Where a derivative stands in a Jacobian."""


def entry_of(vector: Expr, index: Index) -> Entry:
    """The entry of a vector, whichever way it stands."""
    first = IndexNumber(0)
    return Entry(vector, index, first) if vector.shape.is_column else Entry(vector, first, index)


def letters_for(computation: Computation, *beside: Node) -> list[str]:
    """Letters for indices that are in no name, of symbols or of dimensions, and that nothing beside them has."""
    table = computation.table
    bases = (name.partition("_")[0] for name in table.meanings)
    subscripts = (letter for name in table.meanings for letter in _SUBSCRIPT.findall(name))
    taken = {
        *table.meanings,
        *table.dims,
        *table.families,
        *bases,
        *subscripts,
        *(letter for node in beside for letter in unbound_letters(node)),
    }
    return [letter for letter in LETTERS if letter not in taken] or list(LETTERS)


def in_indices(computation: Computation, node: Expr, *beside: Node) -> Expr:
    """The same entry with every product of matrices as a sum over an index, one that nothing beside it has."""
    indices = computation.differentiator.context.indices

    def change(part: Node) -> Node | None:
        match part:
            case Entry(MatMul(Scale(factor, left), right), row, column):
                return Scale(factor, in_indices(computation, Entry(MatMul(left, right), row, column), *beside))
            case Entry(MatMul(left, right), row, column) if left.shape.columns.is_unit:
                only = IndexNumber(0)
                product = Scale(indices.entry(left, row, only), indices.entry(right, only, column))
                return in_indices(computation, product, *beside)
            case Entry(MatMul(left, right), row, column):
                index = indices.fresh(letters_for(computation, node, part, *beside)[0])
                first, second = indices.entry(left, row, index), indices.entry(right, index, column)
                total = _sum_of_products(first, second, index, left.shape.columns)
                return in_indices(computation, total, *beside)
            case Entry(operand, row, column) if not isinstance(operand, Symbol):
                made = indices.entry(operand, row, column)
                return None if made == part else in_indices(computation, made, *beside)
        return None

    return rebuilt(node, change)  # type: ignore[return-value]


def opened(indices: Indices, node: Expr) -> Expr:
    """An expression in which the entries of diagonal matrices and of formulas are formulas of entries of names."""

    def change(part: Node) -> Node | None:
        match part:
            case Entry(Diagonal(operand), row, column):
                return times(indices.same(row, column), opened(indices, Entry(operand, row, row)))
            case Entry(Extremum(kind, left, right), row, column):
                at = (side if side.shape.is_scalar else Entry(side, row, column) for side in (left, right))
                return opened(indices, Extremum(kind, *at))
            case Entry(operand, row, column) if not isinstance(operand, Symbol):
                found = indices.entry(operand, row, column)
                return None if found == part else opened(indices, found)
        return None

    return rebuilt(node, change)  # type: ignore[return-value]


def _sum_of_products(first: Expr, second: Expr, index: IndexVariable, dim: Dim) -> Expr:
    """sum_k a_k b_k, what does not have the index in front."""
    if isinstance(first, Scale) and not mentions(first.factor, index):
        return Scale(first.factor, _sum_of_products(first.operand, second, index, dim))
    if isinstance(second, Scale) and not mentions(second.factor, index):
        return Scale(second.factor, _sum_of_products(first, second.operand, index, dim))
    body = (
        second if first == Number(Fraction(1)) else first if second == Number(Fraction(1)) else _product(first, second)
    )
    return Quantified("sum", index, whole(index, dim).range, body)


def _product(first: Expr, second: Expr) -> Expr:
    """a b, without brackets around a b that is a product."""
    if isinstance(second, Scale):
        return Scale(_product(first, second.factor), second.operand)
    return Scale(first, second)


def with_exponentials(node: Expr) -> Expr:
    """An expression in which each entry of a softmax that has no name is a quotient of exponentials."""
    taken = {part.name for part in walk(node) if isinstance(part, (IndexVariable, Label, Symbol))}
    letter = IndexVariable(next(name for name in LETTERS_OF_SUMS if name not in taken), -1)

    def changed(part: Node) -> Node | None:
        if not isinstance(part, Entry) or not isinstance(part.operand, Softmax) or part.operand.logarithm:
            return None
        softmax = part.operand
        dim = softmax.shape.dims[softmax.axis]
        places = (letter, part.column) if softmax.axis == 0 else (part.row, letter)
        over = Range(0, (dim.size or 1) - 1, dim, "dimension")
        total = Quantified("sum", letter, over, Apply("exp", Entry(softmax.operand, *places)))
        return Quotient(Apply("exp", Entry(softmax.operand, part.row, part.column)), total)

    return rebuilt(node, changed)  # type: ignore[return-value]


def with_other_letters(node: Expr, taken: Set[str]) -> Expr:
    """An expression with other letters for those of its sums that are taken."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Quantified) or part.index.name not in taken:
            return None
        inside = {inner.name for inner in walk(node) if isinstance(inner, (IndexVariable, Label, Symbol))}
        letter = next(letter for letter in LETTERS_OF_SUMS if letter not in taken and letter not in inside)
        index = IndexVariable(letter, part.index.scope)
        return replace(part, index=index, body=with_other_letters(replaced(part.body, part.index, index), taken))

    return rebuilt(node, change)  # type: ignore[return-value]
