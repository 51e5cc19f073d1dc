"""`H (O - T)^T` for `H^T (O - T)`: the transpose stands at the wrong factor."""

import itertools
from collections.abc import Iterator

from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.respelling import each_product, is_transposed, transposed, with_factor
from derive.mistakes.wrong import Wrong
from derive.notation.syntax import List, Term


def repairs(wrong: Wrong) -> Iterator[List]:
    """The transpose of one factor of a product at another one."""
    if wrong.syntax is not None:
        yield from each_product(wrong.syntax, _transpose_moved)


def _transpose_moved(term: Term) -> Iterator[Term]:
    for here, there in itertools.permutations(range(len(term.factors)), 2):
        first, second = term.factors[here], term.factors[there]
        if is_transposed(first) and not is_transposed(second):
            yield with_factor(with_factor(term, here, transposed(first)), there, transposed(second))


TRANSPOSED_WRONG_FACTOR = Mistake(
    code="transposed-wrong-factor",
    title="the wrong factor is transposed",
    message="The transpose stands at the wrong factor; write the shape below each of them.",
    looks_like=r"\frac{\partial L}{\partial V} = H \left(\frac{\partial L}{\partial O}\right)^T",
    instead=r"\frac{\partial L}{\partial V} = H^T \frac{\partial L}{\partial O}",
    because=(
        r"From $O = H V$ follows $\frac{\partial L}{\partial V_{jk}} = \sum_n H_{nj} \frac{\partial L}{\partial "
        r"O_{nk}}$: the sum runs over the examples $n$, which is the first index of both. A matrix product sums "
        r"over the second index of its first factor, so it is $H$ that has to be transposed."
    ),
    repairs=repairs,
    caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H (O - T)^T"),
        Example("tanh layers", r"\frac{\partial L}{\partial H} = \left(\frac{\partial L}{\partial O}\right)^T V"),
        Example("softmax of one example", r"\frac{\partial L}{\partial W} = (p - y)^T x"),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H^T (O - T)"),
        Example("linear regression", r"\nabla_w L = \frac{1}{N} X (X w - y)"),
    ),
)
