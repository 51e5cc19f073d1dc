"""`2/N \\lambda W` for `2 \\lambda W`: the penalty stands outside of the mean and is divided all the same."""

from collections.abc import Iterator
from functools import partial

from derive.expressions.shapes import Dim
from derive.expressions.tree import Add, Expr, Quotient, Scale, Size
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import divides_by, each_term, everywhere, sum_of, times_size
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The penalty's term times the size by which it is divided, also where a sum is divided as a whole."""
    if wrong.written is None:
        return
    for dim in wrong.known.averaged:
        yield from each_term(wrong.written, partial(_multiplied, wrong, dim))
        yield from everywhere(wrong.written, partial(_taken_out, wrong, dim))


def _multiplied(wrong: Wrong, dim: Dim, term: Expr) -> Iterator[Expr]:
    if wrong.known.is_penalty(term) and divides_by(dim, term):
        yield times_size(dim, term)


def _taken_out(wrong: Wrong, dim: Dim, node: Expr) -> Iterator[Expr]:
    """c (A + B) with c = 1/N as c A + B, where B is the penalty."""
    match node:
        case Scale(factor, Add(terms)) if divides_by(dim, factor):
            divided: list[Expr] = [Scale(factor, term) for term in terms]
        case Quotient(Add(terms), denominator) if denominator == Size(dim, dim.name):
            divided = [Quotient(term, denominator) for term in terms]
        case _:
            return
    kept = [
        times_size(dim, new) if wrong.known.is_penalty(old) else new for old, new in zip(terms, divided, strict=True)
    ]
    if any(map(wrong.known.is_penalty, terms)):
        yield sum_of(kept)


REGULARISER_DIVIDED = Mistake(
    code="regulariser-divided",
    title="the regulariser is divided by the number of examples",
    message="Which terms of the loss are inside the mean over the examples, and which are not?",
    looks_like=r"\nabla_w L = \frac{2}{N} \left(X^T (X w - y) + \lambda w\right)",
    instead=r"\nabla_w L = \frac{2}{N} X^T (X w - y) + 2 \lambda w",
    because=(
        r"In $L = \frac{1}{N} \sum_i L_i + \lambda \|w\|^2$ the penalty stands once, outside of the mean. Its "
        r"derivative $2 \lambda w$ is not divided by $N$."
    ),
    repairs=repairs,
    caught=(
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} (X^T (X w - y) + \lambda w)"),
        Example("two layers", r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T (P - Y) + \frac{2 \lambda}{N} W_2"),
    ),
    not_caught=(
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) + 2 \lambda w"),
        Example("ridge regression", r"\nabla_w L = \frac{1}{N} X^T (X w - y) + 2 \lambda w"),
    ),
)
