"""The loss of a model and its derivatives in many digits, from exact entries: what is right where floats overflow."""

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import numpy as np

from derive.exact import functions, scalars
from derive.exact.entries import Entries
from derive.exact.scalars import Scalar
from derive.exact.sympy_derivatives import SympyDefinitions
from derive.expressions.tree import Expr
from derive.models import Model
from derive.notation.symbols import Given

DIGITS = 9_000
"""As many as 1 - 1 / (1 + e^-10000) needs, and some more."""


class Precise:
    """The entries of a model where its given names have the values `drawn`."""

    def __init__(self, model: Model, drawn: Mapping[str, Any]) -> None:
        self.model = model
        self.drawn = drawn
        self.entries = Entries(model.table, scalars.number(model.kink), SympyDefinitions())
        self.found: dict[Scalar, Any] = {}

    def value(self, quantity: Expr) -> Any:
        """The entries of a quantity, rounded at the end."""
        with mpmath.workdps(DIGITS):
            array = self.entries.lower(quantity, {})
            self._enter_given()
            values = [float(self._value(entry)) for entry in array.entries]
        return np.array(values).reshape(array.sizes)

    def _enter_given(self) -> None:
        for name, array in self.entries.arrays.items():
            meaning = self.model.table.meanings[name]
            if isinstance(meaning, Given):
                values = np.asarray(self.drawn[name])
                if meaning.kind == "labels":
                    values = np.eye(array.sizes[-1])[values]
                for entry, value in zip(array.entries, values.reshape(-1), strict=True):
                    self.found[entry] = mpmath.mpf(float(value))

    def _value(self, scalar: Scalar) -> Any:
        if scalar not in self.found:
            is_cut = isinstance(scalar, scalars.Symbol)
            self.found[scalar] = self._value(self.entries.definitions.values[scalar]) if is_cut else self._made(scalar)
        return self.found[scalar]

    def _made(self, scalar: Scalar) -> Any:
        match scalar:
            case scalars.Number():
                return mpmath.mpf(scalar.value.numerator) / scalar.value.denominator
            case scalars.Constant():
                return +(mpmath.pi if scalar is scalars.PI else mpmath.e)
            case scalars.Add():
                return mpmath.fsum(map(self._value, scalar.summands))
            case scalars.Mul():
                return self._value(scalars.number(scalar.coefficient)) * mpmath.fprod(map(self._value, scalar.factors))
            case scalars.Pow():
                return mpmath.power(self._value(scalar.base), self._value(scalar.exponent))
        return FUNCTIONS[type(scalar)](*map(self._value, scalar.operands))


FUNCTIONS: dict[type, Callable[..., Any]] = {
    scalars.Exp: mpmath.exp,
    scalars.Log: mpmath.log,
    scalars.Sin: mpmath.sin,
    scalars.Cos: mpmath.cos,
    scalars.Tanh: mpmath.tanh,
    scalars.Erf: mpmath.erf,
    functions.Positive: lambda u: mpmath.mpf(u > 0),
    functions.Zero: lambda u: mpmath.mpf(u == 0),
    functions.Sign: mpmath.sign,
    functions.Absolute: lambda u, kink: abs(u),
    functions.Maximum: lambda a, b, kink: max(a, b),
}
