"""Functions that an author spelled out, by their own names: what is differentiated and computed then stays finite.

1 / (1 + e^{-z})              sigmoid(z)          e^z / (1 + e^z)      sigmoid(z)
log(1 + e^z)                  softplus(z)         log sigmoid(z)       -softplus(-z)
(e^z - e^{-z}) / (e^z + e^{-z}), (e^{2z} - 1) / (e^{2z} + 1), (1 - e^{-2z}) / (1 + e^{-2z})    tanh(z)
"""

from dataclasses import replace
from fractions import Fraction

from derive.expressions import tree
from derive.expressions.tree import Apply, Expr
from derive.expressions.walk import rebuilt, with_fields
from derive.gradients.tidy import minus, negative, number, times, value_of
from derive.notation.symbols import Computed, SymbolTable

_NAMED = (tree.Quotient, tree.Power, tree.Apply)


def with_named_functions(table: SymbolTable) -> SymbolTable:
    """The table with the values of its names in which no function is spelled out."""
    meanings = {
        name: replace(meaning, value=named(meaning.value))
        if isinstance(meaning, Computed) and meaning.value is not None
        else meaning
        for name, meaning in table.meanings.items()
    }
    return replace(table, meanings=meanings)


def named(node: Expr) -> Expr:
    """The expression with the names of functions that are spelled out in it, the innermost first."""

    def change(part: tree.Node) -> tree.Node | None:
        if not isinstance(part, _NAMED):
            return None
        inside = with_fields(part, _changed)
        return _by_name(inside)

    def _changed(value: object) -> object:
        if isinstance(value, tree.Node):
            return rebuilt(value, change)
        if isinstance(value, tuple):
            items = tuple(_changed(item) for item in value)
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        return value

    found = rebuilt(node, change)
    assert isinstance(found, Expr)
    return found


def _by_name(node: Expr) -> Expr:
    match node:
        case tree.Quotient(numerator, denominator):
            return _quotient(numerator, denominator) or node
        case tree.Power(base, tree.Number(value)) if value == -1 and (exponent := _one_plus_exp(base)) is not None:
            return Apply("sigmoid", negative(exponent))
        case Apply("log", operand, order=0) if (exponent := _one_plus_exp(operand)) is not None:
            return Apply("softplus", exponent)
        case Apply("log", Apply("sigmoid", operand, order=0), order=0):
            return negative(Apply("softplus", negative(operand)))
    return node


def _quotient(numerator: Expr, denominator: Expr) -> Expr | None:
    exponent = _one_plus_exp(denominator)
    if exponent is not None:
        if _exponent(numerator) == exponent:
            return Apply("sigmoid", exponent)
        if _difference(numerator) in ((exponent, None), (None, exponent)):
            sign = 1 if _difference(numerator) == (exponent, None) else -1
            return Apply("tanh", times(number(Fraction(sign, 2)), exponent))
        return times(numerator, Apply("sigmoid", negative(exponent)))
    both = _sum(denominator)
    if both is not None and _difference(numerator) == both and _are_opposite(*both):
        return Apply("tanh", both[0])
    return None


def _exponent(node: Expr) -> Expr | None:
    """v of e^v."""
    return node.operand if isinstance(node, Apply) and node.function == "exp" and node.order == 0 else None


def _one_plus_exp(node: Expr) -> Expr | None:
    """v of 1 + e^v."""
    if isinstance(node, tree.Add) and len(node.terms) == 2:
        for one, other in (node.terms, node.terms[::-1]):
            if value_of(one) == 1 and _exponent(other) is not None:
                return _exponent(other)
    return None


def _sum(node: Expr) -> tuple[Expr, Expr] | None:
    """u and v of e^u + e^v."""
    if isinstance(node, tree.Add) and len(node.terms) == 2:
        first, second = map(_exponent, node.terms)
        if first is not None and second is not None:
            return first, second
    return None


def _difference(node: Expr) -> tuple[Expr | None, Expr | None] | None:
    """u and v of e^u - e^v, None standing for the exponent of 1."""
    if not (isinstance(node, tree.Add) and len(node.terms) == 2 and isinstance(node.terms[1], tree.Negative)):
        return None
    found = []
    for part in (node.terms[0], node.terms[1].operand):
        if _exponent(part) is None and value_of(part) != 1:
            return None
        found.append(_exponent(part))
    return found[0], found[1]


def _are_opposite(first: Expr, second: Expr) -> bool:
    return minus(first, negative(second)) == minus(first, first)
