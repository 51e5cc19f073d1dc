"""Blocks and slices: `[W_x \\; W_h]`, `[x; h]`, `(x_1, \\dots, x_n)^T`, `W_{:, 1:n}`, `x_{2:4}`.

What stands between commas or spaces in square brackets stands side by side, what stands between semicolons one below
the other. Columns of different lengths cannot stand side by side and are stacked. A slice takes its last position in.
"""

from collections.abc import Sequence

from derive.errors import Meaningless, Unreadable
from derive.expressions.shapes import Dim, Shape, matrix
from derive.expressions.tree import Blocks, Entry, Expr, Index, IndexNumber, Slice, Symbol
from derive.notation.elaboration.base import PLAIN
from derive.notation.elaboration.dots import is_dots_cell
from derive.notation.elaboration.ranges import End, Ranges
from derive.notation.symbols import shown
from derive.notation.syntax import Environment, Formula, Group, List, Name, Scripted, Syntax, listed
from derive.records import dataclass
from derive.source import Span


@dataclass(frozen=True)
class Sliced:
    """The positions that a slice takes along one axis, and the dimension that they make."""

    positions: tuple[int, ...]
    dim: Dim


class Bracketed(Ranges):
    """Lists in brackets, and parts of vectors and matrices."""

    # ── blocks ──

    def bracketed(self, node: Group, is_turned: bool = False) -> Expr:
        """What the entries in brackets are together. Raises `Unreadable` where that is not certain."""
        content = node.content
        if any(entry.relations or entry.sides[0] is None for entry in content.entries):
            raise Unreadable("a list in brackets stands where a value is expected", node.span)
        if node.kind != "[":
            if content.breaks or node.kind != "(":
                raise Unreadable("a list in brackets stands where a value is expected", node.span)
            return self._numbers_listed(node, is_turned)
        lines = _lines(content)
        if len(lines) > 1:
            return self._written_out(lines, node.span)
        return self._side_by_side(node, is_turned)

    def _numbers_listed(self, node: Group, is_turned: bool) -> Expr:
        try:
            return self.listed_vector(node.content, node.span, is_turned, node.kind == "[")
        except Meaningless:
            raise Unreadable("a list in brackets stands where a value is expected", node.span) from None

    def juxtaposed_blocks(self, node: Group) -> Expr | None:
        """`[W_x \\; W_h]`, where what stands side by side is no product; None where it is none of blocks."""
        factors = _juxtaposed(node)
        values = [self.factor(factor) for factor in factors]
        if not values or any(not value.shape.is_matrix or value.shape.is_open for value in values):
            return None
        return Blocks((tuple(values),), span=node.span)

    def row_or_product(self, node: Group, product: Expr) -> Expr:
        """`[x_1 \\; x_2]`: a row of numbers, where their product has no meaning in its place."""
        factors = _juxtaposed(node)
        if not factors or not product.shape.is_scalar or any(not isinstance(one, (Name, Scripted)) for one in factors):
            return product
        if self.choices.choose((PLAIN, PLAIN)) == 0:
            return product
        return Blocks((tuple(self.factor(factor) for factor in factors),), span=node.span)

    def _written_out(self, lines: Sequence[Sequence[Formula]], span: Span) -> Expr:
        cells = tuple(tuple(List((entry,), span=entry.span) for entry in line) for line in lines)
        return self.environment(Environment("bmatrix", cells, span=span))

    def _side_by_side(self, node: Group, is_turned: bool) -> Expr:
        """Side by side where that fits, else one below the other; of columns of one length either may be meant."""
        line, span = node.content.entries, node.span
        if any(is_dots_cell(List((entry,), span=entry.span)) for entry in line):
            return self._numbers_listed(node, is_turned)
        stacked = [[entry] for entry in line]
        try:
            value = self._written_out([line], span)
        except Meaningless:
            return self._written_out(stacked, span)
        parts = _parts(value)
        if parts and all(part.shape.is_scalar for part in parts):
            return self._numbers_listed(node, is_turned)
        columns = bool(parts) and all(part.shape.is_column and part.shape.rows.size != 1 for part in parts)
        if columns and self.choices.choose((PLAIN, frozenset({"stacked"}))) == 1:
            return self._written_out(stacked, span)
        return value

    # ── slices ──

    def sliced(self, value: Expr, sub: List, span: Span) -> Expr:
        """`A_{1:k,:}`, `x_{2:4}`: the positions between two bounds, both included."""
        shape = value.shape
        name = shown(value.name.split(" for every ")[0]) if isinstance(value, Symbol) else "this"
        if self.table.index_base == 0:
            raise Unreadable("where indices begin with 0, whether a slice takes its end in is not certain", span)
        entries = sub.entries
        if shape.is_vector and len(entries) == 1:
            stretch = self._positions(entries[0], shape.length, name)
            first = IndexNumber(0)
            if shape.is_column:
                return _filled([[Entry(value, at, first)] for at in _numbers(stretch)], matrix(stretch.dim, Dim(1)))
            return _filled([[Entry(value, first, at) for at in _numbers(stretch)]], matrix(Dim(1), stretch.dim))
        if not shape.is_matrix or len(entries) != 2:
            raise Unreadable(f"{name} is {shape} and has no such slice", span)
        return self._sliced_matrix(value, entries, name, span)

    def _sliced_matrix(self, value: Expr, entries: Sequence[Formula], name: str, span: Span) -> Expr:
        down, along = (
            self._sliced_axis(entry, dim, name) for entry, dim in zip(entries, value.shape.dims, strict=True)
        )
        if isinstance(down, Sliced) and isinstance(along, Sliced):
            rows, columns = value.shape.dims
            if along.dim is columns:
                return _filled([[Slice(value, at, "row")] for at in _numbers(down)], matrix(down.dim, columns))
            if down.dim is rows:
                return _filled([[Slice(value, at, "column") for at in _numbers(along)]], matrix(rows, along.dim))
            lines = [[Entry(value, i, j) for j in _numbers(along)] for i in _numbers(down)]
            return _filled(lines, matrix(down.dim, along.dim))
        if isinstance(down, Sliced) and not isinstance(along, Sliced):
            return _filled([[Entry(value, at, along)] for at in _numbers(down)], matrix(down.dim, Dim(1)))
        if isinstance(along, Sliced) and not isinstance(down, Sliced):
            return _filled([[Entry(value, down, at) for at in _numbers(along)]], matrix(Dim(1), along.dim))
        raise Unreadable("this is no slice", span)

    def _sliced_axis(self, entry: Formula, dim: Dim, name: str) -> Sliced | Index:
        if entry.relations:
            return self._positions(entry, dim, name)
        side = entry.sides[0]
        if side is None:
            raise Unreadable("this is no index", entry.span)
        index = self.index(side, entry.span)
        self.use(index, dim, entry.span, name)
        return index

    def _positions(self, entry: Formula, dim: Dim, name: str) -> Sliced:
        """The positions from one bound to another; a bound that is left out is the end of the dimension."""
        if entry.relations != (":",):
            raise Unreadable("this is no slice", entry.span)
        size = dim.size or 0
        first, last = (None if side is None else self.end(listed(side)) for side in entry.sides)
        begin, end = 0 if first is None else first.position, size - 1 if last is None else last.position
        if begin < 0 or end >= size or end < begin:
            raise Meaningless(
                f"the slice {begin + 1}:{end + 1} of {name} is outside its range {self.range_text(dim)}", entry.span
            )
        if end - begin + 1 == size:
            return Sliced(tuple(range(size)), dim)
        return Sliced(tuple(range(begin, end + 1)), _dim(begin, end, last))


def _juxtaposed(node: Group) -> tuple[Syntax, ...]:
    """The factors that stand side by side in square brackets without a sign; none where anything else does."""
    only = node.content.only
    if node.kind != "[" or only is None or len(only.terms) != 1 or only.signs[0]:
        return ()
    term = only.terms[0]
    return () if len(term.factors) < 2 or any(operator.kind for operator in term.operators) else term.factors


def _dim(begin: int, end: int, last: End | None) -> Dim:
    """`1:n` makes the dimension n."""
    named = last is not None and last.dim is not None and begin == 0 and last.dim.size == end + 1
    return last.dim if named and last is not None and last.dim is not None else Dim(end - begin + 1)


def _numbers(stretch: Sliced) -> list[IndexNumber]:
    return [IndexNumber(position, str(position + 1)) for position in stretch.positions]


def _filled(lines: Sequence[Sequence[Expr]], shape: Shape) -> Expr:
    """The part that is written out at these sizes."""
    return Blocks(tuple(tuple(line) for line in lines), filled=shape)


def _parts(value: Expr) -> tuple[Expr, ...]:
    """The blocks of a matrix that is written out in one row; none where dots stand in it."""
    return value.rows[0] if isinstance(value, Blocks) and value.filled is None else ()


def _lines(content: List) -> list[list[Formula]]:
    """The entries between semicolons."""
    starts = [0, *content.breaks]
    ends = [*content.breaks, len(content.entries)]
    return [list(content.entries[start:end]) for start, end in zip(starts, ends, strict=True)]
