"""What a wrong equation says of which quantity: `(∂L/∂S)_{ij} = E_{ij}` gives ∂L/∂S the matrix of these entries.

The quantity is a derivative by a name, a name itself, the derivative of a function of one variable, or a factor of the
chain rule; what stands around it on its side
is undone on the other one. Where an equation speaks of some entries only, the quantity is as it was elsewhere.
"""

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

from derive.checking.candidates import Candidate, Claim, Restriction, candidates
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.errors import FormulaError
from derive.expressions.shapes import SCALAR, Shape
from derive.expressions.tree import (
    Add,
    AllOf,
    Apply,
    Cases,
    ChainRule,
    Comparison,
    Condition,
    Derivative,
    Entry,
    EntryFormula,
    Expr,
    Hadamard,
    Index,
    IndexNumber,
    IndexValue,
    IndexVariable,
    Label,
    LocalFactor,
    Negative,
    Node,
    Number,
    Power,
    Quotient,
    Scale,
    Slice,
    Symbol,
    Transpose,
)
from derive.expressions.walk import rebuilt, walk
from derive.notation.symbols import Computed, SymbolTable
from derive.records import dataclass

MAX_CANDIDATES = 6
ROW, COLUMN = "row of a quantity", "column of a quantity"
"""The letters of entries that an equation does not name by one, which no author writes."""


VARIABLE = "formal variable of a function"
_ENTRY_BY_ENTRY = (Symbol, Apply, Add, Negative, Scale, Hadamard, Quotient, Power, Number)
"""Of what the formula of a function is made."""


@dataclass(frozen=True)
class Saying:
    """A quantity and the value, of its shape, that an equation gives it. A derivative is in the layout `gradient`."""

    what: Expr
    value: Expr


def saying(
    session: Session, left: Side, right: Side, formal: dict[str, Expr], restrictions: Sequence[Restriction]
) -> Saying | None:
    """What an equation says, as far as it was read; None where it speaks of nothing that has a name."""
    try:
        claim = Claim(session, left, right, formal)
        if claim.left.failure or claim.right.failure:
            return None
        read = itertools.islice(candidates(claim), MAX_CANDIDATES)
        found = (solved for candidate in read for solved in _solved(session.table, candidate, restrictions))
        return next(found, None)
    except FormulaError:
        return None


def quantity(session: Session, side: Side, formal: dict[str, Expr]) -> Expr | None:
    """Of which quantity one side speaks, as a whole or of its entries."""
    found = side.read(session, None, formal).upto(1)
    return None if not found else _core(session.table, found[0].value)


def _core(table: SymbolTable, value: Expr) -> Expr | None:
    solved = _unwrapped(table, value, value)
    return None if solved is None else solved.what


def _solved(table: SymbolTable, candidate: Candidate, restrictions: Sequence[Restriction]) -> Iterator[Saying]:
    if candidate.last:
        return
    for side, other in ((candidate.left, candidate.right), (candidate.right, candidate.left)):
        conditions = [restriction.condition for restriction in restrictions]
        found = _unwrapped(table, side, _where(conditions, other, side))
        if found is not None and found.what.shape == found.value.shape and _is_closed(found.value, candidate):
            yield found


def _is_closed(value: Expr, candidate: Candidate) -> bool:
    """Whether no index of the equation is left free."""
    bound = {
        index.name
        for node in walk(value)
        if isinstance(node, EntryFormula)
        for index in (node.row, node.column)
        if index is not None
    }
    used = {node.name for node in walk(value) if isinstance(node, IndexVariable) and node.scope == 0}
    return not (used & set(candidate.free)) - bound


def _where(conditions: Sequence[Condition], value: Expr, otherwise: Expr) -> Expr:
    if not conditions:
        return value
    condition = conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))
    return Cases(((value, condition), (otherwise, None)))


# ── undoing what stands around a quantity ──


def _unwrapped(table: SymbolTable, side: Expr, value: Expr) -> Saying | None:
    """The quantity inside a side, and its value where the whole side has a value."""
    match side:
        case Transpose(inner):
            return _unwrapped(table, inner, Transpose(value))
        case Negative(inner):
            return _unwrapped(table, inner, Negative(value))
        case Entry(operand, row, column):
            whole = _of_entries(table, operand, (row, column), value)
            return None if whole is None else _unwrapped(table, operand, whole)
        case Slice(operand, index, along):
            whole = _of_slices(table, operand, index, along, value)
            return None if whole is None else _unwrapped(table, operand, whole)
        case Derivative(Apply(function, Symbol() as variable), Symbol() as by) if variable == by and by.shape.is_scalar:
            return _slope(Apply(function, variable, order=1), variable, value)
        case Derivative():
            return _derivative(table, side, value)
        case Apply(_, Symbol() as variable, (), 1):
            return _slope(side, variable, value)
        case Symbol(name):
            return _named(table, side, name, value)
        case ChainRule() | LocalFactor():
            return Saying(side, value)
    return None


def _slope(what: Apply, variable: Symbol, value: Expr) -> Saying | None:
    """f' of any number, where a formula gives it for a number, or entry by entry for all that has entries."""
    if not all(isinstance(node, _ENTRY_BY_ENTRY) for node in walk(value)):
        return None
    number = Symbol(VARIABLE, SCALAR)

    def change(node: Node) -> Node | None:
        return number if node == variable else None

    formula, slope = rebuilt(value, change), rebuilt(what, change)
    if not (isinstance(formula, Expr) and isinstance(slope, Expr)) or formula.shape != slope.shape:
        return None
    return Saying(slope, formula)


def _named(table: SymbolTable, side: Symbol, name: str, value: Expr) -> Saying | None:
    """A name of the student's own for a derivative speaks of that derivative; a given symbol may have any value."""
    meaning = table.meanings.get(name)
    if not isinstance(meaning, Computed) or meaning.value is None:
        return None
    if name in table.introduced and isinstance(meaning.value, (Derivative, ChainRule, LocalFactor, Symbol)):
        return _unwrapped(table, meaning.value, value)
    return Saying(side, value)


def _derivative(table: SymbolTable, side: Derivative, value: Expr) -> Saying | None:
    of, by = side.of, side.by
    match by:
        case Symbol():
            turned = side.layout == "numerator" if of.shape.is_scalar else side.layout == "denominator"
            whole = Derivative(of, by)
            is_plain = whole.shape == side.shape and not (turned and side.shape.is_square)
            return Saying(whole, value if is_plain else Transpose(value))
        case Transpose(Symbol() as inner) if of.shape.is_scalar:
            is_turned = side.shape == inner.shape.transposed
            return Saying(Derivative(of, inner), Transpose(value) if is_turned else value)
        case Entry(Symbol() as inner, row, column) if isinstance(of, Entry) and isinstance(of.operand, Symbol):
            return _of_jacobian(table, of, inner, _running(inner.shape, row, column), value)
        case Entry(Symbol() as inner, row, column) if of.shape.is_scalar:
            return _of_derivative(table, Derivative(of, inner), (row, column), value)
        case Slice(Symbol() as inner, index, along) if of.shape.is_scalar:
            turned_value = Transpose(value) if side.layout == "numerator" else value
            whole_value = _of_slices(table, Derivative(of, inner), index, along, turned_value)
            return None if whole_value is None else Saying(Derivative(of, inner), whole_value)
    return None


def _of_derivative(table: SymbolTable, whole: Derivative, at: tuple[Index, Index], value: Expr) -> Saying | None:
    found = _of_entries(table, whole, at, value)
    return None if found is None else Saying(whole, found)


def _of_jacobian(table: SymbolTable, of: Entry, by: Symbol, column: Index, value: Expr) -> Saying | None:
    """∂f_i/∂x_j of two vectors."""
    if not (of.operand.shape.is_vector and by.shape.is_vector):
        return None
    row = _running(of.operand.shape, of.row, of.column)
    return _of_derivative(table, Derivative(of.operand, by), (row, column), value)


def _running(shape: Shape, row: Index, column: Index) -> Index:
    """The index of a vector's entry that runs along it."""
    return row if shape.is_column else column


# ── from entries to the whole ──


def _of_entries(table: SymbolTable, whole: Expr, at: tuple[Index, Index], value: Expr) -> Expr | None:
    """The matrix whose entries at these indices have a value, as it was elsewhere."""
    letters: list[IndexVariable | None] = []
    conditions: list[Condition] = []
    for index, name, dim in zip(at, (ROW, COLUMN), whole.shape.dims, strict=True):
        if dim.size == 1:
            letters.append(None)
        elif isinstance(index, IndexVariable) and index not in letters:
            letters.append(index)
        else:
            letters.append(IndexVariable(name))
            condition = _is_at(table, IndexVariable(name), index)
            if condition is None:
                return None
            conditions.append(condition)
    row, column = letters
    if row is None and column is None:
        return None
    first = IndexNumber(0)
    here = _where(conditions, value, Entry(whole, row or first, column or first))
    return EntryFormula(row, column, here, whole.shape)


def _is_at(table: SymbolTable, letter: IndexVariable, index: Index) -> Condition | None:
    match index:
        case IndexVariable() | Label():
            return Comparison(IndexValue(letter), "=", IndexValue(index))
        case IndexNumber(position):
            return Comparison(IndexValue(letter), "=", Number(Fraction(position + table.index_base)))
    return None


def _of_slices(table: SymbolTable, whole: Expr, index: Index, along: str, value: Expr) -> Expr | None:
    """The matrix whose rows, or columns, have a value."""
    first = IndexNumber(0)
    if along == "row":
        return _of_entries(table, whole, (index, IndexVariable(COLUMN)), Entry(value, first, IndexVariable(COLUMN)))
    return _of_entries(table, whole, (IndexVariable(ROW), index), Entry(value, IndexVariable(ROW), first))
