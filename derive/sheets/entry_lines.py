"""Entries of derivatives, line by line: the derivative as a whole first, then its entry as it is asked."""

from collections.abc import Iterator
from fractions import Fraction

from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    Derivative,
    Entry,
    Expr,
    Index,
    IndexNumber,
    IndexVariable,
    MatMul,
    Node,
    Number,
    Quantified,
    Scale,
    Symbol,
)
from derive.expressions.walk import rebuilt
from derive.gradients.indices import LETTERS, mentions, unbound_letters, whole
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Line, Step, line
from derive.sheets.scalar_lines import gradient_lines


def _letters(computation: Computation, *beside: Node) -> list[str]:
    """Letters for indices that are no names, of symbols or of dimensions, and no indices of what stands beside them."""
    table = computation.table
    bases = (name.partition("_")[0] for name in table.meanings)
    taken = {
        *table.meanings,
        *table.dims,
        *table.families,
        *bases,
        *(letter for node in beside for letter in unbound_letters(node)),
    }
    return [letter for letter in LETTERS if letter not in taken] or list(LETTERS)


def _in_indices(computation: Computation, node: Expr) -> Expr:
    """The same entry with every product of matrices as a sum over an index."""
    indices = computation.differentiator.context.indices

    def change(part: Node) -> Node | None:
        match part:
            case Entry(MatMul(Scale(factor, left), right), row, column):
                return Scale(factor, _in_indices(computation, Entry(MatMul(left, right), row, column)))
            case Entry(MatMul(left, right), row, column) if left.shape.columns.is_unit:
                only = IndexNumber(0)
                return _in_indices(
                    computation, Scale(indices.entry(left, row, only), indices.entry(right, only, column))
                )
            case Entry(MatMul(left, right), row, column):
                index = indices.fresh(_letters(computation, node, part)[0])
                first, second = indices.entry(left, row, index), indices.entry(right, index, column)
                return _in_indices(computation, _sum_of_products(first, second, index, left.shape.columns))
            case Entry(operand, row, column) if not isinstance(operand, Symbol):
                made = indices.entry(operand, row, column)
                return None if made == part else _in_indices(computation, made)
        return None

    return rebuilt(node, change)  # type: ignore[return-value]


def _sum_of_products(first: Expr, second: Expr, index: IndexVariable, dim: Dim) -> Expr:
    """sum_k a_k b_k, what does not have the index in front."""
    if isinstance(first, Scale) and not mentions(first.factor, index):
        return Scale(first.factor, _sum_of_products(first.operand, second, index, dim))
    if isinstance(second, Scale) and not mentions(second.factor, index):
        return Scale(second.factor, _sum_of_products(first, second.operand, index, dim))
    body = (
        second if first == Number(Fraction(1)) else first if second == Number(Fraction(1)) else _product(first, second)
    )
    return Quantified("sum", index, whole(index, dim).range, body)


def _product(first: Expr, second: Expr) -> Expr:
    """a b, without brackets around a b that is a product."""
    if isinstance(second, Scale):
        return Scale(_product(first, second.factor), second.operand)
    return Scale(first, second)


def entry_lines(computation: Computation, asked: Expr, known: dict[Expr, Expr]) -> Iterator[Line]:
    """The lines that lead to ∂f/∂x_ij, or to ∂f_k/∂x_ij. Raises `NoClosedForm`."""
    if not (isinstance(asked, Derivative) and isinstance(asked.by, Entry) and isinstance(asked.by.operand, Symbol)):
        raise NoClosedForm("no derivative by an entry of a name", asked.span)
    by, name = asked.by, asked.by.operand
    if isinstance(asked.of, Symbol) and asked.of.shape.is_scalar:
        yield from gradient_lines(computation, asked.of.name, name.name, known)
        gradient = known[Derivative(asked.of, name)]
        entry = computation.differentiator.context.indices.entry(gradient, by.row, by.column)
        reason = said(f"The entry of ${computation.derivative(asked.of.name, name.name)}$.")
        opened = Step(presented(_in_indices(computation, entry)), said("A product of matrices, written out."))
        yield line(asked, Step(presented(entry), reason), opened)
        return
    yield line(asked, Step(computation.closed(asked)))


def general_entry(computation: Computation, gradient: Derivative) -> Derivative | None:
    """The general entry of a gradient by a name, ∂f/∂x_ij; null where it is a number, or something else."""
    if not (isinstance(gradient.of, Symbol) and isinstance(gradient.by, Symbol) and gradient.of.shape.is_scalar):
        return None
    if not gradient.by.shape.is_matrix:
        return None
    letters = iter(_letters(computation))
    indices: list[Index] = [
        IndexNumber(0) if dim.is_unit else IndexVariable(next(letters)) for dim in gradient.by.shape.dims
    ]
    return Derivative(gradient.of, Entry(gradient.by, indices[0], indices[1]))
