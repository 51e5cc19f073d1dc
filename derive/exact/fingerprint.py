"""Fingerprints: values modulo primes at a few points. They say what to try first, and decide nothing.

    exp(u) := 4^(u mod q) mod p,  p = 2q + 1,  q = 2r + 1

4 has order q modulo p, so `exp(a + b) = exp(a) exp(b)` holds; the arguments of exponentials inside exponentials are
taken modulo r. Everything rational is exact. What a fingerprint can get wrong:

* Steps `[u > 0]` are bits by chance, equal for `u` and 1 - bit for `-u`: a claim without its mask agrees at a point
  with probability 1/2, and `[2u > 0] = [u > 0]`, `[u > 0][u + 1 > 0] = [u > 0]` do not agree.
* Logarithms, sines, error functions and functions known by name are chance values of their arguments:
  `log(ab) = log a + log b` does not agree, though it may be true.
* Roots are those of the squares modulo p: `√(ab) = √a √b` agrees for all signs.
* Exponentials of exponentials of exponentials are chance values. `e = 4`: what is true of 4 and false of e agrees.
* Dependent exponents (`e^x`, `e^(x²)`) may agree by accident, with no bound on how often.

So neither agreement nor difference is evidence. Where a value divides by zero there is no opinion.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b

from derive.exact import scalars
from derive.exact.balls import DefinitionTable
from derive.exact.functions import Absolute, Maximum, Positive, Sign, Unspecified, UnspecifiedComponent, Zero
from derive.exact.scalars import Scalar, Symbol

PRIMES = (2147454839, 1073727419, 536863709)
"""A Cunningham chain: each is twice the next plus one."""

POINTS = 8

Value = tuple[int | None, ...]
"""A value at every point, or None where there is no opinion."""


class Fingerprints:
    """Values of expressions, each computed once. Definitions may be added to `definitions` at any time."""

    def __init__(
        self, definitions: DefinitionTable, partitions: Sequence[Sequence[Symbol]] = (), points: int = POINTS
    ) -> None:
        self._definitions = definitions
        self._points = points
        self._group_of = {symbol: tuple(group) for group in partitions for symbol in group}
        self._values: list[dict[Scalar, Value]] = [{} for _ in PRIMES]
        self.used: set[Symbol] = set()

    def agree(self, lhs: Scalar, rhs: Scalar, where: Scalar, cuts: Iterable[Symbol]) -> bool:
        """Whether both sides have the same values at all points where the condition is 1; of no point, no."""
        try:
            for symbol in cuts:
                self.of(symbol)
            sides = zip(self.of(lhs), self.of(rhs), self.of(where), strict=True)
        except RecursionError:
            return False
        compared = [left == right for left, right, claimed in sides if claimed == 1 and None not in (left, right)]
        return bool(compared) and all(compared)

    def of(self, expression: Scalar, level: int = 0) -> Value:
        """The values modulo `PRIMES[level]`."""
        known = self._values[level].get(expression)
        if known is None:
            known = self._values[level][expression] = self._computed(expression, level)
        return known

    def _computed(self, expression: Scalar, level: int) -> Value:
        prime = PRIMES[level]
        if isinstance(expression, Symbol):
            definition = self._definitions.get(expression)
            return self._given(expression, prime) if definition is None else self.of(definition, level)
        if isinstance(expression, scalars.Mul):
            total = self._constant(expression.coefficient, prime)
            for factor in expression.factors:
                total = _each(lambda a, b: a * b % prime, total, self.of(factor, level))
            return total
        if isinstance(expression, scalars.Add):
            total = self._constant(expression.constant, prime)
            for term, number in expression.terms:
                times = _modulo(number, prime)
                total = _each(lambda a, b, times=times: (a + times * b) % prime, total, self.of(term, level))
            return total
        if isinstance(expression, scalars.Number):
            return self._constant(expression.value, prime)
        if isinstance(expression, scalars.Pow):
            return self._power(expression, level)
        if isinstance(expression, scalars.Exp):
            return self._exponential(expression.args[0], level)
        rule = _RULES.get(type(expression))
        if rule is not None:
            return rule(self, expression, level)
        return self._by_chance(expression, level)

    def _constant(self, value: scalars.Rational, prime: int) -> Value:
        return (_modulo(value, prime),) * self._points

    def _given(self, symbol: Symbol, prime: int) -> Value:
        """A number of each point; of the labels of a group one is 1 and the others are 0."""
        self.used.add(symbol)
        group = self._group_of.get(symbol)
        if group is None:
            return tuple(_chance(symbol.name, point) % prime for point in range(self._points))
        return tuple(
            int(group[(_chance(group[0].name, point) + point) % len(group)] is symbol) for point in range(self._points)
        )

    def _power(self, expression: scalars.Pow, level: int) -> Value:
        """`b^n`; `b^(m/n)` by the roots of squares; other powers of the square among `b` and `-b`."""
        prime = PRIMES[level]
        base = self.of(expression.base, level)
        if not isinstance(expression.exponent, scalars.Number):
            if level == len(PRIMES) - 1:
                return self._by_chance(expression, level)
            exponent = self.of(expression.exponent, level + 1)
            return _each(lambda b, e: pow(_square_of(b, prime), e, prime) if b else None, base, exponent)
        value = expression.exponent.value
        if isinstance(value, int):
            return _each(lambda b: pow(b, value, prime) if b or value > 0 else None, base)
        order, odd = value.denominator, value.denominator
        while odd % 2 == 0:
            odd //= 2
        root = pow(odd, -1, prime - 1) * pow((prime + 1) // 4, (order // odd).bit_length() - 1, prime - 1)
        whole = value.numerator * root % (prime - 1)
        return _each(lambda b: pow(b, whole, prime) if b else (0 if value > 0 else None), base)

    def _exponential(self, argument: Scalar, level: int) -> Value:
        """`4^u`."""
        prime = PRIMES[level]
        if level == len(PRIMES) - 1:
            return _each(lambda u: _chance("exp", u) % (prime - 1) + 1, self.of(argument))
        return _each(lambda u: pow(4, u, prime), self.of(argument, level + 1))

    def _by_chance(self, expression: Scalar, level: int) -> Value:
        """A number that depends on the values of the operands."""
        prime = PRIMES[level]
        name = type(expression).__name__
        if isinstance(expression, Unspecified):
            name = f"{expression.name} {expression.order}"
        elif isinstance(expression, UnspecifiedComponent):
            name = f"{expression.name} {expression.component} {expression.orders}"
        operands = [self.of(operand) for operand in expression.operands]
        if not operands:
            return (_chance(name, *map(ord, getattr(expression, "name", "?"))) % prime,) * self._points
        return _each(lambda *values: _chance(name, *values) % prime, *operands)

    def _odd(self, expression: scalars.Function, level: int) -> Value:
        """A number by chance with `f(-u) = -f(u)`."""
        prime = PRIMES[level]
        name = type(expression).__name__

        def value(argument: int) -> int:
            size = min(argument, PRIMES[0] - argument)
            found = _chance(name, size) % prime
            return found if size == argument else (prime - found) % prime

        return _each(value, self.of(expression.args[0]))

    def _even(self, expression: scalars.Function, level: int) -> Value:
        """A number by chance with `f(-u) = f(u)`."""
        prime, name = PRIMES[level], type(expression).__name__
        return _each(lambda u: _chance(name, min(u, PRIMES[0] - u)) % prime, self.of(expression.args[0]))

    def _tanh(self, expression: scalars.Function, level: int) -> Value:
        """`1 - 2/(e^2u + 1)`."""
        prime = PRIMES[level]
        square = self._exponential(expression.args[0] * 2, level)
        return _each(lambda e: (1 - 2 * pow(e + 1, -1, prime)) % prime if (e + 1) % prime else None, square)

    def _maximum(self, expression: scalars.Function, level: int) -> Value:
        """`b + (a - b) [a - b > 0]`."""
        first, second, _ = expression.args
        ahead = _each(_step, self.of(first - second))
        values = self.of(first, level), self.of(second, level), ahead
        return _each(lambda a, b, sign: a if sign > 0 else b, *values)


def _each(rule: Callable[..., int | None], *operands: Value) -> Value:
    """The rule at every point; no opinion where an operand has none."""
    try:
        return tuple(map(rule, *operands))
    except TypeError:
        return tuple(None if None in values else rule(*values) for values in zip(*operands, strict=True))


def _modulo(value: scalars.Rational, prime: int) -> int:
    if isinstance(value, int):
        return value % prime
    return value.numerator * pow(value.denominator, -1, prime) % prime


def _chance(name: str, *values: int) -> int:
    """A number that depends on nothing else."""
    text = f"{name} {values}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def _step(value: int) -> int:
    """1, 0 or -1, by chance, and for `-u` the opposite."""
    size = min(value, PRIMES[0] - value)
    bit = 1 if _chance("step", size) % 2 else -1
    return 0 if value == 0 else bit if size == value else -bit


def _square_of(value: int, prime: int) -> int:
    """The one of `b` and `-b` that is a square."""
    return value if pow(value, (prime - 1) // 2, prime) == 1 else prime - value


def _of_step(rule: Callable[[int], int]) -> Callable[[Fingerprints, scalars.Function, int], Value]:
    return lambda prints, expression, level: _each(
        lambda u: rule(_step(u)) % PRIMES[level], prints.of(expression.args[0])
    )


_RULES: dict[type[Scalar], Callable[..., Value]] = {
    scalars.Tanh: Fingerprints._tanh,
    scalars.Sin: Fingerprints._odd,
    scalars.Erf: Fingerprints._odd,
    scalars.Cos: Fingerprints._even,
    Positive: _of_step(lambda sign: int(sign > 0)),
    Zero: _of_step(lambda sign: int(sign == 0)),
    Sign: _of_step(lambda sign: sign),
    Absolute: lambda prints, e, level: _each(
        lambda u, sign: u * sign % PRIMES[level], prints.of(e.args[0], level), _each(_step, prints.of(e.args[0]))
    ),
    Maximum: Fingerprints._maximum,
    scalars.Nothing: lambda prints, e, level: (None,) * prints._points,
}
