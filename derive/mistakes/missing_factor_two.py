"""`X^T (X w - y)` for `2 X^T (X w - y)`: the 2 of a square is missing."""

from collections.abc import Iterator

from derive.expressions.tree import Expr
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import each_term, times
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The whole, or one of its terms, twice."""
    if wrong.written is not None:
        yield from each_term(wrong.written, _doubled)


def _doubled(term: Expr) -> list[Expr]:
    return [times(2, term)]


MISSING_FACTOR_TWO = Mistake(
    code="missing-factor-two",
    title="a factor 2 is missing",
    message="Look at the squares: which factor appears when a square is differentiated?",
    looks_like=r"\frac{\partial}{\partial w} \lambda \|w\|^2 = \lambda w",
    instead=r"\frac{\partial}{\partial w} \lambda \|w\|^2 = 2 \lambda w",
    because=(
        r"$\frac{d}{dx} x^2 = 2 x$. The 2 disappears only where the loss has a factor $\frac{1}{2}$ to cancel it; "
        r"look whether this one has."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("ridge regression", r"\nabla_w L = \frac{1}{N} X^T (X w - y) + 2 \lambda w"),
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) + \lambda w"),
        Example("two layers", r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T (P - Y) + \lambda W_2"),
    ),
    not_caught=(
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) + 2 \lambda w"),
        Example("linear regression", r"\nabla_w L = \frac{1}{N} X^T (X w - y)"),
    ),
)
