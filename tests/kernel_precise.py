"""The loss of a model and its derivatives from exact entries, in balls: what is right where floats overflow.

Balls are computed in as many bits as it takes until each is far smaller than what floats tell apart.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import flint
import numpy as np

from derive.exact import functions, scalars
from derive.exact.entries import Entries
from derive.exact.scalars import Scalar
from derive.exact.sympy_derivatives import SympyDefinitions
from derive.expressions.tree import Expr
from derive.models import Model
from derive.notation.symbols import Given

BITS = (128, 1024, 32_768)
"""The last is more than 1 - 1 / (1 + e^-20000) needs."""

SMALL = 1e-16
"""How large a ball may be, relative to 1 and its middle."""


class UncertainError(Exception):
    """A ball is too large: more bits are needed."""


class Precise:
    """The entries of a model: each is made once, for all values of the given names."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.entries = Entries(model.table, scalars.number(model.kink), SympyDefinitions())

    def values(self, quantities: Sequence[Expr], drawn: Mapping[str, Any]) -> list[Any]:
        """The entries of quantities where the given names have some values, rounded at the end."""
        arrays = [self.entries.lower(one, {}) for one in quantities]
        for bits in BITS:
            before, flint.ctx.prec = flint.ctx.prec, bits
            try:
                balls = _Balls(self.entries, dict(self._given(drawn)))
                return [
                    np.array([balls.rounded(one) for one in array.entries]).reshape(array.sizes) for array in arrays
                ]
            except UncertainError:
                continue
            finally:
                flint.ctx.prec = before
        raise UncertainError

    def _given(self, drawn: Mapping[str, Any]) -> Iterator[tuple[Scalar, Any]]:
        for name, array in self.entries.arrays.items():
            meaning = self.model.table.meanings[name]
            if isinstance(meaning, Given):
                values = np.asarray(drawn[name])
                if meaning.kind == "labels":
                    values = np.eye(array.sizes[-1])[values]
                yield from zip(array.entries, map(flint.arb, values.ravel().tolist()), strict=True)


class _Balls:
    """The values of scalars, `found` so far."""

    def __init__(self, entries: Entries, found: dict[Scalar, Any]) -> None:
        self.entries = entries
        self.found = found

    def of(self, scalar: Scalar) -> Any:
        """The ball of a scalar. Raises `UncertainError`."""
        if scalar not in self.found:
            is_cut = isinstance(scalar, scalars.Symbol)
            ball = self.of(self.entries.definitions.values[scalar]) if is_cut else self._made(scalar)
            if not ball.is_finite():
                raise UncertainError
            self.found[scalar] = ball
        return self.found[scalar]

    def rounded(self, scalar: Scalar) -> float:
        """The middle of the ball of a scalar. Raises `UncertainError`."""
        ball = self.of(scalar)
        middle = float(ball.mid())
        if not float(ball.rad()) <= SMALL * (1 + abs(middle)):
            raise UncertainError
        return middle

    def _made(self, scalar: Scalar) -> Any:
        match scalar:
            case scalars.Number():
                return flint.arb(flint.fmpq(scalar.value.numerator, scalar.value.denominator))
            case scalars.Constant():
                return flint.arb.pi() if scalar is scalars.PI else flint.arb.const_e()
            case scalars.Add():
                return sum(map(self.of, scalar.summands), flint.arb(0))
            case scalars.Mul():
                product = self.of(scalars.number(scalar.coefficient))
                for factor in scalar.factors:
                    product *= self.of(factor)
                return product
            case scalars.Pow():
                return self.of(scalar.base) ** self.of(scalar.exponent)
        return FUNCTIONS[type(scalar)](*map(self.of, scalar.operands))


def positive(u: Any) -> Any:
    """1 where u > 0, else 0. Raises `UncertainError`."""
    if u > 0:
        return flint.arb(1)
    if u <= 0:
        return flint.arb(0)
    raise UncertainError


def sign(u: Any) -> Any:
    """1, 0 or -1. Raises `UncertainError`."""
    return positive(u) - positive(-u)


def largest(a: Any, b: Any, _: Any) -> Any:
    """max(a, b)."""
    return a.max(b)


FUNCTIONS: dict[type, Callable[..., Any]] = {
    scalars.Exp: flint.arb.exp,
    scalars.Log: flint.arb.log,
    scalars.Sin: flint.arb.sin,
    scalars.Cos: flint.arb.cos,
    scalars.Tanh: flint.arb.tanh,
    scalars.Erf: flint.arb.erf,
    functions.Positive: positive,
    functions.Zero: lambda u: 1 - abs(sign(u)),
    functions.Sign: sign,
    functions.Absolute: lambda u, _: abs(u),
    functions.Maximum: largest,
}
