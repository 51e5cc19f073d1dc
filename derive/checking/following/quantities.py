"""What a wrong equation says of which quantity: `(∂L/∂S)_{ij} = E_{ij}` gives ∂L/∂S the matrix of these entries.

The quantity is a derivative by a name, a name itself, the derivative of a function of one variable, or a factor of the
chain rule; what stands around it on its side
is undone on the other one. Where an equation speaks of some entries only, the quantity is as it was elsewhere.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.checking.candidates import Candidate, Claim, Restriction, candidates
from derive.checking.following.one_entry import letters_of, one_entry
from derive.checking.following.whole import of_entries, of_slices, where
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.errors import FormulaError
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import (
    Add,
    Apply,
    ChainRule,
    Derivative,
    Entry,
    EntryFormula,
    Expr,
    Hadamard,
    Index,
    IndexVariable,
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

VARIABLE = "formal variable of a function"
_ENTRY_BY_ENTRY = (Symbol, Apply, Add, Negative, Scale, Hadamard, Quotient, Power, Number)
"""Of what the formula of a function is made."""


@dataclass(frozen=True)
class Saying:
    """A quantity and the value, of its shape, that an equation gives it. A derivative is in the layout `gradient`.

    That of one entry is given for all values of its index letters, which may stand in the value.
    """

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
        found = _unwrapped(table, side, where(conditions, other, side))
        if found is not None and found.what.shape == found.value.shape and _is_closed(found, candidate):
            yield found


def _is_closed(said: Saying, candidate: Candidate) -> bool:
    """Whether no index of the equation is left free, but those of all entries of which it speaks."""
    value = said.value
    bound = set(letters_of(said.what)) | {
        index.name
        for node in walk(value)
        if isinstance(node, EntryFormula)
        for index in (node.row, node.column)
        if index is not None
    }
    used = {node.name for node in walk(value) if isinstance(node, IndexVariable) and node.scope == 0}
    return not (used & set(candidate.free)) - bound


# ── undoing what stands around a quantity ──


def _unwrapped(table: SymbolTable, side: Expr, value: Expr) -> Saying | None:
    """The quantity inside a side, and its value where the whole side has a value."""
    match side:
        case Transpose(inner):
            return _unwrapped(table, inner, Transpose(value))
        case Negative(inner):
            return _unwrapped(table, inner, Negative(value))
        case Entry(Symbol(name), row, column) if (opened := _opened(table, name, row, column)) is not None:
            return _unwrapped(table, opened, value)
        case Entry(operand, row, column):
            whole = of_entries(table, operand, (row, column), value)
            return None if whole is None else _unwrapped(table, operand, whole)
        case Slice(operand, index, along):
            whole = of_slices(table, operand, index, along, value)
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


def _opened(table: SymbolTable, name: str, row: Index, column: Index) -> Derivative | None:
    """The derivative for which an entry of a name of the student's own stands."""
    meaning = table.meanings.get(name) if name in table.introduced else None
    value = meaning.value if isinstance(meaning, Computed) else None
    if not isinstance(value, EntryFormula) or not isinstance(value.body, Derivative):
        return None
    at: dict[Node, Index] = {}
    for own, index in ((value.row, row), (value.column, column)):
        if own is not None:
            at[own] = index
    return rebuilt(value.body, at.get)  # type: ignore[return-value]


def _derivative(table: SymbolTable, side: Derivative, value: Expr) -> Saying | None:
    of, by = side.of, side.by
    if isinstance(of, Symbol) and of.name in table.introduced:
        meaning = table.meanings[of.name]
        if isinstance(meaning, Computed) and isinstance(meaning.value, Symbol):
            return _derivative(table, replace(side, of=meaning.value), value)
    if isinstance(of, Entry) and isinstance(of.operand, Symbol):
        return _of_entry(table, side, value)
    match by:
        case Symbol():
            turned = side.layout == "numerator" if of.shape.is_scalar else side.layout == "denominator"
            whole = Derivative(of, by)
            is_plain = whole.shape == side.shape and not (turned and side.shape.is_square)
            return Saying(whole, value if is_plain else Transpose(value))
        case Transpose(Symbol() as inner) if of.shape.is_scalar:
            is_turned = side.shape == inner.shape.transposed
            return Saying(Derivative(of, inner), Transpose(value) if is_turned else value)
        case Entry(Symbol() as inner, row, column) if of.shape.is_scalar:
            return _of_derivative(table, Derivative(of, inner), (row, column), value)
        case Slice(Symbol() as inner, index, along) if of.shape.is_scalar:
            turned_value = Transpose(value) if side.layout == "numerator" else value
            whole_value = of_slices(table, Derivative(of, inner), index, along, turned_value)
            return None if whole_value is None else Saying(Derivative(of, inner), whole_value)
    return None


def _of_derivative(table: SymbolTable, whole: Derivative, at: tuple[Index, Index], value: Expr) -> Saying | None:
    found = of_entries(table, whole, at, value)
    return None if found is None else Saying(whole, found)


def _of_entry(table: SymbolTable, side: Derivative, value: Expr) -> Saying | None:
    """∂f_i/∂x_j of two vectors, which is their Jacobian; else the derivative of one entry by one entry."""
    of, by = side.of, side.by
    assert isinstance(of, Entry)
    if isinstance(by, Entry) and isinstance(by.operand, Symbol):
        row, column = (_running(one) for one in (of, by))
        is_jacobian = of.operand.shape.is_vector and by.operand.shape.is_vector
        if is_jacobian and not (row == column and isinstance(row, IndexVariable)):
            return _of_derivative(table, Derivative(of.operand, by.operand), (row, column), value)
    found = one_entry(table, side, value)
    return None if found is None else Saying(*found)


def _running(entry: Entry) -> Index:
    """The index of a vector's entry that runs along it."""
    return entry.row if entry.operand.shape.is_column else entry.column
