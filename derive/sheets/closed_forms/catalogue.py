"""All known closed forms, and the choice of one: the shortest that is proved to be what was found."""

from collections.abc import Callable, Iterator

from derive.errors import Meaningless
from derive.expressions import tree
from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import walk
from derive.gradients import ClosedForms, NoClosedForm, closed_forms
from derive.gradients.presented import presented
from derive.gradients.tidy import transposed, weight
from derive.models import Model
from derive.notation.symbols import SymbolTable
from derive.records import dataclass, remembered
from derive.sheets.closed_forms.activations import ACTIVATIONS
from derive.sheets.closed_forms.equality import Equality
from derive.sheets.closed_forms.known import KnownForm
from derive.sheets.closed_forms.losses import LOSSES
from derive.sheets.closed_forms.matrices import MATRICES
from derive.sheets.closed_forms.normalisation import NORMALISATION
from derive.sheets.closed_forms.place import Place

CATALOGUE: tuple[KnownForm, ...] = (*LOSSES, *ACTIVATIONS, *NORMALISATION, *MATRICES)

Proves = Callable[[Expr, Expr], bool]
Adjoint = Callable[[str], Expr | None]


@dataclass(frozen=True)
class Recognised:
    """A known form and what it is in a model; `made` is the same before the last touch, for what goes on from it."""

    known: KnownForm
    value: Expr
    made: Expr


# ── the choice ──


def recognised(place: Place, found: Expr, proves: Proves) -> Recognised | None:
    """The shortest known form that is proved equal to what was found and shorter, or that is just what was found."""
    best: Recognised | None = None
    limit, is_in_steps = weight(found), _has_derivative(found)
    for known, candidate in _candidates(place, found.shape == place.by.shape.transposed):
        value = presented(candidate)
        if best is None and value == found:
            best = Recognised(known, value, candidate)
        elif value.shape != found.shape or weight(value) >= limit or (_has_derivative(value) and not is_in_steps):
            continue
        elif proves(found, value):
            best, limit = Recognised(known, value, candidate), weight(value)
    return best


def _has_derivative(node: Expr) -> bool:
    return any(isinstance(part, tree.Derivative) for part in walk(node))


def _candidates(place: Place, is_transposed: bool) -> Iterator[tuple[KnownForm, Expr]]:
    """What is proposed; the transposed too where the layout makes a gradient lie."""
    for known, candidate in _proposals(place):
        yield known, candidate
        if is_transposed and candidate.shape.is_matrix and candidate.shape == place.by.shape:
            yield known, transposed(candidate)


@remembered
def _proposals(place: Place) -> tuple[tuple[KnownForm, Expr], ...]:
    """What each known form proposes, once."""
    found: dict[Expr, KnownForm] = {}
    for known in CATALOGUE:
        try:
            for candidate in known.propose(place):
                found.setdefault(candidate, known)
        except Meaningless:
            continue
    return tuple((known, candidate) for candidate, known in found.items())


def place_of(node: Expr, table: SymbolTable, adjoint: Adjoint = lambda name: None) -> Place | None:
    """What a derivative asks for, if it is one that closed forms are known of."""
    if not isinstance(node, tree.Derivative):
        return None
    if isinstance(node.of, tree.Derivative):
        inner = place_of(node.of, table)
        by = _symbol(node.by)
        is_second = inner is not None and inner.order == 1 and inner.at is None and by == inner.by
        return Place(table, inner.of, inner.by, order=2) if inner is not None and is_second else None
    of, by = _symbol(node.of), _symbol(node.by)
    if of is None or by is None:
        return None
    return Place(table, of, by, at=_indices(node.by), of_at=_indices(node.of), adjoint=adjoint)


def _symbol(node: Expr) -> Symbol | None:
    """A name, also that of which an entry or the transpose stands."""
    inner = node.operand if isinstance(node, (tree.Entry, tree.Transpose)) else node
    return inner if isinstance(inner, Symbol) else None


def _indices(node: Expr) -> tuple[tree.Index, tree.Index] | None:
    return (node.row, node.column) if isinstance(node, tree.Entry) else None


def preferred(
    model: Model, derivative: Expr, found: Expr, proves: Proves, adjoint: Adjoint | None = None
) -> Expr | None:
    """The known closed form of a derivative, where there is one that is proved and shorter, or just what was found.

    `adjoint` gives what stands for ∂L/∂name, a derivative by default: for steps in terms of the ones before.
    """
    place = place_of(derivative, model.table, adjoint or _derivatives(derivative, model))
    choice = None if place is None else recognised(place, found, proves)
    return None if choice is None else choice.value


def _derivatives(node: Expr, model: Model) -> Adjoint:
    """∂L/∂name as a derivative, of the shape of the name."""

    def adjoint(name: str) -> Expr | None:
        if not isinstance(node, tree.Derivative):
            return None
        symbol = Symbol(name, model.table.meanings[name].shape)  # type: ignore[union-attr]
        value = tree.Derivative(node.of, symbol, node.layout)
        return transposed(value) if node.layout == "numerator" else value

    return adjoint


# ── a whole model ──


def fused(model: Model, loss: str, proves: Proves | None = None) -> tuple[ClosedForms, dict[str, Recognised]]:
    """The closed forms by all names, each going on from the known ones above it; and which are known."""
    forms = closed_forms(model.table, model.kink, loss)
    proves = proves or Equality(model)
    known: dict[str, Recognised] = {}
    for name in forms.names:
        symbol = Symbol(name, forms.differentiator.shape_of(name))
        place = Place(model.table, forms.loss, symbol, adjoint=lambda other: _closed(forms, other))
        try:
            choice = recognised(place, forms[name], proves)
        except NoClosedForm:
            continue
        if choice is not None:
            known[name] = choice
            if choice.value != forms[name]:
                forms.backward.adjoints[name] = choice.made
    return forms, known


def _closed(forms: ClosedForms, name: str) -> Expr | None:
    try:
        return forms.backward.adjoint(name) if name in forms.names else None
    except NoClosedForm:
        return None
