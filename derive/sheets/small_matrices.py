"""Jacobians whose sizes are small numbers, as matrices of their entries: which of them are zero, which are one."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from derive.expressions.tree import Blocks, Derivative, Entry, Expr, IndexNumber, Symbol
from derive.gradients.tidy import number, tidied, value_of
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Step
from derive.sheets.written_out import PLACES, entry_of, opened

MOST = 3
"""A matrix of so many rows and columns is written out."""

Rows = tuple[tuple[Expr, ...], ...]


def small_matrices(computation: Computation, jacobian: Derivative, closed: Expr) -> Iterator[Step]:
    """A Jacobian written out, then with the numbers in it; nothing where its sizes have names or are large."""
    sizes = [dim.size for dim in jacobian.shape.dims if dim.name in ("", str(dim.size))]
    if len(sizes) < 2 or not all(size is not None and 1 < size <= MOST for size in sizes):
        return
    entries = _by_place(computation, jacobian, lambda row, column: _entry(jacobian, row, column))
    yield Step(Blocks(entries), said(PLACES))
    indices = computation.differentiator.context.indices
    values = _by_place(computation, jacobian, lambda row, column: tidied(opened(indices, Entry(closed, row, column))))
    yield Step(Blocks(_with_numbers(entries, values)), said("Where one does not depend on the other, there is a zero."))


def _by_place(computation: Computation, jacobian: Derivative, made: Callable[[IndexNumber, IndexNumber], Expr]) -> Rows:
    """What is made of every place of a matrix."""
    base = computation.table.index_base
    rows, columns = ([IndexNumber(at, str(at + base)) for at in range(dim.size or 1)] for dim in jacobian.shape.dims)
    return tuple(tuple(made(row, column) for column in columns) for row in rows)


def _entry(jacobian: Derivative, row: IndexNumber, column: IndexNumber) -> Expr:
    assert isinstance(jacobian.of, Symbol)
    assert isinstance(jacobian.by, Symbol)
    return Derivative(entry_of(jacobian.of, row), entry_of(jacobian.by, column))


def _with_numbers(entries: Rows, values: Rows) -> Rows:
    """The entries, numbers in place of those that are numbers."""
    pairs = (zip(*lines, strict=True) for lines in zip(entries, values, strict=True))
    return tuple(tuple(_number_or(entry, value_of(value)) for entry, value in line) for line in pairs)


def _number_or(entry: Expr, value: Fraction | None) -> Expr:
    return entry if value is None else number(value)
