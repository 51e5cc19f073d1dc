"""`diag(1 - h^2)` for `diag(1 - h^2) \\delta`: a Jacobian where its product with a vector is asked for."""

from collections.abc import Iterator

from derive.expressions.tree import Diagonal, Expr
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import everywhere
from derive.mistakes.upstream import is_full_jacobian, with_upstream
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """A Jacobian times the gradient that comes back from a later quantity; a vector for a diagonal matrix."""
    if wrong.written is not None and is_full_jacobian(wrong.written, wrong.shape):
        yield from with_upstream(wrong)
        yield from everywhere(wrong.written, lambda node: [node.operand] if isinstance(node, Diagonal) else [])


JACOBIAN_FOR_PRODUCT = Mistake(
    code="jacobian-for-product",
    title="a Jacobian stands where its product with a vector is asked for",
    message="Compare the shapes: this is a whole Jacobian matrix. What must it still be multiplied by?",
    looks_like=r"\frac{\partial L}{\partial q} = \mathrm{diag}(1 - h^2)",
    instead=r"\frac{\partial L}{\partial q} = \mathrm{diag}(1 - h^2) \frac{\partial L}{\partial h}",
    because=(
        r"The Jacobian $\frac{\partial h}{\partial q}$ is a matrix. The gradient of a scalar loss is a vector: the "
        r"product of the transposed Jacobian with the gradient that comes back, $\left(\frac{\partial h}{\partial "
        r"q}\right)^T \frac{\partial L}{\partial h}$."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("residual block", r"\frac{\partial L}{\partial q} = \mathrm{diag}(1 - h^2)"),
        Example("softmax and squares", r"\frac{\partial L}{\partial z} = \mathrm{diag}(p) - p p^T"),
    ),
    not_caught=(
        Example("residual block", r"\frac{\partial L}{\partial q} = \mathrm{diag}(1 - h^2) (o - t)"),
        Example("residual block", r"\frac{\partial L}{\partial q} = 1 - h^2"),
    ),
)
