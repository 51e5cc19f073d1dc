"""Sigmoids, hyperbolic tangents and softplus that are spelled out in exponentials, by their names; shares as quotients.

Their derivatives are then products of themselves, in which what would overflow has no part:

    1 / (1 + e^u) = (1 + e^u)^{-1} = sigmoid(-u)         e^u / (1 + e^u) = sigmoid(u)
    1 - sigmoid(u) = sigmoid(-u)                         log(1 + e^u) = softplus(u)
    (e^u - e^{-u}) / (e^u + e^{-u}) = tanh(u)            (e^u - 1) / (e^u + 1) = tanh(u / 2)
    sinh(u) / cosh(u) = tanh(u)                          1 + tanh(u) = 2 sigmoid(2 u)

So are rows or columns that are divided by numbers of their own, as attention writes it:

    diag(q)^{-1} E = E / (q 1^T)                         E diag(q)^{-1} = E / (1 q^T)

And what a softmax leaves to the other classes, where it may be next to nothing, is a sum over these:

    log(1 - softmax(s)_y) = log sum_{k != y} e^{s_k} - log sum_k e^{s_k}
"""

from dataclasses import replace
from fractions import Fraction

from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import (
    Add,
    Apply,
    Comparison,
    Diagonal,
    Entry,
    Expr,
    Fill,
    Index,
    IndexValue,
    IndexVariable,
    Inverse,
    Label,
    MatMul,
    Negative,
    Node,
    Number,
    Power,
    Quantified,
    Quotient,
    Range,
    Scale,
    Softmax,
    Transpose,
)
from derive.expressions.walk import rebuilt
from derive.notation.symbols import Computed, SymbolTable

ONE = Number(Fraction(1))
TWO = Number(Fraction(2))
UNIT = Dim(1, "1")


def with_names(table: SymbolTable) -> SymbolTable:
    """A table whose computed names are spelled with the names of functions; every value stays the same."""
    meanings = {
        name: replace(meaning, value=named(meaning.value))
        if isinstance(meaning, Computed) and meaning.value is not None
        else meaning
        for name, meaning in table.meanings.items()
    }
    return replace(table, meanings=meanings)


def named(node: Expr) -> Expr:
    """An expression with the functions that are spelled out in it by their names."""
    found = rebuilt(node, _named)
    assert isinstance(found, Expr)
    return found


def _named(node: Node) -> Expr | None:
    """The function that a part is; None where it is none of these."""
    found = None
    match node:
        case Quotient(numerator, denominator):
            found = _quotient(numerator, denominator)
        case Power(
            base, Negative(Number(Fraction(numerator=1, denominator=1))) | Number(Fraction(numerator=-1, denominator=1))
        ):
            found = _quotient(ONE, base)
        case Add((first, second)):
            found = _sum(first, second)
        case Apply("log", operand, _, 0) if (exponent := _one_plus(operand)) is not None:
            found = Apply("softplus", named(exponent))
        case Apply("log", operand, _, 0):
            found = _log_of_others(operand)
        case MatMul(left, right):
            found = _divided(left, right)
    return found if isinstance(node, Expr) and found is not None and found.shape == node.shape else None


def _log_of_others(node: Expr) -> Expr | None:
    """log(1 - p_y) for the class y that a label names, and of quotients with it; None of anything else."""
    match node:
        case Quotient(upper, lower):
            first, second = (_log_of_others(part) for part in (upper, lower))
            if first is None and second is None:
                return None
            return Add((first or named(Apply("log", upper)), Negative(second or named(Apply("log", lower)))))
        case Add(
            (Number(Fraction(numerator=1, denominator=1)), Negative(Entry(Softmax(scores, axis, False), row, column)))
        ):
            return _log_of_other_classes(named(scores), axis, row, column)
    return None


def _log_of_other_classes(scores: Expr, axis: int, row: Index, column: Index) -> Expr | None:
    label = column if axis == 1 else row
    if not isinstance(label, Label):
        return None
    dim = scores.shape.dims[axis]
    index = IndexVariable("k", 1)
    among = Range(0, (dim.size or 1) - 1, dim, "dimension")
    entry = Entry(scores, row, index) if axis == 1 else Entry(scores, index, column)
    is_other = Comparison(IndexValue(index), "!=", IndexValue(label))
    others = Quantified("sum", index, among, Apply("exp", entry), is_other)
    return Add((Apply("log", others), Negative(Apply("log", Quantified("sum", index, among, Apply("exp", entry))))))


def _divided(left: Expr, right: Expr) -> Expr | None:
    """A product with the inverse of a diagonal matrix; of further factors the next one alone is divided."""
    match left, right:
        case (Inverse(Diagonal(vector)), MatMul(first, rest)) if vector.shape.is_vector:
            share = _divided(left, first)
            return None if share is None else MatMul(share, named(rest))
        case (MatMul(rest, last), Inverse(Diagonal(vector))) if vector.shape.is_vector:
            share = _divided(last, right)
            return None if share is None else MatMul(named(rest), share)
        case (Inverse(Diagonal(vector)), whole) if vector.shape.is_vector:
            column = vector if vector.shape.is_column else Transpose(vector)
            ones = Fill(1, Shape((UNIT, whole.shape.columns)))
            return Quotient(named(whole), MatMul(named(column), ones))
        case (whole, Inverse(Diagonal(vector))) if vector.shape.is_vector:
            row = vector if vector.shape.is_row else Transpose(vector)
            return Quotient(named(whole), MatMul(Fill(1, Shape((whole.shape.rows, UNIT))), named(row)))
    return None


def _quotient(numerator: Expr, denominator: Expr) -> Expr | None:
    exponent = _one_plus(denominator)
    if exponent is not None:
        if numerator == ONE:
            return Apply("sigmoid", _negative(named(exponent)))
        if _exponent(numerator) == exponent:
            return Apply("sigmoid", named(exponent))
    match numerator, denominator:
        case (Apply("sinh", u, _, 0), Apply("cosh", v, _, 0)) if u == v:
            return Apply("tanh", named(u))
        case Add((first, Negative(second))), Add(terms) if terms in ((first, second), (second, first)):
            return _difference_over_sum(first, second)
    return None


def _difference_over_sum(first: Expr, second: Expr) -> Expr | None:
    """(a - b) / (a + b)."""
    u, v = _exponent(first), _exponent(second)
    if u is not None and v is not None and v == _negative(u):
        return Apply("tanh", named(u))
    if u is not None and second == ONE:
        return Apply("tanh", Scale(Number(Fraction(1, 2)), named(u)))
    if v is not None and first == ONE:
        return Negative(Apply("tanh", Scale(Number(Fraction(1, 2)), named(v))))
    return None


def _sum(first: Expr, second: Expr) -> Expr | None:
    """1 - sigmoid(u), 1 + tanh(u), 1 - tanh(u)."""
    if second == ONE:
        first, second = second, first
    if first != ONE:
        return None
    is_negative = isinstance(second, Negative)
    other = named(second.operand if isinstance(second, Negative) else second)
    match other:
        case Apply("sigmoid", u, _, 0) if is_negative:
            return Apply("sigmoid", _negative(u))
        case Apply("tanh", u, _, 0):
            return Scale(TWO, Apply("sigmoid", Scale(TWO, _negative(u) if is_negative else u)))
    return None


def _one_plus(node: Expr) -> Expr | None:
    """u, if this is 1 + e^u."""
    match node:
        case Add((first, second)):
            return _exponent(second) if first == ONE else _exponent(first) if second == ONE else None
    return None


def _exponent(node: Expr) -> Expr | None:
    """u, if this is e^u."""
    match node:
        case Apply("exp", operand, _, 0):
            return operand
    return None


def _negative(node: Expr) -> Expr:
    return node.operand if isinstance(node, Negative) else Negative(node)
