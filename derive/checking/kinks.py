"""Minima said by maxima: at a tie the derivative of min(a, b) by a is then 1 - κ, where that of max(a, b) is κ.

So a slope of 1 above and of α below 0 may be α at 0 as well, where max(0, z) + α min(0, z) has no derivative.
"""

from dataclasses import replace

from derive.expressions.tree import Add, Expr, Extremum, Negative, Node
from derive.expressions.walk import rebuilt, walk
from derive.gradients.terms import spread
from derive.notation.symbols import Computed, Meaning, SymbolTable


def has_minima(table: SymbolTable) -> bool:
    """Whether something is computed as the smaller one of two."""
    values = (meaning.value for meaning in table.meanings.values() if isinstance(meaning, Computed))
    return any(_is_minimum(node) for value in values if value is not None for node in walk(value))


def with_other_slope_of_minima(table: SymbolTable) -> SymbolTable:
    """The table with a + b - max(a, b) for every min(a, b)."""
    meanings: dict[str, Meaning] = {}
    for name, meaning in table.meanings.items():
        is_computed = isinstance(meaning, Computed) and meaning.value is not None
        meanings[name] = replace(meaning, value=_turned(meaning.value)) if is_computed else meaning  # type: ignore
    return replace(table, meanings=meanings)


def _turned(value: Expr) -> Expr:
    return rebuilt(value, _by_maximum)  # type: ignore[return-value]


def _by_maximum(node: Node) -> Node | None:
    if not isinstance(node, Extremum) or not _is_minimum(node):
        return None
    left, right = (_turned(part) for part in (node.left, node.right))
    both = (spread(part, node.shape) for part in (left, right))
    return Add((*both, Negative(Extremum("max", left, right))))


def _is_minimum(node: Node) -> bool:
    return isinstance(node, Extremum) and node.kind == "min"
