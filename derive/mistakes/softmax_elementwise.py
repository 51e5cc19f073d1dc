"""`p \\odot (1 - p)` for `diag(p) - p p^T`: softmax differentiated as if each output had its own input alone."""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from derive.expressions.tree import (
    Add,
    Comparison,
    Diagonal,
    Expr,
    Hadamard,
    IndexValue,
    IndexVariable,
    Indicator,
    MatMul,
    Negative,
    Number,
    Transpose,
)
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import everywhere, renamed, sum_of
from derive.mistakes.softmaxes import elementwise_gradients, has_shares
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The formula with what differentiating entry by entry leaves out; 1 made \\delta_ij where entries are claimed."""
    if wrong.written is None or not wrong.known.once(has_shares):
        return
    for without_others in wrong.known.once(elementwise_gradients):
        if wrong.truth is not None and without_others.shape == wrong.shape:
            yield sum_of([wrong.written, wrong.truth, Negative(without_others)])
    yield from everywhere(wrong.written, _with_all_entries)
    for pair in itertools.permutations(map(IndexVariable, wrong.known.free), 2):
        yield from everywhere(wrong.written, partial(_with_delta, *pair))


def _with_delta(first: IndexVariable, second: IndexVariable, node: Expr) -> Iterator[Expr]:
    """\\delta_ij - p_j for 1 - p_j, and for 1 - p_i."""
    same = Indicator(Comparison(IndexValue(first), "=", IndexValue(second)))
    if node == ONE:
        yield same
    match node:
        case Add((one, Negative(inner))) if one == ONE:
            yield Add((same, Negative(renamed(inner, first, second))))


def _with_all_entries(node: Expr) -> Iterator[Expr]:
    """diag(p) - p p^T for diag(p (1 - p))."""
    match node:
        case Diagonal(Hadamard(left, right)) if left.shape.is_column:
            for output, rest in ((left, right), (right, left)):
                if rest == Add((ONE, Negative(output))):
                    yield Add((Diagonal(output), Negative(MatMul(output, Transpose(output)))))


ONE = Number(Fraction(1))


SOFTMAX_ELEMENTWISE = Mistake(
    code="softmax-elementwise",
    title="softmax is differentiated entry by entry",
    message="On which inputs does one output of softmax depend?",
    looks_like=r"\nabla_z L = \nabla_p L \odot p \odot (1 - p)",
    instead=r"\nabla_z L = p \odot (\nabla_p L - p^T \nabla_p L)",
    because=(
        r"All outputs share the denominator $\sum_j e^{z_j}$, so each depends on every input: $\frac{\partial "
        r"p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)$. The Jacobian is $\mathrm{diag}(p) - p p^T$, not its "
        r"diagonal alone."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("softmax and squares", r"\frac{\partial L}{\partial z} = (p - t) \odot p \odot (1 - p)"),
        Example("softmax and squares", r"\frac{\partial p_i}{\partial z_j} = p_i (1 - p_j)"),
        Example("softmax and squares", r"\frac{\partial p}{\partial z} = \mathrm{diag}(p \odot (1 - p))"),
    ),
    not_caught=(
        Example("softmax and squares", r"\frac{\partial L}{\partial z} = p \odot (p - t - p^T (p - t))"),
        Example("softmax and squares", r"\frac{\partial L}{\partial z} = (p - t) \odot (1 - p)"),
    ),
)
