"""Dots: sums and matrices whose terms and entries go on as those that are written.

A sum with dots is one over an index. A matrix is the formula of its general entry where that says it for every size,
else it is filled in at these sizes.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import TypeVar

from derive.errors import Meaningless, Unreadable
from derive.expressions.shapes import ONE, Dim, Shape, matrix
from derive.expressions.tree import (
    COLUMN_OF_DOTS,
    DOTS,
    ROW_OF_DOTS,
    Blocks,
    Entry,
    EntryFormula,
    Expr,
    Extent,
    IndexNumber,
    IndexVariable,
    Node,
    Quantified,
)
from derive.expressions.walk import rebuilt, with_positions
from derive.notation.elaboration.base import Choices
from derive.notation.elaboration.ranges import End, Ranges, as_list, extent_of
from derive.notation.elaboration.scripts import juxtaposed
from derive.notation.names import canonical, unwrapped
from derive.notation.symbols import shown
from derive.notation.syntax import Dots, List, Literal, Name, Script, Sum, Syntax, Term, listed
from derive.records import dataclass
from derive.source import Span

S = TypeVar("S", bound=Syntax)


class Dotted(Ranges):
    """Sums and matrices with dots."""

    # ── sums ──

    def dotted_sum(self, node: Sum) -> Expr:
        """`a_1 + … + a_n`: the sum over the index in which the first and the last term differ."""
        if any(sign == "-" for sign in node.signs):
            raise Unreadable("dots in a sum with minus signs: which terms they stand for is not certain", node.span)
        terms = [term for term in node.terms if not _dots(term)]
        if _dots(node.terms[0]) or _dots(node.terms[-1]) or len(terms) < 2:
            raise Unreadable("these dots have no first and last term; write both, as in x_1 + \\dots + x_n", node.span)
        template, pairs = generalised(terms[0], terms[-1])
        first, last = self._ends(pairs, node.span)
        leading = next(at for at, term in enumerate(node.terms) if _dots(term))
        for at, term in enumerate(terms[1:-1], start=1):
            self._check_member(terms[0], term, pairs, at if at < leading else None)
        self.in_dots += 1
        try:
            with self.scope([DOTS]) as (index,):
                body = self.term(template)
                uses = self.uses.get(index, [])
                found = self.range_between("of these dots", first, last, uses, node.span)
                return Quantified("sum", index, found, body, None, span=node.span)
        finally:
            self.in_dots -= 1

    def _ends(self, pairs: Sequence[tuple[Syntax, Syntax]], span: Span) -> tuple[End, End]:
        """The first and last position that differ between two terms; one and the same pair everywhere."""
        found = {(canonical(first).strip(), canonical(last).strip()) for first, last in pairs}
        if len(found) != 1:
            raise Unreadable(
                "what these dots stand for is not certain: the first and the last term differ in more than one index",
                span,
            )
        try:
            first, last = (self.end(as_list(end, span)) for end in pairs[0])
        except Unreadable:
            start, stop = (shown(text) for text in next(iter(found)))
            problem = f"what these dots stand for is not certain: nothing counts from {start} to {stop}"
            raise Unreadable(problem, span) from None
        return first, last

    def _check_member(
        self, first: Syntax, term: Syntax, pairs: Sequence[tuple[Syntax, Syntax]], place: int | None
    ) -> None:
        """A term in the middle must be one of the terms that the dots stand for."""
        _, differing = generalised(first, term)
        found = {canonical(pair[1]).strip() for pair in differing}
        if len(found) > 1 or len(differing) != len(pairs):
            raise Unreadable("this term does not fit the pattern of the first and the last", term.span)
        start = canonical(pairs[0][0]).strip()
        if place is not None and start.isdigit() and found != {str(int(start) + place)}:
            raise Unreadable("the terms before these dots do not count on by one", term.span)

    # ── matrices ──

    def dotted_matrix(self, lines: Sequence[Sequence[List]], span: Span) -> Expr:
        """A matrix with dots: the formula of its general entry where that says it for every size.

        Else every entry that the dots stand for is filled in from the corners, at these sizes.
        """
        width = max(len(line) for line in lines)
        rows_shown = [
            at for at, line in enumerate(lines) if not all(is_dots_cell(cell) or not not_empty(cell) for cell in line)
        ]
        columns_shown = [
            at
            for at in range(width)
            if not all(at >= len(line) or is_dots_cell(line[at]) or not not_empty(line[at]) for line in lines)
        ]
        cells = [[lines[i][j] if j < len(lines[i]) else None for j in columns_shown] for i in rows_shown]
        if not cells or any(cell is None or is_dots_cell(cell) for line in cells for cell in line):
            raise Unreadable("the dots in this matrix leave its pattern open", span)
        shown = [[cell for cell in line if cell is not None] for line in cells]
        down = self._pattern([line[0] for line in shown], rows_shown, len(lines), span)
        along = self._pattern(shown[0], columns_shown, width, span)
        matrix = DottedMatrix(shown, down, along, _templates(shown, down, along))
        self.in_dots += 1
        try:
            stretches = self._stretches(matrix, span)
            down_places, along_places = _places(down, stretches[0].count), _places(along, stretches[1].count)
            entries = tuple(
                tuple(self._filled(matrix, at_row, at_column) for at_column in along_places) for at_row in down_places
            )
            kinds = {stretch.extent for stretch in stretches}
            whole = None if "these sizes" in kinds else self._formulas(matrix, entries, stretches, span)
        finally:
            self.in_dots -= 1
        if whole is not None:
            return whole
        filled = Blocks(entries, span=span)
        return filled if kinds <= {"numbers"} else replace(filled, filled=_named(filled.shape, stretches))

    def _pattern(self, cells: Sequence[List], places: Sequence[int], count: int, span: Span) -> "Pattern":
        """How the cells of one row or column go on: from where to where, and which are written out."""
        written = len(cells)
        if len(places) == count:
            return Pattern(written, 0, None, None)
        gap = next(at for at in range(count) if at not in places)
        leading = sum(place < gap for place in places)
        trailing = written - leading
        for at, cell in enumerate(cells[1:leading], start=1):
            self._check_count(cells[0], cell, at)
        if trailing:
            _, pairs = generalised(cells[0], cells[-1])
            first, last = self._dots_ends(pairs, span)
            if last.position < first.position:
                raise Unreadable("the dots in this matrix leave its pattern open", span)
            return Pattern(leading, trailing, first, last, texts_of(pairs))
        if leading < 2:
            raise Unreadable("the dots in this matrix have one entry before them and none behind", span)
        _, pairs = generalised(cells[0], cells[1])
        starts = {canonical(first).strip() for first, _ in pairs}
        if len(starts) != 1 or not next(iter(starts)).isdigit():
            raise Unreadable("the dots in this matrix leave its pattern open", span)
        first = End(int(next(iter(starts))) - self.table.index_base, is_number=True)
        return Pattern(leading, 0, first, None, texts_of(pairs))

    def _check_count(self, first: List, cell: List, place: int) -> None:
        """A cell before the dots must be the one that is due there, where the cells are counted in numbers."""
        differing = texts_of(generalised(first, cell)[1])
        starts = {start for start, _ in differing if start.isdigit()}
        if starts and differing != {(start, str(int(start) + place)) for start in starts}:
            raise Unreadable("the entries before these dots do not count on by one", cell.span)

    def _dots_ends(self, pairs: Sequence[tuple[Syntax, Syntax]], span: Span) -> tuple[End, End]:
        self.in_dots += 1
        try:
            return self._ends(pairs, span)
        finally:
            self.in_dots -= 1

    def _stretches(self, matrix: "DottedMatrix", span: Span) -> "tuple[Stretch, Stretch]":
        """How far the rows and the columns go; where dots do not end, by what the general entry is taken of."""
        with self.scope([ROW_OF_DOTS, COLUMN_OF_DOTS]) as (row, column):
            if any(pattern.first is not None and pattern.last is None for pattern in (matrix.down, matrix.along)):
                for template in (template for line in matrix.templates for template in line):
                    self.list_value(template)
            return self._stretch(matrix.down, row, span), self._stretch(matrix.along, column, span)

    def _stretch(self, pattern: "Pattern", index: IndexVariable, span: Span) -> "Stretch":
        first, last = pattern.first, pattern.last
        if first is None:
            return Stretch(pattern.leading)
        uses = self.uses.get(index, [])
        if last is None:
            end = self.common_range(index.name, uses, span)
            extent = extent_of(first, None, end, uses)
            last = End((end.size or 1) - 1, end, extent == "dimension" and not end.name)
            extent = "numbers" if last.is_number else extent
        else:
            extent = extent_of(first, last, last.dim or Dim(None), ())
        count = last.position - first.position + 1
        if last.dim is None or last.is_number:
            return Stretch(count, Dim(count, "" if last.is_number else "…"), extent)
        missing = (last.dim.size or 0) - count
        if missing or first.position or pattern.trailing > 1:
            return Stretch(count, Dim(count, f"{last.dim}{-missing:+d}" if missing else last.dim.name), "these sizes")
        return Stretch(count, last.dim, extent)

    def _filled(self, matrix: "DottedMatrix", at_row: "PlaceInPattern", at_column: "PlaceInPattern") -> Expr:
        if at_row.written is not None and at_column.written is not None:
            return self.list_value(matrix.shown[at_row.written][at_column.written])
        values = {ROW_OF_DOTS: at_row.position, COLUMN_OF_DOTS: at_column.position}
        filled = with_literals(
            matrix.template(at_row, at_column),
            {name: str(position + self.table.index_base) for name, position in values.items() if position is not None},
        )
        return self.list_value(filled)

    # ── matrices with dots, for every size ──

    def _formulas(
        self, matrix: "DottedMatrix", cells: Sequence[Sequence[Expr]], stretches: "tuple[Stretch, Stretch]", span: Span
    ) -> Expr | None:
        """The matrix by the formulas of its entries, a block for each row or column without dots.

        None where dots stand for a number of entries, or a cell is no instance of the formula.
        """
        down, along = stretches
        dotted = [stretch for stretch in stretches if stretch.dim is not None]
        if any(stretch.extent != "dimension" for stretch in dotted) or not matrix.is_regular(self.table.index_base):
            return None
        lines = []
        for at_row, templates in enumerate(matrix.templates):
            line = []
            for at_column, template in enumerate(templates):
                part = [
                    [cell for j, cell in enumerate(row) if along.dim is not None or j == at_column]
                    for i, row in enumerate(cells)
                    if down.dim is not None or i == at_row
                ]
                formula = self._formula(template, part, (down.dim, along.dim), span)
                if formula is None:
                    return None
                line.append(formula)
            lines.append(tuple(line))
        return lines[0][0] if len(lines) == len(lines[0]) == 1 else Blocks(tuple(lines), span=span)

    def _formula(
        self, template: List, cells: Sequence[Sequence[Expr]], dims: tuple[Dim | None, Dim | None], span: Span
    ) -> Expr | None:
        """The matrix whose general entry, row or column the template is; None where a cell is another expression."""
        with self._aside(), self.scope([ROW_OF_DOTS, COLUMN_OF_DOTS]) as indices:
            try:
                body = self.list_value(template)
            except (Unreadable, Meaningless):
                return None
            for index, dim in zip(indices, dims, strict=True):
                for use in self.uses.get(index, []):
                    if dim is None or use.by or use.dim.name != dim.name:
                        return None
        row, column = indices
        for i, line in enumerate(cells):
            for j, cell in enumerate(line):
                instance = with_positions(body, {row: IndexNumber(i), column: IndexNumber(j)})
                if _with_counted_scopes(instance) != _with_counted_scopes(cell):
                    return None
        return _by_formula(body, row, column, dims, span)

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """Inside, everything is read in the plain way, and leaves no trace."""
        kept = self.choices, self.uses, self.kept_apart
        self.choices = Choices()
        self.uses = {index: list(uses) for index, uses in kept[1].items()}
        self.kept_apart = dict(kept[2])
        try:
            yield
        finally:
            self.choices, self.uses, self.kept_apart = kept


@dataclass(frozen=True)
class Pattern:
    """How a row or column with dots goes on: cells written before and behind the dots, first and last position.

    `texts` are the indices in which the two cells differ from which the pattern is known.
    """

    leading: int
    trailing: int
    first: End | None
    last: End | None
    texts: frozenset[tuple[str, str]] = frozenset()

    def other(self, count: int) -> int:
        """The cell to compare with the first one."""
        return count - 1 if self.trailing else 1


@dataclass(frozen=True)
class PlaceInPattern:
    """One row or column of the filled matrix: its position, and which written cell it is, if one."""

    position: int | None
    written: int | None


Templates = Sequence[Sequence[List]]


def texts_of(pairs: Sequence[tuple[Syntax, Syntax]]) -> frozenset[tuple[str, str]]:
    return frozenset((canonical(first).strip(), canonical(last).strip()) for first, last in pairs)


def _general(first: List, last: List, letter: str, pattern: Pattern) -> List:
    """The common pattern of two cells, which must differ as the pattern of the whole matrix says."""
    general, pairs = generalised(first, last, letter)
    if texts_of(pairs) != pattern.texts:
        raise Unreadable("the dots in this matrix stand for other entries in another row or column", last.span)
    return general


def _places(pattern: Pattern, count: int) -> list[PlaceInPattern]:
    if pattern.first is None:
        return [PlaceInPattern(None, at) for at in range(pattern.leading)]
    places = []
    for at in range(count):
        behind = at - (count - pattern.trailing)
        written = at if at < pattern.leading else (pattern.leading + behind if behind >= 0 else None)
        places.append(PlaceInPattern(pattern.first.position + at, written))
    return places


@dataclass(frozen=True)
class Stretch:
    """How far one direction of a matrix with dots goes: its count, and the dimension for which dots stand.

    `dim` is None, and `extent` "numbers", where that direction has no dots.
    """

    count: int
    dim: Dim | None = None
    extent: Extent = "numbers"


def _templates(shown: Sequence[Sequence[List]], down: Pattern, along: Pattern) -> Templates:
    """The general entries, with placeholders for the row and the column: one, or one for each row without dots."""

    def across(line: Sequence[List], at: int) -> List:
        if along.first is None:
            return line[at]
        return _general(line[0], line[along.other(len(line))], COLUMN_OF_DOTS, along)

    def general(at_row: int, at_column: int) -> List:
        if down.first is None:
            return across(shown[at_row], at_column)
        bottom = across(shown[down.other(len(shown))], at_column)
        return _general(across(shown[0], at_column), bottom, ROW_OF_DOTS, down)

    rows = range(down.leading if down.first is None else 1)
    columns = range(along.leading if along.first is None else 1)
    return [[general(at_row, at_column) for at_column in columns] for at_row in rows]


@dataclass(frozen=True)
class DottedMatrix:
    """A matrix with dots: the cells that are written, how its rows and columns go on, its general entries."""

    shown: Sequence[Sequence[List]]
    down: Pattern
    along: Pattern
    templates: Templates

    def template(self, at_row: PlaceInPattern, at_column: PlaceInPattern) -> List:
        """The general entry for a place."""
        line = self.templates[0 if at_row.position is not None else at_row.written or 0]
        return line[0 if at_column.position is not None else at_column.written or 0]

    def is_regular(self, base: int) -> bool:
        """Whether every written cell is its template with the numbers and names of its place, letter by letter."""
        rows, columns = _written_places(self.down, base), _written_places(self.along, base)
        for (i, row), (j, column) in itertools.product(enumerate(rows), enumerate(columns)):
            template = self.template(PlaceInPattern(*row[:2]), PlaceInPattern(*column[:2]))
            texts = {ROW_OF_DOTS: row[2], COLUMN_OF_DOTS: column[2]}
            if canonical(with_literals(template, texts)).strip() != canonical(self.shown[i][j]).strip():
                return False
        return True


def _written_places(pattern: Pattern, base: int) -> list[tuple[int | None, int, str]]:
    """For each written row or column: its position, its number, and the text of the index that stands in it."""
    if pattern.first is None:
        return [(None, at, "") for at in range(pattern.leading)]
    start = pattern.first.position
    ends = [last for _, last in pattern.texts] * pattern.trailing
    texts = [str(start + base + at) for at in range(pattern.leading)] + ends
    return [(start + at, at, text) for at, text in enumerate(texts)]


def _by_formula(
    body: Expr, row: IndexVariable, column: IndexVariable, dims: tuple[Dim | None, Dim | None], span: Span
) -> Expr | None:
    """The matrix of which an entry, a whole column or a whole row is given."""
    down, along = dims
    shape, first = body.shape, IndexNumber(0)
    if shape.is_scalar:
        of_shape = matrix(down or ONE, along or ONE)
        return EntryFormula(row if down else None, column if along else None, body, of_shape, span=span)
    if shape.is_open or not shape.is_matrix:
        return None
    if down is None and along is not None and shape.columns.is_unit:
        return EntryFormula(row, column, Entry(body, row, first), matrix(shape.rows, along), span=span)
    if down is not None and along is None and shape.rows.is_unit:
        return EntryFormula(row, column, Entry(body, first, column), matrix(down, shape.columns), span=span)
    return None


def _named(written: Shape, stretches: tuple[Stretch, Stretch]) -> Shape:
    """The shape of a filled matrix with the names of the dimensions for which its dots stand."""
    dims = []
    for dim, stretch in zip(written.dims, stretches, strict=True):
        is_count = stretch.dim is None or stretch.count == dim.size
        dims.append((stretch.dim or dim) if is_count else Dim(dim.size, dim.name or "…"))
    return Shape(tuple(dims))


def _with_counted_scopes(value: Node) -> Node:
    """The same expression with its bound indices told apart by the order in which they come."""
    seen: dict[IndexVariable, int] = {}

    def changed(part: Node) -> Node | None:
        if isinstance(part, IndexVariable) and part.scope:
            return IndexVariable(part.name, seen.setdefault(part, len(seen) + 1))
        return None

    return rebuilt(value, changed)


def generalised(first: S, last: S, letter: str = DOTS) -> tuple[S, list[tuple[Syntax, Syntax]]]:
    """The common pattern of two pieces of syntax, a placeholder where they differ, and the pairs that differ there."""
    pairs: list[tuple[Syntax, Syntax]] = []

    def merged(a: object, b: object) -> object:
        if a == b:
            return a
        if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
            return tuple(merged(x, y) for x, y in zip(a, b, strict=True))
        if isinstance(a, Sum) and isinstance(b, Sum) and not _same_form(a, b):
            pairs.append((a, b))
            term = Term((Name(letter, span=a.span),), (), span=a.span)
            return Sum(("",), (term,), span=a.span)
        if isinstance(a, Syntax) and isinstance(b, Syntax):
            if isinstance(a, (Name, Literal)) or isinstance(b, (Name, Literal)) or type(a) is not type(b):
                pairs.append((a, b))
                return Name(letter, span=a.span)
            return with_parts(a, lambda part: merged(getattr(a, part), getattr(b, part)))
        raise Unreadable("the dots stand between terms of different forms")

    result = merged(first, last)
    assert isinstance(result, type(first))
    return result, pairs


def with_parted_indices(node: S) -> S:
    """The syntax with a comma between the two indices of each subscript like `11`, `1m` or `nm`."""

    def parted(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(parted(item) for item in value)
        if isinstance(value, Script) and value.kind == "sub" and value.content is not None and value.content.only:
            pieces = juxtaposed(value.content.only)
            if len(pieces) == 2:
                entries = tuple(entry for piece in pieces for entry in listed(piece).entries)
                return replace(value, content=List(entries, span=value.span))
        if isinstance(value, Syntax):
            return with_parts(value, lambda part: parted(getattr(value, part)))
        return value

    result = parted(node)
    assert isinstance(result, type(node))
    return result


def with_parts(node: Syntax, part: Callable[[str], object]) -> Syntax:
    """The same piece of syntax with other parts, given by their names."""
    parts = {found.name: part(found.name) for found in fields(node) if found.name != "span"}
    return replace(node, **parts)  # type: ignore[arg-type]


def _same_form(a: Sum, b: Sum) -> bool:
    return a.signs == b.signs and all(
        len(x.factors) == len(y.factors) and x.operators == y.operators for x, y in zip(a.terms, b.terms, strict=True)
    )


def with_literals(node: List, values: dict[str, str]) -> List:
    """The syntax with placeholders replaced by numbers."""

    def changed(value: object) -> object:
        if isinstance(value, Name) and value.text in values:
            return Literal(values[value.text], span=value.span)
        if isinstance(value, tuple):
            return tuple(changed(item) for item in value)
        if isinstance(value, Syntax):
            return with_parts(value, lambda part: changed(getattr(value, part)))
        return value

    result = changed(node)
    assert isinstance(result, List)
    return result


def _dots(term: Term) -> bool:
    return len(term.factors) == 1 and isinstance(unwrapped(term.factors[0]), Dots)


def not_empty(cell: List) -> bool:
    return any(side is not None for entry in cell.entries for side in entry.sides)


def is_dots_cell(cell: List) -> bool:
    only = cell.only
    return only is not None and len(only.terms) == 1 and _dots(only.terms[0])
