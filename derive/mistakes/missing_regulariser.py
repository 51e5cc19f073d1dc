"""`1/N A^T (P - Y)` for that plus `2 \\lambda W_2`: the derivative of the penalty is missing."""

from collections.abc import Iterator

from derive.expressions.tree import Expr
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import sum_of
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The formula with a term of the truth added in which nothing but the variable and scalars stands."""
    if wrong.written is not None:
        for term in wrong.known.true_terms:
            if wrong.known.is_penalty(term):
                yield sum_of([wrong.written, term])


MISSING_REGULARISER = Mistake(
    code="missing-regulariser",
    title="the regulariser's derivative is missing",
    message="Does every term of the loss appear in this derivative?",
    looks_like=r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T (P - Y)",
    instead=r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T (P - Y) + 2 \lambda W_2",
    because=(
        r"The weights act on the loss in two ways: through the scores, and through the penalty $\lambda \|W_2\|^2$ "
        r"itself. The derivative has a term for each."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("two layers", r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T (P - Y)"),
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y)"),
    ),
    not_caught=(
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) + 2 \lambda w"),
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) - 2 \lambda w"),
    ),
)
