"""Gradients of a scalar, line by line: from the loss back to what is asked, one line for each name on the way."""

from collections.abc import Iterator

from derive.expressions.tree import Derivative, Expr, Symbol
from derive.expressions.walk import symbols_of
from derive.gradients.closed import Backward
from derive.gradients.presented import presented
from derive.gradients.tidy import number
from derive.notation.symbols import Given
from derive.sheets.blocks import Text, said
from derive.sheets.closed_forms.losses import LOSSES
from derive.sheets.closed_forms.normalisation import NORMALISATION
from derive.sheets.computation import Computation, derivatives_in
from derive.sheets.lines import Line, Step, line
from derive.sheets.reasons import rules_between

CANCELLING = (*LOSSES, *NORMALISATION)
"""The known forms in which something cancels; of the others the rule of the step before says all."""


def gradient_lines(computation: Computation, top: str, bottom: str, known: dict[Expr, Expr]) -> Iterator[Line]:
    """The lines that lead to ∂top/∂bottom, save those of the quantities that are known.

    `known` gains the closed form of each. Raises `NoClosedForm`.
    """
    quantity = Derivative(computation.symbol(top), computation.symbol(bottom))
    if quantity in known:
        return
    first = in_terms(computation, top, bottom)
    parts = derivatives_in(first)
    for part in parts:
        assert isinstance(part.by, Symbol)
        yield from gradient_lines(computation, top, part.by.name, known)
    closed = computation.gradients(top)[bottom]
    known[quantity] = closed
    if not parts and computation.known_form(top, bottom):
        yield line(quantity, Step(closed, said(computation.known_form(top, bottom))))
        return
    last = Step(closed, said(computation.known_form(top, bottom, CANCELLING)), puts_in=tuple(parts))
    yield line(quantity, Step(first, reason_of(computation, top, bottom), has_shapes=bool(parts)), last)


def in_terms(computation: Computation, top: str, bottom: str) -> Expr:
    """∂top/∂bottom in terms of the derivatives by the names in between, of those that are more than numbers."""
    forms = computation.gradients(top)
    step = Backward(forms.differentiator, forms.loss, number(1))
    for other in forms.backward.names:
        if other not in (bottom, top) and _varies(computation, other):
            closed = forms.backward.adjoint(other)
            derivative = Derivative(forms.loss, computation.symbol(other))
            step.adjoints[other] = closed if _is_plain(computation, closed) else derivative
    return presented(step.adjoint(bottom))


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
    rules = dict.fromkeys(rule for value in values for rule in rules_between(value, bottom))
    return said(" ".join([*_paths(computation, bottom, top, uses), *rules]))


def _paths(computation: Computation, bottom: str, top: str, uses: tuple[str, ...]) -> Iterator[str]:
    """One sentence where something acts on the result in more than one way."""
    if len(uses) > 1:
        through = [f"${computation.written(use)}$" for use in uses if use != top]
        through += ["directly"] if top in uses else []
        ways = f"{', '.join(through[:-1])} and {through[-1]}"
        yield f"${computation.written(bottom)}$ acts through {ways}, and the shares add up."
