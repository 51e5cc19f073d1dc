"""The normal form of an entry: a polynomial over generators, divided by a product of factors.

Generators are symbols, exponentials of linearly independent arguments, logarithms, roots with `r^n = radicand`, sines and
cosines with `c² = 1 - s²`, flags for `[u > 0]`, `[u = 0]` and one-hot labels, and opaque values of other functions.

* If `vanishes(e, where)` returns, then `e · where` is zero at every point where `e` has a value, except where one of the
  kinks that it returns is zero. It raises `NotZero` otherwise, which says nothing about the truth.
* Every rewriting is an identity at each point where the rewritten expression has a value. If a rule needs a sign, the
  sign is proved first.
* Nothing that contains a flag is inverted: it is split into the flag's cases, each of which must have a value.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import gcd, lcm

import sympy
from sympy import Expr, Symbol

from derive.errors import Undecidable
from derive.exact.feasibility import Constraint, impossible
from derive.exact.functions import Absolute, Maximum, Positive, Sign, Unspecified, UnspecifiedComponent, Zero
from derive.exact.polynomials import (
    ONE,
    ZERO,
    Polynomial,
    Ring,
    Sizes,
    Terms,
    bits,
    content,
    exponent,
    exponents,
    number,
    packed,
    shifted,
)
from derive.exact.signs import NONNEGATIVE, POSITIVE, UNKNOWN, Signs, sign_of_power, sign_of_product, sign_of_sum
from derive.exact.span import Span


class NotZero(Exception):
    """The normal form is not zero: no proof was found."""


class NoValue(Exception):
    """An expression has a value nowhere, or not in one of its cases."""


class Finer(Exception):
    """The attempt is to be made again with exponentials and roots in finer steps."""

    def __init__(self, exponentials: int = 1, roots: int = 1) -> None:
        self.exponentials = exponentials
        self.roots = roots
        super().__init__(exponentials, roots)


Factors = tuple[tuple[int, int], ...]
"""A denominator: the numbers of its factors with their powers, in order."""


@dataclass(frozen=True, eq=False, slots=True)
class Element:
    """`1/scale · Σ_denominators numerator / denominator`; it has no value where a flag in `excluded` is 1.

    Fractions with different denominators are only brought together when a question needs it.
    """

    parts: dict[Factors, Polynomial]
    scale: int = 1
    excluded: int = 0

    def __len__(self) -> int:
        return sum(map(len, self.parts.values()))

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def plain(self) -> bool:
        """Whether no flag occurs."""
        return all(numerator.plain is not None for numerator in self.parts.values())

    @property
    def leads_negative(self) -> bool:
        """Whether the leading coefficient of the last part is negative."""
        return self.parts[max(self.parts)].leading() < 0

    def excluding(self, excluded: int) -> "Element":
        """The same, without value where these flags are 1, too."""
        return self if not excluded & ~self.excluded else Element(self.parts, self.scale, self.excluded | excluded)


def integral(numerator: Polynomial, excluded: int = 0) -> Element:
    """A polynomial as an element."""
    return Element({(): numerator} if numerator else {}, 1, excluded)


@dataclass(frozen=True, slots=True)
class Atom:
    """A factor of an element, to a power; its sign wherever it has a value."""

    value: Polynomial
    power: int
    sign: int


@dataclass(frozen=True, slots=True)
class Step:
    """`[u > 0]` and `[u = 0]` as polynomials in flags."""

    positive: Polynomial
    zero: Polynomial
    excluded: int = 0


@dataclass(frozen=True)
class Proof:
    """Proved wherever none of `kinks` is zero."""

    kinks: tuple[str, ...] = ()


Cut = Callable[[Symbol], Expr | None]


class Algebra:
    """Converts expressions to elements over one growing set of generators.

    `opened(s)`: the definition to put in for a cut symbol, or None to leave it a free symbol.
    `split`: whether functions of flags are split into the flags' cases; else they stay opaque values.
    """

    def __init__(
        self,
        sizes: Sizes,
        check: Callable[[], None],
        signs: Signs,
        partitions: Sequence[Sequence[Symbol]],
        opened: Cut,
        split: bool,
        granularity: int = 1,
        root_order: int = 2,
    ) -> None:
        self.ring = Ring(sizes, check)
        self.sizes = sizes
        self.signs = signs
        self.split = split
        self.granularity = granularity
        self.root_order = root_order
        self.left_opaque = False
        self._opened = opened
        self._group_of = {symbol: tuple(group) for group in partitions for symbol in group}
        self._elements: dict[Expr, Element] = {}
        self._generator_signs: list[int] = []
        self._exact: dict[tuple[object, ...], int] = {}
        self._candidates: dict[tuple[object, ...], list[tuple[tuple[Element, ...], int]]] = {}
        self._factors: list[Polynomial] = []
        self._factor_index: dict[tuple[object, ...], int] = {}
        self._factor_signs: list[int] = []
        self._factor_powers: dict[tuple[int, int], Polynomial] = {}
        self._span: Span[tuple[int, int, Factors]] = Span()
        self._exponentials: list[int] = []
        self._arguments: list[Element] = []
        self._exponential_at: dict[int, int] = {}
        self._logarithm_at: dict[int, Element] = {}
        self._radicand_at: dict[int, Polynomial] = {}
        self._flag_of_symbol: dict[Symbol, Element] = {}
        self._steps: dict[tuple[object, ...], Step] = {}
        self._kink_of_flag: dict[int, Polynomial] = {}
        self._names: dict[int, str] = {}

    # Generators

    def _generator(self, sign: int, name: str, order: int = 0, radicand: Polynomial = ONE) -> int:
        index = self.ring.generator(order, radicand)
        self._generator_signs.append(sign)
        self._names[index] = name
        return index

    def _named(self, key: tuple[object, ...], sign: int, name: str) -> Polynomial:
        """The generator that stands for one value without arguments."""
        index = self._exact.get(key)
        if index is None:
            index = self._exact[key] = self._generator(sign, name)
        return self.ring.power_of(index)

    def _opaque(self, kind: tuple[object, ...], arguments: tuple[Element, ...], sign: int = UNKNOWN) -> tuple[int, bool]:
        """The generator of this kind whose arguments equal these; and whether it is new."""
        keys = tuple(self._key(argument) for argument in arguments)
        exact = (kind, keys)
        if exact in self._exact:
            return self._exact[exact], False
        known = self._candidates.setdefault(kind, [])
        fractional = any(any(argument.parts) for argument in arguments)
        for others, index in known:
            if fractional or any(any(other.parts) for other in others):
                if all(self._same(mine, other) for mine, other in zip(arguments, others, strict=True)):
                    self._exact[exact] = index
                    return index, False
        index = self._exact[exact] = self._generator(sign, f"{kind[0]}(…)")
        known.append((arguments, index))
        return index, True

    def _key(self, element: Element) -> tuple[object, ...]:
        return (element.scale, *sorted((factors, numerator.key()) for factors, numerator in element.parts.items()))

    def _same(self, first: Element, second: Element) -> bool:
        return self._is_zero(self.subtract(first, second).parts)

    # Arithmetic

    def constant(self, value: Fraction | int) -> Element:
        """A rational number."""
        value = Fraction(value)
        return Element({(): number(value.numerator)}, value.denominator) if value else Element({})

    def element(self, parts: dict[Factors, Polynomial], scale: int, excluded: int) -> Element:
        """The sum, with common integers cancelled and without parts that are zero."""
        if not all(parts.values()):
            parts = {factors: numerator for factors, numerator in parts.items() if numerator}
        if not parts:
            return Element({}, 1, excluded)
        if scale != 1:
            common = scale
            for numerator in parts.values():
                common = numerator.common_divisor(common)
            if common != 1:
                parts = {factors: shifted(numerator, common, {}) for factors, numerator in parts.items()}
                scale //= common
        return Element(parts, scale, excluded)

    def add(self, summands: Iterable[Element]) -> Element:
        """`Σ e`."""
        summands = list(summands)
        scale = lcm(*(summand.scale for summand in summands))
        groups: dict[Factors, list[tuple[int, Polynomial]]] = {}
        excluded = 0
        for summand in summands:
            excluded |= summand.excluded
            for factors, numerator in summand.parts.items():
                groups.setdefault(factors, []).append((scale // summand.scale, numerator))
        return self.element({factors: self.ring.add(group) for factors, group in groups.items()}, scale, excluded)

    def subtract(self, first: Element, second: Element) -> Element:
        """`a - b`."""
        return self.add((first, self.scaled(second, Fraction(-1))))

    def scaled(self, element: Element, factor: Fraction) -> Element:
        """`q · e`."""
        above = factor.numerator
        parts = {factors: self.ring.scale(above, numerator) for factors, numerator in element.parts.items()}
        return self.element(parts, element.scale * factor.denominator, element.excluded)

    def multiply(self, first: Element, second: Element) -> Element:
        """`a b`."""
        groups: dict[Factors, list[tuple[int, Polynomial]]] = {}
        for left, left_numerator in first.parts.items():
            for right, right_numerator in second.parts.items():
                factors = self._joined(left, right)
                groups.setdefault(factors, []).append((1, self.ring.multiply(left_numerator, right_numerator)))
        parts = {factors: group[0][1] if len(group) == 1 else self.ring.add(group) for factors, group in groups.items()}
        return self.element(parts, first.scale * second.scale, first.excluded | second.excluded)

    def _joined(self, first: Factors, second: Factors) -> Factors:
        """The product of two denominators."""
        if not first or not second:
            return first or second
        powers = dict(first)
        for index, power in second:
            powers[index] = powers.get(index, 0) + power
        return tuple(sorted(powers.items()))

    def product(self, factors: Iterable[Element]) -> Element:
        """`Π e`, shortest first."""
        result = self.constant(1)
        for factor in sorted(factors, key=len):
            result = self.multiply(result, factor)
        return result

    def times(self, element: Element, polynomial: Polynomial) -> Element:
        """`e p`."""
        if polynomial is ONE:
            return element
        parts = {factors: self.ring.multiply(numerator, polynomial) for factors, numerator in element.parts.items()}
        return self.element(parts, element.scale, element.excluded)

    def power(self, base: Element, power: int) -> Element:
        """`e^n` for an integer n; through the reciprocal if n is negative."""
        if power < 0:
            return self.power(self.reciprocal(base), -power)
        quick = self._power_of_monomial(base, power)
        if quick is not None:
            return quick
        if power > self.sizes.power:
            raise Undecidable(f"a power above {self.sizes.power}")
        result = integral(ONE, base.excluded)
        for _ in range(power):
            result = self.multiply(result, base)
        return result

    def _power_of_monomial(self, base: Element, power: int) -> Element | None:
        """The power of an element of a single term, at once."""
        if len(base.parts) != 1 or not power:
            return None
        ((factors, numerator),) = base.parts.items()
        terms = numerator.plain
        if terms is None or len(terms) != 1 or numerator.rooted:
            return None
        ((monomial, coefficient),) = terms.items()
        if max(abs(coefficient), base.scale).bit_length() * power > 1 << 14:
            raise Undecidable("a number grew beyond the limit")
        degree = numerator.degree * power
        if degree > self.sizes.exponent:
            raise Undecidable("an exponent grew beyond the limit")
        raised = Polynomial({0: {monomial * power: coefficient**power}}, degree)
        return Element({tuple((index, count * power) for index, count in factors): raised}, base.scale**power, base.excluded)

    def together(self, parts: dict[Factors, Polynomial]) -> tuple[Polynomial, Factors]:
        """`Σ numerator / denominator` over the common denominator."""
        if len(parts) == 1:
            ((factors, numerator),) = parts.items()
            return numerator, factors
        common: dict[int, int] = {}
        for factors in parts:
            for index, power in factors:
                common[index] = max(common.get(index, 0), power)
        totals = []
        for factors, numerator in parts.items():
            have = dict(factors)
            for index, power in sorted(common.items()):
                numerator = self.ring.multiply(numerator, self._factor_power(index, power - have.get(index, 0)))
            totals.append((1, numerator))
        return self.ring.add(totals), tuple(sorted(common.items()))

    def reciprocal(self, element: Element) -> Element:
        """`1/e`. A factor of the denominator is not zero where this has a value; an element with flags is split into cases."""
        if not element:
            raise NoValue("a denominator is zero, everywhere or in one of the cases")
        if not element.plain:
            return self._cases((element,), lambda case: self.reciprocal(case[0]))
        value, atoms = self._atoms(element)
        factors = [self.constant(1 / value).excluding(element.excluded)]
        for atom in atoms:
            terms = atom.value.plain
            if atom.power < 0:
                factors += [integral(atom.value)] * -atom.power
            elif terms is not None and len(terms) == 1:
                ((index, count),) = exponents(next(iter(terms))).items()
                factors.append(self._generator_power(index, -count * atom.power))
            else:
                factors.append(Element({((self._factor(atom.value), atom.power),): ONE}))
        return self.product(factors)

    def _generator_power(self, index: int, power: int) -> Element:
        """`g^n` for any integer n."""
        rule = self.ring.rules.get(index)
        if rule is None:
            return integral(self.ring.power_of(index, power))
        order, radicand = rule
        whole, part = divmod(power, order)
        return self.times(self.power(integral(radicand), whole), self.ring.power_of(index, part))

    def _factor(self, value: Polynomial) -> int:
        """The number of a primitive polynomial, with positive leading coefficient, as a factor of denominators."""
        key = value.key()
        index = self._factor_index.get(key)
        if index is None:
            index = self._factor_index[key] = len(self._factors)
            self._factors.append(value)
            self._factor_signs.append(self._sign(value))
        return index

    def _factor_power(self, index: int, power: int) -> Polynomial:
        if power == 0:
            return ONE
        known = self._factor_powers.get((index, power))
        if known is None:
            known = self._factors[index] if power == 1 else self.ring.multiply(self._factor_power(index, power - 1), self._factors[index])
            self._factor_powers[index, power] = known
        return known

    def _sign(self, value: Polynomial) -> int:
        """The sign of a polynomial, if it follows from the signs of its generators."""
        return sign_of_sum(
            sign_of_product(
                [
                    POSITIVE if coefficient > 0 else -POSITIVE,
                    NONNEGATIVE if pattern else POSITIVE,
                    *(sign_of_power(self._generator_signs[index], power) for index, power in exponents(monomial).items()),
                ]
            )
            for pattern, terms in value.parts.items()
            for monomial, coefficient in terms.items()
        )

    def _sign_of(self, element: Element) -> int:
        if not element:
            return NONNEGATIVE
        return sign_of_sum(
            sign_of_product(
                [self._sign(numerator), *(sign_of_power(self._factor_signs[index], -power) for index, power in factors)]
            )
            for factors, numerator in element.parts.items()
        )

    # Zero

    def _is_zero(self, parts: dict[Factors, Polynomial]) -> bool:
        """Whether `Σ numerator / denominator` is zero: what is over the highest power of a factor must be divisible by it."""
        rest = {factors: numerator for factors, numerator in parts.items() if numerator}
        while rest:
            indices = {index for factors in rest for index, _ in factors}
            if not indices:
                return False
            index = max(indices)
            highest = max(dict(factors).get(index, 0) for factors in rest)
            group = {factors: numerator for factors, numerator in rest.items() if (index, highest) in factors}
            numerator, factors = self.together(group)
            if numerator:
                quotient = self.ring.divided(numerator, self._factors[index])
                if quotient is None:
                    return not self.together(rest)[0]
                lower = tuple((i, p - (i == index)) for i, p in factors if i != index or p > 1)
                others = [(1, rest[lower])] if lower in rest else []
                total = self.ring.add([(1, quotient), *others])
            rest = {one: rest[one] for one in rest if one not in group}
            if numerator:
                rest[lower] = total
                if not total:
                    del rest[lower]
        return True

    def _cancelled(self, element: Element) -> Element:
        """The same with factors of denominators cancelled where they divide the numerator."""
        if not any(element.parts):
            return element
        parts: dict[Factors, Polynomial] = {}
        waiting = sorted(element.parts.items(), reverse=True)
        while waiting:
            factors, numerator = waiting.pop(0)
            powers = dict(factors)
            for index in list(powers):
                while powers[index]:
                    quotient = self.ring.divided(numerator, self._factors[index])
                    if quotient is None:
                        break
                    numerator, powers[index] = quotient, powers[index] - 1
            lower = tuple((index, power) for index, power in sorted(powers.items()) if power)
            if lower in parts:
                numerator = self.ring.add(((1, numerator), (1, parts[lower])))
            parts[lower] = numerator
        return self.element(parts, element.scale, element.excluded)

    # Cases

    def _cases(self, elements: tuple[Element, ...], function: Callable[[tuple[Element, ...]], Element]) -> Element:
        """`Σ_cases [case] f(values in this case)`, over all cases of the flags that occur.

        If a case without value is one in which some `u = 0`, the whole has no value there, and the case is left out.
        """
        patterns = {pattern for one in elements for numerator in one.parts.values() for pattern in numerator.parts}
        groups = sorted({self.ring.group_of[flag] for pattern in patterns for flag in bits(pattern)})
        choices = [[*bits(group), 0] for group in groups]
        count = 1
        for choice in choices:
            count *= len(choice)
        if count > self.sizes.cases:
            raise Undecidable(f"{count} cases of step functions or labels (the limit is {self.sizes.cases})")
        results = []
        without = valued = 0
        for chosen in product(*choices):
            active = sum(chosen)
            try:
                value = function(tuple(self._restricted(one, active) for one in elements))
            except NoValue:
                kinks = [flag for flag in chosen if flag in self._kink_of_flag]
                if not kinks:
                    raise
                without |= sum(kinks)
                continue
            valued |= active
            results.append(self.times(value, self._indicator(groups, chosen)))
        return self.add(results).excluding(without & ~valued)

    def _restricted(self, element: Element, active: int) -> Element:
        """The value where exactly these flags are 1, of those that occur."""
        parts = {factors: self.ring.restricted(numerator, active) for factors, numerator in element.parts.items()}
        return self._cancelled(self.element(parts, element.scale, element.excluded))

    def _indicator(self, groups: Sequence[int], chosen: Sequence[int]) -> Polynomial:
        """1 in the chosen case, else 0."""
        result = ONE
        for group, flag in zip(groups, chosen, strict=True):
            if flag:
                result = self.ring.multiply(result, self.ring.flagged(flag))
            else:
                none = [(-1, self.ring.flagged(one)) for one in bits(group)]
                result = self.ring.multiply(result, self.ring.add([(1, ONE), *none]))
        return result

    def _splits(self, *elements: Element) -> bool:
        """Whether a function of these is to be split into cases."""
        if all(element.plain for element in elements):
            return False
        self.left_opaque = self.left_opaque or not self.split
        return self.split

    # Factors with signs

    def _atoms(self, element: Element) -> tuple[Fraction, list[Atom]]:
        """`e = c · Π atom^power`, for an element that is not zero and has no flags; the atoms' leading coefficients are positive."""
        numerator, denominator = self.together(element.parts)
        if not numerator:
            raise NoValue("a denominator is zero, everywhere or in one of the cases")
        common, powers = content(numerator)
        rest = shifted(numerator, common, powers)
        value = Fraction(common, element.scale)
        atoms = [Atom(self.ring.power_of(index), power, self._generator_signs[index]) for index, power in powers.items()]
        if rest.constant is None:
            unit, factors = self.ring.factored(rest.plain or {})
            value *= unit
            for terms, power in factors:
                atom = self._polynomial(terms)
                if atom.leading() < 0:
                    atom = self.ring.scale(-1, atom)
                    value *= (-1) ** power
                atoms.append(Atom(atom, power, self._sign(atom)))
        else:
            value *= rest.constant
        atoms += [Atom(self._factors[index], -power, self._factor_signs[index]) for index, power in denominator]
        return value, atoms

    def _polynomial(self, terms: Terms) -> Polynomial:
        """Terms as a polynomial, with its bounds."""
        degree = rooted = 0
        for monomial in terms:
            for index, power in exponents(monomial).items():
                degree = max(degree, abs(power))
                if index in self.ring.rules:
                    rooted |= 1 << index
        return Polynomial({0: terms}, degree, rooted)

    # Steps

    def step(self, element: Element) -> Step:
        """`[e > 0]` and `[e = 0]`: of the sign of each factor, positive ones dropped."""
        if not element:
            return Step(ZERO, ONE, element.excluded)
        sign = self._sign_of(element)
        if abs(sign) == POSITIVE:
            return Step(ONE if sign > 0 else ZERO, ZERO, element.excluded)
        if self._splits(element):
            return self._split_step(element)
        if not element.plain:
            return self._opaque_step(element)
        value, atoms = self._atoms(element)
        result = Step(ONE if value > 0 else ZERO, ZERO)
        excluded = element.excluded
        for atom in atoms:
            one = self._atom_step(atom)
            excluded |= one.excluded
            result = self._product_step(result, one)
        return Step(result.positive, result.zero, excluded)

    def _split_step(self, element: Element) -> Step:
        """The step in each case of the flags that occur."""

        def positive(case: tuple[Element, ...]) -> Element:
            one = self.step(case[0])
            return integral(one.positive, one.excluded)

        def zero(case: tuple[Element, ...]) -> Element:
            one = self.step(case[0])
            return integral(one.zero, one.excluded)

        first, second = self._cases((element,), positive), self._cases((element,), zero)
        return Step(first.parts.get((), ZERO), second.parts.get((), ZERO), first.excluded | second.excluded)

    def _product_step(self, first: Step, second: Step) -> Step:
        """The signs of a product: `[ab > 0] = [a > 0][b > 0] + [a < 0][b < 0]`, `[ab = 0] = 1 - [a ≠ 0][b ≠ 0]`."""
        ring = self.ring
        if second.positive is ONE and second.zero is ZERO:
            return first
        negatives = [ring.add([(1, ONE), (-1, one.positive), (-1, one.zero)]) for one in (first, second)]
        nonzeros = [ring.subtract(ONE, one.zero) for one in (first, second)]
        positive = ring.add([(1, ring.multiply(first.positive, second.positive)), (1, ring.multiply(*negatives))])
        return Step(positive, ring.subtract(ONE, ring.multiply(*nonzeros)))

    def _atom_step(self, atom: Atom) -> Step:
        """The signs of one factor to a power; where it is inverted it is not zero."""
        sign = sign_of_power(atom.sign, atom.power)
        if abs(sign) == POSITIVE:
            return Step(ONE if sign > 0 else ZERO, ZERO)
        base = self._primitive_step(atom.value, atom.sign)
        if atom.power < 0:
            flags = 0
            for pattern in base.zero.parts:
                flags |= pattern
            base = Step(base.positive, base.zero, flags)
        if atom.power % 2:
            return base
        return Step(self.ring.subtract(ONE, base.zero), base.zero, base.excluded)

    def _primitive_step(self, value: Polynomial, sign: int) -> Step:
        """The flags of a primitive polynomial with positive leading coefficient."""
        key = value.key()
        known = self._steps.get(key)
        if known is None:
            if sign == UNKNOWN:
                positive, zero = self.ring.flags(2)
                known = Step(self.ring.flagged(positive), self.ring.flagged(zero))
            else:
                (zero,) = self.ring.flags(1)
                flag = self.ring.flagged(zero)
                known = Step(self.ring.subtract(ONE, flag) if sign > 0 else ZERO, flag)
            self._kink_of_flag[zero] = value
            self._steps[key] = known
        return known

    def _opaque_step(self, element: Element) -> Step:
        """The flags of an element with flags, kept whole: the denominator moves up to even powers."""
        numerator, denominator = self.together(element.parts)
        if not numerator:
            return Step(ZERO, ONE, element.excluded)
        for index, power in denominator:
            if power % 2 and self._factor_signs[index] != POSITIVE:
                numerator = self.ring.multiply(numerator, self._factors[index])
        common, _ = content(numerator)
        flip = numerator.leading() < 0
        base = self._primitive_step(shifted(numerator, -common if flip else common, {}), UNKNOWN)
        if not flip:
            return Step(base.positive, base.zero, element.excluded)
        return Step(self.ring.add([(1, ONE), (-1, base.positive), (-1, base.zero)]), base.zero, element.excluded)

    def absolute(self, element: Element) -> Element:
        """`|e| = e ([e > 0] - [e < 0])`."""
        step = self.step(element)
        sign = self.ring.add([(2, step.positive), (1, step.zero), (-1, ONE)])
        return self.times(element, sign).excluding(step.excluded)

    # Exponentials and logarithms

    def exponential(self, argument: Element) -> Element:
        """`exp(Σ c log a + Σ k b) = Π a^c · Π exp(b)^k`, over linearly independent `b`."""
        if self._splits(argument):
            return self._cases((argument,), lambda case: self.exponential(case[0]))
        argument = self._cancelled(argument)
        powers, rest = self._without_logarithms(argument)
        factors = [self.root(base, power) for base, power in powers]
        return self.product([*factors, integral(self._exponential_monomial(rest), argument.excluded)])

    def _without_logarithms(self, argument: Element) -> tuple[list[tuple[Element, Fraction]], Element]:
        """The summands `c log a` as pairs, and the rest."""
        numerator = argument.parts.get((), ZERO)
        terms = numerator.parts.get(0)
        if terms is None or not self._logarithm_at:
            return [], argument
        powers, kept = [], dict(terms)
        for monomial, coefficient in terms.items():
            found = exponents(monomial)
            if len(found) != 1:
                continue
            ((index, power),) = found.items()
            if power == 1 and index in self._logarithm_at:
                powers.append((self._logarithm_at[index], Fraction(coefficient, argument.scale)))
                del kept[monomial]
        patterns = {pattern: part for pattern, part in {**numerator.parts, 0: kept}.items() if part}
        rest = Polynomial(patterns, numerator.degree, numerator.rooted)
        return powers, self.element({**argument.parts, (): rest}, argument.scale, argument.excluded)

    def _exponential_monomial(self, argument: Element) -> Polynomial:
        """`exp(e)` as a monomial in exponentials of independent arguments."""
        vector = {
            (pattern, monomial, factors): Fraction(coefficient, argument.scale)
            for factors, numerator in argument.parts.items()
            for pattern, terms in numerator.parts.items()
            for monomial, coefficient in terms.items()
        }
        combination = self._span.combination(vector)
        if combination is None:
            index = self._generator(POSITIVE, "exp(…)")
            self._exponential_at[index] = len(self._exponentials)
            combination = {len(self._exponentials): Fraction(1)}
            self._exponentials.append(index)
            self._arguments.append(argument)
        needed = lcm(*(part.denominator for part in combination.values()))
        if self.granularity % needed:
            finer = lcm(self.granularity, needed)
            if finer > self.sizes.granularity:
                raise Undecidable("exponentials with too many different fractions")
            raise Finer(exponentials=finer)
        powers = [(self._exponentials[at], int(part * self.granularity)) for at, part in combination.items() if part]
        highest = max((abs(power) for _, power in powers), default=0)
        if highest > self.sizes.exponent:
            raise Undecidable("an exponent grew beyond the limit")
        return Polynomial({0: {packed(powers): 1}}, highest)

    def logarithm(self, argument: Element) -> Element:
        """`log(c Π a^n · rest) = log c + Σ n log a + log rest`, for factors `a` that are certainly positive."""
        if not argument:
            raise NoValue("the logarithm of zero")
        if self._splits(argument):
            return self._cases((argument,), lambda case: self.logarithm(case[0]))
        if not argument.plain:
            return self._opaque_logarithm(self._cancelled(argument))
        value, atoms = self._atoms(argument)
        summands = [Element({}, 1, argument.excluded), *self._logarithm_of_number(abs(value))]
        rest: list[Atom] = []
        for atom in atoms:
            if atom.sign == POSITIVE:
                summands.append(self.scaled(self._atom_logarithm(atom.value), Fraction(atom.power)))
            elif atom.sign == -POSITIVE:
                value *= (-1) ** (atom.power % 2)
                summands.append(self.scaled(self._atom_logarithm(self.ring.scale(-1, atom.value)), Fraction(atom.power)))
            else:
                rest.append(atom)
        if rest:
            summands.append(self._logarithm_of_rest(1 if value > 0 else -1, rest))
        elif value < 0:
            raise NoValue("the logarithm of a negative number")
        return self.add(summands)

    def _logarithm_of_number(self, value: Fraction) -> list[Element]:
        """`Σ n log p` over the primes of a positive rational number."""
        summands = []
        for part, direction in ((value.numerator, 1), (value.denominator, -1)):
            for prime, power in _primes(part):
                logarithm = self._opaque_logarithm(self.constant(prime))
                summands.append(self.scaled(logarithm, Fraction(direction * power)))
        return summands

    def _logarithm_of_rest(self, sign: int, atoms: list[Atom]) -> Element:
        """The logarithm of a product of unknown sign: of one factor to an odd power, `log(± a^n) = n log(± a)`."""
        if len(atoms) == 1 and atoms[0].power % 2:
            value = self.ring.scale(sign, atoms[0].value)
            return self.scaled(self._atom_logarithm(value), Fraction(atoms[0].power))
        product = self.product(self.power(integral(atom.value), atom.power) for atom in atoms)
        return self._opaque_logarithm(self.scaled(product, Fraction(sign)))

    def _atom_logarithm(self, atom: Polynomial) -> Element:
        """`log a`; of an exponential its argument, of a root that of its radicand, divided."""
        terms = atom.plain
        if terms is not None and len(terms) == 1:
            ((monomial, coefficient),) = terms.items()
            found = exponents(monomial)
            if coefficient == 1 and len(found) == 1:
                ((index, power),) = found.items()
                if power == 1 and index in self._exponential_at:
                    return self.scaled(self._arguments[self._exponential_at[index]], Fraction(1, self.granularity))
                if power == 1 and index in self._radicand_at:
                    return self.scaled(self.logarithm(integral(self._radicand_at[index])), Fraction(1, self.root_order))
        return self._opaque_logarithm(integral(atom))

    def _opaque_logarithm(self, argument: Element) -> Element:
        index, new = self._opaque(("log",), (argument,))
        if new:
            self._logarithm_at[index] = argument
        return integral(self.ring.power_of(index), argument.excluded)

    # Roots

    def root(self, base: Element, power: Fraction) -> Element:
        """`e^(p/q)`: whole powers of `q`-th powers come out, of squares as absolute values."""
        if power.denominator == 1:
            return self.power(base, power.numerator)
        if not base:
            if power > 0:
                return base
            raise NoValue("a negative power of zero")
        if self._splits(base):
            return self._cases((base,), lambda case: self.root(case[0], power))
        if not base.plain:
            index, _ = self._opaque(("power", power), (self._cancelled(base),), NONNEGATIVE)
            return integral(self.ring.power_of(index), base.excluded)
        value, atoms = self._atoms(base)
        factors = [integral(ONE, base.excluded), self._root_of_number(abs(value), power)]
        sign = 1 if value > 0 else -1
        rest = ONE
        for atom in atoms:
            if atom.sign == POSITIVE:
                factors.append(self._atom_root(atom.value, power * atom.power, POSITIVE))
                continue
            if atom.sign == -POSITIVE:
                sign *= (-1) ** (atom.power % 2)
                factors.append(self._atom_root(self.ring.scale(-1, atom.value), power * atom.power, POSITIVE))
                continue
            whole, part = divmod(atom.power, 2 * power.denominator)
            outside = 2 * whole * power.numerator
            if part >= power.denominator and power.denominator % 2 == 0:
                part -= power.denominator
                absolute = self.absolute(integral(atom.value))
                factors.append(self.power(absolute, power.numerator))
            factors.append(self.power(integral(atom.value), outside))
            rest = self.ring.multiply(rest, self.ring.power(atom.value, part))
        if rest is ONE:
            if sign < 0:
                raise NoValue("a root of a negative number")
        else:
            rest = self.ring.scale(sign, rest)
            factors.append(self._atom_root(rest, power, self._sign(rest)))
        return self.product(factors)

    def _root_of_number(self, value: Fraction, power: Fraction) -> Element:
        """A root of a positive rational number, by its primes."""
        factors = []
        for part, direction in ((value.numerator, 1), (value.denominator, -1)):
            factors += [self._atom_root(number(prime), power * count * direction, POSITIVE) for prime, count in _primes(part)]
        return self.product(factors)

    def _atom_root(self, atom: Polynomial, power: Fraction, sign: int) -> Element:
        """`a^(n/Q) = a^k r^j` with `r^Q = a`; an exponential's argument is divided instead."""
        terms = atom.plain
        if terms is not None and len(terms) == 1:
            ((monomial, coefficient),) = terms.items()
            found = exponents(monomial)
            if coefficient == 1 and len(found) == 1:
                ((index, count),) = found.items()
                if index in self._exponential_at:
                    total = count * power
                    if total.denominator != 1:
                        raise Finer(exponentials=self._finer(self.granularity, total.denominator))
                    return integral(self.ring.power_of(index, int(total)))
        steps = power * self.root_order
        if steps.denominator != 1:
            raise Finer(roots=self._finer(self.root_order, steps.denominator))
        whole, part = divmod(int(steps), self.root_order)
        result = self.power(integral(atom), whole)
        if not part:
            return result
        key = ("root", atom.key())
        index = self._exact.get(key, -1)
        if index < 0:
            index = self._generator(POSITIVE if sign == POSITIVE else NONNEGATIVE, "root(…)", self.root_order, atom)
            self._exact[key] = index
            self._radicand_at[index] = atom
        return self.times(result, self.ring.power_of(index, part))

    def _finer(self, have: int, factor: int) -> int:
        finer = have * factor
        if finer > self.sizes.granularity:
            raise Undecidable("powers with too many different fractions")
        return finer

    # Conversion

    def convert(self, expression: Expr) -> Element:
        """The normal form of an expression."""
        element = self._elements.get(expression)
        if element is None:
            self.ring.check()
            element = self._elements[expression] = self._convert(expression)
        return element

    def _convert(self, expression: Expr) -> Element:
        if isinstance(expression, Symbol):
            return self._symbol(expression)
        if expression.is_Rational:
            return self.constant(Fraction(int(expression.p), int(expression.q)))
        if expression.is_Add:
            return self._cancelled(self.add([self.convert(argument) for argument in expression.args]))
        if expression.is_Mul:
            return self.product([self.convert(argument) for argument in expression.args])
        rule = _RULES.get(type(expression))
        if rule is not None:
            return rule(self, expression)
        if expression in (sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
            raise NoValue("a denominator is identically zero")
        raise Undecidable(f"no rules for {type(expression).__name__}")

    def _symbol(self, symbol: Symbol) -> Element:
        group = self._group_of.get(symbol)
        if group is not None:
            if symbol not in self._flag_of_symbol:
                self._label(group)
            return self._flag_of_symbol[symbol]
        definition = self._opened(symbol)
        if definition is not None:
            return self.convert(definition)
        return integral(self._named(("symbol", symbol), self.signs.of(symbol), symbol.name))

    def _label(self, group: tuple[Symbol, ...]) -> None:
        """One-hot labels: the last is 1 minus the others."""
        flags = self.ring.flags(len(group) - 1) if len(group) > 1 else []
        for symbol, flag in zip(group, flags, strict=False):
            self._flag_of_symbol[symbol] = integral(self.ring.flagged(flag))
        last = self.ring.add([(1, ONE), *((-1, self.ring.flagged(flag)) for flag in flags)])
        self._flag_of_symbol[group[-1]] = integral(last)

    def _power(self, expression: Expr) -> Element:
        base, exponent_ = expression.args
        if exponent_.is_Integer:
            return self.power(self.convert(base), int(exponent_))
        if exponent_.is_Rational:
            return self.root(self.convert(base), Fraction(int(exponent_.p), int(exponent_.q)))
        if base is sympy.E:
            return self.exponential(self.convert(exponent_))
        below, above = self.convert(base), self.convert(exponent_)
        fixed = self._rational(above)
        if fixed is not None:
            return self.root(below, fixed).excluding(above.excluded)
        if self.signs.of(base) == POSITIVE or self._sign_of(below) == POSITIVE:
            return self.exponential(self.multiply(above, self.logarithm(below)))
        return self.function(("power",), (below, above))

    def _rational(self, element: Element) -> Fraction | None:
        """The value, if it is a rational number."""
        constant = element.parts[()].constant if list(element.parts) == [()] else None
        return Fraction(0) if not element else None if constant is None else Fraction(constant, element.scale)

    def function(self, kind: tuple[object, ...], arguments: tuple[Element, ...]) -> Element:
        """The value of a function of which nothing is known but that equal arguments give equal values."""
        if self._splits(*arguments):
            return self._cases(arguments, lambda case: self.function(kind, case))
        arguments = tuple(self._cancelled(argument) for argument in arguments)
        index, _ = self._opaque(kind, arguments)
        excluded = 0
        for argument in arguments:
            excluded |= argument.excluded
        return integral(self.ring.power_of(index), excluded)

    def odd(self, kind: str, argument: Element) -> Element:
        """`f(-u) = -f(u)`, `f(0) = 0`."""
        if self._splits(argument):
            return self._cases((argument,), lambda case: self.odd(kind, case[0]))
        argument = self._cancelled(argument)
        if not argument:
            return argument
        if argument.leads_negative:
            return self.scaled(self.function((kind,), (self.scaled(argument, Fraction(-1)),)), Fraction(-1))
        return self.function((kind,), (argument,))

    def cosine(self, argument: Element) -> Element:
        """`cos(-u) = cos u`, `cos² u = 1 - sin² u`, `cos 0 = 1`."""
        if self._splits(argument):
            return self._cases((argument,), lambda case: self.cosine(case[0]))
        argument = self._cancelled(argument)
        if not argument:
            return integral(ONE, argument.excluded)
        sine = self.odd("sin", argument).parts[()]
        key = ("cos", self.ring.multiply(sine, sine).key())
        index = self._exact.get(key, -1)
        if index < 0:
            square = self.ring.subtract(ONE, self.ring.multiply(sine, sine))
            index = self._exact[key] = self._generator(UNKNOWN, "cos(…)", 2, square)
        return integral(self.ring.power_of(index), argument.excluded)

    def _hyperbolic(self, expression: Expr) -> Element:
        """`tanh u = (e^2u - 1)/(e^2u + 1)`, `sinh, cosh = (e^u ∓ e^-u)/2`."""
        argument = self.convert(expression.args[0])
        if isinstance(expression, sympy.tanh):
            square = self.exponential(self.scaled(argument, Fraction(2)))
            above, below = self.add([square, self.constant(-1)]), self.add([square, self.constant(1)])
            return self.multiply(above, self.reciprocal(below))
        sign = -1 if isinstance(expression, sympy.sinh) else 1
        rising, falling = self.exponential(argument), self.exponential(self.scaled(argument, Fraction(-1)))
        return self.scaled(self.add([rising, self.scaled(falling, Fraction(sign))]), Fraction(1, 2))

    def _stepped(self, argument: Expr) -> Step:
        sign = self.signs.of(argument)
        if abs(sign) == POSITIVE:
            self.convert(argument)
            return Step(ONE if sign > 0 else ZERO, ZERO)
        return self.step(self.convert(argument))

    def _step_function(self, expression: Expr) -> Element:
        """`[u > 0]`, `[u = 0]`, `[u > 0] - [u < 0]`."""
        step = self._stepped(expression.args[0])
        if isinstance(expression, Positive):
            value = step.positive
        elif isinstance(expression, Zero):
            value = step.zero
        else:
            value = self.ring.add([(2, step.positive), (1, step.zero), (-1, ONE)])
        return integral(value, step.excluded)

    def _maximum(self, expression: Expr) -> Element:
        """`max(a, b) = b + (a - b) [a - b > 0]`."""
        first, second = self.convert(expression.args[0]), self.convert(expression.args[1])
        ahead = self.subtract(first, second)
        step = self.step(ahead)
        return self.add([second, self.times(ahead, step.positive)]).excluding(step.excluded)

    # The question

    def vanishes(self, expression: Element, where: Element) -> Proof:
        """A proof that `expression · where` is zero wherever it has a value; `NotZero` if none is seen."""
        question = self.multiply(expression, where)
        patterns = {pattern for numerator in question.parts.values() for pattern in numerator.parts}
        patterns = {pattern for pattern in patterns if not pattern & question.excluded}
        left = [pattern for pattern in sorted(patterns) if not self._vanishes_at(question, pattern)]
        if not left:
            return Proof()
        return self._vanishes_in_cases(question, left)

    def _vanishes_at(self, question: Element, pattern: int) -> bool:
        """Whether the coefficient of a pattern is zero; with the flag `[u = 0]`, modulo `u`."""
        parts = {factors: self._part(numerator, pattern) for factors, numerator in question.parts.items()}
        return self._is_zero(parts) or self._is_zero_on(parts, [flag for flag in bits(pattern) if flag in self._kink_of_flag])

    def _is_zero_on(self, parts: dict[Factors, Polynomial], zeros: list[int]) -> bool:
        """Whether a sum of fractions vanishes where the arguments of these flags do."""
        if not zeros:
            return False
        numerator, _ = self.together({factors: part for factors, part in parts.items() if part})
        return self._vanishes_on(numerator.plain or {}, [self._kink_of_flag[flag] for flag in zeros])

    def _vanishes_in_cases(self, question: Element, left: list[int]) -> Proof:
        """The same, case by case over the flags of the patterns that are left: a case may be impossible by the signs it asks for."""
        groups = sorted({self.ring.group_of[flag] for pattern in left for flag in bits(pattern)})
        choices = [[*bits(group), 0] for group in groups]
        count = 1
        for choice in choices:
            count *= len(choice)
        if not groups or count > self.sizes.cases:
            return self._off_kinks(left)
        kinks: list[str] = []
        for chosen in product(*choices):
            active = sum(chosen)
            if active & question.excluded:
                continue
            parts: dict[Factors, Polynomial] = {}
            for factors, numerator in question.parts.items():
                kept = {pattern: terms for pattern, terms in numerator.parts.items() if pattern in left}
                parts[factors] = self.ring.restricted(Polynomial(kept, numerator.degree, numerator.rooted), active)
            zeros = [flag for flag in chosen if flag in self._kink_of_flag]
            if self._is_zero(parts) or self._is_zero_on(parts, zeros) or self._is_impossible(groups, chosen):
                continue
            if not zeros:
                raise NotZero
            kinks.append(self.printed(self._kink_of_flag[zeros[0]]))
        return Proof(tuple(dict.fromkeys(kinks)))

    def _off_kinks(self, left: list[int]) -> Proof:
        """All that is left has some flag `[u = 0]`."""
        kinks = []
        for pattern in left:
            zeros = [flag for flag in bits(pattern) if flag in self._kink_of_flag]
            if not zeros:
                raise NotZero
            kinks.append(self.printed(self._kink_of_flag[zeros[0]]))
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
                Constraint({m: Fraction(sign * c) for m, c in terms.items() if m}, Fraction(sign * terms.get(0, 0)), relation)
            )
            monomials |= {m for m in terms if m}
        for monomial in monomials:
            sign = self._sign(Polynomial({0: {monomial: 1}}))
            if sign != UNKNOWN:
                direction = Fraction(1 if sign > 0 else -1)
                constraints.append(Constraint({monomial: direction}, Fraction(0), ">" if abs(sign) == POSITIVE else ">="))
        return impossible(constraints)

    def _part(self, numerator: Polynomial, pattern: int) -> Polynomial:
        """The coefficient of one pattern of flags."""
        terms = numerator.parts.get(pattern)
        return Polynomial({0: terms}, numerator.degree, numerator.rooted) if terms else ZERO

    def _vanishes_on(self, terms: Terms, zeros: list[Polynomial]) -> bool:
        """Whether a polynomial vanishes where all of `zeros` do: each is solved for a generator that it is linear in."""
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

    def printed(self, value: Polynomial) -> str:
        """A polynomial for people, as SymPy prints it."""
        summands = []
        for pattern, terms in value.parts.items():
            for monomial, coefficient in terms.items():
                factors = [Symbol(self._names[index]) ** power for index, power in exponents(monomial).items()]
                flags = [Symbol("[…]")] if pattern else []
                summands.append(sympy.Mul(coefficient, *factors, *flags))
        return str(sympy.Add(*summands))


def _primes(value: int) -> list[tuple[int, int]]:
    """Prime factors with powers, of a positive integer; what is left after small primes counts as one."""
    return [(int(prime), int(count)) for prime, count in sympy.factorint(value, limit=10_000).items() if prime != 1]


_RULES: dict[type, Callable[[Algebra, Expr], Element]] = {
    sympy.Pow: Algebra._power,
    sympy.exp: lambda algebra, e: algebra.exponential(algebra.convert(e.args[0])),
    sympy.log: lambda algebra, e: algebra.logarithm(algebra.convert(e.args[0])),
    sympy.tanh: Algebra._hyperbolic,
    sympy.sinh: Algebra._hyperbolic,
    sympy.cosh: Algebra._hyperbolic,
    sympy.sin: lambda algebra, e: algebra.odd("sin", algebra.convert(e.args[0])),
    sympy.cos: lambda algebra, e: algebra.cosine(algebra.convert(e.args[0])),
    sympy.erf: lambda algebra, e: algebra.odd("erf", algebra.convert(e.args[0])),
    type(sympy.pi): lambda algebra, e: integral(algebra._named(("pi",), POSITIVE, "pi")),
    type(sympy.E): lambda algebra, e: algebra.exponential(algebra.constant(1)),
    Positive: Algebra._step_function,
    Zero: Algebra._step_function,
    Sign: Algebra._step_function,
    Absolute: lambda algebra, e: algebra.absolute(algebra.convert(e.args[0])),
    Maximum: Algebra._maximum,
    Unspecified: lambda algebra, e: algebra.function(
        ("unspecified", e.args[0], e.args[1]), tuple(map(algebra.convert, e.arguments))
    ),
    UnspecifiedComponent: lambda algebra, e: algebra.function(
        ("component", e.args[0], e.args[1], e.orders), tuple(map(algebra.convert, e.arguments))
    ),
}
