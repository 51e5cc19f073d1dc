"""Scalars <-> SymPy's expressions. SymPy's own evaluation is switched off on the way there.

`to_sympy(e)` has the value of `e` wherever `e` has one, and is built like it, so that equal scalars give equal
expressions. `from_sympy(to_sympy(e))` is `e`.
"""

from collections.abc import Callable
from fractions import Fraction
from weakref import WeakKeyDictionary

import sympy

from derive.exact import functions, scalars, sympy_functions
from derive.exact.scalars import Scalar

_KNOWN: "WeakKeyDictionary[Scalar, sympy.Expr]" = WeakKeyDictionary()


def to_sympy(scalar: Scalar) -> sympy.Expr:
    """The same as an expression of SymPy."""
    known = _KNOWN.get(scalar)
    if known is None:
        known = _KNOWN[scalar] = _TO_SYMPY[type(scalar)](scalar)
    return known


def _number(value: scalars.Rational) -> sympy.Expr:
    return sympy.Rational(value.numerator, value.denominator)


def _sum(scalar: scalars.Add) -> sympy.Expr:
    return sympy.Add(*map(to_sympy, scalar.summands), evaluate=False)


def _product(scalar: scalars.Mul) -> sympy.Expr:
    number = [] if scalar.coefficient == 1 else [_number(scalar.coefficient)]
    return sympy.Mul(*number, *map(to_sympy, scalar.factors), evaluate=False)


def _applied(function: Callable[..., sympy.Expr]) -> Callable[..., sympy.Expr]:
    return lambda scalar: function(*map(to_sympy, scalar.args), evaluate=False)


def _component(scalar: functions.UnspecifiedComponent) -> sympy.Expr:
    arguments = list(map(to_sympy, scalar.args))
    return sympy_functions.unspecified_component(scalar.name, scalar.component, arguments, scalar.orders)


_FUNCTIONS: dict[type[scalars.Function], Callable[..., sympy.Expr]] = {
    scalars.Exp: sympy.exp,
    scalars.Log: sympy.log,
    scalars.Sin: sympy.sin,
    scalars.Cos: sympy.cos,
    scalars.Tanh: sympy.tanh,
    scalars.Erf: sympy.erf,
    functions.Positive: sympy_functions.Positive,
    functions.Zero: sympy_functions.Zero,
    functions.Sign: sympy_functions.Sign,
    functions.Absolute: sympy_functions.Absolute,
    functions.Maximum: sympy_functions.Maximum,
}

_TO_SYMPY: dict[type[Scalar], Callable[..., sympy.Expr]] = {
    scalars.Number: lambda scalar: _number(scalar.value),
    scalars.Constant: lambda scalar: sympy.pi if scalar is scalars.PI else sympy.E,
    scalars.Symbol: lambda scalar: sympy.Symbol(scalar.name),
    scalars.Nothing: lambda scalar: sympy.zoo,
    scalars.Add: _sum,
    scalars.Mul: _product,
    scalars.Pow: lambda scalar: sympy.Pow(to_sympy(scalar.base), to_sympy(scalar.exponent), evaluate=False),
    functions.Unspecified: lambda scalar: sympy_functions.unspecified(
        scalar.name, to_sympy(scalar.args[0]), scalar.order
    ),
    functions.UnspecifiedComponent: _component,
    **{kind: _applied(function) for kind, function in _FUNCTIONS.items()},
}


def from_sympy(expression: sympy.Expr) -> Scalar:
    """The same as a scalar. Raises `KeyError` for what scalars have no word for."""
    if expression.is_Rational:
        return scalars.number(Fraction(int(expression.p), int(expression.q)))
    rule = _FROM_SYMPY.get(expression)
    if rule is not None:
        return rule
    arguments = expression.args
    match expression:
        case sympy.Symbol():
            return scalars.Symbol(expression.name)
        case sympy_functions.Unspecified():
            return functions.unspecified(arguments[0].name, from_sympy(arguments[2]), int(arguments[1]))
        case sympy_functions.UnspecifiedComponent():
            inner = list(map(from_sympy, expression.arguments))
            return functions.unspecified_component(arguments[0].name, int(arguments[1]), inner, expression.orders)
    return _MADE[type(expression)](*map(from_sympy, arguments))


_FROM_SYMPY: dict[sympy.Expr, Scalar] = {
    sympy.pi: scalars.PI,
    sympy.E: scalars.E,
    sympy.zoo: scalars.NOTHING,
    sympy.nan: scalars.NOTHING,
    sympy.oo: scalars.NOTHING,
    -sympy.oo: scalars.NOTHING,
}

_MADE: dict[object, Callable[..., Scalar]] = {
    sympy.Add: scalars.add,
    sympy.Mul: scalars.mul,
    sympy.Pow: scalars.power,
    sympy.sinh: lambda u: (scalars.exp(u) - scalars.exp(-u)) / 2,
    sympy.cosh: lambda u: (scalars.exp(u) + scalars.exp(-u)) / 2,
    **{function: kind.of for kind, function in _FUNCTIONS.items()},
}
