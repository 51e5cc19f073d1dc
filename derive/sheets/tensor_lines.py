"""Derivatives with three or four indices, entry by entry: ∂S_ij/∂W_kl, for which there is no matrix.

Where one was asked for, later lines may have it as a factor of the chain rule, `∂L/∂S ∂S/∂W`.
"""

from collections.abc import Iterator

from derive.expressions.tree import Derivative, Entry, Expr, Index, IndexNumber, IndexVariable, Symbol
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.tidy import tidied
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Known, Line, Step, line
from derive.sheets.written_out import in_indices, letters_for, opened


def tensor_entry(computation: Computation, asked: Expr) -> Derivative | None:
    """The general entry of a derivative with more than two indices; null for anything else."""
    if not (isinstance(asked, Derivative) and asked.shape.is_tensor):
        return None
    if not (isinstance(asked.of, Symbol) and isinstance(asked.by, Symbol)):
        return None
    letters = iter(letters_for(computation))
    return Derivative(_general(asked.of, letters), _general(asked.by, letters), asked.layout)


def tensor_operator(computation: Computation, asked: Expr) -> Iterator[Line]:
    """The line of ∂S/∂W with the formula of S put in; none for what has a matrix."""
    if isinstance(asked, Derivative) and tensor_entry(computation, asked) is not None and isinstance(asked.of, Symbol):
        value = computation.value(asked.of.name)
        if value is not None:
            yield line(asked, Step(Derivative(value, asked.by, asked.layout), said("There is no matrix for it.")))


def _general(name: Symbol, letters: Iterator[str]) -> Entry:
    at: list[Index] = [IndexNumber(0) if dim.is_unit else IndexVariable(next(letters)) for dim in name.shape.dims]
    return Entry(name, at[0], at[1])


def is_of_entries(asked: Expr) -> bool:
    """Whether it is a derivative of an entry of a name by an entry of a name."""
    if not (isinstance(asked, Derivative) and isinstance(asked.of, Entry) and isinstance(asked.by, Entry)):
        return False
    return isinstance(asked.of.operand, Symbol) and isinstance(asked.by.operand, Symbol)


def tensor_lines(computation: Computation, asked: Derivative, known: Known) -> Iterator[Line]:
    """The line of ∂S_ij/∂W_kl. Raises `NoClosedForm`."""
    of, by = asked.of, asked.by
    assert isinstance(of, Entry)
    assert isinstance(of.operand, Symbol)
    assert isinstance(by, Entry)
    assert isinstance(by.operand, Symbol)
    value = computation.value(of.operand.name)
    if value is None:
        raise NoClosedForm("a given matrix", asked.span)
    indices = computation.differentiator.context.indices
    formula = presented(in_indices(computation, opened(indices, Entry(value, of.row, of.column)), asked))
    closed = presented(tidied(opened(indices, computation.closed(asked))))
    known.answered.add(computation.quantity(of.operand.name, by.operand.name))
    whole = computation.written(of.operand.name)
    yield line(
        asked,
        Step(Derivative(formula, by, asked.layout), said(f"The entry of ${whole}$, written out.")),
        Step(closed, said(f"More than two indices make no matrix. The chain rule sums over those of ${whole}$.")),
    )
