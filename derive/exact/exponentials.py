"""Exponentials, logarithms and roots.

    exp(Σ c log a + Σ k b) = Π a^c · Π exp(b)^k      over linearly independent b
    log(c Π a^n) = log c + Σ n log a                 for a certainly positive
    (Π a^n)^(p/q) = Π a^(n p/q)                      for a certainly positive; √(x²) = |x|

Exponents of exponentials and of roots are multiples of `1/granularity` and `1/root_order`. If that is too coarse,
`Finer` is raised, and everything is to be converted again.
"""

from collections.abc import Callable
from fractions import Fraction
from math import lcm

from flint import fmpz

from derive.errors import Undecidable
from derive.exact.cases import Cases
from derive.exact.elements import Atom, Element, Factors, NoValue, integral
from derive.exact.polynomials import ONE, ZERO, Polynomial, Sizes, exponents, number, packed
from derive.exact.signs import NONNEGATIVE, POSITIVE
from derive.exact.span import Span


class Finer(Exception):
    """The attempt is to be made again with exponentials and roots in finer steps."""

    def __init__(self, exponentials: int = 1, roots: int = 1) -> None:
        self.exponentials = exponentials
        self.roots = roots
        super().__init__(exponentials, roots)


class Exponentials(Cases):
    """Elements with exponentials of linearly independent arguments, logarithms and roots."""

    def __init__(
        self, sizes: Sizes, check: Callable[[], None], split: bool, granularity: int = 1, root_order: int = 2
    ) -> None:
        super().__init__(sizes, check, split)
        self.granularity = granularity
        self.root_order = root_order
        self._span: Span[tuple[int, int, Factors]] = Span()
        self._exponentials: list[int] = []
        self._arguments: list[Element] = []
        self._exponential_at: dict[int, int] = {}
        self._logarithm_at: dict[int, Element] = {}
        self._radicand_at: dict[int, Polynomial] = {}

    def exponential(self, argument: Element) -> Element:
        """`exp(Σ c log a + Σ k b) = Π a^c · Π exp(b)^k`, over linearly independent `b`."""
        if self._splits(argument):
            return self.by_cases(argument, self.exponential)
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
            return self.by_cases(argument, self.logarithm)
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
                summands.append(
                    self.scaled(self._atom_logarithm(self.ring.scale(-1, atom.value)), Fraction(atom.power))
                )
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

    def root(self, base: Element, power: Fraction) -> Element:
        """`e^(p/q)`: whole powers of `q`-th powers come out, of squares as absolute values."""
        if power.denominator == 1:
            return self.power(base, power.numerator)
        if not base:
            if power > 0:
                return base
            raise NoValue("a negative power of zero")
        if self._splits(base):
            return self.by_cases(base, lambda case: self.root(case, power))
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
            factors += [
                self._atom_root(number(prime), power * count * direction, POSITIVE) for prime, count in _primes(part)
            ]
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


_SMALL_PRIMES = 1_229
"""So many primes are below 10,000."""


def _primes(value: int) -> list[tuple[int, int]]:
    """Prime factors with powers, of a positive integer; what is left after small primes counts as one."""
    if value.bit_length() > 256:
        return [(value, 1)]
    return [(int(prime), int(count)) for prime, count in fmpz(value).factor(trial_limit=_SMALL_PRIMES)]
