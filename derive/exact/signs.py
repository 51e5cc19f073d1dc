"""Signs of expressions that hold by their form alone.

If `Signs.of(e)` is POSITIVE, then `e > 0` wherever `e` has a value and the declared facts hold; NONNEGATIVE means
`e >= 0`, and so on. UNKNOWN says nothing.
"""

from collections.abc import Callable, Iterable

from derive.exact.functions import Absolute, Maximum, Positive, Sign, Zero
from derive.exact.scalars import Add, Constant, Erf, Exp, Mul, Number, Pow, Rational, Scalar, Symbol, Tanh

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
        self, positive: frozenset[Symbol], flags: frozenset[Symbol], definition: Callable[[Symbol], Scalar | None]
    ) -> None:
        self._positive = positive
        self._flags = flags
        self._definition = definition
        self._known: dict[Scalar, int] = {}

    def of(self, expression: Scalar) -> int:
        """The sign that follows from the form of the expression."""
        sign = self._known.get(expression)
        if sign is None:
            sign = self._known[expression] = self._of(expression)
        return sign

    def _of(self, expression: Scalar) -> int:
        match expression:
            case Symbol():
                return self._of_symbol(expression)
            case Number():
                return _of_number(expression.value)
            case Add():
                return sign_of_sum(map(self.of, expression.summands))
            case Mul():
                return sign_of_product([_of_number(expression.coefficient), *map(self.of, expression.factors)])
            case Pow():
                return self._of_power(expression.base, expression.exponent)
            case Exp() | Constant():
                return POSITIVE
            case Positive() | Zero() | Absolute():
                return NONNEGATIVE
            case Tanh() | Erf() | Sign():
                return self.of(expression.args[0])
            case Maximum():
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

    def _of_power(self, base: Scalar, exponent: Scalar) -> int:
        if not isinstance(exponent, Number):
            return POSITIVE if self.of(base) == POSITIVE else UNKNOWN
        if isinstance(exponent.value, int):
            return sign_of_power(self.of(base), exponent.value)
        return POSITIVE if exponent.value < 0 or self.of(base) == POSITIVE else NONNEGATIVE


def _of_number(value: Rational) -> int:
    return POSITIVE if value > 0 else NEGATIVE if value < 0 else NONNEGATIVE
