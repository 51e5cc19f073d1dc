"""Gradients of a scalar, line by line: from the loss back to what is asked, one line for each name on the way."""

from collections.abc import Iterator, Mapping

from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import symbols_of
from derive.gradients.closed import Backward
from derive.gradients.presented import presented
from derive.gradients.tidy import matmul, number, plus, transposed
from derive.notation.symbols import Given
from derive.sheets.blocks import Text, said
from derive.sheets.closed_forms.losses import LOSSES
from derive.sheets.closed_forms.normalisation import NORMALISATION
from derive.sheets.computation import Computation, derivatives_in
from derive.sheets.lines import Known, Line, Step, line
from derive.sheets.reasons import rules_between
from derive.sheets.vector_lines import with_known

CANCELLING = (*LOSSES, *NORMALISATION)
"""The known forms in which something cancels; of the others the rule of the step before says all."""

PRODUCT_OF_JACOBIANS = "The chain rule as a product of Jacobians."


def gradient_lines(computation: Computation, top: str, bottom: str, known: Known) -> Iterator[Line]:
    """The lines that lead to ∂top/∂bottom, save those of the quantities that are known.

    `known` gains the closed form of each. Raises `NoClosedForm`.
    """
    quantity = computation.quantity(top, bottom)
    if quantity in known:
        return
    first = in_terms(computation, top, bottom)
    if quantity.layout == "numerator":
        first = product_of_jacobians(computation, top, bottom, known) or first
    for part in derivatives_in(first):
        if part in known.answered:
            continue
        assert isinstance(part.by, Symbol)
        yield from gradient_lines(computation, top, part.by.name, known)
    closed = _closed(computation, top, bottom, first, known)
    known[quantity] = closed
    if not derivatives_in(first) and computation.known_form(top, bottom):
        yield line(quantity, Step(closed, said(computation.known_form(top, bottom))))
        return
    *before, last = _steps_between(computation, top, bottom, first, known)
    cancelled = said(computation.known_form(top, bottom, CANCELLING))
    yield line(quantity, *before, last, Step(closed, cancelled, puts_in=tuple(derivatives_in(last.value))))


def _closed(computation: Computation, top: str, bottom: str, first: Expr, known: Known) -> Expr:
    """A gradient without derivatives; in numerator layout what the chain rule makes of the lines before."""
    if computation.table.layout != "numerator":
        return computation.gradients(top)[bottom]
    if not derivatives_in(first) or computation.known_form(top, bottom, CANCELLING):
        return presented(transposed(computation.gradients(top)[bottom]))
    return with_known(first, known)


def _steps_between(computation: Computation, top: str, bottom: str, first: Expr, known: Known) -> Iterator[Step]:
    """The steps to the closed form: the chain rule, one name back, then back to what earlier parts ask for."""
    quantity = computation.quantity(top, bottom)
    product = product_of_jacobians(computation, top, bottom, known)
    if quantity.layout != "numerator":
        by_jacobians = _expanded(first if product is None else product, known.by_jacobians, known)
        if by_jacobians != first:
            known.by_jacobians[quantity] = by_jacobians
            yield Step(by_jacobians, said(PRODUCT_OF_JACOBIANS))
    reason = said(PRODUCT_OF_JACOBIANS) if first == product else reason_of(computation, top, bottom)
    yield Step(first, reason, has_shapes=bool(derivatives_in(first)))
    in_answers = _expanded(first, known.in_answers, known)
    if known.answered.intersection(derivatives_in(in_answers)):
        known.in_answers[quantity] = in_answers
    if in_answers != first:
        yield Step(in_answers, puts_in=tuple(part for part in derivatives_in(first) if part not in known.answered))


def _expanded(node: Expr, found: Mapping[Expr, Expr], known: Known) -> Expr:
    """An expression with the derivatives in it put back to what earlier parts ask for, where that is found."""
    back: dict[Expr, Expr] = {
        part: found[part] for part in derivatives_in(node) if part in found and part not in known.answered
    }
    return with_known(node, back) if back else node


def product_of_jacobians(computation: Computation, top: str, bottom: str, known: Known) -> Expr | None:
    """∂top/∂bottom by the Jacobians of what is computed from `bottom`; null where not all of them were asked for."""
    uses = computation.uses(bottom, top)
    jacobians = [computation.quantity(use, bottom) for use in uses]
    if not uses or computation.table.layout == "denominator":
        return None
    if not all(jacobian in known.answered and jacobian.shape.is_matrix for jacobian in jacobians):
        return None
    outer = [computation.quantity(top, use) for use in uses]
    if not all(one.shape.is_vector for one in (*outer, computation.symbol(bottom))):
        return None
    is_row = computation.quantity(top, bottom).shape.is_row
    rows = [matmul(_as_row(one), jacobian) for one, jacobian in zip(outer, jacobians, strict=True)]
    columns = [matmul(transposed(one), _as_column(two)) for one, two in zip(jacobians, outer, strict=True)]
    return presented(plus(*(rows if is_row else columns)))


def _as_row(vector: Expr) -> Expr:
    return vector if vector.shape.is_row else transposed(vector)


def _as_column(vector: Expr) -> Expr:
    return transposed(vector) if vector.shape.is_row else vector


def in_terms(computation: Computation, top: str, bottom: str) -> Expr:
    """∂top/∂bottom in terms of the derivatives by the names in between, of those that are more than numbers."""
    forms = computation.gradients(top)
    is_numerator = computation.table.layout == "numerator"
    step = Backward(forms.differentiator, forms.loss, number(1))
    for other in forms.backward.names:
        if other not in (bottom, top) and _varies(computation, other):
            closed = forms.backward.adjoint(other)
            derivative = computation.quantity(top, other)
            gradient = transposed(derivative) if is_numerator else derivative
            step.adjoints[other] = closed if _is_plain(computation, closed) else gradient
    found = step.adjoint(bottom)
    return presented(transposed(found) if is_numerator else found)


def _varies(computation: Computation, name: str) -> bool:
    meaning = computation.table.meanings[name]
    return not (isinstance(meaning, Given) and meaning.kind in ("labels", "hot index", "function", "map"))


def _is_plain(computation: Computation, value: Expr) -> bool:
    """Whether a derivative holds nothing but numbers, sizes and given scalars: no line of a derivation."""
    names = [symbol.name for symbol in symbols_of(value)]
    return all(name not in computation.computed and computation.shape(name).is_scalar for name in names)


def reason_of(computation: Computation, top: str, bottom: str) -> Text:
    """The rules of the operations by which `bottom` goes into what leads to `top`, and how many paths there are."""
    uses = computation.uses(bottom, top)
    values = [value for use in uses if (value := computation.value(use)) is not None]
    rules = dict.fromkeys(rule for value in values for rule in rules_between(value, bottom, computation.table.layout))
    return said(" ".join([*_paths(computation, bottom, top, uses), *rules]))


def _paths(computation: Computation, bottom: str, top: str, uses: tuple[str, ...]) -> Iterator[str]:
    """One sentence where something acts on the result in more than one way."""
    if len(uses) > 1:
        through = [f"${computation.written(use)}$" for use in uses if use != top]
        through += ["directly"] if top in uses else []
        ways = f"{', '.join(through[:-1])} and {through[-1]}"
        yield f"${computation.written(bottom)}$ acts through {ways}, and the shares add up."
