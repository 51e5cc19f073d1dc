"""Forms put in for heads, wherever these stand: in products, and in what functions are taken of."""

from collections.abc import Mapping

from derive.indexed.algebra import ZERO
from derive.indexed.functions import Functions
from derive.indexed.heads import Factor, Form, Head, Monomial, NotGeneral, Number

MAX_BOUND = 70
"""Summed indices of one product that are renamed at once: their letters end before those of other uses."""


class Replacement:
    """Puts forms in for heads."""

    def __init__(self, functions: Functions, values: Mapping[int, Form], *, smooth: bool = False) -> None:
        self.functions = functions
        self.algebra = functions.algebra
        self.heads = functions.heads
        self.smooth = smooth
        self.values: dict[int, Form] = dict(values)
        self._numbers = frozenset(values)
        self._heads: dict[int, Form] = {}
        self._powers: dict[Factor, Form] = {}

    def _changes(self, head: Head) -> bool:
        if not self._numbers.isdisjoint(head.mentions):
            return True
        return self.smooth and any(self.heads[number].kind in KINKED for number in head.mentions)

    def form(self, form: Form) -> Form:
        total: Form = ZERO
        unchanged: Form = {}
        for monomial, number in form.items():
            changing = [factor for factor in monomial if self._changes(self.heads[factor[0]])]
            if not changing:
                unchanged = {**unchanged, monomial: number}
                continue
            total = self.algebra.add(total, self._product(monomial, number))
        return self.algebra.add(total, unchanged)

    def _product(self, monomial: Monomial, number: Number) -> Form:
        """One product with its heads replaced: its summed indices are free while the factors are put together."""
        bound: dict[int, str] = {}
        for head_number, indices, _ in monomial:
            for index, dim in zip(indices, self.heads[head_number].dims, strict=True):
                if index >= 0:
                    bound[index] = dim
        if max(bound, default=0) > MAX_BOUND:
            raise NotGeneral("a product is summed over too many indices")
        names = {index: -(820 + index) for index in bound}
        kept: list[Factor] = []
        changing: list[Factor] = []
        for head_number, indices, exponent in monomial:
            places = tuple([names.get(index, index) for index in indices])
            group = changing if self._changes(self.heads[head_number]) else kept
            group.append((head_number, places, exponent))
        value: dict[Monomial, Number] = {}
        self.algebra.settle(kept, number, {}, value)
        total: Form = value
        for factor in changing:
            total = self.algebra.multiply(total, self._power(factor))
        if not bound:
            return total
        back = {name: 1_000 + index for index, name in names.items()}
        return self.algebra.renamed(total, back, {1_000 + index: dim for index, dim in bound.items()})

    def _power(self, factor: Factor) -> Form:
        """A factor with everything put in: the same one stands in many products."""
        found = self._powers.get(factor)
        if found is None:
            head_number, places, exponent = factor
            found = self.functions.power(self.functions.at(self._head(self.heads[head_number]), places), exponent)
            self._powers[factor] = found
        return found

    def _head(self, head: Head) -> Form:
        """A head in its slots with everything put in."""
        if head.number in self.values:
            return self.values[head.number]
        if head.number not in self._heads:
            self._heads[head.number] = self._made_again(head)
        return self._heads[head.number]

    def _made_again(self, head: Head) -> Form:
        argument = self.form(head.template)
        if self.smooth and head.kind in KINKED:
            return self._smooth(head, argument)
        return self.functions.of(head, argument)

    def _smooth(self, head: Head, argument: Form) -> Form:
        """`max(u, 0) = u [u > 0]`, `|u| = u [u > 0] - u [u < 0]`."""
        f, u = self.functions, argument
        if head.kind == "antiramp":
            u = self.algebra.scaled(u, -1)
        above = self.algebra.multiply(u, f.positive(u))
        if head.kind != "absolute":
            return above
        return self.algebra.add(above, self.algebra.multiply(u, f.negative(u)), -1)


KINKED = ("ramp", "antiramp", "absolute")
