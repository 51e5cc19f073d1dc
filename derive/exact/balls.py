"""Values at rational points: exact rational numbers where possible, else balls that certainly contain the value.

* If `Point.value(e, bits)` returns a rational number, that is the value of `e` at the point; a ball contains the value.
* It raises `NoUse` where `e` has no value, where that is not certain, or (unless `kinks`) where the argument of a step
  function is zero. So whatever it returns may be used to refute. `FLAT` allows an argument that is zero all around the
  point, as `ReLU(z)` is where `z < 0`: no value at a kink is a question of convention there.
* `Points.at(i)` depends on the seed, `i` and the facts alone, not on what was asked before.

Every point satisfies the facts: one label of a group is 1, positive symbols are positive, whole numbers are whole,
definite matrices are `M Mᵀ + I`.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import combinations_with_replacement
from random import Random
from typing import Literal, NamedTuple, Protocol

import flint
from flint import arb, fmpq

from derive.exact import scalars
from derive.exact.functions import Absolute, Maximum, Positive, Sign, Unspecified, UnspecifiedComponent, Zero
from derive.exact.scalars import PI, Scalar, Symbol, integer_root

Value = fmpq | arb

PLEASANT_POINTS = 4
"""The first points have small values, so that people can check a counterexample by hand."""

_PLEASANT = [Fraction(part) for part in ("-2", "-1", "1", "2", "3", "1/2", "-1/2", "3/2")]
_DENOMINATORS = (97, 101, 103, 107, 109, 113, 127, 131)
_REACHES = (Fraction(1, 4), Fraction(2), Fraction(2), Fraction(2), Fraction(7))
_ALIVE = 0.85
"""At every third point most numbers are positive: with weights of both signs, all units of deep networks are dead."""
_RATIONAL_BITS = 20_000
_PRINTED_BITS = 4_000
_AS_NOTHING = 1_000
_EXPONENT = 512


Kinks = bool | Literal["flat"]
FLAT: Literal["flat"] = "flat"


class NoUse(Exception):
    """The expression has no value at the point, or none that is certain."""


class DefinitionTable(Protocol):
    """Definitions of cut symbols."""

    def get(self, symbol: Symbol, /) -> Scalar | None:
        """The definition, if there is one to be used."""


class Points:
    """All points at which claims are evaluated, by number. Definitions may be added to `definitions` at any time."""

    def __init__(
        self,
        seed: int,
        definitions: DefinitionTable,
        partitions: Sequence[Sequence[Symbol]] = (),
        positive: Container[Symbol] = frozenset(),
        integers: frozenset[Symbol] = frozenset(),
        definite: Sequence[Sequence[Sequence[Symbol]]] = (),
    ) -> None:
        self.seed = seed
        self.definitions = definitions
        self.positive = positive
        self.integers = integers
        self.group_of = {symbol: tuple(group) for group in partitions for symbol in group}
        self.entry_of: dict[Symbol, tuple[tuple[tuple[Symbol, ...], ...], int, int]] = {}
        for matrix in definite:
            rows = tuple(map(tuple, matrix))
            for i, row in enumerate(rows):
                for j, symbol in enumerate(row):
                    self.entry_of.setdefault(symbol, (rows, i, j))
        self.used: set[Symbol] = set()
        self._points: dict[int, Point] = {}

    def at(self, index: int) -> "Point":
        """The point of that number; its values are remembered."""
        if index not in self._points:
            self._points[index] = Point(self, index)
        return self._points[index]

    def random(self, index: int, name: str) -> Random:
        """Chance that depends on nothing else."""
        return Random(f"{self.seed} {index} {name}")

    def given(self, index: int, symbol: Symbol) -> Fraction:
        """The value of a given symbol at a point, satisfying the facts."""
        group = self.group_of.get(symbol)
        if group is not None:
            first = self.random(0, group[0].name).randrange(len(group))
            chosen = (first + self.random(index, group[0].name).randrange(2) + index) % len(group)
            return Fraction(int(group[chosen] == symbol))
        if symbol in self.entry_of:
            return self._definite_entry(index, *self.entry_of[symbol])
        return self._free(index, symbol)

    def _free(self, index: int, symbol: Symbol) -> Fraction:
        random = self.random(index, symbol.name)
        if symbol in self.integers:
            return Fraction(
                random.randint(1, 5) if symbol in self.positive else random.choice((-3, -2, -1, 1, 2, 3, 4))
            )
        if index < PLEASANT_POINTS:
            value = random.choice(_PLEASANT)
        else:
            denominator = random.choice(_DENOMINATORS)
            reach = random.choice(_REACHES)
            value = reach * Fraction(random.randrange(-denominator, denominator) * 2 + 1, 2 * denominator)
            if index % 3 == 1 and random.random() < _ALIVE:
                value = abs(value) / random.choice((1, 1, 4))
        return abs(value) if symbol in self.positive else value

    def _definite_entry(self, index: int, rows: tuple[tuple[Symbol, ...], ...], i: int, j: int) -> Fraction:
        """`(M Mᵀ + I)_ij` of a random M."""
        size = len(rows)

        def entry(row: int, column: int) -> Fraction:
            random = self.random(index, f"{rows[min(row, size - 1)][0].name} {column}")
            return random.choice(_PLEASANT) if index < PLEASANT_POINTS else Fraction(random.randint(-150, 150), 101)

        return sum((entry(i, k) * entry(j, k) for k in range(size)), Fraction(int(i == j)))


class Point:
    """Values of symbols, and of every expression that was asked for."""

    def __init__(self, points: Points, index: int, fixed: Mapping[Symbol, Fraction] | None = None) -> None:
        self.points = points
        self.index = index
        self._fixed = dict(fixed or {})
        self._values: dict[tuple[int, Kinks], dict[Scalar, Value | NoUse]] = {}
        self._given: dict[Symbol, Fraction] = {}

    def with_fixed(self, fixed: Mapping[Symbol, Fraction]) -> "Point":
        """The same point with other values of some symbols, given or cut."""
        return Point(self.points, self.index, {**self._fixed, **fixed})

    def coordinate(self, symbol: Symbol) -> Fraction:
        """The value of a given symbol."""
        if symbol not in self._given:
            fixed = self._fixed.get(symbol)
            self._given[symbol] = self.points.given(self.index, symbol) if fixed is None else fixed
            self.points.used.add(symbol)
        return self._given[symbol]

    def value(self, expression: Scalar, bits: int, kinks: Kinks = False) -> Value:
        """The value, as a rational number or a ball of at least that precision."""
        with flint.ctx.workprec(bits):
            return self._value(expression, self._values.setdefault((bits, kinks), {}), kinks)

    def prepare(self, symbols: Iterable[Symbol], bits: int, kinks: Kinks = False) -> None:
        """Evaluate cut symbols, each after those it depends on: a long chain of definitions is no deep recursion."""
        memory = self._values.setdefault((bits, kinks), {})
        with flint.ctx.workprec(bits):
            for symbol in symbols:
                if symbol not in memory:
                    with suppress(NoUse):
                        self._value(symbol, memory, kinks)

    def _value(self, expression: Scalar, memory: dict[Scalar, Value | NoUse], kinks: Kinks) -> Value:
        known = memory.get(expression)
        if known is None:
            try:
                known = _bounded(self._computed(expression, memory, kinks))
            except NoUse as reason:
                known = reason
            memory[expression] = known
        if isinstance(known, NoUse):
            raise known.with_traceback(None)
        return known

    def _computed(self, expression: Scalar, memory: dict[Scalar, Value | NoUse], kinks: Kinks) -> Value:
        if isinstance(expression, Symbol):
            return self._value_of_symbol(expression, memory, kinks)
        if isinstance(expression, scalars.Mul):
            return _product(expression.coefficient, [self._value(one, memory, kinks) for one in expression.factors])
        if isinstance(expression, scalars.Add):
            factors = [factor for _, factor in expression.terms]
            return _sum(expression.constant, factors, [self._value(one, memory, kinks) for one, _ in expression.terms])
        if isinstance(expression, scalars.Number):
            return _rational_number(expression.value)
        rule = _RULES.get(type(expression))
        if rule is None:
            return self._without_rule(expression, memory, kinks)
        values = [self._value(operand, memory, kinks) for operand in expression.operands]
        if not isinstance(kinks, str):
            return rule(values, kinks)
        try:
            return rule(values, False)
        except NoUse:
            if all(self._is_flat(operand, memory) for operand in expression.operands):
                return rule(values, True)
            raise

    def _without_rule(self, expression: Scalar, memory: dict[Scalar, Value | NoUse], kinks: Kinks) -> Value:
        """The value of an unspecified function, of π or of e."""
        if isinstance(expression, Unspecified | UnspecifiedComponent):
            return self._polynomial_value(stand_in(self, expression), expression.args, memory, kinks)
        if isinstance(expression, scalars.Constant):
            return arb.pi() if expression is PI else arb(1).exp()
        raise NoUse(f"{expression} has no value that is known")

    def _value_of_symbol(self, symbol: Symbol, memory: dict[Scalar, Value | NoUse], kinks: Kinks) -> Value:
        """The value of its definition, if it is cut and not fixed."""
        definition = None if symbol in self._fixed else self.points.definitions.get(symbol)
        if definition is not None:
            return self._value(definition, memory, kinks)
        return _rational_number(self.coordinate(symbol))

    def _is_flat(self, expression: Scalar, memory: dict[Scalar, Value | NoUse]) -> bool:
        """Whether an expression is certainly zero at the point and all around it, for the labels as they are."""
        match expression:
            case scalars.Number():
                return expression.value == 0
            case scalars.Mul():
                return any(self._is_flat(factor, memory) for factor in expression.factors)
            case scalars.Add():
                return expression.constant == 0 and all(self._is_flat(one, memory) for one, _ in expression.terms)
            case Symbol():
                definition = None if expression in self._fixed else self.points.definitions.get(expression)
                if definition is not None:
                    return self._is_flat(definition, memory)
                return expression in self.points.group_of and self.coordinate(expression) == 0
            case Positive():
                return self._sign(expression.args[0], memory) < 0 or self._is_flat(expression.args[0], memory)
            case Zero():
                return self._sign(expression.args[0], memory) != 0
            case Sign() | Absolute() | scalars.Tanh() | scalars.Sin() | scalars.Erf():
                return self._is_flat(expression.operands[0], memory)
            case Maximum():
                first, second = expression.operands[:2]
                sign = self._sign(first - second, memory)
                return (sign < 0 or self._is_flat(first, memory)) and (sign > 0 or self._is_flat(second, memory))
        return False

    def _sign(self, expression: Scalar, memory: dict[Scalar, Value | NoUse]) -> int:
        return _certain_sign(self._value(expression, memory, FLAT))

    def _polynomial_value(
        self, terms: "StandIn", arguments: Sequence[Scalar], memory: dict[Scalar, Value | NoUse], kinks: Kinks
    ) -> Value:
        """The value of a stand-in for an unspecified function."""
        values = [self._value(argument, memory, kinks) for argument in arguments]
        total: Value = fmpq(0)
        for powers, coefficient in terms.items():
            summand: Value = fmpq(coefficient.numerator, coefficient.denominator)
            for value, power in zip(values, powers, strict=True):
                summand = summand * value**power if power else summand
            total = total + summand
        return total


# Stand-ins for unspecified functions: polynomials, so that every derivative is exact.

StandIn = dict[tuple[int, ...], Fraction]


def stand_in(point: Point, expression: Unspecified | UnspecifiedComponent) -> StandIn:
    """The polynomial that is put in for an unspecified function at a point, differentiated as asked."""
    if isinstance(expression, Unspecified):
        terms = _base(point, expression.name, "", 1)
        orders: tuple[int, ...] = (expression.order,)
    else:
        terms = _base(point, expression.name, str(expression.component), len(expression.args))
        orders = expression.orders
    for position, order in enumerate(orders):
        for _ in range(order):
            terms = {
                (*powers[:position], powers[position] - 1, *powers[position + 1 :]): coefficient * powers[position]
                for powers, coefficient in terms.items()
                if powers[position]
            }
    return terms


def _base(point: Point, name: str, component: str, count: int) -> StandIn:
    """`Σ c x^n` over all monomials of degree up to 3 (2 for many arguments), coefficients `±1/3 … ±3/2`."""
    random = point.points.random(point.index, f"function {name} {component}")
    degree = 3 if count <= 2 else 2
    terms: StandIn = {}
    for total in range(degree, -1, -1):
        for chosen in combinations_with_replacement(range(count), total):
            powers = tuple(chosen.count(position) for position in range(count))
            terms[powers] = Fraction(random.choice((-3, -2, -1, 1, 2, 3)), random.choice((1, 2, 3)))
    return terms


def described(point: Point, expression: Unspecified | UnspecifiedComponent) -> tuple[str, str]:
    """The name of an unspecified function (of its component), and its stand-in in words: `f(x) = x^3/3 - x/2 + 1`."""
    name = expression.name
    if isinstance(expression, Unspecified):
        label, count, terms = name, 1, _base(point, name, "", 1)
    else:
        label, count = f"{name}_{expression.component}", len(expression.args)
        terms = _base(point, name, str(expression.component), count)
    variables = ["x"] if count == 1 else [f"x{position + 1}" for position in range(count)]
    text = ""
    for powers, coefficient in terms.items():
        size = abs(coefficient)
        factors = [f"{v}^{p}" if p > 1 else v for v, p in zip(variables, powers, strict=True) if p]
        if size.numerator != 1 or not factors:
            factors.insert(0, str(size.numerator))
        body = "*".join(factors) + (f"/{size.denominator}" if size.denominator != 1 else "")
        sign = "-" if coefficient < 0 else "+"
        text = f"{text} {sign} {body}" if text else (f"-{body}" if coefficient < 0 else body)
    return label, f"{label}({', '.join(variables)}) = {text}"


# Arithmetic


def _bounded(value: Value) -> Value:
    """A ball without a bound is no value; a rational number of very many digits becomes a ball."""
    if isinstance(value, fmpq):
        return arb(value) if value.height_bits() > _RATIONAL_BITS else value
    if not value.is_finite():
        raise NoUse("a value that is not certain")
    return value


def _rational_number(value: scalars.Rational) -> fmpq:
    return fmpq(value) if isinstance(value, int) else fmpq(value.numerator, value.denominator)


def _sum(constant: scalars.Rational, factors: list[scalars.Rational], values: list[Value]) -> Value:
    """`constant + Σ factor · value`, the rational numbers first."""
    total: Value = _rational_number(constant)
    balls: list[Value] = []
    for factor, value in zip(factors, values, strict=True):
        term = value if factor == 1 else -value if factor == -1 else _rational_number(factor) * value
        if isinstance(term, fmpq):
            total = total + term
        else:
            balls.append(term)
    for ball in balls:
        total = total + ball
    return total


def _product(coefficient: scalars.Rational, values: list[Value]) -> Value:
    """`coefficient · Π value`, the rational numbers first."""
    total: Value = _rational_number(coefficient)
    balls: list[Value] = []
    for value in values:
        if isinstance(value, fmpq):
            total = total * value
        else:
            balls.append(value)
    if not balls or total == 0:
        return total
    for ball in balls:
        total = total * ball
    return total


def _certain_sign(value: Value) -> int:
    """1, 0 or -1; `NoUse` if a ball does not tell."""
    if isinstance(value, fmpq):
        return int(value > 0) - int(value < 0)
    if value > 0:
        return 1
    if value < 0:
        return -1
    if value.is_exact() and value.is_zero():
        return 0
    raise NoUse("a sign that is not certain")


def _step(value: Value, kinks: bool) -> int:
    sign = _certain_sign(value)
    if sign == 0 and not kinks:
        raise NoUse("a kink")
    return sign


def _power(values: list[Value], kinks: bool) -> Value:
    """`b^e`: whole powers of anything but `0^-n`; other powers of positive numbers, and of 0 if they are positive."""
    base, exponent = values
    if isinstance(exponent, fmpq) and exponent.q == 1:
        return _whole_power(base, int(exponent.p))
    sign = _certain_sign(base)
    if sign == 0 and _certain_sign(exponent) > 0:
        return fmpq(0)
    if sign <= 0:
        raise NoUse("a power of a number that is not positive")
    if isinstance(exponent, fmpq) and isinstance(base, fmpq):
        exact = _exact_root(base, int(exponent.p), int(exponent.q))
        if exact is not None:
            return exact
    if isinstance(exponent, fmpq) and exponent.q == 2 and abs(int(exponent.p)) < _EXPONENT:
        return arb(base).sqrt() ** int(exponent.p)
    return (arb(base).log() * exponent).exp()


def _whole_power(base: Value, exponent: int) -> Value:
    if exponent < 0:
        if _certain_sign(base) == 0:
            raise NoUse("a division by zero")
        return 1 / _whole_power(base, -exponent)
    if isinstance(base, fmpq) and (exponent > _EXPONENT or base.height_bits() * exponent > _RATIONAL_BITS):
        base = arb(base)
    return base**exponent


def _exact_root(base: fmpq, above: int, below: int) -> fmpq | None:
    """`b^(p/q)` if it is rational and small."""
    if abs(above) > 16 or below > 16:
        return None
    parts = []
    for part in (int(base.p), int(base.q)):
        root = integer_root(part, below)
        if root is None:
            return None
        parts.append(root)
    found = fmpq(parts[0], parts[1])
    return found**above if above >= 0 else 1 / found**-above


def _exp(values: list[Value], kinks: bool) -> Value:
    (value,) = values
    return fmpq(1) if value == 0 and isinstance(value, fmpq) else arb(value).exp()


def _log(values: list[Value], kinks: bool) -> Value:
    (value,) = values
    if _certain_sign(value) <= 0:
        raise NoUse("the logarithm of a number that is not positive")
    return fmpq(0) if isinstance(value, fmpq) and value == 1 else arb(value).log()


def _odd(method: str) -> "Rule":
    """A function with `f(0) = 0` that FLINT knows."""

    def rule(values: list[Value], kinks: bool) -> Value:
        (value,) = values
        return value if isinstance(value, fmpq) and value == 0 else getattr(arb(value), method)()

    return rule


def _cos(values: list[Value], kinks: bool) -> Value:
    (value,) = values
    return fmpq(1) if isinstance(value, fmpq) and value == 0 else arb(value).cos()


def _maximum(values: list[Value], kinks: bool) -> Value:
    first, second = values[:2]
    return first if _step(first - second, kinks) >= 0 else second


Rule = Callable[[list[Value], bool], Value]

_RULES: dict[type, Rule] = {
    scalars.Pow: _power,
    scalars.Exp: _exp,
    scalars.Log: _log,
    scalars.Tanh: _odd("tanh"),
    scalars.Sin: _odd("sin"),
    scalars.Cos: _cos,
    scalars.Erf: _odd("erf"),
    Positive: lambda values, kinks: fmpq(int(_step(values[0], kinks) > 0)),
    Zero: lambda values, kinks: fmpq(int(_step(values[0], kinks) == 0)),
    Sign: lambda values, kinks: fmpq(_step(values[0], kinks)),
    Absolute: lambda values, kinks: values[0] if _step(values[0], kinks) >= 0 else -values[0],
    Maximum: _maximum,
}


# Comparison and text


def as_number(value: Value) -> Fraction | float:
    """A rational number as it is, else the middle of its ball."""
    return Fraction(int(value.p), int(value.q)) if isinstance(value, fmpq) else float(value)


def rounded(value: Value, uncertainty: float) -> float | None:
    """A value in floating point, if it is certain up to a share of itself, or to that of 1 where it is smaller."""
    if isinstance(value, fmpq):
        return float(Fraction(int(value.p), int(value.q)))
    middle, radius = float(value.mid()), float(value.rad())
    is_certain = value.is_finite() and radius <= max(abs(middle), 1.0) * uncertainty
    return middle if is_certain else None


def differ(first: Value, second: Value, bits: int) -> bool:
    """Whether the two values are certainly different."""
    with flint.ctx.workprec(bits):
        difference = first - second
        if isinstance(difference, fmpq):
            return bool(difference != 0)
        return bool(difference.is_finite() and not difference.contains(0))


def texts(first: Value, second: Value, bits: int) -> tuple[str, str]:
    """Both values, with about 6 certain digits, or as many more as it takes to tell them apart."""
    digits = 6
    while digits < bits // 4 and text(first, digits, bits, 0) == text(second, digits, bits, 0):
        digits += 6
    return text(first, digits, bits), text(second, digits, bits)


def text(value: Value, digits: int, bits: int, longest: int = 60) -> str:
    """A rational number exactly, if not too long; else the first digits, cut off, not rounded: each is certain."""
    with flint.ctx.workprec(bits):
        if isinstance(value, fmpq):
            if value.height_bits() <= _PRINTED_BITS:
                exact = f"{value.p}" if value.q == 1 else f"{value.p}/{value.q}"
                return exact if len(exact) <= longest else _leading_digits(value, value, digits)
            value = arb(value)
        if any(map(_is_long, (value.mid(), value.lower(), value.upper()))):
            return _scientific(value, digits)
        return _leading_digits(_rational(value.lower()), _rational(value.upper()), digits)


def _is_long(value: arb) -> bool:
    """Whether an exact ball is too large or too near to 0 to be written out."""
    mantissa, exponent = value.man_exp()
    return bool(mantissa != 0) and abs(int(exponent)) + int(mantissa).bit_length() > _PRINTED_BITS


def _scientific(value: arb, digits: int) -> str:
    """The first digits of a ball that is far from 1, by its logarithm."""
    if not abs(value) > 0:
        return "a value near 0"
    logarithm = abs(value).log() / arb(10).log()
    place = logarithm.floor().unique_fmpz()
    if place is None:
        return "a value far from 1"
    leading = (arb(10).log() * (logarithm - place)).exp()
    found = _agreed(_rational(leading.lower()), _rational(leading.upper()), digits)
    if found is None:
        return "a value far from 1"
    return found._replace(is_negative=value < 0, place=found.place + int(place)).text


def _rational(value: arb) -> fmpq:
    """An exact ball as a rational number."""
    mantissa, exponent = value.man_exp()
    power = fmpq(2) ** abs(int(exponent))
    return fmpq(mantissa) * power if exponent >= 0 else fmpq(mantissa) / power


def _leading_digits(lower: fmpq, upper: fmpq, digits: int) -> str:
    """The decimal digits on which the whole interval agrees, at most so many."""
    found = _agreed(lower, upper, digits)
    return f"between {_cut(lower, digits)} and {_cut(upper, digits)}" if found is None else found.text


def _agreed(lower: fmpq, upper: fmpq, digits: int) -> "_Decimal | None":
    """The most digits, up to so many, that are the first ones of every number in an interval.

    An interval about a short decimal, as one about 3/2 is, agrees in no digits behind it: then it is that decimal, if
    the interval is as nothing beside a unit of its last digit.
    """
    for count in range(digits, 0, -1):
        first, second = _Decimal.cut(lower, count), _Decimal.cut(upper, count)
        if first == second:
            return first
        unit = fmpq(10) ** (max(first.place, second.place) - count + 1)
        nearest = ((lower + upper) / (2 * unit) + fmpq(1, 2)).floor() * unit
        if max(upper - nearest, nearest - lower) * _AS_NOTHING < unit:
            return _Decimal.cut(nearest, count)
    return None


class _Decimal(NamedTuple):
    """The first significant digits of a number, the first of them worth `10^place`."""

    is_negative: bool
    digits: str
    place: int

    @classmethod
    def cut(cls, value: fmpq, count: int) -> "_Decimal":
        """The digits, cut off and not rounded."""
        if value == 0:
            return cls(False, "0", 0)
        above, below = abs(int(value.p)), int(value.q)
        place = len(str(above)) - len(str(below))
        if above * 10 ** max(-place, 0) < below * 10 ** max(place, 0):
            place -= 1
        shift = count - 1 - place
        return cls(value < 0, str(above * 10 ** max(shift, 0) // (below * 10 ** max(-shift, 0))), place)

    @property
    def text(self) -> str:
        """`1.23456` or `1.23456e-20`: never without a point or an exponent, as whole numbers alone are, but for `0`."""
        digits, place = self.digits, self.place
        sign = "-" if self.is_negative else ""
        if digits == "0":
            return digits
        if -5 <= place < 0:
            return f"{sign}0.{'0' * (-place - 1)}{digits}"
        if 0 <= place < len(digits) - 1:
            return f"{sign}{digits[: place + 1]}.{digits[place + 1 :]}"
        return f"{sign}{digits[0]}{'.' * (len(digits) > 1)}{digits[1:]}e{place}"


def _cut(value: fmpq, digits: int) -> str:
    return _Decimal.cut(value, digits).text
