"""`1 - \\tanh(z)` for `1 - \\tanh^2(z)`: the square is missing."""

from collections.abc import Iterator
from fractions import Fraction

from derive.expressions.tree import Add, Expr, Negative, Number, Power
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.plus_for_minus import is_one
from derive.mistakes.rewriting import everywhere
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """1 - a^2 for 1 - a."""
    if wrong.written is not None:
        yield from everywhere(wrong.written, _squared)


def _squared(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Add) and any(map(is_one, node.terms)):
        for at, term in enumerate(node.terms):
            if isinstance(term, Negative):
                square = Negative(Power(term.operand, Number(Fraction(2))))
                yield Add((*node.terms[:at], square, *node.terms[at + 1 :]))


UNSQUARED_ACTIVATION = Mistake(
    code="unsquared-activation",
    title="a square is missing in the derivative of the activation",
    message="Check the derivative of the activation function: which power of its value belongs there?",
    looks_like=r"\tanh'(z) = 1 - \tanh(z)",
    instead=r"\tanh'(z) = 1 - \tanh(z)^2",
    because=(
        r"$\tanh = \frac{\sinh}{\cosh}$ has the derivative $\frac{\cosh^2 - \sinh^2}{\cosh^2} = 1 - \tanh^2$. It is "
        r"even: the slope at $-z$ is that at $z$, which $1 - \tanh(z)$ is not."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H} \odot (1 - H)"),
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = (O - T) V^T \odot (1 - \tanh(Q))"),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H} \odot (1 - H^2)"),
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H} \odot (3 - Q)"),
    ),
)
