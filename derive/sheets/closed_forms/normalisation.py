"""The gradients of batch and layer normalisation by what they normalise, of all its paths at once.

z has mean zero and variance one along an axis, r is what the centred input was multiplied by (1/s for a standard
deviation s), and D is the gradient by z. Along the axis, of n entries, the gradient by the input is
r (D - mean D - z mean(D ⊙ z)), and that by the centred input is r (D - z mean(D ⊙ z)).
"""

from collections.abc import Iterator
from itertools import product

from derive.expressions import tree
from derive.expressions.shapes import Dim
from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import symbols_of
from derive.gradients.tidy import column_sums, divided, extent, inner, number, row_sums, split, summed, times
from derive.sheets.closed_forms.known import KnownForm
from derive.sheets.closed_forms.place import Place


def _propose(place: Place) -> Iterator[Expr]:
    if not (place.is_gradient and place.by.shape.is_matrix):
        return
    later = place.later_names()
    for normed, value in place.computed():
        adjoint = place.adjoint(normed.name) if normed in later and normed.shape == place.by.shape else None
        if adjoint is None or adjoint.shape != normed.shape:
            continue
        scales = [symbol for symbol in dict.fromkeys(symbols_of(value)) if symbol in later]
        for scale, axis in product(scales, (0, 1)):
            along = scale.shape.is_scalar or (scale.shape.is_vector and scale.shape.dims[axis].is_unit)
            if along and not place.by.shape.dims[axis].is_unit:
                yield from _gradients(adjoint, normed, scale, place.by.shape.dims[axis], axis)


def _gradients(adjoint: Expr, normed: Symbol, scale: Symbol, dim: Dim, axis: int) -> Iterator[Expr]:
    """With the scale as a divisor, all over n; with it as a factor, each mean with its own."""
    front, core = split(adjoint)
    count = extent(dim)
    total, along = _along(core, axis), _product_along(core, normed, axis)
    back = times(along, normed)
    for parts in ((total, back), (back,)):
        over = tree.Add((times(count, core), *map(tree.Negative, parts)))
        if scale.shape.is_scalar:
            yield tree.Scale(divided(front, times(count, scale)), over)
        else:
            yield times(divided(front, count), tree.Hadamard(divided(number(1), scale), over))
        means = tree.Add((core, *(tree.Negative(divided(part, count)) for part in parts)))
        yield times(front, tree.Scale(scale, means) if scale.shape.is_scalar else tree.Hadamard(scale, means))


def _along(node: Expr, axis: int) -> Expr:
    if node.shape.is_vector:
        return summed(node)
    return column_sums(node) if axis == 0 else row_sums(node)


def _product_along(left: Expr, right: Expr, axis: int) -> Expr:
    if left.shape.is_vector:
        return inner(left, right)
    return _along(times(left, right), axis)


NORMALISATION = (
    KnownForm(
        "normalisation",
        "What is normalised reaches the loss through itself, its mean and its variance: the gradient loses its mean "
        "and its part along the normalised values, and is divided by the standard deviation.",
        _propose,
    ),
)
