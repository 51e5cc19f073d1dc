"""`y - p` for `p - y`: a difference the wrong way round."""

from collections.abc import Container, Iterator

from derive.expressions.tree import Add, Expr, Negative
from derive.mistakes.differences import Difference, compared, difference_of, differences
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import everywhere, negated, sum_of
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """A difference of two turned round, not one behind a minus before the whole: then that sign is wrong.

    So it is where a difference stands in the truth or in the model as it is, but for those of the two quantities that
    the loss compares: from `(t - y)^2` comes `y - t`, and who writes `t - y` has it the wrong way round.
    """
    if wrong.written is None or isinstance(wrong.written, Negative):
        return
    right = wrong.known.once(differences) - wrong.known.once(compared)
    yield from everywhere(wrong.written, lambda node: _reversed(node, right))


def _reversed(node: Expr, right: Container[Difference]) -> Iterator[Expr]:
    if not isinstance(node, Add) or len(node.terms) != 2 or difference_of(node) in right:
        return
    if sum(isinstance(term, Negative) for term in node.terms) == 1:
        yield sum_of(negated(term) for term in reversed(node.terms))


DIFFERENCE_REVERSED = Mistake(
    code="difference-reversed",
    title="a difference stands the wrong way round",
    message="Look at the difference: which of the two is subtracted from which?",
    looks_like=r"\frac{\partial L}{\partial z} = y - p",
    instead=r"\frac{\partial L}{\partial z} = p - y",
    because=(
        r"The derivative of cross-entropy with softmax, as of half a squared error, by the scores is prediction minus "
        r"target: where the prediction is too large, the loss grows with it. Descent subtracts the gradient, and there "
        r"the other order appears; in the gradient itself it is wrong."
    ),
    repairs=repairs,
    caught=(
        Example("softmax of one example", r"\frac{\partial L}{\partial z} = y - p"),
        Example("softmax of one example", r"\frac{\partial L}{\partial W} = (y - p) x^T"),
        Example("linear regression", r"\nabla_w L = \frac{1}{N} X^T (y - X w)"),
    ),
    not_caught=(
        Example("softmax of one example", r"\frac{\partial L}{\partial z} = p - y"),
        Example("softmax of one example", r"\frac{\partial L}{\partial z} = -(p - y)"),
    ),
)
