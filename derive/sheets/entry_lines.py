"""Entries of derivatives, line by line: the derivative as a whole first, then its entry as it is asked."""

from collections.abc import Iterator

from derive.expressions.tree import (
    Derivative,
    Entry,
    Expr,
    Index,
    IndexNumber,
    IndexVariable,
    Label,
    Quantified,
    Symbol,
)
from derive.expressions.walk import walk
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.tidy import tidied, transposed
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Known, Line, Step, line
from derive.sheets.operator_steps import operator_steps
from derive.sheets.scalar_lines import gradient_lines
from derive.sheets.written_out import in_indices, letters_for, with_exponentials

ONE_TERM = "Of the sum only one term depends on it."
WHAT_IS_LEFT = "What is left is differentiated."


def entry_lines(computation: Computation, asked: Expr, known: Known) -> Iterator[Line]:
    """The lines that lead to ∂f/∂x_ij, or to ∂f_k/∂x_ij. Raises `NoClosedForm`."""
    if not (isinstance(asked, Derivative) and isinstance(asked.by, Entry) and isinstance(asked.by.operand, Symbol)):
        raise NoClosedForm("no derivative by an entry of a name", asked.span)
    by, name = asked.by, asked.by.operand
    if isinstance(asked.of, Symbol) and asked.of.shape.is_scalar:
        yield from gradient_lines(computation, asked.of.name, name.name, known)
        gradient = known[computation.quantity(asked.of.name, name.name)]
        gradient = transposed(gradient) if computation.table.layout == "numerator" else gradient
        entry = computation.differentiator.context.indices.entry(gradient, by.row, by.column)
        value = presented(tidied(entry))
        opened = presented(in_indices(computation, value))
        whole = computation.derivative(asked.of.name, name.name)
        entry_steps = (
            Step(value, said(f"The entry of ${whole}$.")),
            Step(opened, said("A product of matrices, written out.")),
            Step(with_exponentials(opened), said("With the softmax written out.")),
        )
        by_operators = [] if _is_case_of_known(asked, known) else list(operator_steps(computation, asked))
        if not by_operators:
            yield line(asked, *entry_steps)
            return
        is_of_sum = any(isinstance(part, Quantified) for part in walk(by_operators[-1].value))
        found = Step(with_exponentials(opened), said(ONE_TERM if is_of_sum else WHAT_IS_LEFT))
        yield line(asked, *by_operators, found, Step(value, said(f"This is the entry of ${whole}$.")))
        return
    yield line(asked, Step(computation.closed(asked)))


def _is_case_of_known(asked: Derivative, known: Known) -> bool:
    """Whether the general entry of the same gradient was found before."""
    assert isinstance(asked.by, Entry)
    others = [one for one in known.answered if isinstance(one, Derivative) and one.of == asked.of]
    return any(
        isinstance(one.by, Entry)
        and one.by.operand == asked.by.operand
        and not any(isinstance(index, Label) for index in (one.by.row, one.by.column))
        and any(isinstance(index, IndexVariable) for index in (one.by.row, one.by.column))
        for one in others
    )


def general_entry(computation: Computation, gradient: Derivative) -> Derivative | None:
    """The general entry of a gradient by a name, ∂f/∂x_ij; null where it is a number, or something else."""
    if not (isinstance(gradient.of, Symbol) and isinstance(gradient.by, Symbol) and gradient.of.shape.is_scalar):
        return None
    if not gradient.by.shape.is_matrix:
        return None
    letters = iter(letters_for(computation))
    indices: list[Index] = [
        IndexNumber(0) if dim.is_unit else IndexVariable(next(letters)) for dim in gradient.by.shape.dims
    ]
    return Derivative(gradient.of, Entry(gradient.by, indices[0], indices[1]))
