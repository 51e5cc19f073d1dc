"""`1/N \\sum_i \\delta_i` for `\\sum_i \\delta_i`: a mean over the batch where the sum is right."""

from collections.abc import Iterator
from functools import partial

from derive.expressions.shapes import Dim
from derive.expressions.tree import Expr, Reduce, Size
from derive.expressions.walk import walk
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import each_term, everywhere, times_size
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The whole, or a term, times a size by which it is divided; a mean of all entries made their sum."""
    if wrong.written is None:
        return
    sizes = dict.fromkeys(node.dim for node in walk(wrong.written) if isinstance(node, Size))
    for dim in sizes:
        yield from each_term(wrong.written, partial(_multiplied, dim))
    yield from everywhere(wrong.written, _sum_for_mean)


def _multiplied(dim: Dim, term: Expr) -> list[Expr]:
    return [times_size(dim, term)]


def _sum_for_mean(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Reduce) and node.kind == "mean":
        yield Reduce("sum", node.operand)


MEAN_FOR_SUM = Mistake(
    code="mean-for-sum",
    title="a mean stands for a sum",
    message="Which one is needed here: the mean over the examples, or their sum?",
    looks_like=r"\frac{\partial L}{\partial b} = \frac{1}{N} \sum_{i=1}^{N} \frac{\partial L}{\partial S_i}",
    instead=r"\frac{\partial L}{\partial b} = \sum_{i=1}^{N} \frac{\partial L}{\partial S_i}",
    because=(
        r"One bias acts on all examples, and the chain rule adds what comes back from each of them. Whether $L$ is "
        r"a mean is told by $\frac{\partial L}{\partial S}$ alone; the sum over the examples stays a sum."
    ),
    repairs=repairs,
    caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial O} = \frac{1}{N} (O - T)"),
        Example("tanh layers", r"\frac{\partial L}{\partial d} = \frac{1}{N} \mathbf{1}^T (O - T)"),
        Example(
            "two layers", r"\frac{\partial L}{\partial b_2} = \frac{1}{N} \mathbf{1}^T \frac{\partial L}{\partial S}"
        ),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial d} = \mathbf{1}^T (O - T)"),
        Example("tanh layers", r"\frac{\partial L}{\partial d} = \frac{1}{2} \mathbf{1}^T (O - T)"),
    ),
)
