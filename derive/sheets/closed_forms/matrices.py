"""Jacobians, Hessians and gradients in matrix notation: softmax, logistic regression, linear maps, quadratic forms."""

from collections.abc import Iterator
from itertools import product

from derive.expressions import tree
from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import symbols_of
from derive.gradients.indices import Indices
from derive.gradients.tidy import as_column, column_sums, matmul, minus, number, plus, row_sums, summed, times
from derive.gradients.tidy import transposed as flipped
from derive.sheets.closed_forms.known import KnownForm
from derive.sheets.closed_forms.place import Place, functions_in


def _softmax_jacobian(place: Place) -> Iterator[Expr]:
    """diag(p) - p p^T, for softmax itself and for the second derivative of log-sum-exp; its entries."""
    for softmax in place.softmaxes():
        if softmax.shape.is_vector and (place.is_jacobian or (place.order == 2 and place.at is None)):
            vector = as_column(softmax)
            yield minus(tree.Diagonal(softmax), matmul(vector, flipped(vector)))
        if place.order == 1 and place.at is not None and place.of_at is not None:
            yield from _softmax_entries(place, softmax)


def _softmax_entries(place: Place, softmax: Expr) -> Iterator[Expr]:
    """p_k (1(j = k) - p_j), in the same row or column."""
    assert place.at is not None
    assert place.of_at is not None
    indices = Indices(place.table.index_base)
    for axis in (0, 1):
        if place.at[axis] != place.of_at[axis]:
            own, other = indices.entry(softmax, *place.of_at), indices.entry(softmax, *place.at)
            yield times(own, minus(indices.same(place.at[axis], place.of_at[axis]), other))


def _through_softmax(place: Place) -> Iterator[Expr]:
    """P ⊙ (D - (P ⊙ D) 1 1^T): the gradient through the softmax of every row, column or vector."""
    if not (place.is_gradient and place.by.shape.is_matrix):
        return
    for softmax in place.softmaxes():
        adjoint = place.adjoint(softmax.name) if isinstance(softmax, Symbol) else None
        if adjoint is None:
            continue
        weighted = times(softmax, adjoint)
        totals = [summed(weighted)] if softmax.shape.is_vector else [row_sums(weighted), column_sums(weighted)]
        for total in totals:
            yield times(softmax, minus(adjoint, total))


def _hessian_of_logistic(place: Place) -> Iterator[Expr]:
    """X^T diag(p ⊙ (1 - p)) X, over the number of examples for a mean."""
    if place.order != 2 or place.at is not None or not place.by.shape.is_vector:
        return
    names = [name for name, value in place.computed() if "sigmoid" in functions_in(value) and name.shape.is_vector]
    for name, data, factor in product(names, place.given(), place.fractions()):
        slope = tree.Diagonal(times(name, minus(number(1), name)))
        for left in (flipped(data), data) if data.shape.is_matrix else ():
            if left.shape.dims == (place.by.shape.length, name.shape.length):
                yield times(factor, matmul(matmul(left, slope), flipped(left)))


def _linear_map(place: Place) -> Iterator[Expr]:
    """A^T D, D A^T for what is multiplied by A."""
    if not place.is_gradient or not place.by.shape.is_matrix:
        return
    for name, value in place.next_names():
        adjoint = place.adjoint(name.name)
        if adjoint is None or not adjoint.shape.is_matrix:
            continue
        for data in dict.fromkeys(symbols_of(value)):
            if data.shape.is_matrix and data != place.by:
                yield from _products(place, data, adjoint)


def _products(place: Place, data: Expr, adjoint: Expr) -> Iterator[Expr]:
    """A^T D and D A^T, where they have the shape of what is asked for."""
    for left, right in ((flipped(data), adjoint), (adjoint, flipped(data))):
        has_shape = (left.shape.rows, right.shape.columns) == place.by.shape.dims
        if left.shape.columns == right.shape.rows and has_shape:
            yield matmul(left, right, place.by.shape)


def _quadratic(place: Place) -> Iterator[Expr]:
    """(A + A^T) x, and with a linear term (A + A^T) x + b."""
    if not place.is_gradient or not place.by.shape.is_matrix:
        return
    for square in place.given():
        if square.shape.is_square and square.shape.columns == place.by.shape.rows:
            form = tree.MatMul(plus(square, flipped(square)), place.by)
            yield form
            for linear in place.given(place.by.shape):
                yield plus(form, linear)


def _hessian_of_squares(place: Place) -> Iterator[Expr]:
    """A^T A, once or twice, over the number of examples for a mean."""
    if place.order != 2 or place.at is not None or not place.by.shape.is_vector:
        return
    for data, factor in product(place.given(), place.fractions(1, 2)):
        if data.shape.is_matrix and data.shape.columns == place.by.shape.length:
            yield times(factor, matmul(flipped(data), data))
        if data.shape.is_matrix and data.shape.rows == place.by.shape.length:
            yield times(factor, matmul(data, flipped(data)))


def _hessian_of_quadratic(place: Place) -> Iterator[Expr]:
    """A + A^T."""
    if place.order == 2 and place.at is None:
        for square in place.given():
            if square.shape.is_square:
                yield plus(square, flipped(square))


MATRICES = (
    KnownForm(
        "softmax Jacobian",
        "Every probability rises with its own score and falls with each of the others: diag(p) less the outer product.",
        _softmax_jacobian,
    ),
    KnownForm(
        "through a softmax",
        "What comes back through a softmax loses its mean, weighted by the probabilities.",
        _through_softmax,
    ),
    KnownForm(
        "logistic Hessian",
        "The slope of the sigmoid weighs each example: the most uncertain ones count most.",
        _hessian_of_logistic,
    ),
    KnownForm("through a linear map", "What comes back goes through the transposed matrix.", _linear_map),
    KnownForm("quadratic form", "A quadratic form sees its matrix from both sides.", _quadratic),
    KnownForm(
        "Hessian of squares",
        "The second derivative of a sum of squares does not depend on the point.",
        _hessian_of_squares,
    ),
    KnownForm("Hessian of a quadratic form", "Both sides of a quadratic form add up.", _hessian_of_quadratic),
)
