"""The canonical form of one product: its bound indices numbered by colour refinement, its factors sorted.

Two products that differ by the names of bound indices alone get the same form. Colours tell bound indices apart by
where they stand; what colours cannot tell apart is settled by trying every order. Factors that share no bound index are
numbered apart.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby, permutations, product
from math import factorial, prod

from derive.indexed.heads import Factor, Heads, Indices, Monomial, NotGeneral

MAX_ORDERS = 720
"""Orders of bound indices that look alike which are tried for one product."""

_SELF = 1_000_000
_BOUND = 1_000


def canonical(heads: Heads, factors: Sequence[Factor]) -> Monomial:
    """The factors with bound indices numbered canonically, sorted."""
    apart: list[Factor] = []
    joined: list[tuple[set[int], list[Factor]]] = []
    for factor in factors:
        bound = {index for index in factor[1] if index >= 0}
        if not bound:
            apart.append(factor)
            continue
        together = [factor]
        rest = []
        for indices, members in joined:
            if bound.isdisjoint(indices):
                rest.append((indices, members))
            else:
                bound |= indices
                together += members
        joined = [*rest, (bound, together)]
    if not joined:
        apart.sort()
        return tuple(apart)
    if len(joined) == 1:
        return tuple(sorted([*apart, *_connected(heads, joined[0][1], joined[0][0])]))
    first = 0
    for part in sorted(_connected(heads, members, indices) for indices, members in joined):
        apart += [(h, tuple([i + first if i >= 0 else i for i in indices]), e) for h, indices, e in part]
        first += 1 + max(index for _, indices, _ in part for index in indices)
    return tuple(sorted(apart))


def _connected(heads: Heads, factors: Sequence[Factor], bound: set[int]) -> Monomial:
    """The canonical form of factors that hang together by their bound indices."""
    if len(bound) == 1:
        (only,) = bound
        return _renumbered(heads, factors, {only: 0})
    classes = _colour_classes(factors, bound)
    if len(classes) == len(bound):
        return _renumbered(heads, factors, {members[0]: at for at, members in enumerate(classes)})
    if prod(factorial(len(members)) for members in classes) > MAX_ORDERS:
        raise NotGeneral("a product has too many indices that look alike")
    return min(
        _renumbered(heads, factors, {index: at for at, index in enumerate(sum(orders, ()))})
        for orders in product(*(permutations(members) for members in classes))
    )


def _renumbered(heads: Heads, factors: Iterable[Factor], numbers: dict[int, int]) -> Monomial:
    renamed = []
    for head, indices, exponent in factors:
        new = tuple([numbers.get(index, index) for index in indices])
        if len(new) == 2 and new[0] > new[1] and heads.all[head].symmetric:
            new = (new[1], new[0])
        renamed.append((head, new, exponent))
    renamed.sort()
    return tuple(renamed)


def _colour_classes(factors: Sequence[Factor], bound: set[int]) -> list[list[int]]:
    """The bound indices in classes of the same colour, in the order of their colours."""
    colours = dict.fromkeys(bound, 0)
    count = 1
    while True:
        signatures: dict[int, list[tuple[object, ...]]] = {index: [] for index in bound}
        for head, indices, exponent in factors:
            for index in set(indices):
                if index >= 0:
                    signatures[index].append((head, exponent, _seen_from(index, indices, colours)))
        keys = {index: (colours[index], sorted(found)) for index, found in signatures.items()}
        ordered = sorted(bound, key=keys.__getitem__)
        classes = [list(members) for _, members in groupby(ordered, key=keys.__getitem__)]
        if len(classes) == count or len(classes) == len(bound):
            return classes
        count = len(classes)
        colours = {index: colour for colour, members in enumerate(classes) for index in members}


def _seen_from(index: int, indices: Indices, colours: dict[int, int]) -> tuple[int, ...]:
    """The indices of a factor as one of them sees the others."""
    return tuple([_SELF if other == index else (_BOUND + colours[other] if other >= 0 else other) for other in indices])
