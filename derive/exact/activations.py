"""The functions of one real variable as exact expressions, and their derivatives.

κ is the value that a derivative takes where the function has none.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import sympy
from sympy import Expr, S

from derive.exact.functions import Absolute, Maximum, Sign

Formula = Callable[[Expr, Sequence[Expr], Expr], Expr]


def _elu(u: Expr, parameters: Sequence[Expr], kink: Expr) -> Expr:
    """u where u > 0, else α (e^u - 1)."""
    above = Maximum(u, S.Zero, kink)
    return above + parameters[0] * (sympy.exp(u - above) - 1)


FORMULAS: dict[str, Formula] = {
    "exp": lambda u, parameters, kink: sympy.exp(u),
    "log": lambda u, parameters, kink: sympy.log(u),
    "sqrt": lambda u, parameters, kink: sympy.sqrt(u),
    "sin": lambda u, parameters, kink: sympy.sin(u),
    "cos": lambda u, parameters, kink: sympy.cos(u),
    "tan": lambda u, parameters, kink: sympy.sin(u) / sympy.cos(u),
    "sinh": lambda u, parameters, kink: (sympy.exp(u) - sympy.exp(-u)) / 2,
    "cosh": lambda u, parameters, kink: (sympy.exp(u) + sympy.exp(-u)) / 2,
    "tanh": lambda u, parameters, kink: sympy.tanh(u),
    "coth": lambda u, parameters, kink: 1 / sympy.tanh(u),
    "erf": lambda u, parameters, kink: sympy.erf(u),
    "sigmoid": lambda u, parameters, kink: 1 / (1 + sympy.exp(-u)),
    "softplus": lambda u, parameters, kink: sympy.log(1 + sympy.exp(u)),
    "silu": lambda u, parameters, kink: u / (1 + sympy.exp(-u)),
    "gelu": lambda u, parameters, kink: u * (1 + sympy.erf(u / sympy.sqrt(2))) / 2,
    "relu": lambda u, parameters, kink: Maximum(u, S.Zero, kink),
    "leaky": lambda u, parameters, kink: parameters[0] * u + (1 - parameters[0]) * Maximum(u, S.Zero, kink),
    "elu": _elu,
    "abs": lambda u, parameters, kink: Absolute(u, kink),
    "sign": lambda u, parameters, kink: Sign(u),
}


def value(function: str, argument: Expr, parameters: Sequence[Expr], kink: Expr, order: int = 0) -> Expr:
    """f(u), or the derivative of f of some order at u."""
    if order == 0:
        return FORMULAS[function](argument, parameters, kink)
    return _derivative(function, tuple(parameters), kink, order).xreplace({_VARIABLE: argument})


_VARIABLE = sympy.Dummy("u")


@lru_cache(maxsize=256)
def _derivative(function: str, parameters: tuple[Expr, ...], kink: Expr, order: int) -> Expr:
    formula = FORMULAS[function](_VARIABLE, parameters, kink)
    for _ in range(order):
        formula = formula.diff(_VARIABLE)
    return formula
