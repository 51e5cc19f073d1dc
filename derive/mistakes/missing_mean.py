"""`H^T (P - Y)` for `H^T (P - Y) / N`: the loss is a mean, and the gradient was left a sum."""

from collections.abc import Iterator
from functools import partial

from derive.expressions.shapes import Dim
from derive.expressions.tree import Expr
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import each_term, over_size
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The whole, or one of its terms, divided by the size of a dimension over which the model takes a mean."""
    if wrong.written is None:
        return
    for dim in wrong.known.averaged:
        yield from each_term(wrong.written, partial(_divided, dim))


def _divided(dim: Dim, term: Expr) -> list[Expr]:
    return [over_size(dim, term)]


MISSING_MEAN = Mistake(
    code="missing-mean",
    title="the factor of a mean is missing",
    message="The loss is a mean over the examples. Is your derivative one, too?",
    looks_like=r"\frac{\partial L}{\partial W_2} = A^T (P - Y)",
    instead=r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T (P - Y)",
    because=(
        r"$L = \frac{1}{N} \sum_i L_i$ divides by the number of examples. A constant factor stays where it is when one "
        r"differentiates: every derivative of $L$ has the factor $\frac{1}{N}$ as well, save those of terms that stand "
        r"outside of the mean, as a penalty on the weights does."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("two layers", r"\frac{\partial L}{\partial S} = P - Y"),
        Example("two layers", r"\frac{\partial L}{\partial W_2} = A^T (P - Y) + 2 \lambda W_2"),
        Example("ridge regression", r"\nabla_w L = 2 X^T (X w - y) + 2 \lambda w"),
    ),
    not_caught=(
        Example("two layers", r"\frac{\partial L}{\partial S} = \frac{1}{N} (P - Y)"),
        Example("two layers", r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T (P - Y) + \lambda W_2"),
    ),
)
