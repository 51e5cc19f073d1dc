"""Masks: factors that are 0 or 1, or one of two slopes, by the sign of something in the forward pass."""

from collections.abc import Container, Iterator

from derive.expressions.tree import (
    Apply,
    Cases,
    Comparison,
    Entry,
    EntryFormula,
    Expr,
    IndexValue,
    IndexVariable,
    Indicator,
    Node,
)
from derive.expressions.walk import rebuilt, walk
from derive.mistakes.activations import activations
from derive.mistakes.rewriting import renamed
from derive.mistakes.wrong import Known

PIECEWISE_LINEAR = frozenset({"relu", "leaky", "abs"})
"""Functions whose derivative is a mask."""


def is_a_mask(node: Node) -> bool:
    """Whether a part compares values, not indices, or is the derivative of a piecewise linear function."""
    if isinstance(node, Apply):
        return node.function in PIECEWISE_LINEAR and node.order == 1
    if isinstance(node, Cases):
        return all(condition is None or _compares_values(condition) for _, condition in node.branches)
    return isinstance(node, Indicator) and _compares_values(node.condition)


def _compares_values(condition: Node) -> bool:
    if not isinstance(condition, Comparison):
        return False
    return not any(isinstance(side, IndexValue) for side in (condition.left, condition.right))


def at_entries(value: Expr) -> Expr:
    """A formula in which an entry of the matrix of a formula is that formula at this entry."""

    def change(node: Node) -> Node | None:
        if not (isinstance(node, Entry) and isinstance(node.operand, EntryFormula)):
            return None
        formula = node.operand
        places = {formula.row: node.row, formula.column: node.column}
        body = rebuilt(formula.body, lambda part: places.get(part) if isinstance(part, IndexVariable) else None)
        assert isinstance(body, Expr)
        return at_entries(body)

    return rebuilt(value, change)  # type: ignore[return-value]


def in_letters_of(mask: Expr, node: Expr, free: Container[str]) -> Iterator[Expr]:
    """A mask under a sum with each letter of another mask in the place of its own; else the very same one."""
    letters = _letters(mask)
    own = [index for index in letters if index.scope or index.name not in free]
    if len(own) != 1:
        yield mask
        return
    for index in _letters(node):
        yield renamed(mask, own[0], index)


def _letters(value: Expr) -> list[IndexVariable]:
    return list(dict.fromkeys(node for node in walk(value) if isinstance(node, IndexVariable)))


def true_masks(known: Known) -> tuple[Expr, ...]:
    """The masks in the truth, then those that the activations of the model have."""
    in_truth = [] if known.truth is None else [node for node in walk(at_entries(known.truth)) if is_a_mask(node)]
    of_model = [one.derivative for one in known.once(activations) if one.is_piecewise_linear]
    return tuple(dict.fromkeys([node for node in (*in_truth, *of_model) if isinstance(node, Expr)]))
