"""Sums over the number of a name, `\\sum_{l=1}^L \\|W^{[l]}\\|^2` or `\\sum_t L_t`: written out, a term for each name.

A product of derivatives, `\\prod_{k=t+1}^T \\frac{\\partial h_k}{\\partial h_{k-1}}`, is the chain rule, in the order
in which they meet. The order of other matrices in such a product is not said, so it is refused.
"""

from collections.abc import Callable
from typing import Literal

from derive.errors import NotAmong, Unreadable
from derive.expressions.tree import ChainRule, Derivative, Expr
from derive.notation.elaboration.base import Item
from derive.notation.elaboration.ranges import End
from derive.notation.elaboration.written import WrittenOut
from derive.notation.syntax import List
from derive.records import dataclass
from derive.source import Span

Kind = Literal["sum", "product", "max", "min"]


@dataclass(frozen=True)
class Bound:
    """An index that a sum or maximum binds: its letter, its bounds, a condition on it."""

    letter: str
    first: End | None = None
    last: End | None = None
    condition: List | None = None


class SumsOverNumbers(WrittenOut):
    """What a sum over numbered names is."""

    def written_out(self, kind: Kind, bound: Bound, term: Callable[[], Expr], span: Span) -> Expr:
        """The sum or product of what a term is for each number of its letter. Raises `NotAmong` where it is empty."""
        if kind not in ("sum", "product") or bound.condition is not None:
            raise Unreadable(f"over the number {bound.letter} of a name only sums and products are read", span)
        values = self._values(bound, term, span)
        if not values:
            raise NotAmong(f"this {kind} over {bound.letter} has no terms", span)
        if len(values) == 1:
            return values[0]
        return self.added(values, span) if kind == "sum" else self._multiplied(values, span)

    def _values(self, bound: Bound, term: Callable[[], Expr], span: Span) -> list[Expr]:
        """The terms by number: between the bounds; where one is missing, those whose names there are."""
        numbers = {number for known in self.table.numbers.values() for number in known}
        first, last = (self._number_at(bound.letter, end, span) for end in (bound.first, bound.last))
        low = min(numbers) if first is None else first
        high = max(numbers) if last is None else last
        found: dict[int, Expr] = {}
        for number in range(low, high + 1):
            try:
                with self.numbered_scope(bound.letter, number):
                    found[number] = term()
            except NotAmong:
                if first is not None and last is not None:
                    raise
        return list(found.values()) if first is not None else self._from_the_first(bound.letter, found, span)

    def _from_the_first(self, letter: str, found: dict[int, Expr], span: Span) -> list[Expr]:
        """The terms from the first number that is declared: a sum over all times begins with 1, also beside an h_0.

        Raises `Unreadable` where that leaves open which term is the first.
        """
        starts = self.table.starts or {min(found, default=1)}
        start = min(starts)
        before = [number for number in found if number < start]
        if len(starts.intersection(found)) > 1 or before not in ([], [0]) or (before and start != 1):
            raise Unreadable(f"with which {letter} this begins is not certain; write its bounds", span)
        return [value for number, value in found.items() if number >= start]

    def _number_at(self, letter: str, end: End | None, span: Span) -> int | None:
        """The number that a bound is. Raises `Unreadable` where it is that of a dimension which counts no names."""
        if end is None:
            return None
        counts = end.is_number or (end.dim is not None and end.dim.name in self.table.depths)
        if not counts:
            raise Unreadable(f"the bounds of {letter} are not those of the names that it numbers", span)
        return end.position + self.table.index_base

    def _multiplied(self, values: list[Expr], span: Span) -> Expr:
        if all(value.shape.is_scalar for value in values):
            return self.product([Item("", value) for value in values], span)
        if all(isinstance(value, (Derivative, ChainRule)) for value in values):
            value = self.product([Item("", value) for value in values], span)
            if isinstance(value, ChainRule):
                return value
        raise Unreadable("the order of the factors of this product is not certain; write it out", span)
