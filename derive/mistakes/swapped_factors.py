"""`(O - T) H^T` for `H^T (O - T)`: the factors of a matrix product in the wrong order."""

from collections.abc import Iterator

from derive.expressions.shapes import Shape
from derive.expressions.tree import Derivative
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.respelling import each_product, exchanged, holds_jacobian
from derive.mistakes.wrong import Wrong
from derive.notation.syntax import List


def repairs(wrong: Wrong) -> Iterator[List]:
    """Two factors of a product exchanged. Jacobians in the wrong order are a mistake of their own."""
    loss = wrong.known.table.loss
    if wrong.syntax is not None and not is_jacobian(wrong):
        yield from each_product(wrong.syntax, lambda term: () if holds_jacobian(term, loss) else exchanged(term))


def is_jacobian(wrong: Wrong) -> bool:
    """Whether the claim is on the derivative of a vector by a vector."""
    return isinstance(wrong.quantity, Derivative) and _is_of_vectors(wrong.quantity)


def _is_of_vectors(node: Derivative) -> bool:
    shapes: tuple[Shape, Shape] = (node.of.shape, node.by.shape)
    return all(shape.is_vector for shape in shapes)


SWAPPED_FACTORS = Mistake(
    code="swapped-factors",
    title="two factors stand in the wrong order",
    message="The order of the factors matters in a matrix product; look at which of them comes first.",
    looks_like=r"\frac{\partial L}{\partial V} = \frac{\partial L}{\partial O} H^T",
    instead=r"\frac{\partial L}{\partial V} = H^T \frac{\partial L}{\partial O}",
    because=(
        r"$A B$ and $B A$ are different matrices, if both exist at all. Which comes first is told by the indices: "
        r"in $\sum_n H_{nj} \frac{\partial L}{\partial O_{nk}}$ the index $j$ of the rows of $V$ is that of $H$, so "
        r"that $H^T$ stands on the left."
    ),
    repairs=repairs,
    caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = (O - T) H^T"),
        Example("softmax of one example", r"\frac{\partial L}{\partial W} = x^T (p - y)"),
        Example("tanh layers", r"\frac{\partial L}{\partial H} = V^T (O - T)"),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H^T (O - T)"),
        Example("tanh layers", r"\frac{\partial L}{\partial H} = (O - T) V"),
    ),
)
