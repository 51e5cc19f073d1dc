r"""What a line says in other forms that hold under a convention: `\frac{\partial S}{\partial W_2} = H`.

Each form is a line of its own, which the checker judges as any other; the sheet names the convention that it finds.
Which conventions there are forms for, an exercise says in its setting.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from derive.expressions import tree
from derive.expressions.tree import (
    Add,
    Derivative,
    Diagonal,
    Entry,
    Expr,
    Hadamard,
    Identity,
    IndexVariable,
    LocalFactor,
    MatMul,
    Scale,
    Symbol,
    Transpose,
)
from derive.expressions.walk import rebuilt
from derive.gradients.linear import FORMAL, depends
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.tidy import plus, tidied, transposed
from derive.notation.elaboration.derivatives import local_factors
from derive.sheets.computation import Computation
from derive.sheets.lines import Known, Line, Step, line
from derive.sheets.scalar_lines import direct_shares
from derive.sheets.vector_lines import with_known
from derive.sheets.written_out import entry_of, letters_for, opened

ADDS = r"\mathrel{+}="
"""What stands behind it is added to what stands in front of it."""

Rule = Callable[[Computation, Line, Known], Iterator[Line]]


def shorthands(computation: Computation, lines: Sequence[Line], known: Known) -> Iterator[Line]:
    """The other forms of some lines; `known` gains those that later ones may have in them."""
    for one in lines:
        for convention, rule in _RULES:
            if convention in computation.setting.conventions:
                yield from (short for short in rule(computation, one, known) if short.steps)


# ── entrywise ──


def _of_the_entry(computation: Computation, one: Line, known: Known) -> Iterator[Line]:
    """A vector equated with the formula of the entry that was asked for: H for H_j."""
    match one.quantity:
        case Entry(Symbol() as whole) if whole.shape.is_vector:
            yield line(whole, Step(one.steps[0].value))


# ── local-factor ──


def _factor(computation: Computation, one: Line, known: Known) -> Iterator[Line]:
    """A derivative with three or four indices as the factor with which the chain rule multiplies."""
    match one.quantity:
        case Derivative(Symbol(of), Symbol(by)) as asked if asked.shape.is_tensor:
            factor = factor_of(computation, of, by)
            if factor is not None:
                yield line(asked, Step(factor))


def factor_of(computation: Computation, of: str, by: str) -> Expr | None:
    """F where the gradient by `of` goes on to `by` as F G, G F, or with G^T; a vector stands as it is.

    Null where it goes on in another way.
    """
    value = computation.value(of)
    if value is None:
        return None
    try:
        back = computation.differentiator.backward(value, Symbol(FORMAL, value.shape)).adjoint(by)
    except NoClosedForm:
        return None
    if not isinstance(back, MatMul):
        return None
    for factor, other in ((back.left, back.right), (back.right, back.left)):
        gradient = other.operand if isinstance(other, Transpose) else other
        if gradient == Symbol(FORMAL, value.shape) and not depends(factor):
            return factor.operand if isinstance(factor, Transpose) and factor.shape.is_vector else presented(factor)
    return None


def _diagonal(computation: Computation, one: Line, known: Known) -> Iterator[Line]:
    """A diagonal Jacobian as its diagonal; as the formula of an entry of it, where that is a form, too."""
    if not (isinstance(one.quantity, Derivative) and one.quantity.shape.is_matrix):
        return
    found = [diagonal for step in one.steps if (diagonal := _diagonal_of(step.value)) is not None]
    steps = [Step(diagonal) for diagonal in found]
    if found and "entrywise" in computation.setting.conventions:
        index = IndexVariable(letters_for(computation)[0])
        entry = opened(computation.differentiator.context.indices, entry_of(found[-1], index))
        steps.append(Step(presented(tidied(entry))))
    yield line(one.quantity, *steps)


def _diagonal_of(node: Expr) -> Expr | None:
    match node:
        case Diagonal(operand):
            return operand
        case Scale(factor, Diagonal(operand)):
            return Scale(factor, operand)
    return None


def _by_diagonal(computation: Computation, one: Line, known: Known) -> Iterator[Line]:
    """A gradient that goes back through functions of the entries: times the derivative of these, entry by entry."""
    names = _link(computation, one, known)
    if names is None or not isinstance(known.get(jacobian := computation.quantity(*names[1:])), Diagonal):
        return
    outer = computation.quantity(*names[:2])
    factor = LocalFactor(jacobian, tree.DIAGONAL, outer.shape.is_row)
    known.shorthands[one.quantity] = Hadamard(known.rows.get(outer, outer), factor)
    yield line(one.quantity, Step(Hadamard(outer, factor)), Step(known.shorthands[one.quantity]))


def _by_factor(computation: Computation, one: Line, known: Known) -> Iterator[Line]:
    """A gradient by a matrix, before its product is turned: with the derivative for which a factor stands."""
    names = _link(computation, one, known)
    turned = next((step.value for step in one.steps if isinstance(step.value, Transpose)), None)
    factor = None if names is None else factor_of(computation, *names[1:])
    if names is None or factor is None or turned is None:
        return
    derivative = _standing_for(factor, computation.quantity(*names[1:]))
    if derivative is not None:
        short = _replaced(turned, factor, derivative)
        yield line(one.quantity, Step(short), Step(_expanded(short, known.shorthands)))


def _standing_for(factor: Expr, derivative: Derivative) -> LocalFactor | None:
    """The derivative of two matrices as the factor that it stands for; null where no factor has that shape."""
    gradient = replace(derivative, layout="gradient")
    found = (LocalFactor(gradient, *axes) for axes in local_factors(derivative.of.shape, derivative.by.shape))
    return next((one for one in found if one.shape == factor.shape), None)


def _replaced(node: Expr, part: Expr, other: Expr) -> Expr:
    found = rebuilt(node, lambda one: one if isinstance(one, Derivative) else other if one == part else None)
    assert isinstance(found, Expr)
    return found


def _expanded(node: Expr, found: Mapping[Expr, Expr]) -> Expr:
    made = rebuilt(node, lambda one: found.get(one) if isinstance(one, Derivative) else None)
    assert isinstance(made, Expr)
    return made


# ── layout and transposed ──


def _in_other_layout(computation: Computation, one: Line, known: Known) -> Iterator[Line]:
    """A Jacobian in the other layout, where this is another matrix."""
    match one.quantity:
        case Derivative(of, by) if of.shape.is_vector and by.shape.is_vector:
            if not isinstance(one.closed, (Diagonal, Identity)):
                yield line(one.quantity, Step(presented(transposed(one.closed))))


def _as_row(computation: Computation, one: Line, known: Known) -> Iterator[Line]:
    """The gradient of a column as the row that the product of Jacobians is, from the loss on."""
    names = _link(computation, one, known)
    if names is None or not one.quantity.shape.is_column:
        return
    outer, jacobian = computation.quantity(*names[:2]), computation.quantity(*names[1:])
    if isinstance(known.get(jacobian), Diagonal):
        yield line(one.quantity, Step(Hadamard(Transpose(outer), LocalFactor(jacobian, tree.DIAGONAL, True))))
        return
    matrix = known.get(jacobian)
    if not jacobian.shape.is_matrix or matrix is None:
        return
    product = MatMul(Transpose(outer), matrix)
    yield line(
        one.quantity,
        Step(MatMul(Transpose(outer), jacobian)),
        Step(product),
        Step(presented(tidied(product))),
        Step(with_known(product, known)),
    )


# ── one-term ──


def _without_penalty(computation: Computation, one: Line, known: Known) -> Iterator[Line]:
    """A gradient without what a name adds to the loss at once, as a penalty does; this is added behind it."""
    match one.quantity:
        case Derivative(Symbol(top) as of, Symbol(bottom)) if of.shape.is_scalar and of.name != bottom:
            shares = [presented(share) for share in direct_shares(computation, top, bottom)]
            found = [rest for step in one.steps if (rest := _without(step.value, shares)) is not None]
            if shares and found:
                yield line(one.quantity, *map(Step, found))
                yield replace(line(one.quantity, *map(Step, shares)), relation=ADDS)


def _without(node: Expr, shares: Sequence[Expr]) -> Expr | None:
    """A sum without some of its terms; null where one of them is not there, or nothing else is."""
    if not isinstance(node, Add) or any(share not in node.terms for share in shares):
        return None
    left = [term for term in node.terms if term not in shares]
    return plus(*left) if left else None


def _link(computation: Computation, one: Line, known: Known) -> tuple[str, str, str] | None:
    """f, y and x of a gradient ∂f/∂x that goes through y alone, where ∂y/∂x was asked for; null elsewhere."""
    match one.quantity:
        case Derivative(Symbol(top) as of, Symbol(bottom), "gradient") if of.shape.is_scalar:
            uses = computation.uses(bottom, top)
            if len(uses) == 1 and computation.quantity(uses[0], bottom) in known.answered:
                return top, uses[0], bottom
    return None


_RULES: tuple[tuple[str, Rule], ...] = (
    ("entrywise",    _of_the_entry),
    ("local-factor", _factor),
    ("local-factor", _diagonal),
    ("layout",       _in_other_layout),
    ("transposed",   _as_row),
    ("local-factor", _by_diagonal),
    ("local-factor", _by_factor),
    ("one-term",     _without_penalty),
)  # fmt: skip
