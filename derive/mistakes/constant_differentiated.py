"""`\\delta - \\log p` for `\\delta`: a term that comes from differentiating what is kept constant."""

from collections.abc import Iterator

from derive.expressions.tree import Add, Expr, Fill, Number
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import everywhere, sum_of
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The formula without one of its terms; what is more than a number must be left, as it is not of `1 - a`."""
    if wrong.written is not None:
        yield from everywhere(wrong.written, _without_one_term)


def _without_one_term(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Add):
        for at in range(len(node.terms)):
            left = [*node.terms[:at], *node.terms[at + 1 :]]
            if not all(isinstance(term, (Number, Fill)) for term in left):
                yield sum_of(left)


CONSTANT_DIFFERENTIATED = Mistake(
    code="constant-differentiated",
    title="something constant is differentiated",
    message="There is one term too many. By what do you differentiate, and what stays constant?",
    looks_like=r"\frac{\partial L}{\partial w} = \frac{2}{N} X^T r + 2 \lambda w + \|w\|^2",
    instead=r"\frac{\partial L}{\partial w} = \frac{2}{N} X^T r + 2 \lambda w",
    because=(
        r"In a partial derivative only one variable moves. Data, targets, hyperparameters such as $\lambda$ and the "
        r"other parameters are constants: a product with one of them has no second term from the product rule, and "
        r"a term without the variable has the derivative 0."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) + 2 \lambda w + 2 w"),
        Example("sigmoid layers", r"\frac{\partial L}{\partial s} = p - y - s"),
    ),
    not_caught=(
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) + 2 \lambda w"),
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) + 4 \lambda w"),
    ),
)
