"""Matrices and vectors that are written out: entry by entry, with dots, diagonal ones."""

from collections.abc import Callable, Sequence

from derive.errors import FormulaError, Unreadable
from derive.expressions.shapes import OPEN
from derive.expressions.tree import Blocks, Diagonal, Expr, Identity, Scale, Transpose
from derive.notation.elaboration.base import PLAIN
from derive.notation.elaboration.diagonals import Diagonals
from derive.notation.elaboration.dots import is_dots_cell, not_empty, with_parted_indices
from derive.notation.elaboration.resizing import blocks
from derive.notation.names import unwrapped_list
from derive.notation.syntax import List, Literal, Sum
from derive.source import Span

Lines = Sequence[Sequence[List]]


class WrittenOut(Diagonals):
    """What stands in the cells of a matrix or between the commas of a vector."""

    def written_matrix(self, lines: Lines, span: Span) -> Expr:
        """The matrix that lines of cells are; a comma parts cells as `&` does."""
        lines = [[part for cell in line for part in _parted(cell)] for line in lines]
        on_diagonal = _diagonal_cells(lines)
        if on_diagonal is not None:
            return self._diagonal_matrix(on_diagonal, span)
        if any(is_dots_cell(cell) for line in lines for cell in line):
            return self._with_dots(lines, span)
        return blocks([[self.list_value(cell) for cell in line] for line in lines], span)

    def _with_dots(self, lines: Lines, span: Span) -> Expr:
        def read(parted: bool) -> Expr:
            cells = [[with_parted_indices(cell) if parted else cell for cell in line] for line in lines]
            return self.dotted_matrix(cells, span)

        before = {index: list(uses) for index, uses in self.uses.items()}
        try:
            return self._parting_indices(read)
        except Unreadable:
            self.uses = before
            value = self.matrix_with_diagonal(lines, span)
            if value is None:
                raise
            return value

    def dotted_sum(self, node: Sum) -> Expr:
        """`a_1 + … + a_n`; see `Dotted`."""
        read = super().dotted_sum
        return self._parting_indices(lambda parted: read(with_parted_indices(node) if parted else node))

    def _parting_indices(self, read: Callable[[bool], Expr]) -> Expr:
        """What is read with dots; where its pattern is not clear, with a comma between the two indices of `A_{1m}`."""
        before = {index: list(uses) for index, uses in self.uses.items()}
        try:
            return read(False)
        except Unreadable as error:
            self.uses = before
            try:
                return read(True)
            except FormulaError:
                raise error from None

    def _diagonal_matrix(self, cells: Sequence[List], span: Span) -> Expr:
        """diag(v) of what stands on the diagonal; where that is one and the same, a multiple of the identity."""
        first = self.list_value(cells[0])
        if not first.shape.is_scalar:
            raise Unreadable("blocks on a diagonal are not read; write each block of the matrix, zeros too", span)
        with_dots = any(is_dots_cell(cell) for cell in cells)
        if with_dots and cells[0] == cells[-1]:
            unit = Identity(OPEN, span=span)
            return unit if _literal(cells[0]) == "1" else Scale(first, unit, span=span)
        column = [[cell] for cell in cells]
        if with_dots:
            return Diagonal(self._with_dots(column, span), span=span)
        return Diagonal(Blocks(tuple((self.list_value(cell),) for (cell,) in column), span=span), span=span)

    def listed_vector(self, content: List, span: Span, is_turned: bool, in_brackets: bool = False) -> Expr:
        """`(a_1, …, a_n)`: a row where a transpose stands behind it, else a column or a row, whichever fits.

        Raises `Unreadable` where what is listed is no number.
        """
        cells = [List((entry,), span=entry.span) for entry in content.entries]
        if any(entry.relations or entry.sides[0] is None for entry in content.entries):
            raise Unreadable("a list in brackets stands where a value is expected", span)
        if any(is_dots_cell(cell) for cell in cells):
            row = self._with_dots([cells], span)
        else:
            row = Blocks((tuple(self.list_value(cell) for cell in cells),), span=span)
        if not row.shape.is_row or (isinstance(row, Blocks) and not all(cell.shape.is_scalar for cell in row.rows[0])):
            raise Unreadable("a list in brackets stands where a value is expected", span)
        row_first = in_brackets or self.table.vectors == "row"
        if is_turned or (self.choices.choose((PLAIN, PLAIN)) == 0) == row_first:
            return row
        return Transpose(row, span=span)


def _parted(cell: List) -> list[List]:
    """The cells that commas part; one where there is no comma."""
    if len(cell.entries) < 2 or any(entry.relations for entry in cell.entries):
        return [cell]
    return [List((entry,), span=entry.span) for entry in cell.entries]


def _literal(cell: List) -> str:
    only = unwrapped_list(cell)
    return only.text if isinstance(only, Literal) else ""


def _diagonal_cells(lines: Lines) -> list[List] | None:
    """What stands on the diagonal of a matrix that has zeros, or nothing, beside it; None for another matrix.

    Beside the diagonal there may be dots, where dots stand on the diagonal in the same row or column. A matrix without
    dots and with all its zeros is written out like any other.
    """
    size = len(lines)
    if size < 2 or max(len(line) for line in lines) != size:
        return None
    diagonal = [line[at] for at, line in enumerate(lines) if at < len(line)]
    ends = (diagonal[0], diagonal[-1])
    if len(diagonal) < size or not all(map(not_empty, diagonal)) or any(map(is_dots_cell, ends)):
        return None
    dotted = [is_dots_cell(cell) for cell in diagonal]
    empty = False
    for i, line in enumerate(lines):
        for j, cell in enumerate(line):
            if i == j:
                continue
            if is_dots_cell(cell):
                if not (dotted[i] or dotted[j]):
                    return None
            elif not not_empty(cell):
                empty = True
            elif _literal(cell) != "0":
                return None
        empty = empty or len(line) < size
    return diagonal if empty or any(dotted) else None
