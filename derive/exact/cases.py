"""Flags: functions of 0/1-valued generators are split into cases, and steps `[u > 0]`, `[u = 0]` become flags.

    f(u) = Σ_cases [case] f(u in this case)

For each canonical `u` the flags `[u > 0]` and `[u = 0]` exclude each other; `[u < 0]` is 1 minus both. So
`[-u > 0] = 1 - [u > 0] - [u = 0]`, and the steps of a product follow from those of its factors.
"""

from collections.abc import Callable, Sequence
from itertools import product

from derive.errors import Undecidable
from derive.exact.elements import Atom, Element, Elements, NoValue, integral
from derive.exact.polynomials import ONE, ZERO, Polynomial, Sizes, bits, content, shifted
from derive.exact.signs import POSITIVE, UNKNOWN, sign_of_power
from derive.records import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """`[u > 0]` and `[u = 0]` as polynomials in flags."""

    positive: Polynomial
    zero: Polynomial
    excluded: int = 0


class Cases(Elements):
    """Elements with steps. `split`: whether functions of flags are split into cases; else they stay opaque values."""

    def __init__(self, sizes: Sizes, check: Callable[[], None], split: bool) -> None:
        super().__init__(sizes, check)
        self.split = split
        self.left_opaque = False
        self._steps: dict[tuple[object, ...], Step] = {}
        self._kink_of_flag: dict[int, Polynomial] = {}

    def by_cases(self, element: Element, function: Callable[[Element], Element]) -> Element:
        """`Σ_cases [case] f(value in this case)`."""
        return self._cases((element,), lambda case: function(case[0]))

    def _cases(self, elements: tuple[Element, ...], function: Callable[[tuple[Element, ...]], Element]) -> Element:
        """`Σ_cases [case] f(values in this case)`, over all cases of the flags that occur.

        If a case without value is one in which some `u = 0`, the case is left out, and the whole has no value where
        `u = 0`, if that is so in every such case. Else what a case excludes is excluded only if all cases exclude it.
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
        excluded = -1
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
            excluded &= value.excluded
            results.append(self.times(Element(value.parts, value.scale), self._indicator(groups, chosen)))
        inherited = 0
        for element in elements:
            inherited |= element.excluded
        return self.add(results).excluding(inherited | (without & ~valued) | (excluded if results else 0))

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
