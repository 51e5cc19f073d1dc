"""A derivative of a sum as it comes, term by term, before what the terms have in common stands in front of them.

Of a binary cross-entropy, in numerator layout: `-1/K y^T/p^T + 1/K (1 - y^T)/(1 - p^T)`.
"""

from derive.expressions.tree import Add, Expr, Negative, Number, Quotient, Scale, Transpose
from derive.gradients.tidy import transposed


def term_by_term(node: Expr) -> Expr | None:
    """A sum of quotients with its factor and its transpose on each of its terms; null for anything else."""
    factor, inner = (node.factor, node.operand) if isinstance(node, Scale) else (None, node)
    is_turned = isinstance(inner, Transpose)
    total = inner.operand if isinstance(inner, Transpose) else inner
    if not isinstance(total, Add) or (factor is None and not is_turned):
        return None
    if not all(isinstance(_without_sign(term), Quotient) for term in total.terms):
        return None
    return Add(tuple(_term(term, factor, is_turned=is_turned) for term in total.terms))


def _without_sign(term: Expr) -> Expr:
    return term.operand if isinstance(term, Negative) else term


def _term(term: Expr, factor: Expr | None, *, is_turned: bool) -> Expr:
    if isinstance(term, Negative):
        return Negative(_term(term.operand, factor, is_turned=is_turned))
    value = _turned(term) if is_turned else term
    return value if factor is None else Scale(factor, value)


def _turned(node: Expr) -> Expr:
    """The transpose, drawn into sums and quotients."""
    match node:
        case Number():
            return node
        case Negative(operand):
            return Negative(_turned(operand))
        case Add(terms):
            return Add(tuple(map(_turned, terms)))
        case Quotient(above, below):
            return Quotient(_turned(above), _turned(below))
    return node if node.shape.is_scalar else transposed(node)
