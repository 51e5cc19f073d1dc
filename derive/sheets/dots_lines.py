"""Derivatives written out with dots: a gradient by its entries, a Jacobian by its columns, its rows and its entries."""

from derive.expressions.tree import (
    COLUMN_OF_DOTS,
    ROW_OF_DOTS,
    Derivative,
    Entry,
    EntryFormula,
    Expr,
    IndexNumber,
    Symbol,
    Transpose,
)
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Known, Line, Step, line
from derive.sheets.written_out import entry_of


def whole_of_dots(asked: Expr) -> Derivative | None:
    """The derivative that is written out with dots; null for anything else."""
    if not isinstance(asked, EntryFormula) or asked.row is None or asked.column is None:
        return None
    if (asked.row.name, asked.column.name) != (ROW_OF_DOTS, COLUMN_OF_DOTS):
        return None
    body = asked.body.operand if isinstance(asked.body, Entry) else asked.body
    body = body.operand if isinstance(body, Transpose) else body
    if not isinstance(body, Derivative) or body.layout != "gradient":
        return None
    of, by = (part.operand if isinstance(part, Entry) else part for part in (body.of, body.by))
    if not (isinstance(of, Symbol) and isinstance(by, Symbol)):
        return None
    whole = Derivative(of, by, body.layout)
    return whole if asked in _forms(asked, whole) else None


def _forms(asked: EntryFormula, whole: Derivative) -> list[Expr]:
    """The ways to write a derivative out: of a number by its entries, of a vector by columns, rows and entries."""
    of, by, row, column = whole.of, whole.by, asked.row, asked.column
    assert isinstance(of, Symbol)
    assert isinstance(by, Symbol)
    assert row is not None
    assert column is not None
    if of.shape.is_scalar:
        return [EntryFormula(row, column, Derivative(of, Entry(by, row, column)), asked.shape)]
    if not (of.shape.is_column and by.shape.is_column):
        return []
    first = IndexNumber(0)
    bodies = (
        Entry(Derivative(of, entry_of(by, column)), row, first),
        Entry(Transpose(Derivative(entry_of(of, row), by)), first, column),
        Derivative(entry_of(of, row), entry_of(by, column)),
    )
    return [EntryFormula(row, column, body, asked.shape) for body in bodies]


def dots_line(computation: Computation, asked: Expr, whole: Derivative, known: Known) -> Line:
    """What is written out, in its other forms, and what it is in matrix notation."""
    assert isinstance(asked, EntryFormula)
    others = [form for form in _forms(asked, whole) if form != asked]
    closed = known[whole] if whole in known else computation.closed(whole)
    forms = [Step(form, said("Column by column, row by row, entry by entry it is the same.")) for form in others]
    return line(asked, *forms, Step(whole, said("This is the derivative as a whole.")), Step(closed, puts_in=(whole,)))
