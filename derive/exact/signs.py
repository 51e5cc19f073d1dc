"""Signs of expressions that hold by their form alone.

If `Signs.of(e)` is POSITIVE, then `e > 0` wherever `e` has a value and the declared facts hold; NONNEGATIVE means
`e >= 0`, and so on. UNKNOWN says nothing.
"""

from collections.abc import Callable, Iterable

import sympy
from sympy import Expr, Symbol

from derive.exact.sympy_functions import Absolute, Maximum, Positive, Sign, Zero

POSITIVE, NONNEGATIVE, UNKNOWN, NONPOSITIVE, NEGATIVE = 2, 1, 0, -1, -2


def sign_of_sum(signs: Iterable[int]) -> int:
    """The sign of a sum: known only if no two summands pull in different directions."""
    lowest = highest = UNKNOWN
    for sign in signs:
        if sign == UNKNOWN:
            return UNKNOWN
        lowest, highest = min(lowest, sign), max(highest, sign)
    return UNKNOWN if lowest < 0 < highest else lowest or highest


def sign_of_product(signs: Iterable[int]) -> int:
    """The sign of a product: strict if all factors are."""
    result = POSITIVE
    for sign in signs:
        if sign == UNKNOWN:
            return UNKNOWN
        direction = 1 if (sign > 0) == (result > 0) else -1
        result = direction * min(abs(sign), abs(result))
    return result


def sign_of_power(sign: int, exponent: int) -> int:
    """The sign of an integer power of something that has a value; a negative power has one only away from zero."""
    if exponent == 0:
        return POSITIVE
    if exponent % 2 == 0:
        return POSITIVE if abs(sign) == POSITIVE or exponent < 0 else NONNEGATIVE
    return sign * 2 if exponent < 0 and abs(sign) == 1 else sign


class Signs:
    """The signs of expressions under declared facts; signs of cut symbols are those of their definitions."""

    def __init__(
        self, positive: frozenset[Symbol], flags: frozenset[Symbol], definition: Callable[[Symbol], Expr | None]
    ) -> None:
        self._positive = positive
        self._flags = flags
        self._definition = definition
        self._known: dict[Expr, int] = {}

    def of(self, expression: Expr) -> int:
        """The sign that follows from the form of the expression."""
        sign = self._known.get(expression)
        if sign is None:
            sign = self._known[expression] = self._of(expression)
        return sign

    def _of(self, expression: Expr) -> int:
        if isinstance(expression, Symbol):
            return self._of_symbol(expression)
        if expression.is_Rational:
            return POSITIVE if expression > 0 else NEGATIVE if expression < 0 else NONNEGATIVE
        if expression in (sympy.pi, sympy.E):
            return POSITIVE
        if expression.is_Add:
            return sign_of_sum(map(self.of, expression.args))
        if expression.is_Mul:
            return sign_of_product(map(self.of, expression.args))
        if isinstance(expression, sympy.Pow):
            return self._of_power(*expression.args)
        if isinstance(expression, (sympy.exp, sympy.cosh)):
            return POSITIVE
        if isinstance(expression, (Positive, Zero, Absolute)):
            return NONNEGATIVE
        if isinstance(expression, (sympy.tanh, sympy.sinh, sympy.erf, Sign)):
            return self.of(expression.args[0])
        if isinstance(expression, Maximum):
            larger = max(self.of(expression.args[0]), self.of(expression.args[1]))
            return larger if larger > 0 else UNKNOWN
        return UNKNOWN

    def _of_symbol(self, symbol: Symbol) -> int:
        if symbol in self._positive:
            return POSITIVE
        if symbol in self._flags:
            return NONNEGATIVE
        definition = self._definition(symbol)
        return UNKNOWN if definition is None else self.of(definition)

    def _of_power(self, base: Expr, exponent: Expr) -> int:
        if exponent.is_Integer:
            return sign_of_power(self.of(base), int(exponent))
        if exponent.is_Rational:
            return POSITIVE if exponent < 0 or self.of(base) == POSITIVE else NONNEGATIVE
        return POSITIVE if self.of(base) == POSITIVE else UNKNOWN
