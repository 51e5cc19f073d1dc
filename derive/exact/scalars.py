"""Real expressions: numbers, symbols, sums, products, powers and functions, with exact derivatives.

    c + Σ c_i t_i        c · Π f_i        b^e        f(u)

* Immutable and hash-consed: expressions that are built equal are one object, so `is` compares them, a set of them costs
  nothing, and what was found of one (its symbols, its derivatives) is kept with it.
* Every rewriting on construction is an identity wherever both sides have a value: equal terms and equal bases are
  collected, numbers are folded, `0 · x = 0`, `x^0 = 1`, `x/x = 1`, a number is multiplied into a sum. Nothing is
  evaluated except at rational numbers.
* `NOTHING` is what has no value (`1/0`, `log 0`); whatever is made of it is `NOTHING`.
* The order of terms and factors follows from what they are, not from what was built before.

A power of numbers with very many digits is not made: `Undecidable` is raised.

There is no decision about equality here: that two expressions are different objects says nothing.
"""

import math
import threading
import weakref
from collections.abc import Iterable, Mapping
from fractions import Fraction
from hashlib import blake2b
from operator import attrgetter
from types import FrameType
from typing import Any, ClassVar, TypeVar, cast

from derive.errors import Undecidable

Rational = int | Fraction

_Node = TypeVar("_Node", bound="Scalar")

_LONGEST_POWER = 1 << 18
"""Bits that a power of a number may have."""

_LARGEST_ROOT = 64


class Scalar:
    """An expression for a real number."""

    __slots__ = ("__weakref__", "_slopes", "_symbols", "digest")

    TAG: ClassVar[int]
    digest: int
    _symbols: "frozenset[Symbol] | None"
    _slopes: "dict[Symbol, Scalar] | None"

    def __init_subclass__(cls) -> None:
        cls.TAG = digest_of(cls.__name__)

    def _fill(self, *content: Any) -> None:
        """Take the content of a new object, and a digest of it."""
        raise NotImplementedError

    def __reduce__(self) -> Any:
        raise TypeError("a scalar expression is one object: it cannot be copied")

    @property
    def operands(self) -> "tuple[Scalar, ...]":
        """What it is made of."""
        return ()

    def with_operands(self, operands: "list[Scalar]") -> "Scalar":
        """The same made of something else."""
        return self

    @property
    def free_symbols(self) -> "frozenset[Symbol]":
        """The symbols that occur."""
        if self._symbols is None:
            self._symbols = frozenset().union(*(operand.free_symbols for operand in self.operands))
        return self._symbols

    def diff(self, by: "Symbol") -> "Scalar":
        """The partial derivative by a symbol."""
        if by not in self.free_symbols:
            return ZERO
        if self._slopes is None:
            self._slopes = {}
        slope = self._slopes.get(by)
        if slope is None:
            slope = self._slopes[by] = self._diff(by)
        return slope

    def _diff(self, by: "Symbol") -> "Scalar":
        raise NotImplementedError

    def xreplace(self, rule: "Mapping[_Node, Scalar]") -> "Scalar":
        """The expression with every part that is a key of the rule replaced at once. Numbers are no parts."""
        return _Replacement(rule).of(self) if rule else self

    def as_root(self) -> "tuple[Scalar, Rational]":
        """`(b, q)` with `b^q` for this, and `q` a rational number as large as it is written."""
        return self, 1

    def __add__(self, other: "Scalar | Rational") -> "Scalar":
        return _sum(((1, self), (1, _scalar(other))))

    def __radd__(self, other: "Scalar | Rational") -> "Scalar":
        return _sum(((1, _scalar(other)), (1, self)))

    def __sub__(self, other: "Scalar | Rational") -> "Scalar":
        return _sum(((1, self), (-1, _scalar(other))))

    def __rsub__(self, other: "Scalar | Rational") -> "Scalar":
        return _sum(((1, _scalar(other)), (-1, self)))

    def __neg__(self) -> "Scalar":
        return _sum(((-1, self),))

    def __mul__(self, other: "Scalar | Rational") -> "Scalar":
        return _product((self, _scalar(other)))

    def __rmul__(self, other: "Scalar | Rational") -> "Scalar":
        return _product((_scalar(other), self))

    def __truediv__(self, other: "Scalar | Rational") -> "Scalar":
        return _product((self, _raised(_scalar(other), -1)))

    def __rtruediv__(self, other: "Scalar | Rational") -> "Scalar":
        return _product((_scalar(other), _raised(self, -1)))

    def __pow__(self, other: "Scalar | Rational") -> "Scalar":
        return power(self, _scalar(other))

    def __rpow__(self, other: "Scalar | Rational") -> "Scalar":
        return power(_scalar(other), self)


def digest_of(name: str) -> int:
    """A number of 60 bits that stands for a name, on every machine the same."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 4


# ── one object for each expression ──

Key = tuple[Any, ...]


class _Reference(weakref.ref[Scalar]):
    """A weak reference that knows under which key it is kept."""

    __slots__ = ("key",)
    key: Key


_TABLE: dict[Key, _Reference] = {}
_LOCK = threading.RLock()


def _forget(reference: weakref.ref[Scalar]) -> None:
    key = cast("_Reference", reference).key
    with _LOCK:
        if _TABLE.get(key) is reference:
            del _TABLE[key]


def is_forgetting(frame: FrameType | None) -> bool:
    """Whether a dead reference is just being forgotten, out of which nothing can be raised to anybody."""
    while frame is not None and frame.f_code is not _forget.__code__:
        frame = frame.f_back
    return frame is not None


def node(kind: type[_Node], key: Key, *content: Any) -> _Node:
    """The one object of a kind with this content, which must be canonical already.

    The key says the same with the `id` of each operand: it must not keep an operand alive.
    """
    key = (kind, *key)
    return cast("_Node", _known(key) or _made(key, kind, content))


def _known(key: Key) -> Scalar | None:
    reference = _TABLE.get(key)
    return None if reference is None else reference()


def _made(key: Key, kind: type[Scalar], content: Key) -> Scalar:
    """The object with this key, made if there is none."""
    with _LOCK:
        found = _known(key)
        if found is None:
            found = object.__new__(kind)
            found._symbols = found._slopes = None
            found._fill(*content)
            reference = _Reference(found, _forget)
            reference.key = key
            _TABLE[key] = reference
    return found


# ── the kinds ──


class Number(Scalar):
    """A rational number: a whole one is an `int`."""

    __slots__ = ("value",)
    value: Rational

    def _fill(self, value: Rational) -> None:
        self.value = value
        self.digest = hash((self.TAG, value))

    def __repr__(self) -> str:
        return str(self.value)


class Constant(Scalar):
    """π or e."""

    __slots__ = ("name",)
    name: str

    def _fill(self, name: str) -> None:
        self.name = name
        self.digest = hash((self.TAG, digest_of(name)))

    def __repr__(self) -> str:
        return self.name


class Nothing(Scalar):
    """What has no value, whatever the symbols are."""

    __slots__ = ()

    def _fill(self) -> None:
        self.digest = self.TAG

    def diff(self, by: "Symbol") -> Scalar:
        """Without value, too."""
        return self

    def __repr__(self) -> str:
        return "nothing"


class Symbol(Scalar):
    """A real variable."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str) -> "Symbol":
        """The symbol of that name."""
        return node(cls, (name,), name)

    def _fill(self, name: str) -> None:
        self.name = name
        self.digest = hash((self.TAG, digest_of(name)))

    @property
    def free_symbols(self) -> "frozenset[Symbol]":
        """Itself."""
        return frozenset((self,))

    def diff(self, by: "Symbol") -> Scalar:
        """1 by itself, else 0."""
        return ONE if by is self else ZERO

    def __repr__(self) -> str:
        return self.name


class Add(Scalar):
    """`constant + Σ c t` with rational `c` and different `t`, none of which is a sum or has a numerical factor."""

    __slots__ = ("constant", "terms")
    constant: Rational
    terms: tuple[tuple[Scalar, Rational], ...]

    def _fill(self, constant: Rational, terms: tuple[tuple[Scalar, Rational], ...]) -> None:
        self.constant = constant
        self.terms = terms
        self.digest = hash((self.TAG, constant, *[(term.digest, factor) for term, factor in terms]))

    @property
    def operands(self) -> tuple[Scalar, ...]:
        """The terms without their numerical factors."""
        return tuple([term for term, _ in self.terms])

    @property
    def summands(self) -> list[Scalar]:
        """The terms as they are, a number last."""
        constant = [number(self.constant)] if self.constant else []
        return [*(_scaled(factor, term) for term, factor in self.terms), *constant]

    def with_operands(self, operands: list[Scalar]) -> Scalar:
        """`constant + Σ c t` with other `t`."""
        factors = (factor for _, factor in self.terms)
        return _sum(((1, number(self.constant)), *zip(factors, operands, strict=True)))

    def _diff(self, by: Symbol) -> Scalar:
        """`Σ c t'`."""
        return _sum([(factor, term.diff(by)) for term, factor in self.terms])

    def __repr__(self) -> str:
        return "(" + " + ".join(map(repr, self.summands)) + ")"


class Mul(Scalar):
    """`coefficient · Π f` with different `f`, of which none is a number or a product."""

    __slots__ = ("_core", "coefficient", "factors")
    coefficient: Rational
    factors: tuple[Scalar, ...]
    _core: Scalar | None

    def _fill(self, coefficient: Rational, factors: tuple[Scalar, ...]) -> None:
        self.coefficient = coefficient
        self.factors = factors
        self._core = None
        self.digest = hash((self.TAG, coefficient, *[factor.digest for factor in factors]))

    @property
    def core(self) -> Scalar:
        """The product without its numerical factor."""
        if self.coefficient == 1:
            return self
        if self._core is None:
            self._core = self.factors[0] if len(self.factors) == 1 else _mul_node(1, self.factors)
        return self._core

    @property
    def operands(self) -> tuple[Scalar, ...]:
        """The factors without the number, or without a number the factors."""
        return self.factors if self.coefficient == 1 else (self.core,)

    def with_operands(self, operands: list[Scalar]) -> Scalar:
        """The product of other factors."""
        return _product((number(self.coefficient), *operands))

    def _diff(self, by: Symbol) -> Scalar:
        """`coefficient · Σ f' Π others`."""
        factors = self.factors
        terms = []
        for position, factor in enumerate(factors):
            slope = factor.diff(by)
            if slope is not ZERO:
                terms.append((self.coefficient, _product((slope, *factors[:position], *factors[position + 1 :]))))
        return _sum(terms)

    def __repr__(self) -> str:
        number = [] if self.coefficient == 1 else [str(self.coefficient)]
        return "*".join([*number, *map(repr, self.factors)])


class Pow(Scalar):
    """`base^exponent`; a number as exponent is neither 0 nor 1."""

    __slots__ = ("base", "exponent")
    base: Scalar
    exponent: Scalar

    def _fill(self, base: Scalar, exponent: Scalar) -> None:
        self.base = base
        self.exponent = exponent
        self.digest = hash((self.TAG, base.digest, exponent.digest))

    @property
    def operands(self) -> tuple[Scalar, ...]:
        """`(base, exponent)`."""
        return self.base, self.exponent

    def with_operands(self, operands: list[Scalar]) -> Scalar:
        """Another base to another exponent."""
        return power(operands[0], operands[1])

    def as_root(self) -> tuple[Scalar, Rational]:
        """`b^q` for a number `q`; `(b^e)^n` for `b^(n e)`, if `n` is whole: `(b²)^(1/2)` is not `b`."""
        exponent = self.exponent
        if isinstance(exponent, Number):
            return self.base, exponent.value
        if isinstance(exponent, Mul) and exponent.coefficient != 1 and isinstance(exponent.coefficient, int):
            return power(self.base, exponent.core), exponent.coefficient
        return self, 1

    def _diff(self, by: Symbol) -> Scalar:
        """`e b^(e - 1) b' + b^e e' log b`."""
        base, exponent = self.base, self.exponent
        if isinstance(exponent, Number):
            return _product((exponent, _raised(base, _plain(exponent.value - 1)), base.diff(by)))
        falling = _product((exponent, power(base, exponent - 1), base.diff(by)))
        return falling + _product((self, exponent.diff(by), log(base)))

    def __repr__(self) -> str:
        return f"({self.base!r})**({self.exponent!r})"


class Function(Scalar):
    """A function of real numbers, applied."""

    __slots__ = ("args",)
    args: tuple[Scalar, ...]

    def _fill(self, *args: Scalar) -> None:
        self.args = args
        self.digest = hash((self.TAG, *[argument.digest for argument in args]))

    @classmethod
    def of(cls, *args: Scalar) -> Scalar:
        """Its value at arguments."""
        if NOTHING in args:
            return NOTHING
        numbers = [argument.value for argument in args if isinstance(argument, Number)]
        value = cls.at_numbers(*numbers) if len(numbers) == len(args) else None
        return node(cls, tuple(map(id, args)), *args) if value is None else value

    @classmethod
    def at_numbers(cls, *values: Rational) -> Scalar | None:
        """Its value at rational numbers, if that is simpler."""
        return None

    def slope(self, position: int) -> Scalar:
        """The partial derivative by the argument at a position."""
        raise NotImplementedError

    @property
    def operands(self) -> tuple[Scalar, ...]:
        """The arguments."""
        return self.args

    def with_operands(self, operands: list[Scalar]) -> Scalar:
        """The function of other arguments."""
        return type(self).of(*operands)

    def _diff(self, by: Symbol) -> Scalar:
        """`Σ_j ∂_j f(u) u_j'`."""
        terms = []
        for position, argument in enumerate(self.operands):
            inner = argument.diff(by)
            if inner is not ZERO:
                terms.append((1, _product((self.slope(position), inner))))
        return _sum(terms)

    def __repr__(self) -> str:
        return f"{type(self).__name__.lower()}({', '.join(map(repr, self.args))})"


class Exp(Function):
    """`e^u`."""

    __slots__ = ()

    @classmethod
    def at_numbers(cls, *values: Rational) -> Scalar | None:
        """`e^0 = 1`, `e^1 = e`."""
        return ONE if values[0] == 0 else E if values[0] == 1 else None

    def slope(self, position: int) -> Scalar:
        """`e^u`."""
        return self

    def as_root(self) -> tuple[Scalar, Rational]:
        """`(e^u)^q` for `e^(q u)`."""
        (argument,) = self.args
        if isinstance(argument, Number):
            return E, argument.value
        if isinstance(argument, Mul) and argument.coefficient != 1:
            return Exp.of(argument.core), argument.coefficient
        return self, 1


class Log(Function):
    """The natural logarithm."""

    __slots__ = ()

    @classmethod
    def of(cls, *args: Scalar) -> Scalar:
        """`log e = 1`."""
        return ONE if args[0] is E else super().of(*args)

    @classmethod
    def at_numbers(cls, *values: Rational) -> Scalar | None:
        """`log 1 = 0`; of 0 there is none."""
        return ZERO if values[0] == 1 else NOTHING if values[0] == 0 else None

    def slope(self, position: int) -> Scalar:
        """`1/u`."""
        return _raised(self.args[0], -1)


class _Odd(Function):
    """A function with `f(0) = 0`, `f(-u) = -f(u)`."""

    __slots__ = ()

    @classmethod
    def of(cls, *args: Scalar) -> Scalar:
        """Of a negative multiple, the negative."""
        return -super().of(-args[0]) if _is_negative(args[0]) else super().of(*args)

    @classmethod
    def at_numbers(cls, *values: Rational) -> Scalar | None:
        """`f(0) = 0`."""
        return ZERO if values[0] == 0 else None


class Sin(_Odd):
    """The sine."""

    __slots__ = ()

    def slope(self, position: int) -> Scalar:
        """`cos u`."""
        return cos(self.args[0])


class Cos(Function):
    """The cosine."""

    __slots__ = ()

    @classmethod
    def of(cls, *args: Scalar) -> Scalar:
        """`cos(-u) = cos u`."""
        return super().of(-args[0]) if _is_negative(args[0]) else super().of(*args)

    @classmethod
    def at_numbers(cls, *values: Rational) -> Scalar | None:
        """`cos 0 = 1`."""
        return ONE if values[0] == 0 else None

    def slope(self, position: int) -> Scalar:
        """`-sin u`."""
        return -sin(self.args[0])


class Tanh(_Odd):
    """The hyperbolic tangent."""

    __slots__ = ()

    def slope(self, position: int) -> Scalar:
        """`1 - tanh² u`."""
        return 1 - _raised(self, 2)


class Erf(_Odd):
    """The error function."""

    __slots__ = ()

    def slope(self, position: int) -> Scalar:
        """`2/√π e^(-u²)`."""
        return _product((number(2), _raised(PI, Fraction(-1, 2)), exp(-_raised(self.args[0], 2))))


def _is_negative(value: Scalar) -> bool:
    """Whether a minus stands before it."""
    if isinstance(value, Number):
        return value.value < 0
    return isinstance(value, Mul) and value.coefficient < 0


# ── construction ──


def number(value: Rational) -> Number:
    """A rational number as an expression."""
    value = _plain(value)
    return node(Number, (value,), value)


def _plain(value: Rational) -> Rational:
    """The number as an `int` if it is whole."""
    return value if type(value) is int or value.denominator != 1 else value.numerator


NOTHING = node(Nothing, ())
ZERO, ONE, HALF, MINUS_ONE = (number(one) for one in (0, 1, Fraction(1, 2), -1))
PI, E = (node(Constant, (name,), name) for name in ("pi", "e"))


def _scalar(value: "Scalar | Rational") -> Scalar:
    return value if isinstance(value, Scalar) else number(value)


def add(*terms: Scalar) -> Scalar:
    """`Σ t`."""
    return _sum([(1, term) for term in terms])


def mul(*factors: Scalar) -> Scalar:
    """`Π f`."""
    return _product(factors)


_by_digest = attrgetter("digest")


def _by_digest_of_term(item: tuple[Scalar, Rational]) -> int:
    return item[0].digest


def _mul_node(coefficient: Rational, factors: tuple[Scalar, ...]) -> Mul:
    return node(Mul, (coefficient, *map(id, factors)), coefficient, factors)


def _pow_node(base: Scalar, exponent: Scalar) -> Pow:
    return node(Pow, (id(base), id(exponent)), base, exponent)


def _scaled(factor: Rational, core: Scalar) -> Scalar:
    """`c t` for a `t` that is no number, no sum, and has no numerical factor."""
    if factor == 1:
        return core
    return _mul_node(factor, core.factors if isinstance(core, Mul) else (core,))


def _sum(pairs: Iterable[tuple[Rational, Scalar]]) -> Scalar:
    """`Σ c t`: equal terms are collected."""
    constant: Rational = 0
    found: dict[Scalar, Rational] = {}
    for factor, term in pairs:
        if isinstance(term, Mul):
            core = term.core
            found[core] = found.get(core, 0) + factor * term.coefficient
        elif isinstance(term, Add):
            constant += factor * term.constant
            for core, inner in term.terms:
                found[core] = found.get(core, 0) + factor * inner
        elif isinstance(term, Number):
            constant += factor * term.value
        elif term is NOTHING:
            return NOTHING
        else:
            found[term] = found.get(term, 0) + factor
    items = [(core, _plain(factor)) for core, factor in found.items() if factor]
    constant = _plain(constant)
    if not items:
        return number(constant)
    if not constant and len(items) == 1:
        return _scaled(items[0][1], items[0][0])
    items.sort(key=_by_digest_of_term)
    key = (constant, *[id(core) for core, _ in items], *[factor for _, factor in items])
    return node(Add, key, constant, tuple(items))


def _product(factors: Iterable[Scalar]) -> Scalar:
    """`Π f`: equal bases are collected."""
    coefficient: Rational = 1
    found: dict[Scalar, Rational] = {}
    for factor in factors:
        if isinstance(factor, Mul):
            coefficient = coefficient * factor.coefficient
            for inner in factor.factors:
                base, exponent = inner.as_root()
                found[base] = found.get(base, 0) + exponent
        elif isinstance(factor, Number):
            coefficient = coefficient * factor.value
        elif factor is NOTHING:
            return NOTHING
        else:
            base, exponent = factor.as_root()
            found[base] = found.get(base, 0) + exponent
    coefficient = _plain(coefficient)
    return ZERO if coefficient == 0 else _collected(coefficient, found)


def _collected(coefficient: Rational, powers: dict[Scalar, Rational]) -> Scalar:
    """`coefficient · Π b^q`: made again where a power turns out to be a product, or to have another base."""
    factors = []
    is_done = True
    for base, exponent in powers.items():
        factor = base if exponent == 1 else _raised(base, _plain(exponent))
        factors.append(factor)
        if isinstance(factor, _COLLECTED) or (isinstance(base, Pow) and factor.as_root()[0] is not base):
            is_done = False
    if not is_done or len(set(factors)) < len(factors):
        return _product((number(coefficient), *factors))
    if not factors:
        return number(coefficient)
    if len(factors) == 1:
        if coefficient == 1:
            return factors[0]
        if isinstance(factors[0], Add):
            return _sum(((coefficient, factors[0]),))
    factors.sort(key=_by_digest)
    return _mul_node(coefficient, tuple(factors))


_COLLECTED = (Number, Mul, Nothing)
"""What is no factor of a product by itself: it is multiplied in."""


def power(base: Scalar, exponent: Scalar) -> Scalar:
    """`b^e`."""
    if isinstance(exponent, Number):
        return _raised(base, exponent.value)
    if base is NOTHING or exponent is NOTHING:
        return NOTHING
    if base is ONE:
        return ONE
    return exp(exponent) if base is E else _pow_node(base, exponent)


def _raised(base: Scalar, exponent: Rational) -> Scalar:
    """`b^q` for a rational number `q`; whole powers of products and of powers are multiplied out."""
    if base is NOTHING:
        return NOTHING
    if exponent == 0:
        return ONE
    if exponent == 1:
        return base
    if isinstance(base, Number):
        return _power_of_number(base, exponent)
    if base is E:
        return exp(number(exponent))
    if isinstance(base, Exp):
        return exp(base.args[0] * exponent)
    if isinstance(exponent, int):
        if isinstance(base, Mul):
            outside = _raised(number(base.coefficient), exponent)
            return _product((outside, *[_raised(factor, exponent) for factor in base.factors]))
        if isinstance(base, Pow):
            return power(base.base, base.exponent * exponent)
    return _pow_node(base, number(exponent))


def _power_of_number(base: Number, exponent: Rational) -> Scalar:
    """Whole powers of rational numbers, and roots that are rational; of others the whole powers come out."""
    value = base.value
    if value == 0:
        return ZERO if exponent > 0 else NOTHING
    if value == 1:
        return ONE
    whole = math.floor(exponent)
    part = exponent - whole
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    if part and value < 0:
        return _pow_node(base, number(exponent))
    if value != -1 and bits * abs(whole) > _LONGEST_POWER:
        raise Undecidable("a number grew beyond the limit")
    outside = _plain(Fraction(value) ** whole)
    if not part:
        return number(outside)
    root = _root_of_number(value, Fraction(part))
    if root is not None:
        return number(outside * root)
    rest = _pow_node(base, number(part))
    return rest if outside == 1 else _mul_node(outside, (rest,))


def _root_of_number(value: Rational, exponent: Fraction) -> Rational | None:
    """`q^(m/n)` if it is rational."""
    if exponent.denominator > _LARGEST_ROOT:
        return None
    above, below = (integer_root(part, exponent.denominator) for part in (value.numerator, value.denominator))
    return None if above is None or below is None else Fraction(above, below) ** exponent.numerator


def integer_root(value: int, order: int) -> int | None:
    """The n-th root of a positive integer if it is whole."""
    if order == 2:
        root = math.isqrt(value)
    else:
        root = 1 << -(-value.bit_length() // order)
        while True:
            lower = ((order - 1) * root + value // root ** (order - 1)) // order
            if lower >= root:
                break
            root = lower
    return root if root**order == value else None


def exp(argument: Scalar) -> Scalar:
    """`e^u`."""
    return Exp.of(argument)


def log(argument: Scalar) -> Scalar:
    """The natural logarithm."""
    return Log.of(argument)


def sqrt(argument: Scalar) -> Scalar:
    """`u^(1/2)`."""
    return _raised(argument, HALF.value)


def sin(argument: Scalar) -> Scalar:
    """The sine."""
    return Sin.of(argument)


def cos(argument: Scalar) -> Scalar:
    """The cosine."""
    return Cos.of(argument)


def tanh(argument: Scalar) -> Scalar:
    """The hyperbolic tangent."""
    return Tanh.of(argument)


def erf(argument: Scalar) -> Scalar:
    """The error function."""
    return Erf.of(argument)


def symbols(names: str) -> tuple[Symbol, ...]:
    """The symbols of names with spaces between them."""
    return tuple(map(Symbol, names.split()))


# ── walking ──


class _Replacement:
    """Replaces parts of expressions, each part once."""

    def __init__(self, rule: Mapping[_Node, Scalar]) -> None:
        self._done: dict[Scalar, Scalar] = {}
        self._done.update(rule.items())
        parts = [key.free_symbols for key in rule]
        self._needed: frozenset[Symbol] | None = frozenset().union(*parts) if all(parts) else None
        self._scaled = any(isinstance(key, Mul) and key.coefficient != 1 for key in rule)

    def of(self, expression: Scalar) -> Scalar:
        known = self._done.get(expression)
        if known is None:
            if self._needed is not None and self._needed.isdisjoint(expression.free_symbols):
                return expression
            known = self._done[expression] = self._made(expression)
        return known

    def _made(self, expression: Scalar) -> Scalar:
        if self._scaled and isinstance(expression, Add):
            return add(*map(self.of, expression.summands))
        operands = [self.of(operand) for operand in expression.operands]
        if all(map(_is_same, operands, expression.operands)):
            return expression
        return expression.with_operands(operands)


def _is_same(first: Scalar, second: Scalar) -> bool:
    return first is second


def parts_of(*expressions: Scalar) -> set[Scalar]:
    """Every different part of the expressions, once however often it occurs; numerical factors are no parts."""
    seen: set[Scalar] = set()
    waiting = list(expressions)
    while waiting:
        part = waiting.pop()
        if part not in seen:
            seen.add(part)
            waiting += part.operands
    return seen
