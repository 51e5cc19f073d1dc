"""`X^T \\delta^T` for `X^T \\delta`: a factor is transposed that should not be."""

from collections.abc import Iterator

from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.respelling import each_product, is_transposed, transposed, with_factor
from derive.mistakes.wrong import Wrong
from derive.notation.syntax import List, Term


def repairs(wrong: Wrong) -> Iterator[List]:
    """One factor of a product without its transpose."""
    if wrong.syntax is not None:
        yield from each_product(wrong.syntax, _one_factor_untransposed)


def _one_factor_untransposed(term: Term) -> Iterator[Term]:
    for at, factor in enumerate(term.factors):
        if is_transposed(factor):
            yield with_factor(term, at, transposed(factor))


EXTRA_TRANSPOSE = Mistake(
    code="extra-transpose",
    title="one transpose too many",
    message="One transpose is not needed; write the shape below each factor, and look at what the product sums over.",
    looks_like=r"\frac{\partial L}{\partial W_1} = X^T \left(\frac{\partial L}{\partial Z}\right)^T",
    instead=r"\frac{\partial L}{\partial W_1} = X^T \frac{\partial L}{\partial Z}",
    because=(
        r"A gradient has the shape of what it is taken by, so $\frac{\partial L}{\partial Z}$ is N x H as $Z$ is, "
        r"and $X^T$ is D x N: their product is D x H, as $W_1$ is. Only the factor whose index of the sum stands in "
        r"the wrong place is transposed."
    ),
    repairs=repairs,
    caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H^T (O - T)^T"),
        Example("linear regression", r"\nabla_w L = \frac{1}{N} X^T (X w - y)^T"),
        Example("softmax of one example", r"\frac{\partial L}{\partial b} = (p - y)^T + 0 b"),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H^T (O - T)"),
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H (O - T)^T"),
    ),
)
