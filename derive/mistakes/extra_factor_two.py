"""`2 (O - T)` for `O - T`: a 2 that cancels with the half before the square."""

from collections.abc import Iterator
from fractions import Fraction

from derive.expressions.tree import Expr
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import each_term, times
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """Half of the whole, or of one of its terms."""
    if wrong.written is not None:
        yield from each_term(wrong.written, _halved)


def _halved(term: Expr) -> list[Expr]:
    return [times(Fraction(1, 2), term)]


EXTRA_FACTOR_TWO = Mistake(
    code="extra-factor-two",
    title="one factor 2 too many",
    message="Something here is twice as large as it should be. Look at the constant factors.",
    looks_like=r"\frac{\partial}{\partial O} \frac{1}{2} \|O - T\|^2 = 2 (O - T)",
    instead=r"\frac{\partial}{\partial O} \frac{1}{2} \|O - T\|^2 = O - T",
    because=(
        r"The factor $\frac{1}{2}$ stands in the loss so that it cancels with the 2 that the square brings down: "
        r"$\frac{d}{dx} \frac{1}{2} x^2 = x$."
    ),
    repairs=repairs,
    caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial O} = 2 (O - T)"),
        Example("linear regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y)"),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial O} = O - T"),
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) + 2 \lambda w"),
    ),
)
