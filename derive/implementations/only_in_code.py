"""Mistakes that only programs have: a loop that forgets, arrays that are stretched, whole numbers, a root misplaced."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derive.expressions import tree
from derive.expressions.tree import (
    Add,
    Apply,
    Entry,
    Expr,
    Hadamard,
    IndexVariable,
    Indicator,
    MatMul,
    Negative,
    Node,
    Number,
    Quantified,
    Quotient,
    Scale,
    Size,
    Symbol,
    Transpose,
)
from derive.expressions.walk import rebuilt, walk
from derive.mistakes.rewriting import over_size, sum_of
from derive.notation.symbols import Given, SymbolTable

FLOOR, TRUNCATED = "floor", "trunc"
"""Functions of programs alone, which no formula of an exercise has."""


# ── a loop that forgets ──


def last_alone(node: Expr) -> Iterator[Expr]:
    """A sum over examples of which the last one alone is left, as where a loop assigns and does not add."""
    match node:
        case Quantified("sum", _, among, _, _):
            yield replace(node, range=replace(among, first=among.last))
        case MatMul(left, right) if (right.shape.rows.size or 1) > 1:
            yield MatMul(left, _last_row(right))


def _last_row(value: Expr) -> Expr:
    """A matrix with zeros in every row but the last."""
    row, column = (IndexVariable(letter, 1) for letter in ("row", "column"))
    last = tree.IndexValue(tree.IndexNumber((value.shape.rows.size or 1) - 1))
    is_last = Indicator(tree.Comparison(tree.IndexValue(row), "=", last))
    return Hadamard(value, tree.EntryFormula(row, column, is_last, value.shape))


# ── arrays that are stretched ──


def in_pairs(node: Expr) -> Iterator[Expr]:
    """A column and an array of one axis, which become a square of every entry with every other."""
    match node:
        case Quantified("sum", index, among, body, None):
            for name in dict.fromkeys(_vectors_at(body, index)):
                other = IndexVariable("other", 1)
                inner = _with_other_index(body, name, index, other)
                if inner != body:
                    pairs = Quantified("sum", other, among, replace(node, body=inner))
                    yield pairs
                    yield over_size(among.dim, pairs)
        case Add(terms) if node.shape.is_vector and len(terms) > 1:
            for at, term in enumerate(terms):
                rest = sum_of([*terms[:at], *terms[at + 1 :]])
                if term.shape == node.shape == rest.shape:
                    yield _square(rest, term)
                    yield _square(term, rest)


def _square(column: Expr, row: Expr) -> Expr:
    """The matrix of the sums of each entry of one vector and each entry of another."""
    column = Transpose(column) if column.shape.is_row else column
    row = row if row.shape.is_row else Transpose(row)
    down = tree.Fill(1, column.shape)
    along = tree.Fill(1, row.shape)
    return Add((MatMul(column, along), MatMul(down, row)))


def _vectors_at(body: Expr, index: IndexVariable) -> Iterator[str]:
    """The vectors of which the entry at an index is taken."""
    for part in walk(body):
        match part:
            case Entry(Symbol(name) as whole, row, column) if whole.shape.is_vector and index in (row, column):
                yield name


def _with_other_index(body: Expr, name: str, index: IndexVariable, other: IndexVariable) -> Expr:
    """A formula in which the entries of one vector are taken at another index."""

    def change(part: Node) -> Node | None:
        if isinstance(part, Entry) and isinstance(part.operand, Symbol) and part.operand.name == name:
            row, column = (other if place == index else place for place in (part.row, part.column))
            return replace(part, row=row, column=column)
        return None

    return rebuilt(body, change)  # type: ignore[return-value]


# ── numbers ──


def one_less(node: Expr) -> Iterator[Expr]:
    """N - 1 for N."""
    if isinstance(node, Size):
        yield Add((node, Negative(Number(Fraction(1)))))


def rounded_down(node: Expr) -> Iterator[Expr]:
    """`a // b` for `a / b`; so also where the model writes `1/b` in front."""
    match node:
        case Scale(Quotient(numerator, denominator), operand) if denominator.shape.is_scalar:
            yield Apply(FLOOR, Quotient(Scale(numerator, operand), denominator))
        case Quotient():
            yield Apply(FLOOR, node)


def cut_off(value: Expr) -> Expr:
    """What an array of whole numbers keeps of a value."""
    return Apply(TRUNCATED, value)


def added_outside(node: Expr, table: SymbolTable) -> Iterator[Expr]:
    """`sqrt(v) + e` for `sqrt(v + e)`, where e is a given number."""
    match node:
        case Apply("sqrt", Add(terms)):
            for at, term in enumerate(terms):
                if isinstance(term, Symbol) and term.shape.is_scalar and _is_given(term, table):
                    rest = sum_of([*terms[:at], *terms[at + 1 :]])
                    yield Add((Apply("sqrt", rest), term))


def _is_given(symbol: Symbol, table: SymbolTable) -> bool:
    return isinstance(table.meanings.get(symbol.name), Given)
