"""`\\delta W^T` for `\\delta W^T \\odot \\sigma'(Z)`: the derivative of an activation is missing."""

from collections.abc import Iterator

from derive.expressions.tree import Expr
from derive.mistakes.activations import activations, with_factor_somewhere
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The formula, or a part of it, times the derivative of an activation of the model."""
    if wrong.written is not None:
        for activation in wrong.known.once(activations):
            if not activation.is_piecewise_linear:
                yield from with_factor_somewhere(wrong, wrong.written, activation.derivative)


MISSING_ACTIVATION_DERIVATIVE = Mistake(
    code="missing-activation-derivative",
    title="the derivative of an activation is missing",
    message="Between these two quantities there is an activation function. Where is its derivative?",
    looks_like=r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H}",
    instead=r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H} \odot (1 - H^2)",
    because=(
        r"The chain rule has a factor for every function between the variable and the loss. From $H = \tanh(Q)$ it "
        r"is $\tanh'(Q) = 1 - \tanh^2(Q)$, entry by entry."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = (O - T) V^T"),
        Example("tanh layers", r"\frac{\partial L}{\partial U} = X^T ((O - T) V^T)"),
        Example("sigmoid layers", r"\frac{\partial L}{\partial W} = (p - y) v x^T"),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = (O - T) V^T \odot (1 - H \odot H)"),
        Example("two layers", r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial S} W_2^T"),
    ),
)
