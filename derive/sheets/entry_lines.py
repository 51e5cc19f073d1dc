"""Entries of derivatives, line by line: the derivative as a whole first, then its entry as it is asked."""

from collections.abc import Iterator

from derive.expressions import tree
from derive.expressions.tree import Derivative, Entry, Expr, Index, IndexNumber, IndexVariable, Symbol
from derive.gradients.indices import Indices, whole
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.tidy import plus, times
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Line, Step, line
from derive.sheets.scalar_lines import gradient_lines

LETTERS = "ijklmnpqrs"


def entry_lines(computation: Computation, asked: Expr, known: dict[Expr, Expr]) -> Iterator[Line]:
    """The lines that lead to ∂f/∂x_ij, or to ∂f_k/∂x_ij. Raises `NoClosedForm`."""
    if not (isinstance(asked, Derivative) and isinstance(asked.by, Entry) and isinstance(asked.by.operand, Symbol)):
        raise NoClosedForm("no derivative by an entry of a name", asked.span)
    by, whole_name = asked.by, asked.by.operand
    if isinstance(asked.of, Symbol) and asked.of.shape.is_scalar:
        yield from gradient_lines(computation, asked.of.name, whole_name.name, known)
        gradient = known[Derivative(asked.of, whole_name)]
        entry = entry_of(computation.differentiator.context.indices, gradient, by.row, by.column)
        reason = said(f"The entry of ${computation.derivative(asked.of.name, whole_name.name)}$.")
        yield line(asked, Step(presented(entry), reason))
        return
    yield line(asked, Step(computation.closed(asked)))


def general_entry(computation: Computation, gradient: Derivative) -> Derivative | None:
    """The general entry of a gradient by a name, ∂f/∂x_ij; null where it is a number, or something else."""
    if not (isinstance(gradient.of, Symbol) and isinstance(gradient.by, Symbol) and gradient.of.shape.is_scalar):
        return None
    if not gradient.by.shape.is_matrix:
        return None
    table = computation.table
    taken = {*table.meanings, *table.families, *(name.partition("_")[0] for name in table.meanings)}
    letters = iter(letter for letter in LETTERS if letter not in taken)
    indices: list[Index] = [
        IndexNumber(0) if dim.is_unit else IndexVariable(next(letters)) for dim in gradient.by.shape.dims
    ]
    return Derivative(gradient.of, Entry(gradient.by, indices[0], indices[1]))


def entry_of(indices: Indices, node: Expr, row: Index, column: Index) -> Expr:
    """A_ij as a formula, matrix products as sums."""
    match node:
        case tree.Add(terms):
            return plus(*(entry_of(indices, term, row, column) for term in terms))
        case tree.Negative(operand):
            return tree.Negative(entry_of(indices, operand, row, column))
        case tree.Scale(factor, operand):
            return times(factor, entry_of(indices, operand, row, column))
        case tree.Hadamard(left, right):
            return times(entry_of(indices, left, row, column), entry_of(indices, right, row, column))
        case tree.Transpose(operand):
            return entry_of(indices, operand, column, row)
        case tree.MatMul(left, right) if not (node.shape.is_scalar or left.shape.columns.is_unit):
            index = indices.letters(node, row, column, count=1)[0]
            body = times(entry_of(indices, left, row, index), entry_of(indices, right, index, column))
            return indices.total(whole(index, left.shape.columns), body)
        case tree.MatMul(left, right) if not node.shape.is_scalar:
            first = IndexNumber(0)
            return times(entry_of(indices, left, row, first), entry_of(indices, right, first, column))
    return indices.entry(node, row, column)
