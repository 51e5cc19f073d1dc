"""Entries of derivatives, line by line: the derivative as a whole first, then its entry as it is asked."""

from collections.abc import Iterator

from derive.expressions.tree import Derivative, Entry, Expr, Symbol
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Line, Step, line
from derive.sheets.scalar_lines import gradient_lines


def entry_lines(computation: Computation, asked: Expr, known: dict[Expr, Expr]) -> Iterator[Line]:
    """The lines that lead to ∂f/∂x_ij, or to ∂f_k/∂x_ij. Raises `NoClosedForm`."""
    if not (isinstance(asked, Derivative) and isinstance(asked.by, Entry) and isinstance(asked.by.operand, Symbol)):
        raise NoClosedForm("no derivative by an entry of a name", asked.span)
    by, whole = asked.by, asked.by.operand
    if isinstance(asked.of, Symbol) and asked.of.shape.is_scalar:
        yield from gradient_lines(computation, asked.of.name, whole.name, known)
        gradient = known[Derivative(asked.of, whole)]
        entry = computation.differentiator.context.indices.entry(gradient, by.row, by.column)
        reason = said(f"The entry of ${computation.derivative(asked.of.name, whole.name)}$.")
        yield line(asked, Step(presented(entry), reason))
        return
    yield line(asked, Step(computation.closed(asked)))
