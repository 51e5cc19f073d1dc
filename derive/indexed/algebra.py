"""Sums of canonical products: addition, multiplication, sums over an index, renaming, and what follows from the facts.

Whatever is put in is settled at once: `δ` over a summed index is used up, entries of one-hot vectors are 0 or 1 and sum
to 1, a matrix meets its inverse, and the relations of groups and steps are applied (`derive.indexed.relations`). If two
forms are the same mapping, the expressions are equal wherever both have a value, for all dimensions.
"""

from collections.abc import Callable, Mapping

from derive.indexed.facts import Facts, Product, Waiting, renamed_factors
from derive.indexed.heads import (
    COLUMN,
    ROW,
    Factor,
    Form,
    Head,
    Heads,
    Indices,
    Monomial,
    NotGeneral,
    Number,
)
from derive.indexed.monomials import canonical
from derive.indexed.relations import Bag

MAX_TERMS = 4_000
"""Monomials of one form."""

MAX_STEPS = 60_000
"""Products that are settled for one question, unless `Algebra.limit` says otherwise."""

ZERO: Form = {}
ONE: Form = {(): 1}


class Algebra:
    """Arithmetic with forms over some heads. `check` is called now and then and may stop the work."""

    def __init__(self, heads: Heads, check: Callable[[], None] = lambda: None) -> None:
        self.heads = heads
        self.check = check
        self.steps = 0
        self.limit = MAX_STEPS
        self.facts = Facts(heads)
        self.merged: Callable[[Head, Indices, Number], tuple[Form, dict[int, int]]] | None = None

    # ── sums ──

    def constant(self, value: Number) -> Form:
        value = _whole(value)
        return {(): value} if value else ZERO

    def factor(self, head: Head, *indices: int, exponent: Number = 1) -> Form:
        """The form of one entry."""
        out: dict[Monomial, Number] = {}
        self.settle([(head.number, indices, exponent)], 1, {}, out)
        return out

    def add(self, first: Form, second: Form, factor: Number = 1) -> Form:
        """`first + factor · second`."""
        if not second:
            return first
        total = dict(first)
        for monomial, coefficient in second.items():
            value = total.get(monomial, 0) + factor * coefficient
            if value:
                total[monomial] = value
            else:
                total.pop(monomial, None)
        return total

    def scaled(self, form: Form, factor: Number) -> Form:
        if factor == 1:
            return form
        return {monomial: _whole(coefficient * factor) for monomial, coefficient in form.items()} if factor else ZERO

    # ── products ──

    def multiply(
        self,
        first: Form,
        second: Form,
        first_names: Mapping[int, int] | None = None,
        second_names: Mapping[int, int] | None = None,
        summed: Mapping[int, str] | None = None,
    ) -> Form:
        """The product, its free indices renamed first; names given in `summed` are then summed over their dimension."""
        out: dict[Monomial, Number] = {}
        if len(first) * len(second) > 20 * MAX_TERMS:
            raise NotGeneral("a product has too many terms")
        if not first_names and not second_names and not summed:
            if first == ONE:
                return second
            if second == ONE:
                return first
        over = dict(summed or {})
        shift = 100
        left = [(renamed_factors(m, first_names), c) for m, c in first.items()]
        right = [(renamed_factors(m, second_names, shift), c) for m, c in second.items()]
        for factors, coefficient in left:
            for others, other in right:
                self.settle([*factors, *others], coefficient * other, over, out)
        return out

    def renamed(self, form: Form, names: Mapping[int, int], summed: Mapping[int, str] | None = None) -> Form:
        """The form with free indices renamed; those that get a number from 0 are summed over."""
        if not summed and all(old == new for old, new in names.items()):
            return form
        out: dict[Monomial, Number] = {}
        for monomial, coefficient in form.items():
            self.settle(renamed_factors(monomial, names, 0), coefficient, dict(summed or {}), out)
        return out

    def sum_over(self, form: Form, index: int, dim: str) -> Form:
        """`Σ` of a form over one of its free indices."""
        return self.renamed(form, {index: 1_000}, {1_000: dim})

    def transposed(self, form: Form) -> Form:
        return self.renamed(form, {ROW: COLUMN, COLUMN: ROW})

    def whole_power(self, form: Form, exponent: int) -> Form:
        """`form^n`, n from 0, by squares: no root is left in one, and what is put in for roots doubles every time."""
        if exponent < 2:
            return self.multiply(ONE, form) if exponent else ONE
        total = square = self.multiply(form, form)
        for _ in range(exponent // 2 - 1):
            total = self.multiply(total, square)
        return self.multiply(total, form) if exponent % 2 else total

    # ── one product ──

    def settle(
        self, factors: list[Factor], coefficient: Number, summed: Mapping[int, str], out: dict[Monomial, Number]
    ) -> None:
        """Add a product to a sum, with everything that follows from the facts applied."""
        waiting: Waiting = [(factors, coefficient, dict(summed))]
        while waiting:
            self.steps += 1
            if self.steps > self.limit:
                raise NotGeneral("the index form takes too many steps")
            if not self.steps & 255:
                self.check()
            factors, number, bound = waiting.pop()
            settled = self._settled(factors, number, bound, waiting)
            if settled is None:
                continue
            monomial, number = settled
            value = out.get(monomial, 0) + number
            if value:
                out[monomial] = _whole(value)
                if len(out) > MAX_TERMS:
                    raise NotGeneral("a form has too many terms")
            else:
                del out[monomial]

    def _settled(  # noqa: PLR0912
        self, factors: list[Factor], number: Number, bound: dict[int, str], waiting: Waiting
    ) -> tuple[Monomial, Number] | None:
        """The product in canonical form, or None where it is zero, or waits as other products."""
        heads, concern = self.heads.all, self.facts.concern
        bag: Bag = {}
        special = False
        cancels = False
        for number_of, places, exponent in factors:
            head, indices = heads[number_of], places
            for index, dim in zip(indices, head.dims, strict=True):
                if index >= 0:
                    known = bound.setdefault(index, dim)
                    if known != dim:
                        raise NotGeneral(f"an index runs over {known} in one place and over {dim} in another")
            if len(indices) > 1:
                if head.symmetric and indices[0] > indices[1]:
                    indices = (indices[1], indices[0])
                if head.is_function and len(set(indices)) < len(indices) and self.merged is not None:
                    found = self.merged(head, indices, exponent)
                    self._put_in(factors, *found, (number_of, indices), number, bound, waiting)
                    return None
            key = (number_of, indices)
            before = bag.get(key)
            if before is None:
                bag[key] = exponent
                special = special or concern(head)
            else:
                total = before + exponent
                if head.is_flag:
                    total = 1
                if total:
                    bag[key] = _whole(total)
                else:
                    del bag[key]
                    cancels = True
        if special and self.facts.is_changed(Product(bag, number, bound, waiting)):
            return None
        if cancels or len(bound) != 0:
            number = self._count_vanished(bag, number, bound)
        if len(bag) > 60 or len(bound) > 90:
            raise NotGeneral("a product has too many factors")
        return canonical(self.heads, [(h, indices, e) for (h, indices), e in bag.items()]), number

    def _put_in(
        self,
        factors: list[Factor],
        value: Form,
        names: Mapping[int, int],
        key: tuple[int, Indices],
        number: Number,
        bound: dict[int, str],
        waiting: Waiting,
    ) -> None:
        """Replace the first factor with a head and indices by a form that has its indices in their places."""
        heads = self.heads.all
        for head, indices, _ in factors:
            for index, dim in zip(indices, heads[head].dims, strict=True):
                if index >= 0:
                    bound.setdefault(index, dim)
        symmetric = heads[key[0]].symmetric
        at = next(
            at
            for at, (head, indices, _) in enumerate(factors)
            if head == key[0] and (indices == key[1] or (symmetric and indices[::-1] == key[1]))
        )
        kept = [*factors[:at], *factors[at + 1 :]]
        shift = 1 + max([0, *bound])
        for monomial, coefficient in value.items():
            waiting.append(([*kept, *renamed_factors(monomial, names, shift)], number * coefficient, dict(bound)))

    def _count_vanished(self, bag: Bag, number: Number, bound: dict[int, str]) -> Number:
        """A sum over an index that occurs no more counts its dimension."""
        present = {index for _, indices in bag for index in indices}
        for index, dim in bound.items():
            if index not in present:
                if dim.isdigit():
                    number = number * int(dim)
                    continue
                key = (self.heads.named("size", dim, positive=True).number, ())
                total = bag.get(key, 0) + 1
                if total:
                    bag[key] = total
                else:
                    del bag[key]
        return number


def _whole(value: Number) -> Number:
    """An integer where a number is one."""
    if type(value) is int:
        return value
    return value.numerator if value.denominator == 1 else value
