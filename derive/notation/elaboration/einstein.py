"""Einstein's convention: an index that stands twice in a term is summed over, where the setting says so.

`y_i = W_{ij} x_j` is `y_i = \\sum_j W_{ij} x_j`. No sum is over an index of the left side: `y_i = g_i x_i` is said of
every i. Where the left side is not known, an index that stands more than twice in a term is refused.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from derive.errors import Unreadable
from derive.expressions.tree import (
    Comparison,
    Derivative,
    Entry,
    Expr,
    Index,
    IndexShift,
    IndexVariable,
    Indicator,
    Node,
    Quantified,
    Quotient,
    Range,
    Slice,
)
from derive.expressions.walk import rebuilt, walk
from derive.notation.elaboration.ranges import Ranges, extent_of
from derive.notation.symbols import IndexUse
from derive.source import Span


class Contractions(Ranges):
    """Sums that are not written."""

    def contracted(self, value: Expr, factors: Sequence[Expr], span: Span) -> Expr:
        """A product, summed over every index that stands twice in its factors."""
        if not self.table.einstein:
            return value
        counts: Counter[IndexVariable] = Counter()
        for factor in factors:
            counts.update(_written(factor))
        kept = self.elsewhere | (self.unsummed or frozenset())
        for index, count in counts.items():
            if index.name in kept:
                continue
            if count > 2 and self.unsummed is None:
                raise Unreadable(
                    f"the index {index.name} stands {count} times in this term; write the sum, or with fewer", span
                )
            if count >= 2:
                value = self._summed_over(index, value, span)
        return value

    def _summed_over(self, free: IndexVariable, value: Expr, span: Span) -> Expr:
        with self.scope([free.name]) as (bound,):
            body = rebuilt(value, lambda node: bound if node == free and isinstance(node, IndexVariable) else None)
            assert isinstance(body, Expr)
            uses = list(_uses(body, bound))
            dim = self.common_range(free.name, uses, span)
            last = (dim.size or 1) - 1
            whole = Range(0, last, dim, extent_of(None, None, dim, uses), span=span)
            self.summed.add(free.name)
            return Quantified("sum", bound, whole, body, span=span)


def _written(factor: Expr) -> dict[IndexVariable, int]:
    """How often each free index stands in a factor as it is written: at most twice, as in `A_{ii}` or `∂y_i/∂x_i`."""
    match factor:
        case Entry(_, row, column):
            places: list[list[IndexVariable]] = [_free(row), _free(column)]
        case Quotient(top, bottom):
            places = [_free(top), _free(bottom)]
        case Derivative(of, by):
            places = [_free(of), _free(by)]
        case Indicator(Comparison(left, "=", right)):
            places = [_free(left), _free(right)]
        case _:
            places = [_free(factor)]
    counts: Counter[IndexVariable] = Counter()
    for found in places:
        counts.update(dict.fromkeys(found, 1))
    return dict(counts)


def _free(node: Node) -> list[IndexVariable]:
    return [part for part in walk(node) if isinstance(part, IndexVariable) and part.scope == 0]


def _uses(body: Expr, index: IndexVariable) -> Iterator[IndexUse]:
    """Where an index stands in an expression, and along which dimensions it runs there."""
    for node in walk(body):
        match node:
            case Entry(operand, row, column):
                for at, dim in zip((row, column), operand.shape.dims, strict=True):
                    if _is(at, index):
                        yield IndexUse(dim, node.span)
            case Slice(operand, at, along):
                if _is(at, index):
                    yield IndexUse(operand.shape.dims[0 if along == "row" else 1], node.span)


def _is(at: Index, index: IndexVariable) -> bool:
    if isinstance(at, IndexShift):
        raise Unreadable(f"the index {index.name} is moved here; write the sum over it", at.span)
    return at == index
