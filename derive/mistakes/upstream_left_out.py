"""`1 - h^2` for `\\delta \\odot (1 - h^2)`: the local derivative alone."""

from collections.abc import Iterator

from derive.expressions.tree import Expr
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.upstream import is_full_jacobian, with_upstream
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The formula multiplied, in every way that has a shape, by the gradient that comes back from a later quantity."""
    if wrong.written is not None and not is_full_jacobian(wrong.written, wrong.shape):
        yield from with_upstream(wrong)


UPSTREAM_LEFT_OUT = Mistake(
    code="upstream-left-out",
    title="the gradient from above is left out",
    message="This is only how one quantity depends on another. How does the loss depend on it?",
    looks_like=r"\frac{\partial L}{\partial V} = H^T",
    instead=r"\frac{\partial L}{\partial V} = H^T \frac{\partial L}{\partial O}",
    because=(
        r"The chain rule multiplies what comes back from above, $\frac{\partial L}{\partial O}$, by the local "
        r"derivative. The local one alone says how $O$ changes, not how the loss does."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = 1 - H^2"),
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H^T"),
        Example("sigmoid layers", r"\frac{\partial L}{\partial c} = p (1 - p)"),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H^T (O - T)"),
        Example("tanh layers", r"\frac{\partial L}{\partial V} = 3 H^T (O - T)"),
    ),
)
