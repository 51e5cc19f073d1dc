"""From entries to the whole: the matrix whose entries, or rows, an equation gives, as it was where it gives none."""

from collections.abc import Sequence
from fractions import Fraction

from derive.expressions.shapes import Shape
from derive.expressions.tree import (
    AllOf,
    Cases,
    Comparison,
    Condition,
    Entry,
    EntryFormula,
    Expr,
    Index,
    IndexNumber,
    IndexValue,
    IndexVariable,
    Label,
    Number,
)
from derive.notation.symbols import SymbolTable

ROW, COLUMN = "row of a quantity", "column of a quantity"
"""The letters of entries that an equation does not name by one, which no author writes."""

FIRST = IndexNumber(0)

Letters = tuple[IndexVariable | None, IndexVariable | None]
"""The index of the rows and that of the columns; null along a dimension of one."""


def where(conditions: Sequence[Condition], value: Expr, otherwise: Expr) -> Expr:
    """A value where some conditions hold, and another one elsewhere."""
    if not conditions:
        return value
    condition = conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))
    return Cases(((value, condition), (otherwise, None)))


def lettered(table: SymbolTable, shape: Shape, at: tuple[Index, Index]) -> tuple[Letters, list[Condition]] | None:
    """The letters for all entries of something of a shape, and where they stand at some indices; null if that is open.

    An index that is a letter is its own letter; any other one, or one that stands twice, gets another letter.
    """
    letters: list[IndexVariable | None] = []
    conditions: list[Condition] = []
    for index, name, dim in zip(at, (ROW, COLUMN), shape.dims, strict=True):
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
    return (letters[0], letters[1]), conditions


def of_entries(table: SymbolTable, whole: Expr, at: tuple[Index, Index], value: Expr) -> Expr | None:
    """The matrix whose entries at these indices have a value, as it was elsewhere."""
    found = lettered(table, whole.shape, at)
    if found is None or not any(found[0]):
        return None
    (row, column), conditions = found
    here = where(conditions, value, Entry(whole, row or FIRST, column or FIRST))
    return EntryFormula(row, column, here, whole.shape)


def _is_at(table: SymbolTable, letter: IndexVariable, index: Index) -> Condition | None:
    match index:
        case IndexVariable() | Label():
            return Comparison(IndexValue(letter), "=", IndexValue(index))
        case IndexNumber(position):
            return Comparison(IndexValue(letter), "=", Number(Fraction(position + table.index_base)))
    return None


def of_slices(table: SymbolTable, whole: Expr, index: Index, along: str, value: Expr) -> Expr | None:
    """The matrix whose rows, or columns, have a value."""
    if along == "row":
        return of_entries(table, whole, (index, IndexVariable(COLUMN)), Entry(value, FIRST, IndexVariable(COLUMN)))
    return of_entries(table, whole, (IndexVariable(ROW), index), Entry(value, IndexVariable(ROW), FIRST))
