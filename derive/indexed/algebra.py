"""Sums of canonical products: addition, multiplication, sums over an index, renaming, and what follows from the facts.

Whatever is put in is settled at once: `δ` over a summed index is used up, entries of one-hot vectors are 0 or 1 and sum
to 1, a matrix meets its inverse, and the relations of groups and steps are applied (`derive.indexed.relations`). If two
forms are the same mapping, the expressions are equal wherever both have a value, for all dimensions.
"""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import product

from derive.indexed.heads import (
    COLUMN,
    FIRST_POSITION,
    LAST_POSITION,
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
from derive.indexed.relations import Relation, contracted, find

MAX_TERMS = 4_000
"""Monomials of one form."""

MAX_STEPS = 60_000
"""Products that are settled for one question, unless `Algebra.limit` says otherwise."""

ZERO: Form = {}
ONE: Form = {(): 1}

Bag = dict[tuple[int, Indices], Number]
Waiting = list[tuple[list[Factor], Number, dict[int, str]]]


class Algebra:
    """Arithmetic with forms over some heads. `check` is called now and then and may stop the work."""

    def __init__(self, heads: Heads, check: Callable[[], None] = lambda: None) -> None:
        self.heads = heads
        self.check = check
        self.steps = 0
        self.limit = MAX_STEPS
        self.relations: dict[int, tuple[Relation, ...]] = {}
        self.opposite: dict[int, int] = {}
        self.inverted: dict[int, tuple[int, bool]] = {}
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
        left = [(_renamed(m, first_names), c) for m, c in first.items()]
        right = [(_renamed(m, second_names, shift), c) for m, c in second.items()]
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
            self.settle(_renamed(monomial, names, 0), coefficient, dict(summed or {}), out)
        return out

    def sum_over(self, form: Form, index: int, dim: str) -> Form:
        """`Σ` of a form over one of its free indices."""
        return self.renamed(form, {index: 1_000}, {1_000: dim})

    def transposed(self, form: Form) -> Form:
        return self.renamed(form, {ROW: COLUMN, COLUMN: ROW})

    def whole_power(self, form: Form, exponent: int) -> Form:
        """`form^n`, n from 0."""
        total = ONE
        for _ in range(exponent):
            total = self.multiply(total, form)
        return total

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
        heads = self.heads.all
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
                special = special or not head.is_plain or number_of in self.inverted or number_of in self.relations
            else:
                total = before + exponent
                if head.is_flag:
                    total = 1
                if total:
                    bag[key] = _whole(total)
                else:
                    del bag[key]
                    cancels = True
        if special and self._is_changed(bag, number, bound, waiting):
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
            waiting.append(([*kept, *_renamed(monomial, names, shift)], number * coefficient, dict(bound)))

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

    # ── facts ──

    def _is_changed(  # noqa: C901, PLR0912
        self, bag: Bag, number: Number, bound: dict[int, str], waiting: Waiting
    ) -> bool:
        """Apply one fact, if there is one to apply: then the product is zero, or waits in another form."""
        heads = self.heads.all
        hot: dict[tuple[int, Indices], int] = {}
        for key, exponent in list(bag.items()):
            head = heads[key[0]]
            kind = head.kind
            if head.is_flag and exponent != 1:
                raise NotGeneral("something is divided by a value that may be zero")
            if kind == "delta":
                if self._delta(key, bag, number, bound, waiting):
                    return True
            elif kind == "less":
                first, second = key[1]
                if first == second:
                    return True
                if _are_positions(first, second):
                    if (first < second) == (first > LAST_POSITION):
                        return True
                    del bag[key]
            elif head.hot is not None:
                if self._hot(key, head, hot, bag, number, bound, waiting):
                    return True
            elif kind == "positive":
                if (self.opposite[key[0]], key[1]) in bag:
                    return True
            elif kind == "function" and head.name == "cos" and exponent >= 2:
                self._squared_cosine(key, exponent, bag, number, bound, waiting)
                return True
            elif kind == "prime" and (exponent >= 1 or exponent < 0):
                whole = exponent.__floor__()
                rest = exponent - whole
                del bag[key]
                if rest:
                    bag[key] = rest
                waiting.append((_factors(bag), number * Fraction(int(head.name)) ** whole, bound))
                return True
            elif (head.orthogonal or key[0] in self.inverted) and self._contracted(
                key, head, bag, number, bound, waiting
            ):
                return True
        for key, exponent in list(bag.items()):
            kind = heads[key[0]].kind
            if kind == "group" and exponent > 0:
                self._expanded(key, exponent, bag, number, bound, waiting)
                return True
            if kind == "inverse" and key[0] in self.relations and exponent == 1:
                if self._inverse_met(key, bag, number, bound, waiting):
                    return True
            elif (kind == "negative" or (kind == "group" and exponent <= -1)) and self._related(
                key, exponent, bag, number, bound, waiting
            ):
                return True
        return False

    def _delta(
        self, key: tuple[int, Indices], bag: Bag, number: Number, bound: dict[int, str], waiting: Waiting
    ) -> bool:
        """`δ_ij`: 1 if i is j, used up if one of them is summed over, 0 between two positions."""
        first, second = key[1]
        if first == second:
            del bag[key]
            waiting.append((_factors(bag), number, bound))
            return True
        old, new = (second, first) if second >= 0 else (first, second)
        if old < 0:
            return _are_positions(first, second) or self._made_alike(key, bag, number, bound, waiting)
        del bag[key]
        bound = dict(bound)
        bound.pop(old, None)
        waiting.append((_substituted(bag, old, new), number, bound))
        return True

    def _made_alike(
        self, key: tuple[int, Indices], bag: Bag, number: Number, bound: dict[int, str], waiting: Waiting
    ) -> bool:
        """`δ_ij f(j) = δ_ij f(i)`: beside a `δ` of two free indices only one of them stands."""
        new, old = key[1]
        if not any(old in indices for other, indices in bag if (other, indices) != key):
            return False
        del bag[key]
        waiting.append(([*_substituted(bag, old, new), (key[0], key[1], 1)], number, bound))
        return True

    def _hot(
        self,
        key: tuple[int, Indices],
        head: Head,
        seen: dict[tuple[int, Indices], int],
        bag: Bag,
        number: Number,
        bound: dict[int, str],
        waiting: Waiting,
    ) -> bool:
        """Exactly one entry of a one-hot vector is 1: products of two are the same entry, and their sum is 1."""
        at = head.hot
        assert at is not None
        index = key[1][at]
        others = key[1][:at] + key[1][at + 1 :]
        before = seen.setdefault((key[0], others), index)
        if before != index:
            del bag[key]
            delta = (self.heads.delta(head.dims[at]).number, (before, index), 1)
            waiting.append(([*_factors(bag), delta], number, bound))
            return True
        if index >= 0 and index not in others and sum(other[1].count(index) for other in bag) == 1:
            del bag[key]
            bound = dict(bound)
            del bound[index]
            waiting.append((_factors(bag), number, bound))
            return True
        return False

    def _contracted(
        self,
        key: tuple[int, Indices],
        head: Head,
        bag: Bag,
        number: Number,
        bound: dict[int, str],
        waiting: Waiting,
    ) -> bool:
        """`Σ_k A_ik (A^-1)_kj = δ_ij`, and for an orthogonal matrix `Σ_k Q_ki Q_kj = δ_ij`, likewise by rows."""
        partner, swapped = self.inverted.get(key[0], (key[0], True))
        for place in (0, 1):
            index = key[1][place]
            if index < 0 or key[1][1 - place] == index or bag[key] not in (1, 2):
                continue
            if sum(other[1].count(index) * (2 if bag[other] == 2 else 1) for other in bag) != 2:
                continue
            if bag[key] == 2 and partner == key[0]:
                other, rest = key, key[1][1 - place]
            else:
                found = [one for one in bag if one != key and index in one[1]]
                if not found or found[0][0] != partner or bag[found[0]] != 1:
                    continue
                other = found[0]
                there = place if swapped else 1 - place
                if head.symmetric:
                    there = other[1].index(index)
                if other[1][there] != index or other[1][1 - there] == index:
                    continue
                rest = other[1][1 - there]
            mine = key[1][1 - place]
            remaining = [(h, indices, e) for (h, indices), e in bag.items() if (h, indices) not in (key, other)]
            bound = dict(bound)
            del bound[index]
            delta = (self.heads.delta(head.dims[1 - place]).number, (mine, rest), 1)
            waiting.append(([*remaining, delta], number, bound))
            return True
        return False

    def _inverse_met(
        self, key: tuple[int, Indices], bag: Bag, number: Number, bound: dict[int, str], waiting: Waiting
    ) -> bool:
        """`Σ_k (A^-1)_ik A_kj = δ_ij`, for what leads in A."""
        head = self.heads[key[0]]
        for relation, place in product(self.relations[key[0]], (0, 1)):
            index = key[1][place]
            if index < 0 or key[1][1 - place] == index:
                continue
            found = contracted(relation, key, bag, place)
            if found is None:
                continue
            remaining, other = found
            kept = _factors(remaining)
            mine = key[1][1 - place]
            scale = number * (Fraction(1) / relation.coefficient)
            left = {i for indices in ((mine, other), *(i for _, i, _ in kept)) for i in indices}
            present = {i for _, indices in bag for i in indices}
            bound = {i: dim for i, dim in bound.items() if i in left or i not in present}
            delta = (self.heads.delta(head.dims[0]).number, (mine, other), 1)
            waiting.append(([*kept, delta], scale, dict(bound)))
            ends = (index, other) if place == 1 else (other, index)
            self._push(
                [*kept, (key[0], key[1], 1)], relation.rest, ends, -scale, {**bound, index: head.dims[0]}, waiting
            )
            return True
        return False

    def _expanded(
        self,
        key: tuple[int, Indices],
        exponent: Number,
        bag: Bag,
        number: Number,
        bound: dict[int, str],
        waiting: Waiting,
    ) -> None:
        """A sum to a positive power is multiplied out once."""
        head = self.heads[key[0]]
        del bag[key]
        rest = exponent - 1
        kept = [*_factors(bag), *([(key[0], key[1], rest)] if rest else [])]
        self._push(kept, head.template, key[1], number, bound, waiting)

    def _squared_cosine(
        self,
        key: tuple[int, Indices],
        exponent: Number,
        bag: Bag,
        number: Number,
        bound: dict[int, str],
        waiting: Waiting,
    ) -> None:
        """`cos² = 1 - sin²`."""
        cosine = self.heads[key[0]]
        sine = self.heads.of_form("function", "sin", cosine.template, cosine.dims)
        del bag[key]
        kept = [*_factors(bag), *([(key[0], key[1], exponent - 2)] if exponent > 2 else [])]
        waiting.append((kept, number, dict(bound)))
        waiting.append(([*kept, (sine.number, key[1], 2)], -number, dict(bound)))

    def _push(
        self,
        kept: list[Factor],
        template: Form,
        indices: Indices,
        number: Number,
        bound: dict[int, str],
        waiting: Waiting,
    ) -> None:
        """Products of what is kept with every term of a template, taken at some indices."""
        shift = 1 + max([0, *(index for _, found, _ in kept for index in found), *bound, *indices])
        names = dict(zip(range(-1, -1 - len(indices), -1), indices, strict=True))
        for monomial, coefficient in template.items():
            waiting.append(([*kept, *_renamed(monomial, names, shift)], number * coefficient, dict(bound)))

    def _related(
        self,
        key: tuple[int, Indices],
        exponent: Number,
        bag: Bag,
        number: Number,
        bound: dict[int, str],
        waiting: Waiting,
    ) -> bool:
        """`lead · g = (whole - rest) · g` for the lead of a sum under a reciprocal or a step, if the product has it."""
        for relation in self.relations.get(key[0], ()):
            rest_of_bag = find(relation, key, bag)
            if rest_of_bag is None:
                continue
            scale = number * (Fraction(1) / relation.coefficient)
            kept = [(h, indices, e) for (h, indices), e in rest_of_bag.items()]
            used_up = {index for _, indices in bag for index in indices}
            used_up.difference_update(key[1], *(indices for _, indices, _ in kept))
            bound = {index: dim for index, dim in bound.items() if index not in used_up}
            if relation.step is None:
                rest = exponent + 1
                waiting.append(([*kept, *([(key[0], key[1], rest)] if rest else [])], scale, dict(bound)))
            else:
                step = (relation.step, key[1], 1)
                self._push(kept, relation.whole, key[1], scale, bound, waiting)
                self._push([*kept, step], relation.whole, key[1], -scale, bound, waiting)
            self._push([*kept, (key[0], key[1], exponent)], relation.rest, key[1], -scale, bound, waiting)
            return True
        return False


def _whole(value: Number) -> Number:
    """An integer where a number is one."""
    if type(value) is int:
        return value
    return value.numerator if value.denominator == 1 else value


def _are_positions(first: int, second: int) -> bool:
    """Whether both are fixed positions that are counted from the same end."""
    return max(first, second) <= FIRST_POSITION and (first <= LAST_POSITION) == (second <= LAST_POSITION)


def _factors(bag: Bag) -> list[Factor]:
    return [(head, indices, exponent) for (head, indices), exponent in bag.items()]


def _renamed(monomial: Monomial, names: Mapping[int, int] | None, shift: int = 0) -> list[Factor]:
    """The factors with free indices renamed and bound ones moved out of the way."""
    if not names:
        if not shift:
            return list(monomial)
        return [(h, tuple([i + shift if i >= 0 else i for i in indices]), e) for h, indices, e in monomial]
    get = names.get
    return [(h, tuple([i + shift if i >= 0 else get(i, i) for i in indices]), e) for h, indices, e in monomial]


def _substituted(bag: Bag, old: int, new: int) -> list[Factor]:
    return [
        (head, tuple([new if index == old else index for index in indices]) if old in indices else indices, exponent)
        for (head, indices), exponent in bag.items()
    ]


def total(algebra: Algebra, forms: Iterable[Form]) -> Form:
    """The sum of some forms."""
    result: Form = ZERO
    for form in forms:
        result = algebra.add(result, form)
    return result
