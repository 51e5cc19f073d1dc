"""Masks: factors that are 0 or 1, or one of two slopes, by the sign of something in the forward pass."""

from derive.expressions.tree import Apply, Cases, Comparison, Expr, IndexValue, Indicator, Node
from derive.expressions.walk import walk
from derive.mistakes.activations import activations
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


def true_masks(known: Known) -> tuple[Expr, ...]:
    """The masks in the truth, then those that the activations of the model have."""
    in_truth = [] if known.truth is None else [node for node in walk(known.truth) if is_a_mask(node)]
    of_model = [one.derivative for one in known.once(activations) if one.is_piecewise_linear]
    return tuple(dict.fromkeys([node for node in (*in_truth, *of_model) if isinstance(node, Expr)]))
