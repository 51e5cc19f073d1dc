"""Ranges of indices: what their bounds say, at these sizes and at others."""

from collections.abc import Sequence
from dataclasses import replace

from derive.errors import Meaningless, Unreadable
from derive.expressions.shapes import Dim
from derive.expressions.tree import Extent, IndexVariable, Range
from derive.notation.elaboration.derivatives import Derivatives
from derive.notation.elaboration.numbers import OverNumber
from derive.notation.names import canonical, plain, unwrapped
from derive.notation.symbols import IndexUse, shown
from derive.notation.syntax import List, Literal, Name, Syntax, listed
from derive.records import dataclass
from derive.source import Span


@dataclass(frozen=True)
class End:
    """A bound of a range: a position from 0, and the dimension by whose name it is written, alone or with a number.

    Neither `dim` nor `is_number`: it is written by several dimensions.
    """

    position: int
    dim: Dim | None = None
    is_number: bool = False

    def moved(self, by: int) -> "End":
        return replace(self, position=self.position + by)


START = End(0, is_number=True)


def extent_of(first: End | None, last: End | None, dim: Dim, uses: Sequence[IndexUse]) -> Extent:
    """What a range along a dimension is at other sizes, by how its bounds are written; see `Range`."""
    if (first is not None and not first.is_number) or (last is not None and last.dim is None and not last.is_number):
        return "these sizes"
    if last is not None and last.is_number:
        return "numbers"
    names = {dim.name, *(use.dim.name for use in uses if use.dim.size is not None)}
    if last is not None:
        names |= {"" if last.dim is None else last.dim.name}
    return "dimension" if len(names) == 1 else "these sizes"


class Ranges(Derivatives):
    """Bounds, and the dimension along which an index runs."""

    def range_between(self, letter: str, first: End, last: End, uses: Sequence[IndexUse], span: Span) -> Range:
        """The range between two bounds, along the dimension where it is used; else that by whose name it is written."""
        for use in uses:
            self.check_bounds(letter, first.position, last.position, use)
        dim = next((use.dim for use in uses), last.dim or Dim(last.position - first.position + 1))
        return Range(first.position, last.position, dim, extent_of(first, last, dim, uses), span=span)

    def common_range(self, letter: str, uses: Sequence[IndexUse], span: Span | None) -> Dim:
        """The one dimension along which all uses of an index run. Raises `Meaningless` where they disagree."""
        known = [use for use in uses if use.dim.size is not None]
        if not known:
            raise Unreadable(
                f"the range of the index {letter} is not known: it has no bounds and stands at nothing that has a size",
                span,
            )
        for use in known[1:]:
            if use.dim != known[0].dim:
                raise Meaningless(
                    f"the index {letter} has the range {self.range_text(known[0].dim)}{known[0].where}, "
                    f"but {self.range_text(use.dim)}{use.where or ' in another place'}",
                    use.span or span,
                )
        return known[0].dim

    def check_bounds(self, letter: str, first: int, last: int, use: IndexUse) -> None:
        size, base = use.dim.size, self.table.index_base
        if size is not None and (first + use.by < 0 or last + use.by >= size) and last >= first:
            raise Meaningless(
                f"the index {letter} runs over {first + base}..{last + base}, "
                f"but{use.where} it stands for an index with the range {self.range_text(use.dim)}",
                use.span,
            )

    def end(self, content: List) -> End:
        """A bound of a range: a number, a dimension, or one of these moved by a number."""
        return self._size_value(content).moved(-self.table.index_base)

    def count(self, content: List) -> End:
        """The last position of a range whose upper bound alone is given: `\\sum_k^D` has D terms."""
        return self._size_value(content).moved(-1)

    def _size_value(self, content: List) -> End:
        """What a bound says as a number."""
        only = content.only
        total = 0
        dims: list[Dim] = []
        if only is None:
            raise Unreadable("this is no bound of a sum", content.span)
        for sign, term in zip(only.signs, only.terms, strict=True):
            if len(term.factors) != 1:
                raise Unreadable("this is no bound of a sum", term.span)
            size = self._one_size(unwrapped(term.factors[0]))
            total += (-1 if sign == "-" else 1) * (size if isinstance(size, int) else size.size or 0)
            if isinstance(size, Dim):
                dims += [size] if sign != "-" else [size, size]
        return End(total, dims[0] if len(dims) == 1 else None, not dims)

    def _one_size(self, factor: Syntax) -> int | Dim:
        if isinstance(factor, Literal) and factor.text.isdigit():
            return int(factor.text)
        number = self.number(listed(factor))
        if number is not None and self.depth_of(factor) is None:
            return number
        if self.table.depths and isinstance(factor, Name) and isinstance(self.bound(plain(factor.text)), IndexVariable):
            raise OverNumber(plain(factor.text))
        dim = self.dim_named(factor)
        if dim is None or dim.size is None:
            text = shown(canonical(factor).strip()) or "this"
            problem = f"the bound {text} is no dimension that is declared{self.table.known_dims}"
            raise self.not_among(factor) or Unreadable(problem, factor.span)
        return dim


def as_list(node: Syntax | None, span: Span) -> List:
    if node is None:
        raise Unreadable("a bound is missing here", span)
    return node if isinstance(node, List) else listed(node)
