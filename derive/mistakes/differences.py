"""Differences by the names in them, and those of the two quantities that a loss compares, as in `(t - y)^2`."""

from collections.abc import Iterable, Iterator

from derive.expressions.tree import Add, Apply, Expr, Negative, Node, Number, Power, Reduce, Symbol
from derive.expressions.walk import symbols_of, walk
from derive.mistakes.wrong import Known

Difference = frozenset[tuple[bool, frozenset[str]]]
"""Which names are subtracted and which are not."""


def difference_of(node: Add) -> Difference:
    """Which names are added and which subtracted: `p_i - y_i` and `p - y` are the same difference."""
    return frozenset(
        (isinstance(term, Negative), frozenset(symbol.name for symbol in symbols_of(term))) for term in node.terms
    )


def other_way_round(difference: Difference) -> Difference:
    """`y - p` for `p - y`."""
    return frozenset((not is_subtracted, names) for is_subtracted, names in difference)


def differences(known: Known) -> frozenset[Difference]:
    """The differences in the truth and in the model's formulas."""
    return differences_in([*(value for _, value in known.computed), *([] if known.truth is None else [known.truth])])


def differences_in(values: Iterable[Expr]) -> frozenset[Difference]:
    """The sums that stand in some formulas."""
    return frozenset(difference_of(node) for value in values for node in walk(value) if isinstance(node, Add))


def compared(known: Known) -> frozenset[Difference]:
    """The differences whose square, or absolute value, stands in the loss, there by a name or as they are."""
    computed = dict(known.computed)
    loss = computed.get(known.table.loss or "")
    found = [] if loss is None else [operand for node in walk(loss) for operand in _measured(node)]
    values = (computed.get(operand.name) if isinstance(operand, Symbol) else operand for operand in found)
    return frozenset(difference_of(value) for value in values if isinstance(value, Add))


def _measured(node: Node) -> Iterator[Expr]:
    match node:
        case Power(inner, Number(exponent)) if exponent == 2:
            yield inner
        case Reduce("l1" | "l2", inner) | Apply("abs", inner):
            yield inner
