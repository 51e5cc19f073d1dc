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
    """The whole, or a term, times the size of a dimension by which it is divided twice."""
    if wrong.written is None:
        return
    for dim in wrong.known.averaged:
        if _is_averaged_twice(wrong, dim):
            yield from each_term(wrong.written, partial(_multiplied, dim))


def _is_averaged_twice(wrong: Wrong, dim: Dim) -> bool:
    """Whether the formula divides by a size twice before it sums, or once by one of which the model takes a mean.

    In the latter case it does not sum: a sum that is divided once is a mean in place of a sum.
    """
    if wrong.written is None:
        return False
    sums = [node for node in walk(wrong.written) if sums_over(dim, node)]
    inside = sum(divides_by(dim, node) for node in sums if isinstance(node, Expr))
    if divides_by(dim, wrong.written) - inside > 1:
        return True
    return not sums and any(divides_by(dim, value) for _, value in wrong.known.computed)


def _multiplied(dim: Dim, term: Expr) -> list[Expr]:
    return [times_size(dim, term)]


MEAN_TWICE = Mistake(
    code="mean-twice",
    title="divided by the number of examples twice",
    message="How often is divided by the number of examples? Look at what the quantities that you put in hold already.",
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
