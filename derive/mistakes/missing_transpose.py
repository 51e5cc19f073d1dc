"""`\\delta W` for `\\delta W^T`: a factor needs a transpose."""

from collections.abc import Iterator

from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.respelling import each_product, is_transposed, transposed, with_factor
from derive.mistakes.wrong import Wrong
from derive.notation.syntax import List, Term


def repairs(wrong: Wrong) -> Iterator[List]:
    """One factor of a product transposed, of those that are not."""
    if wrong.syntax is not None:
        yield from each_product(wrong.syntax, _one_factor_transposed)


def _one_factor_transposed(term: Term) -> Iterator[Term]:
    for at, factor in enumerate(term.factors):
        if not is_transposed(factor):
            yield with_factor(term, at, transposed(factor))


MISSING_TRANSPOSE = Mistake(
    code="missing-transpose",
    title="a transpose is missing",
    message="A factor has to be transposed; write the shape below each factor, and look at what the product sums over.",
    looks_like=r"\frac{\partial L}{\partial A} = \frac{\partial L}{\partial S} W_2",
    instead=r"\frac{\partial L}{\partial A} = \frac{\partial L}{\partial S} W_2^T",
    because=(
        r"From $S = A W_2$ the chain rule sums over the entries of $S$: "
        r"$\frac{\partial L}{\partial A_{ij}} = \sum_k \frac{\partial L}{\partial S_{ik}} (W_2)_{jk}$. In $W_2$ the "
        r"index $k$ of the sum is the second one, so the matrix product needs $W_2^T$. Where all matrices are square "
        r"the shapes fit without it, and the formula is wrong all the same."
    ),
    repairs=repairs,
    caught=(
        Example("two layers", r"\frac{\partial L}{\partial A} = \frac{\partial L}{\partial S} W_2"),
        Example("linear regression", r"\nabla_w L = \frac{1}{N} X (X w - y)"),
        Example("softmax of one example", r"\frac{\partial L}{\partial W} = (p - y) x"),
    ),
    not_caught=(
        Example("two layers", r"\frac{\partial L}{\partial A} = \frac{\partial L}{\partial S} W_2^T"),
        Example("two layers", r"\frac{\partial L}{\partial W_2} = \frac{\partial L}{\partial S} A^T + 2 \lambda W_2"),
    ),
)
