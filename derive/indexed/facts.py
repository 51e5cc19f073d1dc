"""Facts about products: what follows where certain factors stand beside one another, or are summed.

`Facts.is_changed` applies one fact, if there is one to apply; the product is then zero, or waits in another form. Each
rule takes the factor that it is about, and the product.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from fractions import Fraction
from itertools import product

from derive.indexed.heads import (
    FIRST_POSITION,
    LAST_POSITION,
    Factor,
    Form,
    Head,
    Heads,
    Indices,
    Monomial,
    NotGeneral,
    Number,
)
from derive.indexed.relations import Bag, Relation, contracted, find
from derive.records import dataclass

Key = tuple[int, Indices]
Waiting = list[tuple[list[Factor], Number, dict[int, str]]]


@dataclass(slots=True)
class Product:
    """One product while it is settled: its factors, its coefficient, the dimensions of its summed indices.

    `hot` are the places of the one-hot vectors met so far. Products that take its place go to `waiting`.
    """

    bag: Bag
    number: Number
    bound: dict[int, str]
    waiting: Waiting
    hot: dict[Key, int] = field(default_factory=dict)

    @property
    def factors(self) -> list[Factor]:
        return [(head, indices, exponent) for (head, indices), exponent in self.bag.items()]

    def substituted(self, old: int, new: int) -> list[Factor]:
        """The factors with an index in the place of another."""
        return [
            (head, tuple([new if i == old else i for i in indices]) if old in indices else indices, exponent)
            for (head, indices), exponent in self.bag.items()
        ]

    def wait(self, factors: list[Factor], scale: Number = 1, without: int | None = None) -> None:
        """Another product in place of this one; `without`: an index that is summed no more."""
        bound = {index: dim for index, dim in self.bound.items() if index != without}
        self.waiting.append((factors, self.number * scale, bound))

    def push(self, kept: list[Factor], template: Form, indices: Indices, scale: Number = 1) -> None:
        """Products of what is kept with every term of a template, taken at some indices."""
        shift = 1 + max([0, *(index for _, found, _ in kept for index in found), *self.bound, *indices])
        names = dict(zip(range(-1, -1 - len(indices), -1), indices, strict=True))
        for monomial, coefficient in template.items():
            self.wait([*kept, *renamed_factors(monomial, names, shift)], scale * coefficient)


class Facts:
    """What is known of the heads. Groups, steps and inverses have `relations`, `[u > 0]` has an `opposite` `[u < 0]`.

    `inverted`: the inverse of each symbol that has one, and the symbol of each such inverse.
    """

    def __init__(self, heads: Heads) -> None:
        self.heads = heads
        self.relations: dict[int, tuple[Relation, ...]] = {}
        self.opposite: dict[int, int] = {}
        self.inverted: dict[int, tuple[int, bool]] = {}

    def concern(self, head: Head) -> bool:
        """Whether something is known of products with a head."""
        return not head.is_plain or head.number in self.inverted or head.number in self.relations

    def is_changed(self, found: Product) -> bool:
        """Apply one fact, if there is one to apply: then the product is zero, or waits in another form."""
        heads = self.heads.all
        keys = list(found.bag)
        for key in keys:
            head = heads[key[0]]
            if head.is_flag and found.bag[key] != 1:
                raise NotGeneral("something is divided by a value that may be zero")
            rule = Facts._hot if head.hot is not None else _FIRST.get(head.kind)
            if rule is not None and rule(self, key, found):
                return True
            if (head.orthogonal or key[0] in self.inverted) and self._contracted(key, found):
                return True
        for key in keys:
            rule = _SECOND.get(heads[key[0]].kind) if key in found.bag else None
            if rule is not None and rule(self, key, found):
                return True
        return False

    # ── values that are 0 or 1 ──

    def _delta(self, key: Key, found: Product) -> bool:
        """`δ_ij`: 1 if i is j, used up if one of them is summed over, 0 between two positions."""
        first, second = key[1]
        if first == second:
            del found.bag[key]
            found.wait(found.factors)
            return True
        old, new = (second, first) if second >= 0 else (first, second)
        if old < 0:
            return _are_positions(first, second) or self._made_alike(key, found)
        del found.bag[key]
        found.wait(found.substituted(old, new), without=old)
        return True

    def _made_alike(self, key: Key, found: Product) -> bool:
        """`δ_ij f(j) = δ_ij f(i)`: beside a `δ` of two free indices only one of them stands."""
        new, old = key[1]
        if not any(old in indices for other, indices in found.bag if (other, indices) != key):
            return False
        del found.bag[key]
        found.wait([*found.substituted(old, new), (key[0], key[1], 1)])
        return True

    def _less(self, key: Key, found: Product) -> bool:
        """`[i < j]`: 0 if i is j, known between two positions."""
        first, second = key[1]
        if first == second:
            return True
        if not _are_positions(first, second):
            return False
        if (first < second) != (first > LAST_POSITION):
            del found.bag[key]
            found.wait(found.factors)
        return True

    def _hot(self, key: Key, found: Product) -> bool:
        """Exactly one entry of a one-hot vector is 1: products of two are the same entry, and their sum is 1."""
        head = self.heads[key[0]]
        at = head.hot
        assert at is not None
        index = key[1][at]
        others = key[1][:at] + key[1][at + 1 :]
        before = found.hot.setdefault((key[0], others), index)
        if before != index:
            del found.bag[key]
            found.wait([*found.factors, (self.heads.delta(head.dims[at]).number, (before, index), 1)])
            return True
        if index >= 0 and index not in others and sum(other[1].count(index) for other in found.bag) == 1:
            del found.bag[key]
            found.wait(found.factors, without=index)
            return True
        return False

    def _positive(self, key: Key, found: Product) -> bool:
        """`[u > 0] [u < 0] = 0`."""
        return (self.opposite[key[0]], key[1]) in found.bag

    # ── functions ──

    def _cosine(self, key: Key, found: Product) -> bool:
        """`cos² = 1 - sin²`."""
        head, exponent = self.heads[key[0]], found.bag[key]
        if head.name != "cos" or exponent < 2:
            return False
        sine = self.heads.of_form("function", "sin", head.template, head.dims)
        del found.bag[key]
        kept = [*found.factors, *([(key[0], key[1], exponent - 2)] if exponent > 2 else [])]
        found.wait(kept)
        found.wait([*kept, (sine.number, key[1], 2)], -1)
        return True

    def _prime(self, key: Key, found: Product) -> bool:
        """A prime to a whole power is a number."""
        exponent = found.bag[key]
        whole = exponent.__floor__()
        if not whole:
            return False
        del found.bag[key]
        if exponent != whole:
            found.bag[key] = exponent - whole
        found.wait(found.factors, Fraction(int(self.heads[key[0]].name)) ** whole)
        return True

    # ── inverses ──

    def _contracted(self, key: Key, found: Product) -> bool:
        """`Σ_k A_ik (A^-1)_kj = δ_ij`, and for an orthogonal matrix `Σ_k Q_ki Q_kj = δ_ij`, likewise by rows."""
        bag, head = found.bag, self.heads[key[0]]
        for place in (0, 1):
            index, mine = key[1][place], key[1][1 - place]
            if index < 0 or mine == index or bag[key] not in (1, 2):
                continue
            if sum(other[1].count(index) * (2 if bag[other] == 2 else 1) for other in bag) != 2:
                continue
            met = self._met(key, place, bag)
            if met is None:
                continue
            other, rest = met
            remaining = [(h, indices, e) for (h, indices), e in bag.items() if (h, indices) not in (key, other)]
            delta = self.heads.delta(head.dims[1 - place]).number
            found.wait([*remaining, (delta, (mine, rest), 1)], without=index)
            return True
        return False

    def _met(self, key: Key, place: int, bag: Bag) -> tuple[Key, int] | None:
        """The matrix that an inverse is summed with over one of its indices, and that one's other index."""
        index = key[1][place]
        partner, swapped = self.inverted.get(key[0], (key[0], True))
        if bag[key] == 2 and partner == key[0]:
            return key, key[1][1 - place]
        other = next((one for one in bag if one != key and index in one[1]), None)
        if other is None or other[0] != partner or bag[other] != 1:
            return None
        there = place if swapped else 1 - place
        if self.heads[key[0]].symmetric:
            there = other[1].index(index)
        if other[1][there] != index or other[1][1 - there] == index:
            return None
        return other, other[1][1 - there]

    def _inverse_met(self, key: Key, found: Product) -> bool:
        """`Σ_k (A^-1)_ik A_kj = δ_ij`, for what leads in A."""
        if key[0] not in self.relations or found.bag[key] != 1:
            return False
        head = self.heads[key[0]]
        for relation, place in product(self.relations[key[0]], (0, 1)):
            index, mine = key[1][place], key[1][1 - place]
            if index < 0 or mine == index:
                continue
            lead = contracted(relation, key, found.bag, place)
            if lead is None:
                continue
            remaining, other = lead
            kept = _factors(remaining)
            left = {i for indices in ((mine, other), *(i for _, i, _ in kept)) for i in indices}
            self._use_up(found, left)
            scale = Fraction(1) / relation.coefficient
            found.wait([*kept, (self.heads.delta(head.dims[0]).number, (mine, other), 1)], scale)
            found.bound = {**found.bound, index: head.dims[0]}
            ends = (index, other) if place == 1 else (other, index)
            found.push([*kept, (key[0], key[1], 1)], relation.rest, ends, -scale)
            return True
        return False

    # ── groups and steps ──

    def _group(self, key: Key, found: Product) -> bool:
        """A sum to a positive power is multiplied out once; under a reciprocal it has a relation."""
        exponent = found.bag[key]
        if exponent <= 0:
            return exponent <= -1 and self._related(key, found)
        del found.bag[key]
        kept = [*found.factors, *([(key[0], key[1], exponent - 1)] if exponent != 1 else [])]
        found.push(kept, self.heads[key[0]].template, key[1])
        return True

    def _related(self, key: Key, found: Product) -> bool:
        """`lead · g = (whole - rest) · g` for the lead of a sum under a reciprocal or a step, if the product has it."""
        exponent = found.bag[key]
        for relation in self.relations.get(key[0], ()):
            without_lead = find(relation, key, found.bag)
            if without_lead is None:
                continue
            kept = _factors(without_lead)
            self._use_up(found, {*key[1], *(index for _, indices, _ in kept for index in indices)})
            scale = Fraction(1) / relation.coefficient
            if relation.step is None:
                raised = [(key[0], key[1], exponent + 1)] if exponent != -1 else []
                found.wait([*kept, *raised], scale)
            else:
                found.push(kept, relation.whole, key[1], scale)
                found.push([*kept, (relation.step, key[1], 1)], relation.whole, key[1], -scale)
            found.push([*kept, (key[0], key[1], exponent)], relation.rest, key[1], -scale)
            return True
        return False

    @staticmethod
    def _use_up(found: Product, left: set[int]) -> None:
        """Sum no more over indices that stood in the product and are not left."""
        gone = {index for _, indices in found.bag for index in indices} - left
        found.bound = {index: dim for index, dim in found.bound.items() if index not in gone}


_FIRST: Mapping[str, Callable[[Facts, Key, Product], bool]] = {
    "delta": Facts._delta,
    "less": Facts._less,
    "positive": Facts._positive,
    "function": Facts._cosine,
    "prime": Facts._prime,
}

_SECOND: Mapping[str, Callable[[Facts, Key, Product], bool]] = {
    "group": Facts._group,
    "negative": Facts._related,
    "inverse": Facts._inverse_met,
}
"""Those that make sums of products come after those that only make one."""


def _are_positions(first: int, second: int) -> bool:
    """Whether both are fixed positions that are counted from the same end."""
    return max(first, second) <= FIRST_POSITION and (first <= LAST_POSITION) == (second <= LAST_POSITION)


def _factors(bag: Bag) -> list[Factor]:
    return [(head, indices, exponent) for (head, indices), exponent in bag.items()]


def renamed_factors(monomial: Monomial, names: Mapping[int, int] | None, shift: int = 0) -> list[Factor]:
    """The factors with free indices renamed and bound ones moved out of the way."""
    if not names:
        if not shift:
            return list(monomial)
        return [(h, tuple([i + shift if i >= 0 else i for i in indices]), e) for h, indices, e in monomial]
    get = names.get
    return [(h, tuple([i + shift if i >= 0 else get(i, i) for i in indices]), e) for h, indices, e in monomial]
