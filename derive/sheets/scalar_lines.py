"""Gradients of a scalar, line by line: from the loss back to what is asked, one line for each name on the way."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from derive.expressions.style import cross_entropy
from derive.expressions.tree import (
    Blocks,
    ChainRule,
    Derivative,
    Diagonal,
    EntryFormula,
    Expr,
    Identity,
    MatMul,
    Symbol,
    Transpose,
)
from derive.expressions.walk import symbols_of, walk
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
from derive.sheets.term_by_term import term_by_term
from derive.sheets.turned_rows import row_step, turned_step
from derive.sheets.value_lines import with_given
from derive.sheets.vector_lines import with_known

CANCELLING = (*LOSSES, *NORMALISATION)
"""The known forms in which something cancels; of the others the rule of the step before says all."""

TRANSPOSED_PRODUCT = "A transposed product has its factors transposed, in the other order."

IN_FRONT = "What all terms have in common stands in front."

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
    turned = turned_step(computation, quantity, _before_the_turn(computation, top, bottom, first) or first, known)
    named = _named_loss(computation, top, bottom)
    yield line(
        quantity, named, *before, last, turned, Step(closed, cancelled, puts_in=tuple(derivatives_in(last.value)))
    )


def _named_loss(computation: Computation, top: str, bottom: str) -> Step | None:
    """The derivative of a loss that goes by its name, CrossEntropy(y, p), where it is one that everybody knows."""
    value = computation.value(top)
    if value is None or cross_entropy(value) is None or not computation.known_form(top, bottom, CANCELLING):
        return None
    return Step(Derivative(value, computation.symbol(bottom), computation.table.layout))


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
    by_jacobians = _expanded(product or first, known.by_jacobians, known)
    chain = chain_of(computation, top, bottom, known)
    if quantity.layout != "numerator" and by_jacobians != first:
        known.by_jacobians[quantity] = by_jacobians
    if chain is not None:
        through = " and ".join(f"${computation.written(use)}$" for use in computation.uses(bottom, top) if use != top)
        yield Step(chain, said(f"The chain rule, through {through}."))
    if quantity in known.by_jacobians:
        if (as_row := row_step(computation, top, bottom, known)) is not None:
            yield as_row
        if product is not None or chain is None:
            yield Step(by_jacobians, said(PRODUCT_OF_JACOBIANS))
            yield from _with_plain_jacobian(computation, top, bottom, known)
    reason = said(PRODUCT_OF_JACOBIANS) if first == product else reason_of(computation, top, bottom)
    turned = _before_the_turn(computation, top, bottom, first)
    if turned is not None:
        yield Step(turned, reason)
        reason = said(TRANSPOSED_PRODUCT)
    apart = None if derivatives_in(first) else term_by_term(first)
    if apart is not None:
        yield Step(apart, reason)
        reason = said(IN_FRONT)
    yield Step(first, reason, has_shapes=bool(derivatives_in(first)))
    in_answers = _expanded(first, known.in_answers, known)
    if known.answered.intersection(derivatives_in(in_answers)):
        known.in_answers[quantity] = in_answers
    if in_answers != first:
        yield Step(in_answers, puts_in=tuple(part for part in derivatives_in(first) if part not in known.answered))
    if computation.setting.names == "given" and known.answered.intersection(derivatives_in(in_answers)):
        yield Step(with_given(computation, in_answers), said("Written with what is given."))


def _with_plain_jacobian(computation: Computation, top: str, bottom: str, known: Known) -> Iterator[Step]:
    """The product with a Jacobian that is diagonal, before it becomes a product entry by entry, or nothing."""
    use, *others = computation.uses(bottom, top)
    jacobian = computation.quantity(use, bottom)
    matrix = known.matrices.get(jacobian) or known.get(jacobian)
    if others or not isinstance(matrix, (Identity, Diagonal, Blocks)):
        return
    outer = computation.quantity(top, use)
    if outer.shape.is_row:
        yield Step(MatMul(outer, matrix), puts_in=(jacobian,))
    else:
        turned = Transpose(matrix) if isinstance(matrix, Blocks) else matrix
        yield Step(MatMul(turned, outer), puts_in=(jacobian,))


def chain_of(computation: Computation, top: str, bottom: str, known: Known) -> Expr | None:
    """∂top/∂bottom as products of derivatives that have no matrix notation, ∂L/∂S ∂S/∂W, and the direct share.

    Null where the factors were not asked for, save in numerator layout, where a product of derivatives is one of rows.
    """
    uses = [use for use in computation.uses(bottom, top) if use != top]
    inner = [computation.quantity(use, bottom) for use in uses]
    if not uses or any(computation.shape(use).is_scalar or _is_family(computation, use) for use in uses):
        return None
    product = product_of_jacobians(computation, top, bottom, known)
    if computation.table.layout == "denominator" or (product is not None and not product.shape.is_column):
        return None
    is_asked_for = all(one in known.answered and (one.shape.is_tensor or product is not None) for one in inner)
    if computation.table.layout != "numerator" and not is_asked_for:
        return None
    chains = [ChainRule((*_factors(computation, top, use, known), one)) for use, one in zip(uses, inner, strict=True)]
    return presented(
        plus(*direct_shares(computation, top, bottom), *chains, shape=computation.quantity(top, bottom).shape)
    )


def direct_shares(computation: Computation, top: str, bottom: str) -> Iterator[Expr]:
    """What `top` hands to `bottom` with all other names held."""
    value = computation.value(top)
    if value is None or bottom not in computation.mentioned(top):
        return
    for share in computation.differentiator.backward(value, number(1)).from_root.shares.get(bottom, []):
        yield transposed(share) if computation.table.layout == "numerator" else share


def _is_family(computation: Computation, name: str) -> bool:
    return isinstance(computation.value(name), EntryFormula)


def _factors(computation: Computation, top: str, use: str, known: Known) -> tuple[Derivative, ...]:
    """∂top/∂use, or the Jacobians of which it is the product."""
    quantity = computation.quantity(top, use)
    factors = tuple(_of_product(known.by_jacobians.get(quantity, quantity)))
    found = tuple(one for one in factors if isinstance(one, Derivative))
    is_chain = len(found) == len(factors) and all(one.by == other.of for one, other in pairwise(found))
    return found if is_chain and quantity not in known.answered else (quantity,)


def _of_product(node: Expr) -> Iterator[Expr]:
    if isinstance(node, MatMul):
        yield from _of_product(node.left)
        yield from _of_product(node.right)
    else:
        yield node


def _before_the_turn(computation: Computation, top: str, bottom: str, first: Expr) -> Expr | None:
    """(∂L/∂z a^T)^T, where z is computed from the transpose of what is differentiated by; null elsewhere."""
    uses = computation.uses(bottom, top)
    value = computation.value(uses[0]) if len(uses) == 1 else None
    if value is None or not isinstance(first, MatMul) or computation.table.layout == "numerator":
        return None
    turned = [part for part in walk(value) if isinstance(part, Transpose)]
    is_turned = any(part.operand == computation.symbol(bottom) for part in turned)
    return Transpose(transposed(first)) if is_turned else None


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
