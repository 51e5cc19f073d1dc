"""`\\delta` for `\\mathbf{1}^T \\delta`: the sum over the batch is missing, as in the gradient of a bias."""

from collections.abc import Iterator

from derive.expressions.shapes import Dim, column
from derive.expressions.tree import Expr, Fill, IndexVariable, MatMul, Quantified, Range, Reduce, Transpose
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import renamed
from derive.mistakes.upstream import is_full_jacobian
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The sum of the rows, of the columns or of all entries, as the quantity's shape asks; that over a free index."""
    if wrong.written is None:
        return
    shape, wanted = wrong.written.shape, wrong.shape
    if shape.is_matrix and shape != wanted and not is_full_jacobian(wrong.written, wanted):
        if wanted.is_row or wanted.is_scalar:
            yield MatMul(Transpose(Fill(1, column(shape.rows))), wrong.written)
        if wanted.is_column or wanted.is_scalar:
            yield MatMul(wrong.written, Fill(1, column(shape.columns)))
        if wanted.is_scalar:
            yield Reduce("sum", wrong.written)
    for letter, dim in wrong.known.free.items():
        if dim.size is not None:
            yield _summed(wrong.written, letter, dim)


def _summed(value: Expr, letter: str, dim: Dim) -> Expr:
    index = IndexVariable(letter, scope=-1)
    positions = Range(0, (dim.size or 1) - 1, dim, "dimension")
    return Quantified("sum", index, positions, renamed(value, IndexVariable(letter), index))


DROPPED_BATCH_SUM = Mistake(
    code="dropped-batch-sum",
    title="the sum over the batch is missing",
    message="Compare the shapes of both sides. A sum is still needed: over what?",
    looks_like=r"\frac{\partial L}{\partial b_2} = \frac{\partial L}{\partial S}",
    instead=r"\frac{\partial L}{\partial b_2} = \sum_{i=1}^{N} \frac{\partial L}{\partial S_i}",
    because=(
        r"Broadcasting adds the one row $b_2$ to every row of $A W_2$. So $b_2$ acts on the loss through every "
        r"example, and the chain rule adds all these contributions: $\frac{\partial L}{\partial b_2} = \mathbf{1}^T "
        r"\frac{\partial L}{\partial S}$, of the shape of $b_2$."
    ),
    repairs=repairs,
    caught=(
        Example("two layers", r"\frac{\partial L}{\partial b_2} = \frac{1}{N} (P - Y)"),
        Example("two layers", r"\frac{\partial L}{\partial b_2} = \frac{\partial L}{\partial S}"),
        Example("tanh layers", r"\frac{\partial L}{\partial d_k} = O_{nk} - T_{nk}"),
    ),
    not_caught=(
        Example("two layers", r"\frac{\partial L}{\partial b_2} = \mathbf{1}^T \frac{\partial L}{\partial S}"),
        Example("two layers", r"\frac{\partial L}{\partial b_2} = 3 \mathbf{1}^T \frac{\partial L}{\partial S}"),
    ),
)
