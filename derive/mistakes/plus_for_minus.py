"""`a (1 + a)` for `a (1 - a)`."""

from collections.abc import Iterator

from derive.expressions.tree import Add, Expr, Fill, Negative, Number
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import everywhere
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """a (1 - a) for a (1 + a), and 1 - a^2 for 1 + a^2."""
    if wrong.written is not None:
        yield from everywhere(wrong.written, _with_minus)


def _with_minus(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Add) and len(node.terms) == 2:
        first, second = node.terms
        if is_one(first) and not isinstance(second, Negative):
            yield Add((first, Negative(second)))
        if is_one(second) and not isinstance(first, Negative):
            yield Add((second, Negative(first)))


def is_one(node: Expr) -> bool:
    """Whether a term is the number 1, or a matrix of ones."""
    return (isinstance(node, Number) and node.value == 1) or (isinstance(node, Fill) and node.value == 1)


PLUS_FOR_MINUS = Mistake(
    code="plus-for-minus",
    title="a plus where the derivative of an activation has a minus",
    message="Check the derivative of the activation function: is every sign in it right?",
    looks_like=r"\sigma'(z) = a (1 + a)",
    instead=r"\sigma'(z) = a (1 - a)",
    because=(
        r"From $\sigma(z) = \frac{1}{1 + e^{-z}}$ follows $\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = a (1 - a)$. "
        r"It is small where the unit saturates, at $a$ near 0 and near 1; $a (1 + a)$ would be 2 there."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("sigmoid layers", r"\frac{\partial L}{\partial z} = (p - y) v \odot a \odot (1 + a)"),
        Example("sigmoid layers", r"\frac{\partial p}{\partial s} = p (1 + p)"),
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H} \odot (1 + H^2)"),
    ),
    not_caught=(
        Example("sigmoid layers", r"\frac{\partial p}{\partial s} = p (1 - p)"),
        Example("sigmoid layers", r"\frac{\partial p}{\partial s} = 2 p (1 - p)"),
    ),
)
