"""Entries of derivatives, line by line: the derivative as a whole first, then its entry as it is asked."""

from collections.abc import Iterator

from derive.expressions.tree import (
    Apply,
    Derivative,
    Entry,
    Expr,
    IndexVariable,
    Label,
    Node,
    Quantified,
    Quotient,
    Range,
    Softmax,
    Symbol,
)  # fmt: skip
from derive.expressions.walk import rebuilt, walk
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.tidy import tidied, transposed
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Known, Line, Step, line
from derive.sheets.scalar_lines import gradient_lines

LETTERS = "jklmpqrstuvwxyzabcdefgh"
"""Letters for an index that is summed over."""


def entry_lines(computation: Computation, asked: Expr, known: Known) -> Iterator[Line]:
    """The lines that lead to ∂f/∂x_ij, or to ∂f_k/∂x_ij. Raises `NoClosedForm`."""
    if not (isinstance(asked, Derivative) and isinstance(asked.by, Entry) and isinstance(asked.by.operand, Symbol)):
        raise NoClosedForm("no derivative by an entry of a name", asked.span)
    by, whole = asked.by, asked.by.operand
    if isinstance(asked.of, Symbol) and asked.of.shape.is_scalar:
        yield from gradient_lines(computation, asked.of.name, whole.name, known)
        gradient = known[computation.quantity(asked.of.name, whole.name)]
        gradient = transposed(gradient) if computation.table.layout == "numerator" else gradient
        entry = computation.differentiator.context.indices.entry(gradient, by.row, by.column)
        value = presented(tidied(entry))
        reason = said(f"The entry of ${computation.derivative(asked.of.name, whole.name)}$.")
        written_out = Step(with_exponentials(value), said("With the softmax written out."))
        yield line(asked, Step(value, reason), written_out)
        return
    yield line(asked, Step(computation.closed(asked)))


def with_exponentials(node: Expr) -> Expr:
    """An expression in which each entry of a softmax that has no name is a quotient of exponentials."""
    taken = {part.name for part in walk(node) if isinstance(part, (IndexVariable, Label, Symbol))}
    letter = IndexVariable(next(name for name in LETTERS if name not in taken), -1)

    def changed(part: Node) -> Node | None:
        if not isinstance(part, Entry) or not isinstance(part.operand, Softmax) or part.operand.logarithm:
            return None
        softmax = part.operand
        dim = softmax.shape.dims[softmax.axis]
        places = (letter, part.column) if softmax.axis == 0 else (part.row, letter)
        over = Range(0, (dim.size or 1) - 1, dim, "dimension")
        total = Quantified("sum", letter, over, Apply("exp", Entry(softmax.operand, *places)))
        return Quotient(Apply("exp", Entry(softmax.operand, part.row, part.column)), total)

    return rebuilt(node, changed)  # type: ignore[return-value]
