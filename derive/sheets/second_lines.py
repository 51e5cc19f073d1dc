"""Second derivatives, line by line: the gradient first, then its Jacobian."""

from collections.abc import Iterator

from derive.expressions.tree import Derivative, Expr, Symbol, Transpose
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.tidy import plus
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Known, Line, Step, line
from derive.sheets.scalar_lines import gradient_lines
from derive.sheets.vector_lines import forward_terms, jacobian_lines, names_in, with_known


def second_names(asked: Expr) -> tuple[str, str, str] | None:
    """The names f, x and y of ∂²f/∂x∂y; null where something else is asked."""
    if not isinstance(asked, Derivative) or not isinstance(asked.of, Derivative):
        return None
    top, first, second = asked.of.of, _plain(asked.of.by), _plain(asked.by)
    if isinstance(top, Symbol) and isinstance(first, Symbol) and isinstance(second, Symbol):
        return top.name, first.name, second.name
    return None


def _plain(by: Expr) -> Expr:
    return by.operand if isinstance(by, Transpose) else by


def second_lines(computation: Computation, asked: Expr, known: Known) -> Iterator[Line]:
    """The lines that lead to a Hessian or a mixed second derivative of a scalar. Raises `NoClosedForm`."""
    names = second_names(asked)
    if names is None or computation.table.layout == "denominator":
        raise NoClosedForm("no second derivative of a name by names", asked.span)
    top, first, second = names
    yield from gradient_lines(computation, top, first, known)
    gradient = computation.gradients(top)[first]
    if not gradient.shape.is_vector or not computation.shape(second).is_vector:
        raise NoClosedForm("a second derivative with more than two indices", asked.span)
    inner = [name for name in names_in(gradient) if name in computation.computed and computation.depends(name, second)]
    for name in inner:
        yield from jacobian_lines(computation, name, second, known)
    by = computation.symbol(second)
    chain = presented(plus(*forward_terms(computation, gradient, inner, second)))
    puts_in = tuple(computation.quantity(name, second) for name in inner)
    closed = computation.preferred(asked, with_known(chain, known))
    known[asked] = closed
    yield line(
        asked,
        Step(Derivative(gradient, by), said("The second derivative is the Jacobian of the gradient.")),
        Step(chain, has_shapes=True),
        Step(closed, puts_in=puts_in),
    )
