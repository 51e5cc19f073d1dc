"""`1/N^2` for `1/N`: divided by the number of examples twice."""

from collections.abc import Iterator
from functools import partial

from derive.expressions.shapes import Dim
from derive.expressions.tree import Expr
from derive.expressions.walk import walk
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import divides_by, each_term, sums_over, times_size
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The whole, or a term, times the size of a dimension by which the right formula is divided too."""
    if wrong.written is None:
        return
    for dim in wrong.known.averaged:
        if divides_by(dim, wrong.written) > 1 or _is_upstream_averaged(wrong, dim):
            yield from each_term(wrong.written, partial(_multiplied, dim))


def _is_upstream_averaged(wrong: Wrong, dim: Dim) -> bool:
    """Whether the model takes a mean over a dimension, and nothing in the formula sums over it."""
    if wrong.written is None or not any(divides_by(dim, value) for _, value in wrong.known.computed):
        return False
    return not any(sums_over(dim, node) for node in walk(wrong.written))


def _multiplied(dim: Dim, term: Expr) -> list[Expr]:
    return [times_size(dim, term)]


MEAN_TWICE = Mistake(
    code="mean-twice",
    title="divided by the number of examples twice",
    message=(
        "How often do you divide by the number of examples? Look at what the quantities that you use contain already."
    ),
    looks_like=r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T \frac{\partial L}{\partial S}",
    instead=r"\frac{\partial L}{\partial W_2} = A^T \frac{\partial L}{\partial S}",
    because=(
        r"If $L$ is a mean, the factor $\frac{1}{N}$ is in $\frac{\partial L}{\partial S}$ already, and the chain "
        r"rule carries it on by itself. It must not be put in again at every layer."
    ),
    repairs=repairs,
    caught=(
        Example("two layers", r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T \frac{1}{N} (P - Y) + 2 \lambda W_2"),
        Example("linear regression", r"\nabla_w L = \frac{1}{N^2} X^T (X w - y)"),
    ),
    not_caught=(
        Example("two layers", r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T (P - Y) + 2 \lambda W_2"),
        Example("tanh layers", r"\frac{\partial L}{\partial O} = \frac{1}{N} (O - T)"),
    ),
)
