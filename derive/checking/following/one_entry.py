"""The derivative of one entry, said for all of them: ∂L_i/∂F_ik = V_ik, of a member of a family, of one example.

With G_i for the derivative by L_i of what is differentiated, Σ_i G_i ∂L_i/∂F_rk is what all the L_i hand back to F_rk.
Where L_i hangs on the row i of F alone this is G_r V_rk; else ∂L_i/∂F_rk is as it was wherever r is not i.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from derive.checking.following.whole import COLUMN, FIRST, ROW, lettered, where
from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    Comparison,
    Derivative,
    Entry,
    Expr,
    Index,
    IndexValue,
    IndexVariable,
    Indicator,
    Node,
    Slice,
    Symbol,
    Transpose,
)
from derive.expressions.walk import rebuilt
from derive.gradients import Differentiator
from derive.gradients.indices import replaced, whole
from derive.gradients.tidy import is_zero, number, tidied, times
from derive.notation.symbols import SymbolTable


def one_entry(table: SymbolTable, side: Derivative, value: Expr) -> tuple[Derivative, Expr] | None:
    """The derivative of one entry by one entry of which a side speaks, and its value where the side has a value.

    Null where it is the derivative of something else, or of one entry only.
    """
    if not isinstance(side.of, Entry) or not isinstance(side.of.operand, Symbol):
        return None
    letters = _running(side.of)
    if len(set(letters)) < len(letters) or not all(isinstance(letter, IndexVariable) for letter in letters):
        return None
    found = _by_one_entry(side, value)
    if found is None:
        return None
    by, formula = found
    if isinstance(by, Symbol):
        return Derivative(side.of, by), formula
    placed = lettered(table, by.operand.shape, (by.row, by.column))
    if placed is None:
        return None
    (row, column), conditions = placed
    what = Derivative(side.of, Entry(by.operand, row or FIRST, column or FIRST))
    return what, where(conditions, formula, what)


def _running(entry: Entry) -> list[Index]:
    """The indices of an entry along what has more than one."""
    return [at for at, dim in zip((entry.row, entry.column), entry.operand.shape.dims, strict=True) if dim.size != 1]


def _by_one_entry(side: Derivative, value: Expr) -> tuple[Entry | Symbol, Expr] | None:
    """By what a number is differentiated, as an entry or a number, and the formula that this gets."""
    is_turned = side.layout == "numerator"
    by = side.by
    while isinstance(by, Transpose):
        is_turned, by = not is_turned, by.operand
    match by:
        case Entry(Symbol()):
            return by, value
        case Slice(Symbol() as inner, index, along):
            letter = IndexVariable(COLUMN if along == "row" else ROW)
            formula = Entry(value, *((FIRST, letter) if value.shape.is_row else (letter, FIRST)))
            return Entry(inner, *((index, letter) if along == "row" else (letter, index))), formula
        case Symbol() if by.shape.is_scalar:
            return by, value
        case Symbol():
            row, column = (
                FIRST if dim.size == 1 else IndexVariable(name)
                for name, dim in zip((ROW, COLUMN), by.shape.dims, strict=True)
            )
            is_turned = is_turned if by.shape.is_square else value.shape != by.shape
            return Entry(by, row, column), Entry(value, *((column, row) if is_turned else (row, column)))
    return None


def letters_of(what: Expr) -> Mapping[str, Dim]:
    """The index letters of a derivative of one entry, and along what they run; none of any other quantity."""
    if not isinstance(what, Derivative) or not isinstance(what.of, Entry):
        return {}
    entries = [part for part in (what.of, what.by) if isinstance(part, Entry)]
    pairs = (zip((part.row, part.column), part.operand.shape.dims, strict=True) for part in entries)
    return {index.name: dim for pair in pairs for index, dim in pair if isinstance(index, IndexVariable)}


def handed_back(what: Derivative, value: Expr, differentiator: Differentiator) -> Callable[[Expr], Expr]:
    """What all entries hand back where such a derivative has a value. Raises `NoClosedForm`.

    The `differentiator` knows what it is where the letters of the two entries do not meet.
    """
    indices = differentiator.context.indices
    of, by = what.of, what.by
    assert isinstance(of, Entry)
    dims = letters_of(what)
    at = (by.row, by.column) if isinstance(by, Entry) else (FIRST, FIRST)
    own = {index: indices.fresh(index.name) for index in _running(of) if isinstance(index, IndexVariable)}
    summed, formula = _without_meeting(what, value, {index: own[index] for index in own if index in at}, differentiator)
    apart = {index: letter for index, letter in own.items() if index not in at}
    for index, letter in apart.items():
        formula = replaced(formula, index, letter)
    summed = {**summed, **apart}
    places = [summed.get(index, index) if isinstance(index, IndexVariable) else index for index in (of.row, of.column)]
    row, column = (index if isinstance(index, IndexVariable) else None for index in at)

    def share(adjoint: Expr) -> Expr:
        body = times(indices.entry(adjoint, *places), formula)
        for index, letter in summed.items():
            body = indices.total(whole(letter, dims[index.name]), body)
        return indices.formula(row, column, body, by.operand.shape if isinstance(by, Entry) else by.shape)

    return share


def _without_meeting(
    what: Derivative, value: Expr, meeting: Mapping[IndexVariable, IndexVariable], differentiator: Differentiator
) -> tuple[dict[IndexVariable, IndexVariable], Expr]:
    """Of the letters that both entries have those that may differ, each with the other letter; the formula for all.

    A letter may not differ where the derivative is 0 then.
    """
    if not meeting:
        return {}, value
    of = what.of
    for index, letter in meeting.items():
        of = replaced(of, index, letter)
    closed = differentiator.plain.closed_form(replace(what, of=of))
    differing = {
        index: letter
        for index, letter in meeting.items()
        if not is_zero(tidied(_where_they_differ(closed, index, letter)))
    }
    for index, letter in meeting.items():
        if index not in differing:
            closed = replaced(closed, letter, index)
    met = [Comparison(IndexValue(letter), "=", IndexValue(index)) for index, letter in differing.items()]
    return differing, where(met, value, closed)


def _where_they_differ(value: Expr, index: IndexVariable, letter: IndexVariable) -> Expr:
    pair = {IndexValue(index), IndexValue(letter)}

    def change(node: Node) -> Node | None:
        match node:
            case Indicator(Comparison(left, "=", right)) if {left, right} == pair:
                return number(0)
        return None

    return rebuilt(value, change)  # type: ignore[return-value]
