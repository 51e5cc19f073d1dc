"""The functions of one real variable as exact expressions, and their derivatives.

κ is the value that a derivative takes where the function has none.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from derive.exact.functions import absolute, maximum, sign
from derive.exact.scalars import ZERO, Scalar, Symbol, cos, erf, exp, log, number, sin, sqrt, tanh

Formula = Callable[[Scalar, Sequence[Scalar], Scalar], Scalar]


def _elu(u: Scalar, parameters: Sequence[Scalar], kink: Scalar) -> Scalar:
    """u where u > 0, else α (e^u - 1)."""
    above = maximum(u, ZERO, kink)
    return above + parameters[0] * (exp(u - above) - 1)


FORMULAS: dict[str, Formula] = {
    "exp": lambda u, parameters, kink: exp(u),
    "log": lambda u, parameters, kink: log(u),
    "sqrt": lambda u, parameters, kink: sqrt(u),
    "sin": lambda u, parameters, kink: sin(u),
    "cos": lambda u, parameters, kink: cos(u),
    "tan": lambda u, parameters, kink: sin(u) / cos(u),
    "sinh": lambda u, parameters, kink: (exp(u) - exp(-u)) / 2,
    "cosh": lambda u, parameters, kink: (exp(u) + exp(-u)) / 2,
    "tanh": lambda u, parameters, kink: tanh(u),
    "coth": lambda u, parameters, kink: 1 / tanh(u),
    "erf": lambda u, parameters, kink: erf(u),
    "sigmoid": lambda u, parameters, kink: 1 / (1 + exp(-u)),
    "softplus": lambda u, parameters, kink: log(1 + exp(u)),
    "silu": lambda u, parameters, kink: u / (1 + exp(-u)),
    "gelu": lambda u, parameters, kink: u * (1 + erf(u / sqrt(number(2)))) / 2,
    "relu": lambda u, parameters, kink: maximum(u, ZERO, kink),
    "leaky": lambda u, parameters, kink: parameters[0] * u + (1 - parameters[0]) * maximum(u, ZERO, kink),
    "elu": _elu,
    "abs": lambda u, parameters, kink: absolute(u, kink),
    "sign": lambda u, parameters, kink: sign(u),
}


def value(function: str, argument: Scalar, parameters: Sequence[Scalar], kink: Scalar, order: int = 0) -> Scalar:
    """f(u), or the derivative of f of some order at u."""
    if order == 0:
        return FORMULAS[function](argument, parameters, kink)
    return _derivative(function, tuple(parameters), kink, order).xreplace({_VARIABLE: argument})


_VARIABLE = Symbol("argument")


@lru_cache(maxsize=256)
def _derivative(function: str, parameters: tuple[Scalar, ...], kink: Scalar, order: int) -> Scalar:
    formula = FORMULAS[function](_VARIABLE, parameters, kink)
    for _ in range(order):
        formula = formula.diff(_VARIABLE)
    return formula
