"""The question that normal forms are made for: whether an element is zero.

If `vanishes(e, where)` returns a proof, `e · where` is zero at every point where `e` has a value, except where one of
the proof's kinks is zero. It raises `NotZero` otherwise, which says nothing about the truth.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import prod

from derive.exact.elements import Element, Factors
from derive.exact.exponentials import Exponentials
from derive.exact.feasibility import Constraint, impossible
from derive.exact.polynomials import ZERO, Polynomial, Terms, bits, exponent, exponents, packed
from derive.exact.scalars import Scalar, Symbol, add, mul, number
from derive.exact.signs import POSITIVE, UNKNOWN
from derive.records import dataclass

_PRINTED_BITS = 4_000
_PRINTED_TERMS = 100
_KINK_CASES = 9
"""Cases of step functions that are looked at where only values at kinks are left: rarely does that add anything."""


class NotZero(Exception):
    """The normal form is not zero: no proof was found."""


@dataclass(frozen=True)
class Proof:
    """Proved wherever none of `kinks` is zero."""

    kinks: tuple[Scalar, ...] = ()


class Vanishing(Exponentials):
    """Elements that can be asked whether they are zero."""

    def vanishes(self, expression: Element, where: Element) -> Proof:
        """A proof that `expression · where` is zero wherever it has a value; `NotZero` if none is seen."""
        question = self.multiply(expression, where)
        patterns = {pattern for numerator in question.parts.values() for pattern in numerator.parts}
        patterns = {pattern for pattern in patterns if not pattern & question.excluded}
        left = [
            pattern for pattern in sorted(patterns) if not self._vanishes_at(question, pattern, self._kink_in(pattern))
        ]
        if not left:
            return Proof()
        return self._vanishes_in_cases(question, left)

    def _vanishes_at(self, question: Element, pattern: int, zeros: list[int]) -> bool:
        """Whether the coefficient of a pattern is zero, or is so wherever the arguments of the flags `zeros` are."""
        parts = {factors: self._part(numerator, pattern) for factors, numerator in question.parts.items()}
        return self._is_zero(parts) or self._is_zero_on(parts, zeros)

    def _is_zero_on(self, parts: dict[Factors, Polynomial], zeros: list[int]) -> bool:
        """Whether a sum of fractions vanishes where the arguments of these flags do."""
        if not zeros:
            return False
        numerator, _ = self.together({factors: part for factors, part in parts.items() if part})
        return self._vanishes_on(numerator.plain or {}, [self._kink_of_flag[flag] for flag in zeros])

    def _vanishes_in_cases(self, question: Element, left: list[int]) -> Proof:
        """The same, case by case over the steps that are left: a case may be impossible by the signs it asks for."""
        occurring = sorted({self.ring.group_of[flag] for pattern in left for flag in bits(pattern)})
        groups = [group for group in occurring if self._kink_in(group)]
        choices = [[*bits(group), 0] for group in groups]
        count = prod(map(len, choices))
        only_kinks = all(self._kink_in(pattern) for pattern in left)
        if not groups or count > (_KINK_CASES if only_kinks else self.sizes.cases):
            return self._off_kinks(left)
        kept = {
            factors: self.ring.only(numerator, left) for factors, numerator in question.parts.items() if numerator.parts
        }
        among = sum(groups)
        kinks: list[Scalar] = []
        for chosen in product(*choices):
            active = sum(chosen)
            if active & question.excluded:
                continue
            parts = {factors: self.ring.restricted(numerator, active, among) for factors, numerator in kept.items()}
            case = Element({factors: numerator for factors, numerator in parts.items() if numerator})
            patterns = {pattern for numerator in case.parts.values() for pattern in numerator.parts}
            zeros = self._kink_in(active)
            if all(self._vanishes_at(case, one, zeros) for one in patterns) or self._is_impossible(groups, chosen):
                continue
            if not zeros:
                raise NotZero
            kinks.append(self.expression(self._kink_of_flag[zeros[0]]))
        return Proof(tuple(dict.fromkeys(kinks)))

    def _kink_in(self, pattern: int) -> list[int]:
        """The flags `[u = 0]` in a pattern."""
        return [flag for flag in bits(pattern) if flag in self._kink_of_flag]

    def _off_kinks(self, left: list[int]) -> Proof:
        """All that is left has some flag `[u = 0]`."""
        kinks = []
        for pattern in left:
            zeros = self._kink_in(pattern)
            if not zeros:
                raise NotZero
            kinks.append(self.expression(self._kink_of_flag[zeros[0]]))
        return Proof(tuple(dict.fromkeys(kinks)))

    def _is_impossible(self, groups: Sequence[int], chosen: Sequence[int]) -> bool:
        """Whether the signs that a case asks for contradict each other, with monomials as unknowns."""
        constraints: list[Constraint] = []
        monomials: set[int] = set()
        for group, flag in zip(groups, chosen, strict=True):
            value = next((self._kink_of_flag[one] for one in bits(group) if one in self._kink_of_flag), None)
            terms = None if value is None else value.plain
            if value is None or terms is None:
                continue
            falls = flag == 0 and self._sign(value) <= UNKNOWN
            relation = "=" if flag in self._kink_of_flag else ">"
            sign = -1 if falls else 1
            constraints.append(
                Constraint(
                    {m: Fraction(sign * c) for m, c in terms.items() if m}, Fraction(sign * terms.get(0, 0)), relation
                )
            )
            monomials |= {m for m in terms if m}
        for monomial in monomials:
            sign = self._sign(Polynomial({0: {monomial: 1}}))
            if sign != UNKNOWN:
                direction = Fraction(1 if sign > 0 else -1)
                constraints.append(
                    Constraint({monomial: direction}, Fraction(0), ">" if abs(sign) == POSITIVE else ">=")
                )
        return impossible(constraints)

    def _part(self, numerator: Polynomial, pattern: int) -> Polynomial:
        """The coefficient of one pattern of flags."""
        terms = numerator.parts.get(pattern)
        return Polynomial({0: terms}, numerator.degree, numerator.rooted) if terms else ZERO

    def _vanishes_on(self, terms: Terms, zeros: list[Polynomial]) -> bool:
        """Whether a polynomial vanishes where all of `zeros` do: each is solved for a generator it is linear in."""
        value = self._polynomial(terms)
        while zeros:
            zero, *zeros = zeros
            index = self._linear_in(zero, [value, *zeros])
            if index is None:
                if self.ring.divided(value, zero) is not None:
                    return True
                continue
            value = self._substituted(value, zero, index)
            zeros = [self._substituted(one, zero, index) for one in zeros]
            zeros = [one for one in zeros if one]
        return not value

    def _linear_in(self, zero: Polynomial, used: list[Polynomial]) -> int | None:
        """A generator that occurs in `zero` once, as `c · g`, has no rule, and is not inverted in `used`."""
        terms = zero.plain or {}
        counts: dict[int, int] = {}
        for monomial in terms:
            for index in exponents(monomial):
                counts[index] = counts.get(index, 0) + 1
        for monomial in terms:
            found = exponents(monomial)
            if list(found.values()) == [1]:
                (index,) = found
                inverted = any(exponent(m, index) < 0 for one in used for part in one.parts.values() for m in part)
                if counts[index] == 1 and index not in self.ring.rules and not inverted:
                    return index
        return None

    def _substituted(self, value: Polynomial, zero: Polynomial, index: int) -> Polynomial:
        """`c^d · value` with `g := -(zero - c g)/c`, `d` the degree in `g`."""
        unit = packed([(index, 1)])
        terms = dict(zero.plain or {})
        slope = terms.pop(unit)
        solution = self.ring.scale(-1, Polynomial({0: terms}, zero.degree, zero.rooted)) if terms else ZERO
        by_power: dict[int, dict[int, Terms]] = {}
        for pattern, part in value.parts.items():
            for monomial, coefficient in part.items():
                power = exponent(monomial, index)
                by_power.setdefault(power, {}).setdefault(pattern, {})[monomial - power * unit] = coefficient
        highest = max(by_power, default=0)
        summands = []
        for power, parts in by_power.items():
            one = self.ring.multiply(Polynomial(parts, value.degree, value.rooted), self.ring.power(solution, power))
            summands.append((slope ** (highest - power), one))
        return self.ring.add(summands)

    def expression(self, value: Polynomial) -> Scalar:
        """A polynomial for people; what is no symbol stands there as a symbol named after its function."""
        if len(value) > _PRINTED_TERMS or any(one.bit_length() > _PRINTED_BITS for one in value.coefficients()):
            return Symbol(f"an argument of {len(value)} terms")
        summands = []
        for pattern, terms in value.parts.items():
            for monomial, coefficient in terms.items():
                factors = [Symbol(self._names[index]) ** power for index, power in exponents(monomial).items()]
                flags = [Symbol("[…]")] if pattern else []
                summands.append(mul(number(coefficient), *factors, *flags))
        return add(*summands)
