"""A local derivative times the gradient that comes back from a later quantity, in every way that has a shape."""

from collections.abc import Iterator

from derive.errors import FormulaError
from derive.expressions.shapes import Shape
from derive.expressions.tree import (
    Derivative,
    Diagonal,
    Expr,
    Hadamard,
    Identity,
    MatMul,
    Negative,
    Scale,
    Symbol,
    Transpose,
)
from derive.expressions.walk import walk
from derive.gradients.refusal import NoClosedForm
from derive.mistakes.differences import compared, differences_in, other_way_round
from derive.mistakes.wrong import Known, Wrong


def with_upstream(wrong: Wrong) -> Iterator[Expr]:
    """The formula times `∂L/∂name` for each name between the variable and the loss.

    Of `-(t - y)` the error `t - y` may be left out and its sign not.
    """
    quantity, written = wrong.quantity, wrong.written
    if not (isinstance(quantity, Derivative) and isinstance(quantity.by, Symbol)) or written is None:
        return
    upstream = wrong.known.differentiator.upstream
    for name, value in wrong.known.computed:
        if quantity.by.name in upstream(value) and Symbol(name, value.shape) != quantity.of:
            gradient = Derivative(quantity.of, Symbol(name, value.shape))
            for factor in (gradient, Negative(gradient)) if _turns_a_difference(wrong.known, gradient) else (gradient,):
                yield from (found for found in _products(factor, written) if found.shape == wrong.shape)


def _turns_a_difference(known: Known, gradient: Derivative) -> bool:
    """Whether a difference that the loss compares stands in a gradient the other way round."""
    turned = {other_way_round(difference) for difference in known.once(compared)}
    try:
        return bool(turned) and not turned.isdisjoint(differences_in([known.differentiator.closed_form(gradient)]))
    except (NoClosedForm, FormulaError):
        return False


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
