"""Sparse polynomials in generators, with integer coefficients, one for every pattern of 0/1-valued generators.

    p = Σ_patterns (product of the pattern's flags) · Σ_monomials coefficient · Π generator^exponent

* A *flag* is a generator with `g² = g`. Flags of one group exclude each other: `g h = 0`. A pattern is a set of flags,
  as bits.
* A monomial is one integer: the exponent of generator `i`, positive or negative, times `2^(30 i)`. Products of
  monomials are sums of integers.
* A generator may have a rule `g^n = radicand`: its exponents are kept in `0 … n-1`.

Every operation is an identity at each point where all generators have values. If a polynomial has no terms, it is
zero at all these points. The size of a product is measured before it is made.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from math import gcd
from typing import Any

import flint

from derive.errors import Undecidable
from derive.records import dataclass

WIDTH = 30
_HALF = 1 << (WIDTH - 1)
_MASK = (1 << WIDTH) - 1

Terms = dict[int, int]


@dataclass(frozen=True)
class Sizes:
    """Limits: term pairs of one product, terms of one polynomial, term pairs of one attempt, exponents, powers,
    cases of one split, terms and generators of what is factored, denominators of exponents."""

    product: int
    terms: int
    work: int
    exponent: int
    power: int
    cases: int
    factor_terms: int
    factor_generators: int
    granularity: int


@dataclass(frozen=True, eq=False, slots=True)
class Polynomial:
    """`parts`: for each pattern its terms, none zero. `degree` bounds every exponent; `rooted`: those with rules."""

    parts: dict[int, Terms]
    degree: int = 0
    rooted: int = 0

    def __len__(self) -> int:
        return sum(map(len, self.parts.values()))

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def plain(self) -> Terms | None:
        """The terms, if no flag occurs."""
        if not self.parts:
            return {}
        return self.parts.get(0) if len(self.parts) == 1 else None

    @property
    def constant(self) -> int | None:
        """The value, if it is a number."""
        if not self.parts:
            return 0
        terms = self.plain
        return terms.get(0) if terms is not None and len(terms) == 1 else None

    def coefficients(self) -> Iterator[int]:
        """All coefficients."""
        for terms in self.parts.values():
            yield from terms.values()

    def common_divisor(self, common: int) -> int:
        """The greatest common divisor of a number and all coefficients."""
        for coefficient in self.coefficients():
            if common == 1:
                break
            common = gcd(common, coefficient)
        return common

    def key(self) -> tuple[object, ...]:
        """Equal for equal polynomials."""
        return tuple(sorted((pattern, tuple(sorted(terms.items()))) for pattern, terms in self.parts.items()))

    def leading(self) -> int:
        """The coefficient of the term that is last in the fixed order of patterns and monomials."""
        terms = self.parts[max(self.parts)]
        return terms[max(terms)]


ZERO = Polynomial({})
ONE = Polynomial({0: {0: 1}})


def number(value: int) -> Polynomial:
    """A constant."""
    return Polynomial({0: {0: value}}) if value else ZERO


def exponent(monomial: int, index: int) -> int:
    """The exponent of one generator."""
    shift = WIDTH * index
    offset = _HALF * (((1 << (shift + WIDTH)) - 1) // _MASK)
    return (((monomial + offset) >> shift) & _MASK) - _HALF


def exponents(monomial: int) -> dict[int, int]:
    """The exponents that are not zero, by generator."""
    found = {}
    index = 0
    while monomial:
        digit = monomial & _MASK
        if digit:
            if digit >= _HALF:
                digit -= 1 << WIDTH
            found[index] = digit
            monomial -= digit
        monomial >>= WIDTH
        index += 1
    return found


def packed(powers: Iterable[tuple[int, int]]) -> int:
    """The monomial with these exponents."""
    return sum(power << (WIDTH * index) if power >= 0 else -(-power << (WIDTH * index)) for index, power in powers)


def bits(mask: int) -> Iterator[int]:
    """The single bits of a mask, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest
        mask ^= lowest


class Ring:
    """The arithmetic of polynomials over a growing set of generators, flags and rules."""

    def __init__(self, sizes: Sizes, check: Callable[[], None]) -> None:
        self.sizes = sizes
        self.check = check
        self.work = 0
        self.generators = 0
        self.rules: dict[int, tuple[int, Polynomial]] = {}
        self.groups: list[int] = []
        self.group_of: dict[int, int] = {}
        self._flags = 0
        self._unions: dict[int, int | None] = {}

    def generator(self, order: int = 0, radicand: Polynomial = ONE) -> int:
        """A new generator, with `g^order = radicand` if an order is given."""
        index = self.generators
        self.generators += 1
        if order:
            self.rules[index] = (order, radicand)
        return index

    def power_of(self, index: int, power: int = 1) -> Polynomial:
        """`g^power`; for a generator with a rule the power is to be below its order."""
        if not power:
            return ONE
        if abs(power) > self.sizes.exponent:
            raise Undecidable("an exponent grew beyond the limit")
        rooted = 1 << index if index in self.rules else 0
        return Polynomial({0: {packed([(index, power)]): 1}}, abs(power), rooted)

    def flags(self, count: int) -> list[int]:
        """A new group of flags that exclude each other, as bits of a pattern."""
        group = [1 << (self._flags + position) for position in range(count)]
        self._flags += count
        if count > 1:
            self._unions.clear()
        mask = sum(group)
        self.groups.append(mask)
        for flag in group:
            self.group_of[flag] = mask
        return group

    def _merged(self, pattern: int) -> int | None:
        """The pattern, or None if two of its flags exclude each other."""
        try:
            return self._unions[pattern]
        except KeyError:
            masks = (pattern & self.group_of[flag] for flag in bits(pattern))
            answer = None if any(mask & (mask - 1) for mask in masks) else pattern
            self._unions[pattern] = answer
            return answer

    def add(self, summands: Iterable[tuple[int, Polynomial]]) -> Polynomial:
        """`Σ factor · p`."""
        parts: dict[int, Terms] = {}
        degree = rooted = 0
        for factor, summand in summands:
            if not factor:
                continue
            degree = max(degree, summand.degree)
            rooted |= summand.rooted
            for pattern, terms in summand.parts.items():
                total = parts.get(pattern)
                if total is None:
                    parts[pattern] = dict(terms) if factor == 1 else {m: factor * c for m, c in terms.items()}
                    continue
                for monomial, coefficient in terms.items():
                    total[monomial] = total.get(monomial, 0) + factor * coefficient
        result = _cleaned(parts, degree, rooted)
        if len(result) > self.sizes.terms:
            raise Undecidable(f"a sum grew beyond {self.sizes.terms} terms")
        return result

    def subtract(self, first: Polynomial, second: Polynomial) -> Polynomial:
        """`p - q`."""
        return self.add(((1, first), (-1, second)))

    def scale(self, factor: int, polynomial: Polynomial) -> Polynomial:
        """`factor · p`."""
        return polynomial if factor == 1 else self.add(((factor, polynomial),))

    def multiply(self, first: Polynomial, second: Polynomial) -> Polynomial:
        """`p q`, with the rules applied."""
        if not first.parts or not second.parts:
            return ZERO
        if len(first.parts) == 1 and (one := first.constant) is not None:
            return self.scale(one, second)
        if len(second.parts) == 1 and (one := second.constant) is not None:
            return self.scale(one, first)
        self._spend(len(first) * len(second))
        degree = first.degree + second.degree
        if degree > self.sizes.exponent:
            raise Undecidable("an exponent grew beyond the limit")
        parts: dict[int, Terms] = {}
        for left, left_terms in first.parts.items():
            for right, right_terms in second.parts.items():
                pattern = self._merged(left | right)
                if pattern is None:
                    continue
                few, many = (
                    (left_terms, right_terms) if len(left_terms) < len(right_terms) else (right_terms, left_terms)
                )
                total = parts.setdefault(pattern, {})
                items = list(many.items())
                for one_monomial, one_coefficient in few.items():
                    for monomial, coefficient in items:
                        key = one_monomial + monomial
                        total[key] = total.get(key, 0) + one_coefficient * coefficient
        result = _cleaned(parts, degree, first.rooted | second.rooted)
        if first.rooted & second.rooted:
            result = self._reduced(result, first.rooted & second.rooted)
        if len(result) > self.sizes.terms:
            raise Undecidable(f"a product grew beyond {self.sizes.terms} terms")
        return result

    def power(self, base: Polynomial, exponent: int) -> Polynomial:
        """`p^n` for `n >= 0`."""
        if exponent > self.sizes.power:
            raise Undecidable(f"a power above {self.sizes.power}")
        result = ONE
        for _ in range(exponent):
            result = self.multiply(result, base)
        return result

    def product(self, factors: Iterable[Polynomial]) -> Polynomial:
        """`Π p`."""
        result = ONE
        for factor in factors:
            result = self.multiply(result, factor)
        return result

    def _spend(self, pairs: int) -> None:
        self.check()
        self.work += pairs
        if pairs > self.sizes.product:
            raise Undecidable(f"a product of {pairs} pairs of terms (the limit is {self.sizes.product})")
        if self.work > self.sizes.work:
            raise Undecidable(f"more than {self.sizes.work} pairs of terms in one attempt")

    def _reduced(self, polynomial: Polynomial, shared: int) -> Polynomial:
        """The same with `g^(n+k)` replaced by `g^k · radicand`, for generators with rules; latest first,
        as a radicand holds earlier generators only."""
        while shared:
            index = shared.bit_length() - 1
            shared ^= 1 << index
            order, radicand = self.rules[index]
            low: dict[int, Terms] = {}
            high: dict[int, Terms] = {}
            step = order << (WIDTH * index)
            for pattern, terms in polynomial.parts.items():
                for monomial, coefficient in terms.items():
                    if exponent(monomial, index) >= order:
                        high.setdefault(pattern, {})[monomial - step] = coefficient
                    else:
                        low.setdefault(pattern, {})[monomial] = coefficient
            if high:
                shared |= radicand.rooted & polynomial.rooted
                raised = Polynomial(high, polynomial.degree, polynomial.rooted)
                rest = Polynomial(low, polynomial.degree, polynomial.rooted)
                polynomial = self.add(((1, rest), (1, self.multiply(raised, radicand))))
                if any(exponent(m, index) >= order for terms in polynomial.parts.values() for m in terms):
                    shared |= 1 << index
        return polynomial

    def restricted(self, polynomial: Polynomial, active: int, among: int = -1) -> Polynomial:
        """The value where, of the flags in `among`, exactly those in `active` are 1."""
        parts: dict[int, Terms] = {}
        for pattern, terms in polynomial.parts.items():
            if pattern & among & ~active:
                continue
            total = parts.setdefault(pattern & ~among, {})
            for monomial, coefficient in terms.items():
                total[monomial] = total.get(monomial, 0) + coefficient
        return _cleaned(parts, polynomial.degree, polynomial.rooted)

    def only(self, polynomial: Polynomial, patterns: Sequence[int]) -> Polynomial:
        """The parts of some patterns."""
        parts = {pattern: terms for pattern, terms in polynomial.parts.items() if pattern in patterns}
        return Polynomial(parts, polynomial.degree, polynomial.rooted)

    def flagged(self, pattern: int) -> Polynomial:
        """The product of flags."""
        return Polynomial({pattern: {0: 1}})

    def divided(self, polynomial: Polynomial, divisor: Polynomial) -> Polynomial | None:
        """`q` with `p = q · d`, pattern by pattern, if long division finds one; the divisor has no flags."""
        divisor_terms = divisor.plain
        if not divisor_terms:
            return None
        bound = polynomial.degree + divisor.degree
        parts: dict[int, Terms] = {}
        for pattern, terms in polynomial.parts.items():
            quotient = self._quotient(terms, divisor_terms)
            if quotient is None or any(abs(e) > bound for m in quotient for e in exponents(m).values()):
                return None
            parts[pattern] = quotient
        return Polynomial(parts, bound, polynomial.rooted | divisor.rooted)

    def _quotient(self, terms: Terms, divisor: Terms) -> Terms | None:
        """Long division from the greatest monomial down: the order of monomials is the order of the integers."""
        highest, lowest = max(divisor), min(divisor)
        if terms[max(terms)] % divisor[highest] or terms[min(terms)] % divisor[lowest]:
            return None
        end = min(terms) - lowest
        rest = dict(terms)
        order = [-monomial for monomial in rest]
        heapify(order)
        quotient: Terms = {}
        lead, others = divisor[highest], [item for item in divisor.items() if item[0] != highest]
        budget = 4 * len(terms)
        while order:
            monomial = -heappop(order)
            coefficient = rest.pop(monomial, 0)
            if not coefficient:
                continue
            step = monomial - highest
            share, left = divmod(coefficient, lead)
            if left or step < end or len(quotient) >= budget:
                return None
            quotient[step] = share
            for other, factor in others:
                key = step + other
                if key not in rest:
                    heappush(order, -key)
                    rest[key] = -share * factor
                else:
                    rest[key] -= share * factor
        self._spend(len(quotient) * len(divisor))
        return quotient

    def factored(self, terms: Terms) -> tuple[int, list[tuple[Terms, int]]]:
        """`constant · Π factor^power` of terms with exponents >= 0; if that is not cheap, the terms themselves.

        It is irreducible, and not sent to FLINT, if some generator occurs once, as a number times its first power.
        """
        used = sorted({index for m in terms for index in exponents(m)})
        cheap = len(terms) <= self.sizes.factor_terms and len(used) <= self.sizes.factor_generators
        if not cheap or _is_linear_somewhere(terms):
            return 1, [(terms, 1)]
        self.check()
        constant, factors = _to_flint(terms, used, _context(len(used))).factor()
        if int(constant.denominator if isinstance(constant, flint.fmpq) else 1) != 1:
            return 1, [(terms, 1)]
        return int(constant), [(_from_flint(factor, used), int(power)) for factor, power in factors]


def content(polynomial: Polynomial) -> tuple[int, dict[int, int]]:
    """The greatest common divisor of the coefficients, and the least exponent of each generator; `p` is not zero."""
    common = gcd(*polynomial.coefficients())
    lowest: dict[int, int] | None = None
    for terms in polynomial.parts.values():
        found = _lowest(terms)
        if lowest is None:
            lowest = found
        else:
            lowest = {index: min(lowest.get(index, 0), found.get(index, 0)) for index in {*lowest, *found}}
    return common, {index: power for index, power in (lowest or {}).items() if power}


def shifted(polynomial: Polynomial, divisor: int, powers: dict[int, int]) -> Polynomial:
    """`p / (divisor · Π g^power)`, where the divisor divides every coefficient."""
    shift = packed(powers.items())
    parts = {
        pattern: {monomial - shift: coefficient // divisor for monomial, coefficient in terms.items()}
        for pattern, terms in polynomial.parts.items()
    }
    highest = max((abs(power) for power in powers.values()), default=0)
    return Polynomial(parts, polynomial.degree + highest, polynomial.rooted)


def _cleaned(parts: dict[int, Terms], degree: int, rooted: int) -> Polynomial:
    """Without the terms that are zero."""
    kept = {}
    for pattern, terms in parts.items():
        rest = terms if all(terms.values()) else {m: coefficient for m, coefficient in terms.items() if coefficient}
        if rest:
            kept[pattern] = rest
    return Polynomial(kept, degree, rooted) if kept else ZERO


def _lowest(terms: Terms) -> dict[int, int]:
    """The least exponent of each generator over all terms (0 where it does not occur)."""
    lowest: dict[int, int] | None = None
    for monomial in terms:
        found = exponents(monomial)
        if lowest is None:
            lowest = found
            continue
        for index, power in found.items():
            lowest[index] = min(lowest.get(index, 0), power)
        for index, power in lowest.items():
            if power > 0 and index not in found:
                lowest[index] = 0
    return {index: power for index, power in (lowest or {}).items() if power}


def _is_linear_somewhere(terms: Terms) -> bool:
    """Whether some generator occurs in one term only, as that term's whole monomial, to the first power."""
    singles = {}
    counts: dict[int, int] = {}
    for monomial in terms:
        found = exponents(monomial)
        for index in found:
            counts[index] = counts.get(index, 0) + 1
        if len(found) == 1:
            ((index, power),) = found.items()
            if power == 1:
                singles[index] = True
    return any(counts[index] == 1 for index in singles)


_CONTEXTS: dict[int, Any] = {}


def _context(count: int) -> Any:
    """FLINT's context of that many generators."""
    if count not in _CONTEXTS:
        names = [f"g{index}" for index in range(count)]
        _CONTEXTS[count] = flint.fmpz_mpoly_ctx.get(names, "lex")
    return _CONTEXTS[count]


def _to_flint(terms: Terms, used: list[int], context: Any) -> Any:
    """The terms as a polynomial of FLINT in the generators `used`."""
    table = {}
    for monomial, coefficient in terms.items():
        found = exponents(monomial)
        table[tuple(found.get(index, 0) for index in used)] = coefficient
    return context.from_dict(table)


def _from_flint(polynomial: Any, used: list[int]) -> Terms:
    """The terms of a polynomial of FLINT."""
    return {
        packed(zip(used, map(int, powers), strict=True)): int(coefficient)
        for powers, coefficient in polynomial.to_dict().items()
    }
