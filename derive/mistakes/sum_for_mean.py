"""`\\sum_i L_i` for `1/N \\sum_i L_i`: a sum over the examples that should be their mean."""

from collections.abc import Iterator
from functools import partial

from derive.expressions.shapes import Dim
from derive.expressions.tree import Expr, Quantified
from derive.expressions.walk import walk
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import each_term, over_size, sums_over
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """A sum over a dimension made a mean, where the claim is on a value or the sum runs over all of the formula."""
    if wrong.written is None:
        return
    for dim in wrong.known.averaged:
        sums = [node for node in walk(wrong.written) if isinstance(node, Quantified)]
        if any(sums_over(dim, node) for node in sums):
            yield from each_term(wrong.written, partial(_divided, dim))


def _divided(dim: Dim, term: Expr) -> list[Expr]:
    return [over_size(dim, term)]


SUM_FOR_MEAN = Mistake(
    code="sum-for-mean",
    title="a sum stands for a mean",
    message="You add over all examples. Does the loss use their sum, or their mean?",
    looks_like=r"\nabla_w L = \sum_{i=1}^{N} (x_i^T w - y_i) x_i",
    instead=r"\nabla_w L = \frac{1}{N} \sum_{i=1}^{N} (x_i^T w - y_i) x_i",
    because=(
        r"The loss divides by the number of examples, and so does its derivative. A sum grows with the size of the "
        r"batch; a mean does not, which is why the same learning rate serves batches of all sizes."
    ),
    repairs=repairs,
    caught=(
        Example("linear regression", r"\nabla_w L = \sum_{i=1}^{N} r_i X_{i,:}^T"),
        Example("linear regression", r"L = \frac{1}{2} \sum_{i=1}^{N} r_i^2"),
    ),
    not_caught=(
        Example("linear regression", r"\nabla_w L = \frac{1}{N} \sum_{i=1}^{N} r_i X_{i,:}^T"),
        Example("linear regression", r"\nabla_w L = X^T (X w - y)"),
    ),
)
