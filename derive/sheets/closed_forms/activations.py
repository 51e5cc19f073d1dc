"""Slopes of activations in terms of the activation itself: a ⊙ (1 - a), 1 - a², masks."""

from collections.abc import Callable, Iterator

from derive.expressions import tree
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Comparator, Expr, Symbol
from derive.gradients.local import compared
from derive.gradients.tidy import minus, number, plus, power, times
from derive.sheets.closed_forms.known import KnownForm
from derive.sheets.closed_forms.place import Place, functions_in, is_function_of

Slopes = Callable[[Place, Symbol], Iterator[Expr]]


def through(functions: frozenset[str], slopes: Slopes) -> Callable[[Place], Iterator[Expr]]:
    """∂L/∂a ⊙ f'(z) for every name a that is computed with one of some functions, diag(f'(z)) for its Jacobian."""

    def propose(place: Place) -> Iterator[Expr]:
        for name, value in place.next_names():
            if name.shape != place.by.shape or not functions & functions_in(value):
                continue
            for slope in slopes(place, name):
                if place.is_jacobian and name == place.of:
                    yield tree.Diagonal(slope)
                adjoint = place.adjoint(name.name) if place.is_gradient else None
                if adjoint is not None:
                    yield times(adjoint, slope)

    return propose


def _tanh(place: Place, name: Symbol) -> Iterator[Expr]:
    yield minus(number(1), power(name, number(2)))


def _sigmoid(place: Place, name: Symbol) -> Iterator[Expr]:
    yield times(name, minus(number(1), name))


def _exponential(place: Place, name: Symbol) -> Iterator[Expr]:
    yield name


def _softplus(place: Place, name: Symbol) -> Iterator[Expr]:
    yield from (other for other, value in place.next_names() if is_function_of(value, "sigmoid", place.by))
    yield tree.Apply("sigmoid", place.by)


def _mask(place: Place, name: Symbol) -> Iterator[Expr]:
    yield compared(place.by, ">", number(0))
    yield compared(place.by, ">=", number(0))


_SIDES: tuple[tuple[Comparator, Comparator], ...] = ((">", "<"), (">", "<="), (">=", "<"))


def _leaky_mask(place: Place, name: Symbol) -> Iterator[Expr]:
    """1(z > 0) + α 1(z < 0); at zero by the convention for kinks."""
    zero = number(0)
    for slope in place.given(SCALAR):
        for above, below in _SIDES:
            yield plus(compared(place.by, above, zero), times(slope, compared(place.by, below, zero)))


ACTIVATIONS = (
    KnownForm("tanh", "The slope of tanh is one minus the square of its value.", through(frozenset({"tanh"}), _tanh)),
    KnownForm(
        "sigmoid",
        "The slope of the sigmoid is its value times one minus it.",
        through(frozenset({"sigmoid"}), _sigmoid),
    ),
    KnownForm("exponential", "The exponential is its own slope.", through(frozenset({"exp"}), _exponential)),
    KnownForm("softplus", "The slope of softplus is the sigmoid.", through(frozenset({"softplus", "log"}), _softplus)),
    KnownForm("ReLU", "A ReLU lets through where its input is positive.", through(frozenset({"relu"}), _mask)),
    KnownForm(
        "leaky ReLU",
        "A leaky ReLU has the slope one where its input is positive, and its small slope where it is negative.",
        through(frozenset({"relu", "leaky"}), _leaky_mask),
    ),
)
