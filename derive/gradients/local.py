"""Derivatives of functions of one real variable, as expressions in the same variable.

κ is the value that a derivative takes where the function has none, as in `derive.exact.activations`.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from derive.expressions import tree
from derive.expressions.tree import Comparator, Expr
from derive.gradients.tidy import divided, minus, negative, number, plus, power, times

Rule = Callable[[Expr, Sequence[Expr], Fraction], Expr]


def applied(function: str, operand: Expr) -> Expr:
    return tree.Apply(function, operand)


def compared(left: Expr, comparator: Comparator, right: Expr) -> Expr:
    """1(a > b) and its kin, entry by entry."""
    return tree.Indicator(tree.Comparison(left, comparator, right))


def step(left: Expr, right: Expr, kink: Fraction, above: Comparator = ">") -> Expr:
    """1(a > b) + κ 1(a = b); with `<` for what falls."""
    if kink == 0:
        return compared(left, above, right)
    if kink == 1:
        return compared(left, ">=" if above == ">" else "<=", right)
    return plus(compared(left, above, right), times(number(kink), compared(left, "=", right)))


def squared(node: Expr) -> Expr:
    return power(node, number(2))


def _mask(u: Expr, kink: Fraction) -> Expr:
    return step(u, number(0), kink)


def _below(u: Expr, kink: Fraction) -> Expr:
    """1 - mask."""
    if kink in (0, 1):
        return compared(u, "<=" if kink == 0 else "<", number(0))
    return plus(compared(u, "<", number(0)), times(number(1 - kink), compared(u, "=", number(0))))


def _sigmoid(u: Expr) -> Expr:
    """σ (1 - σ)."""
    value = applied("sigmoid", u)
    return times(value, minus(number(1), value))


def _gelu(u: Expr) -> Expr:
    """(1 + erf(u/√2)) / 2 + u e^{-u²/2} / √(2π)."""
    distribution = times(
        number(Fraction(1, 2)), plus(number(1), applied("erf", divided(u, applied("sqrt", number(2)))))
    )
    root = applied("sqrt", times(number(2), tree.Constant("pi")))
    density = applied("exp", times(number(Fraction(-1, 2)), squared(u)))
    return plus(distribution, divided(times(u, density), root))


def _bell(u: Expr) -> Expr:
    """2 e^{-u²} / √π."""
    return divided(times(number(2), applied("exp", negative(squared(u)))), applied("sqrt", tree.Constant("pi")))


def _sign(u: Expr, kink: Fraction) -> Expr:
    """sign(u) + κ 1(u = 0)."""
    value = applied("sign", u)
    return value if kink == 0 else plus(value, times(number(kink), compared(u, "=", number(0))))


RULES: dict[str, Rule] = {
    "exp": lambda u, parameters, kink: applied("exp", u),
    "log": lambda u, parameters, kink: divided(number(1), u),
    "sqrt": lambda u, parameters, kink: divided(number(1), times(number(2), applied("sqrt", u))),
    "sin": lambda u, parameters, kink: applied("cos", u),
    "cos": lambda u, parameters, kink: negative(applied("sin", u)),
    "tan": lambda u, parameters, kink: plus(number(1), squared(applied("tan", u))),
    "sinh": lambda u, parameters, kink: applied("cosh", u),
    "cosh": lambda u, parameters, kink: applied("sinh", u),
    "tanh": lambda u, parameters, kink: minus(number(1), squared(applied("tanh", u))),
    "coth": lambda u, parameters, kink: minus(number(1), squared(applied("coth", u))),
    "erf": lambda u, parameters, kink: _bell(u),
    "sigmoid": lambda u, parameters, kink: _sigmoid(u),
    "softplus": lambda u, parameters, kink: applied("sigmoid", u),
    "silu": lambda u, parameters, kink: plus(applied("sigmoid", u), times(u, _sigmoid(u))),
    "gelu": lambda u, parameters, kink: _gelu(u),
    "relu": lambda u, parameters, kink: _mask(u, kink),
    "leaky": lambda u, parameters, kink: plus(_mask(u, kink), times(parameters[0], _below(u, kink))),
    "elu": lambda u, parameters, kink: plus(_mask(u, kink), times(parameters[0], applied("exp", u), _below(u, kink))),
    "abs": lambda u, parameters, kink: _sign(u, kink),
    "sign": lambda u, parameters, kink: times(number(0), u),
}

BY_PARAMETER: dict[str, Rule] = {
    "leaky": lambda u, parameters, kink: tree.Extremum("min", u, number(0)),
    "elu": lambda u, parameters, kink: minus(applied("exp", tree.Extremum("min", u, number(0))), number(1)),
}


def slope(function: str, operand: Expr, parameters: Sequence[Expr], kink: Fraction) -> Expr:
    """f'(u), of the shape of u."""
    value = RULES[function](operand, parameters, kink)
    return value if value.shape == operand.shape else plus(value, shape=operand.shape)


def slope_by_parameter(function: str, operand: Expr, parameters: Sequence[Expr], kink: Fraction) -> Expr:
    """∂f(u; α)/∂α."""
    return BY_PARAMETER[function](operand, parameters, kink)
