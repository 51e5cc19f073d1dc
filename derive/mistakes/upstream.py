"""A local derivative times the gradient that comes back from a later quantity, in every way that has a shape."""

from collections.abc import Iterator

from derive.errors import FormulaError
from derive.expressions.shapes import Shape
from derive.expressions.tree import Derivative, Diagonal, Expr, Hadamard, Identity, MatMul, Scale, Symbol, Transpose
from derive.expressions.walk import walk
from derive.mistakes.wrong import Wrong


def with_upstream(wrong: Wrong) -> Iterator[Expr]:
    """The formula times `∂L/∂name` for each name between the variable and the loss."""
    quantity, written = wrong.quantity, wrong.written
    if not (isinstance(quantity, Derivative) and isinstance(quantity.by, Symbol)) or written is None:
        return
    upstream = wrong.known.differentiator.upstream
    for name, value in wrong.known.computed:
        if quantity.by.name in upstream(value) and Symbol(name, value.shape) != quantity.of:
            gradient = Derivative(quantity.of, Symbol(name, value.shape))
            yield from (found for found in _products(gradient, written) if found.shape == wrong.shape)


def _products(first: Expr, second: Expr) -> Iterator[Expr]:
    """Two values multiplied by each other, each as it is or transposed, in both orders."""
    if first.shape.is_scalar or second.shape.is_scalar:
        yield Scale(first, second) if first.shape.is_scalar else Scale(second, first)
        return
    if first.shape == second.shape:
        yield Hadamard(first, second)
    for left, right in ((first, second), (second, first)):
        for turned_left in (left, Transpose(left)):
            for turned_right in (right, Transpose(right)):
                try:
                    yield MatMul(turned_left, turned_right)
                except FormulaError:
                    continue


def is_full_jacobian(written: Expr, shape: Shape) -> bool:
    """Whether a formula for a vector is a matrix of derivatives: one with a diagonal, or of a vector by a vector."""
    if not shape.is_vector or not written.shape.is_matrix or written.shape.is_vector:
        return False
    return any(
        isinstance(node, (Diagonal, Identity))
        or (isinstance(node, Derivative) and node.of.shape.is_vector and node.by.shape.is_vector)
        for node in walk(written)
    )
