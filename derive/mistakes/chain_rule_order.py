"""`A B` for `B A`: the Jacobians of the chain rule multiplied in the wrong order."""

from collections.abc import Iterator

from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.respelling import each_product, exchanged, holds_jacobian
from derive.mistakes.swapped_factors import is_jacobian
from derive.mistakes.wrong import Wrong
from derive.notation.syntax import List


def repairs(wrong: Wrong) -> Iterator[List]:
    """Two factors of a product exchanged, where the claim is on a Jacobian or a factor is one."""
    if wrong.syntax is None:
        return
    if is_jacobian(wrong):
        yield from each_product(wrong.syntax, exchanged)
    else:
        loss = wrong.known.table.loss
        yield from each_product(wrong.syntax, lambda term: exchanged(term) if holds_jacobian(term, loss) else ())


CHAIN_RULE_ORDER = Mistake(
    code="chain-rule-order",
    title="the factors of the chain rule stand in the wrong order",
    message="In the chain rule the Jacobian of the outermost function comes first. Look at the order of yours.",
    looks_like=r"\frac{\partial u}{\partial x} = A B",
    instead=r"\frac{\partial u}{\partial x} = B A",
    because=(
        r"For $v = A x$ and $u = B v$ the chain rule is $\frac{\partial u}{\partial x} = \frac{\partial u}{\partial "
        r"v} \frac{\partial v}{\partial x}$: entry $(i, j)$ is $\sum_k \frac{\partial u_i}{\partial v_k} "
        r"\frac{\partial v_k}{\partial x_j}$. The Jacobian of the outer function stands on the left."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("composed maps", r"\frac{\partial u}{\partial x} = A B"),
        Example("composed maps", r"\frac{\partial a}{\partial x} = A \mathrm{diag}(\sigma'(v))"),
    ),
    not_caught=(
        Example("composed maps", r"\frac{\partial u}{\partial x} = B A"),
        Example("composed maps", r"\frac{\partial u}{\partial x} = A^T B^T"),
    ),
)
