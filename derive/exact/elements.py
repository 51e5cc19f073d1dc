"""Elements: sums of fractions of polynomials, over one growing set of generators.

    e = 1/scale · Σ_denominators numerator / Π factor^power

* Every operation is an identity at each point where its operands have values.
* `Element.excluded` holds flags `[u = 0]` at which it has no value; it has a value nowhere else than its operands.
* Nothing that contains a flag is inverted: `reciprocal` asks for its cases (`derive.exact.cases`).
* If `_is_zero(parts)` is true, the sum is zero wherever the generators have values. If not, nothing is said.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import lcm

from derive.errors import Undecidable
from derive.exact.polynomials import ONE, Polynomial, Ring, Sizes, Terms, content, exponents, number, shifted
from derive.exact.signs import NONNEGATIVE, POSITIVE, UNKNOWN, sign_of_power, sign_of_product, sign_of_sum
from derive.records import dataclass


class NoValue(Exception):
    """An expression has a value nowhere, or not in one of its cases."""


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


@dataclass(frozen=True, slots=True)
class Atom:
    """A factor of an element, to a power; its sign wherever it has a value."""

    value: Polynomial
    power: int
    sign: int


def integral(numerator: Polynomial, excluded: int = 0) -> Element:
    """A polynomial as an element."""
    return Element({(): numerator} if numerator else {}, 1, excluded)


class Elements:
    """The generators with their signs and arguments, the factors of denominators, and the arithmetic of elements."""

    def __init__(self, sizes: Sizes, check: Callable[[], None]) -> None:
        self.ring = Ring(sizes, check)
        self.sizes = sizes
        self._generator_signs: list[int] = []
        self._names: dict[int, str] = {}
        self._exact: dict[tuple[object, ...], int] = {}
        self._candidates: dict[tuple[object, ...], list[tuple[tuple[Element, ...], int]]] = {}
        self._factors: list[Polynomial] = []
        self._factor_index: dict[tuple[object, ...], int] = {}
        self._factor_signs: list[int] = []
        self._factor_powers: dict[tuple[int, int], Polynomial] = {}

    def by_cases(self, element: Element, function: Callable[[Element], Element]) -> Element:
        """The value of a function in every case of the flags that occur in its argument."""
        raise NotImplementedError

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

    def _opaque(
        self, kind: tuple[object, ...], arguments: tuple[Element, ...], sign: int = UNKNOWN
    ) -> tuple[int, bool]:
        """The generator of this kind whose arguments equal these; and whether it is new."""
        keys = tuple(self._key(argument) for argument in arguments)
        exact = (kind, keys)
        if exact in self._exact:
            return self._exact[exact], False
        known = self._candidates.setdefault(kind, [])
        fractional = any(any(argument.parts) for argument in arguments)
        for others, index in known:
            comparable = fractional or any(any(other.parts) for other in others)
            if comparable and all(self._same(mine, other) for mine, other in zip(arguments, others, strict=True)):
                self._exact[exact] = index
                return index, False
        index = self._exact[exact] = self._generator(sign, f"{kind[0]}(…)")
        known.append((arguments, index))
        return index, True

    def _key(self, element: Element) -> tuple[object, ...]:
        return (element.scale, *sorted((factors, numerator.key()) for factors, numerator in element.parts.items()))

    def _same(self, first: Element, second: Element) -> bool:
        return self._is_zero(self.subtract(first, second).parts)

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
        return Element(
            {tuple((index, count * power) for index, count in factors): raised}, base.scale**power, base.excluded
        )

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
            missing = [self._factor_power(index, power - have.get(index, 0)) for index, power in sorted(common.items())]
            totals.append((1, self.ring.product([numerator, *missing])))
        return self.ring.add(totals), tuple(sorted(common.items()))

    def reciprocal(self, element: Element) -> Element:
        """`1/e`: its factors are not zero where this has a value; an element with flags is split into cases."""
        if not element:
            raise NoValue("a denominator is zero, everywhere or in one of the cases")
        if not element.plain:
            return self.by_cases(element, self.reciprocal)
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
            known = (
                self._factors[index]
                if power == 1
                else self.ring.multiply(self._factor_power(index, power - 1), self._factors[index])
            )
            self._factor_powers[index, power] = known
        return known

    def _sign(self, value: Polynomial) -> int:
        """The sign of a polynomial, if it follows from the signs of its generators."""
        return sign_of_sum(
            sign_of_product(
                [
                    POSITIVE if coefficient > 0 else -POSITIVE,
                    NONNEGATIVE if pattern else POSITIVE,
                    *(
                        sign_of_power(self._generator_signs[index], power)
                        for index, power in exponents(monomial).items()
                    ),
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

    def _is_zero(self, parts: dict[Factors, Polynomial]) -> bool:
        """Whether `Σ numerator / denominator` is zero: what is over a factor's highest power is divisible by it."""
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

    def _atoms(self, element: Element) -> tuple[Fraction, list[Atom]]:
        """`e = c · Π atom^power`, for an element that is not zero and has no flags; atoms lead with positive terms."""
        numerator, denominator = self.together(element.parts)
        if not numerator:
            raise NoValue("a denominator is zero, everywhere or in one of the cases")
        common, powers = content(numerator)
        rest = shifted(numerator, common, powers)
        value = Fraction(common, element.scale)
        atoms = [
            Atom(self.ring.power_of(index), power, self._generator_signs[index]) for index, power in powers.items()
        ]
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
