"""`1(S > 0)` for `1(Z > 0)`: a mask taken of something else."""

from collections.abc import Iterator

from derive.expressions.tree import Apply, Comparison, Expr, Indicator, Number
from derive.mistakes.activations import activations
from derive.mistakes.missing_mask import PIECEWISE_LINEAR, is_mask
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import everywhere
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """One mask in the formula replaced by that of an activation of the model."""
    masks = [activation.derivative for activation in wrong.known.once(activations) if is_mask(activation)]
    if wrong.written is not None:
        yield from everywhere(wrong.written, lambda node: masks if _is_mask(node) else [])


def _is_mask(node: Expr) -> bool:
    """Whether a part compares something with 0, or is the derivative of a piecewise linear function."""
    if isinstance(node, Apply):
        return node.function in PIECEWISE_LINEAR and node.order == 1
    return isinstance(node, Indicator) and isinstance(node.condition, Comparison) and _is_zero(node.condition.right)


def _is_zero(node: Expr) -> bool:
    return isinstance(node, Number) and node.value == 0


MASK_OF_WRONG_QUANTITY = Mistake(
    code="mask-of-wrong-quantity",
    title="the mask is that of another quantity",
    message="Of which quantity is this mask taken? It has to tell where the activation was switched on.",
    looks_like=r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(S > 0)",
    instead=r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(Z > 0)",
    because=(
        r"The derivative of $\max(0, z)$ depends on the sign of its own argument $z$ in the forward pass, not on "
        r"that of the gradient that comes back, of the scores, or of another layer."
    ),
    repairs=repairs,
    caught=(
        Example(
            "two layers",
            r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot 1(\frac{\partial L}{\partial A} > 0)",
        ),
        Example("scaled activation", r"\frac{\partial L}{\partial z} = 3 (h - t) \odot \mathbb{1}(t > 0)"),
    ),
    not_caught=(
        Example("two layers", r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(Z > 0)"),
        Example("two layers", r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(A > 0)"),
    ),
)
