"""`-H^T (P - Y)` for `H^T (P - Y)`: a minus sign too many or too few, of the whole or of one term."""

from collections.abc import Iterator

from derive.expressions.tree import Add, Expr
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import everywhere, negated, sum_of
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The whole with the other sign, then one term of a sum in it."""
    if wrong.written is not None:
        yield negated(wrong.written)
        yield from everywhere(wrong.written, _one_term_negated)


def _one_term_negated(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Add):
        for at, term in enumerate(node.terms):
            yield sum_of([*node.terms[:at], negated(term), *node.terms[at + 1 :]])


WRONG_SIGN = Mistake(
    code="wrong-sign",
    title="a sign is wrong",
    message="Look at the signs: one of them is wrong.",
    looks_like=r"\frac{\partial L}{\partial w} = -X^T (X w - y)",
    instead=r"\frac{\partial L}{\partial w} = X^T (X w - y)",
    because=(
        r"Signs get lost where a minus stands in front of a sum, where $-\log$ is differentiated, or where the inner "
        r"derivative is negative, as that of $1 - p$. Write every factor of the chain rule with its sign before you "
        r"multiply."
    ),
    repairs=repairs,
    caught=(
        Example("linear regression", r"\frac{\partial L}{\partial w} = -\frac{1}{N} X^T (X w - y)"),
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) - 2 \lambda w"),
        Example("sigmoid layers", r"\frac{\partial L}{\partial p} = -\frac{y}{p} - \frac{1 - y}{1 - p}"),
    ),
    not_caught=(
        Example("linear regression", r"\frac{\partial L}{\partial w} = -\frac{1}{N} X^T (y - X w)"),
        Example("softmax of one example", r"\frac{\partial L}{\partial z} = y - p"),
    ),
)
