"""Losses that fuse with what stands before them, and the parts of losses that have gradients known by heart."""

from collections.abc import Iterator
from itertools import product

from derive.expressions import tree
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Expr
from derive.gradients.indices import Indices
from derive.gradients.local import compared
from derive.gradients.tidy import divided, minus, negative, number, power, times, transposed
from derive.sheets.closed_forms.known import KnownForm
from derive.sheets.closed_forms.place import Place, functions_in


def _targets(place: Place) -> Iterator[Expr]:
    """What predictions are compared with: given names of their shape, transposed too, the one-hot vectors of labels."""
    yield from place.given(place.by.shape)
    if place.by.shape.is_matrix:
        yield from map(transposed, place.given(place.by.shape.transposed))
    indices = Indices(place.table.index_base)
    for name, meaning in place.labels():
        if meaning.kind != "labels":
            continue
        if meaning.shape.is_scalar and place.by.shape.is_vector:
            yield indices.indicator_of_label(tree.Label(name), place.by.shape)
        for axis in (0, 1) if meaning.shape.is_vector and place.by.shape.is_matrix else ():
            if place.by.shape.dims[axis] == meaning.shape.length:
                yield indices.indicator_of_label(tree.Label(name, tree.IndexNumber(axis)), place.by.shape)


def _differences(place: Place, predictions: list[Expr], *numbers: int) -> Iterator[Expr]:
    """c (P - T)."""
    for prediction, target, factor in product(predictions, _targets(place), place.fractions(*numbers)):
        yield times(factor, minus(prediction, target))


def _softmax_cross_entropy(place: Place) -> Iterator[Expr]:
    """p - y, over the number of examples for a mean; its entries where one is asked for."""
    if place.is_gradient:
        yield from _differences(place, place.softmaxes())
    elif place.order == 1 and place.of.shape.is_scalar and place.at is not None:
        indices = Indices(place.table.index_base)
        for difference in _differences(place, place.softmaxes()):
            yield indices.entry(difference, *place.at)


def _sigmoid_cross_entropy(place: Place) -> Iterator[Expr]:
    """p - t."""
    if place.is_gradient:
        named: list[Expr] = [name for name, value in place.next_names() if "sigmoid" in functions_in(value)]
        yield from _differences(place, [*named, tree.Apply("sigmoid", place.by)])


def _squared_error(place: Place) -> Iterator[Expr]:
    """2 (y - t), y - t; of an error that has a name 2 r, r."""
    if place.is_gradient:
        yield from _differences(place, [place.by], 1, 2)
        for factor in place.fractions(1, 2):
            yield times(factor, place.by)


def _regulariser(place: Place) -> Iterator[Expr]:
    """2 λ W, λ W."""
    if place.is_gradient:
        for scalar, size in product(place.given(SCALAR), (2, 1)):
            if scalar != place.by:
                yield times(number(size), scalar, place.by)


def _log_sum_exp(place: Place) -> Iterator[Expr]:
    """softmax(x)."""
    if place.is_gradient:
        yield from place.softmaxes()


def _norm(place: Place) -> Iterator[Expr]:
    """x / ‖x‖, by the name of the norm where it has one; of a norm that is smoothed, too."""
    if place.is_gradient and place.by.shape.is_matrix:
        yield divided(place.by, place.of)
        yield divided(place.by, tree.Reduce("l2", place.by))
        for other in place.given(place.by.shape):
            if other != place.by:
                yield divided(minus(place.by, other), place.of)


def _squared_norm(place: Place) -> Iterator[Expr]:
    """½ ‖x‖² is what a coefficient of weight decay is multiplied by."""
    if place.is_gradient and place.by.shape.is_scalar:
        for other, divisor in product(place.given(), (1, 2)):
            if other.shape.is_matrix:
                yield divided(power(tree.Reduce("l2", other), number(2)), number(divisor))


def _hinge(place: Place) -> Iterator[Expr]:
    """-1(m < 1)."""
    if place.is_gradient and place.by.shape.is_matrix:
        for factor in place.fractions():
            yield negative(times(factor, compared(place.by, "<", number(1))))


LOSSES = (
    KnownForm(
        "softmax with cross-entropy",
        "A softmax under a cross-entropy cancels its logarithm: what remains is the prediction minus the target.",
        _softmax_cross_entropy,
    ),
    KnownForm(
        "sigmoid with binary cross-entropy",
        "The slope of the sigmoid cancels the denominators of the cross-entropy: the prediction minus the target.",
        _sigmoid_cross_entropy,
    ),
    KnownForm("squared error", "A square has twice its base as its derivative.", _squared_error),
    KnownForm("squared penalty", "A square has twice its base as its derivative.", _regulariser),
    KnownForm("penalty by its coefficient", "A coefficient's derivative is what it multiplies.", _squared_norm),
    KnownForm("log-sum-exp", "The gradient of log-sum-exp is the softmax.", _log_sum_exp),
    KnownForm(
        "norm", "The 2 of the squares and the half of the root cancel: the argument over the root is left.", _norm
    ),
    KnownForm("hinge", "Only an example inside the margin counts, and each of them alike.", _hinge),
)
