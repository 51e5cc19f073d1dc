"""`\\sigma(s^2)` for `\\sigma(s)^2`: a square drawn into the argument."""

from collections.abc import Iterator
from fractions import Fraction

from derive.expressions.tree import Apply, Expr, Hadamard, Number, Power
from derive.expressions.walk import walk
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import everywhere, substituted
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """f(s)^2 for f(s^2), and back; s for s^2 in every argument."""
    if wrong.written is not None:
        yield from everywhere(wrong.written, _square_moved)
        for node in walk(wrong.written):
            if isinstance(node, Apply) and (inner := _root(node.operand)) is not None:
                yield substituted(wrong.written, node.operand, inner)


def _square_moved(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Apply) and (inner := _root(node.operand)) is not None:
        yield Power(Apply(node.function, inner, node.parameters, node.order), TWO)
    outer = _root(node)
    if isinstance(outer, Apply):
        yield Apply(outer.function, Power(outer.operand, TWO), outer.parameters, outer.order)


def _root(node: Expr) -> Expr | None:
    """What is squared, entry by entry, if something is."""
    match node:
        case Power(base, Number(value)) if value == 2:
            return base
        case Hadamard(left, right) if left == right:
            return left
    return None


TWO = Number(Fraction(2))


SQUARE_INSIDE = Mistake(
    code="square-inside",
    title="a square stands inside of the function",
    message="Is the argument squared here, or the value of the function?",
    looks_like=r"\sigma'(s) = \sigma(s) - \sigma(s^2)",
    instead=r"\sigma'(s) = \sigma(s) - \sigma(s)^2",
    because=(
        r"$\sigma(s) (1 - \sigma(s)) = \sigma(s) - \sigma(s)^2$: it is the value that is multiplied by itself. "
        r"$\sigma(s^2)$ is the function at another place, and $\tanh^2(s)$ means $(\tanh s)^2$."
    ),
    repairs=repairs,
    caught=(
        Example("sigmoid layers", r"\frac{\partial p}{\partial s} = \sigma(s) - \sigma(s^2)"),
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H} \odot (1 - \tanh(Q^2))"),
    ),
    not_caught=(
        Example("sigmoid layers", r"\frac{\partial p}{\partial s} = \sigma(s) - \sigma(s)^2"),
        Example("sigmoid layers", r"\frac{\partial p}{\partial s} = \sigma(s) + \sigma(s)^2"),
    ),
)
