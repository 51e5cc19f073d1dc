"""`1 / (x \\ln 2)` for `1 / x`: a logarithm of another base."""

from collections.abc import Iterator
from fractions import Fraction

from derive.expressions.tree import Apply, Expr, Number, Quotient, Scale
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import each_term
from derive.mistakes.wrong import Wrong

BASES = (2, 10)


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The whole, or a term, times or over the natural logarithm of 2 or of 10."""
    if wrong.written is not None:
        yield from each_term(wrong.written, _in_another_base)


def _in_another_base(term: Expr) -> Iterator[Expr]:
    for base in BASES:
        logarithm = Apply("log", Number(Fraction(base)))
        yield Scale(logarithm, term)
        yield Scale(Quotient(Number(Fraction(1)), logarithm), term)


LOG_BASE = Mistake(
    code="log-base",
    title="the logarithm has another base",
    message="To which base is the logarithm in the loss, and to which in your derivative?",
    looks_like=r"\frac{\partial}{\partial p} \log p = \frac{1}{p \ln 2}",
    instead=r"\frac{\partial}{\partial p} \log p = \frac{1}{p}",
    because=(
        r"Here $\log$ is the natural logarithm, whose derivative is $\frac{1}{p}$. Only $\log_2 p = \frac{\ln "
        r"p}{\ln 2}$ brings a factor $\frac{1}{\ln 2}$."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("softmax of one example", r"\frac{\partial L}{\partial z} = \frac{1}{\ln 2} (p - y)"),
        Example(
            "sigmoid layers", r"\frac{\partial L}{\partial p} = -\frac{y}{p \ln 10} + \frac{1 - y}{(1 - p) \ln 10}"
        ),
    ),
    not_caught=(
        Example("softmax of one example", r"\frac{\partial L}{\partial z} = p - y"),
        Example("softmax of one example", r"\frac{\partial L}{\partial z} = \ln 3 (p - y)"),
    ),
)
