"""Square matrices with dots whose diagonal is of another form than the rest: the Jacobian of a softmax written out.

`\\begin{pmatrix} p_1 (1 - p_1) & \\dots & -p_1 p_K \\\\ \\vdots & \\ddots & \\vdots \\\\ -p_K p_1 & \\dots & …`
"""

from collections.abc import Iterator, Sequence

from derive.errors import FormulaError
from derive.expressions.shapes import Dim, matrix
from derive.expressions.tree import COLUMN_OF_DOTS, ROW_OF_DOTS, Cases, Comparison, EntryFormula, Expr, IndexValue
from derive.notation.elaboration.dots import Dotted, generalised, is_dots_cell, texts_of, with_literals, with_parts
from derive.notation.names import canonical
from derive.notation.syntax import List, Name, Syntax
from derive.records import dataclass
from derive.source import Span

Pairs = Sequence[tuple[Syntax, Syntax]]
_DIFFERING = "what differs between two corners"


@dataclass(frozen=True)
class TwoForms:
    """The general entry on the diagonal and beside it, and the first and last index of a row."""

    on_diagonal: List
    beside: List
    ends: Pairs


class Diagonals(Dotted):
    """Matrices with a diagonal of its own."""

    def matrix_with_diagonal(self, lines: Sequence[Sequence[List]], span: Span) -> Expr | None:
        """The matrix by the formulas of both kinds of entries; None where its cells do not say them."""
        try:
            forms = _two_forms(lines)
            dim = None if forms is None else self._whole(forms.ends, span)
        except FormulaError:
            return None
        if forms is None or dim is None:
            return None
        self.in_dots += 1
        try:
            with self.scope([ROW_OF_DOTS, COLUMN_OF_DOTS]) as (row, column):
                on_diagonal, beside = self.list_value(forms.on_diagonal), self.list_value(forms.beside)
                if any(
                    use.dim.name != dim.name or use.by for index in (row, column) for use in self.uses.get(index, [])
                ):
                    return None
        finally:
            self.in_dots -= 1
        if not (on_diagonal.shape.is_scalar and beside.shape.is_scalar):
            return None
        meet = Comparison(IndexValue(row, span=span), "=", IndexValue(column, span=span), span=span)
        body = Cases(((on_diagonal, meet), (beside, None)), span=span)
        return EntryFormula(row, column, body, matrix(dim, dim), span=span)

    def _whole(self, ends: Pairs, span: Span) -> Dim | None:
        """The dimension that the dots run through from its first to its last index."""
        first, last = self._dots_ends(ends, span)
        is_whole = last.dim is not None and first.position == 0 and last.position == (last.dim.size or 0) - 1
        return last.dim if is_whole else None


def _two_forms(lines: Sequence[Sequence[List]]) -> TwoForms | None:
    """Both general entries, if every cell that is written is one of them letter by letter."""
    count = len(lines)
    shown = [at for at in range(count) if not all(map(is_dots_cell, lines[at]))]
    if any(len(line) != count for line in lines) or shown != [*range(len(shown) - 1), count - 1] or len(shown) < 2:
        return None
    cells = [[lines[i][j] for j in shown] for i in shown]
    if any(is_dots_cell(cell) for line in cells for cell in line):
        return None
    on_diagonal, ends = generalised(cells[0][0], cells[-1][-1], ROW_OF_DOTS)
    across, pairs = generalised(cells[0][-1], cells[-1][0], _DIFFERING)
    ends = ends or [pair for pair in pairs if canonical(pair[0]).strip().isdigit()]
    first, last = next(iter(texts_of(ends)), ("", ""))
    letters = {(first, last): ROW_OF_DOTS, (last, first): COLUMN_OF_DOTS}
    if len(texts_of(ends)) != 1 or not first.isdigit() or not texts_of(pairs) <= letters.keys():
        return None
    beside = _lettered(across, (letters[text] for pair in pairs for text in texts_of([pair])))
    texts = [str(int(first) + at) for at in range(len(shown) - 1)] + [last]
    for i, row in enumerate(texts):
        for j, column in enumerate(texts):
            form = on_diagonal if i == j else beside
            written = canonical(with_literals(form, {ROW_OF_DOTS: row, COLUMN_OF_DOTS: column})).strip()
            if written != canonical(cells[i][j]).strip():
                return None
    return TwoForms(on_diagonal, beside, ends)


def _lettered(content: List, letters: Iterator[str]) -> List:
    """A pattern with a letter for each place that differs, in order."""

    def changed(value: object) -> object:
        if isinstance(value, Name) and value.text == _DIFFERING:
            return Name(next(letters), span=value.span)
        if isinstance(value, tuple):
            return tuple(changed(item) for item in value)
        return with_parts(value, lambda part: changed(getattr(value, part))) if isinstance(value, Syntax) else value

    result = changed(content)
    assert isinstance(result, List)
    return result
