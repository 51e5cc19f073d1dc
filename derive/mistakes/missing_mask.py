"""`\\delta W^T` for `\\delta W^T \\odot 1(Z > 0)`: the mask of a ReLU is missing."""

from collections.abc import Iterator

from derive.expressions.tree import Expr
from derive.mistakes.activations import with_factor_somewhere
from derive.mistakes.masks import true_masks
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The formula, or a part of it, times a mask of the truth or of an activation of the model."""
    if wrong.written is not None:
        for mask in wrong.known.once(true_masks):
            yield from with_factor_somewhere(wrong, wrong.written, mask)


MISSING_MASK = Mistake(
    code="missing-mask",
    title="the mask of an activation is missing",
    message=(
        "Some units passed nothing on in the forward pass, and no gradient flows back through them. Where "
        "does your formula say so?"
    ),
    looks_like=r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A}",
    instead=r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(Z > 0)",
    because=(
        r"$A = \max(0, Z)$ is constant where $Z < 0$: there its derivative is 0, and nothing of $\frac{\partial "
        r"L}{\partial A}$ passes. Where $Z > 0$ its derivative is 1 and all of it does. The mask $\mathbb{1}(Z > "
        r"0)$ says which entries are which."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("two layers", r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial S} W_2^T"),
        Example("two layers", r"\frac{\partial L}{\partial W_1} = X^T \frac{\partial L}{\partial A} + 2 \lambda W_1"),
    ),
    not_caught=(
        Example("two layers", r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(Z > 0)"),
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H}"),
    ),
)
