"""When a product is another sum because of what one of its factors is.

* A group `g = whole` under a reciprocal: `lead · g^-1 = (1 - rest · g^-1) / c`, where `whole = c · lead + rest`.
* The inverse `g` of a matrix `A = c · lead + rest`: `Σ_k g_ik lead_kj = (δ_ij - Σ_k g_ik rest_kj) / c`.
* A step `n = [u < 0]`, with `p = [u > 0]`: `u (1 - p - n) = 0`, so `lead · n = (u - u p - rest · n) / c`.

The lead is chosen such that the rewriting ends: an atom that stands in no other term of the sum, the term of the
highest degree in one exponential (and for its negative powers the term of degree 0), or a sum over indices.
"""

from collections.abc import Iterator, Mapping

from derive.indexed.heads import Factor, Form, Heads, Indices, Monomial, Number
from derive.records import dataclass

Bag = dict[tuple[int, Indices], Number]


@dataclass(frozen=True, slots=True)
class Relation:
    """`lead · g` in other terms; `step` is the head `[u > 0]` where g is `[u < 0]`, else g is a reciprocal.

    With `below`, the lead stands for the constant term, and `pattern` is what shows that it is to be replaced.
    """

    lead: Monomial
    coefficient: Number
    rest: Form
    whole: Form
    step: int | None = None
    pattern: Monomial = ()


def relations_of(heads: Heads, whole: Form, step: int | None = None) -> tuple[Relation, ...]:
    """The relations of a group or a step over a form."""
    found = []
    lead = _lead(heads, whole)
    if lead is not None:
        rest = {monomial: number for monomial, number in whole.items() if monomial != lead}
        found.append(Relation(lead, whole[lead], rest, whole, step, lead))
        below = _below(whole) if step is None else None
        if below is not None:
            rest = {monomial: number for monomial, number in whole.items() if monomial}
            found.append(Relation((), whole[()], rest, whole, step, below))
    return tuple(found)


def relations_of_inverse(heads: Heads, matrix: Form) -> tuple[Relation, ...]:
    """The relation of the inverse of a matrix: its lead is a product over an index, else an entry, never `δ`."""
    possible = [
        monomial
        for monomial in matrix
        if monomial
        and {-1, -2} <= {index for _, indices, _ in monomial for index in indices}
        and not any(heads[head].kind == "delta" for head, _, _ in monomial)
    ]
    if not possible:
        return ()
    lead = max(possible, key=lambda monomial: (_is_bound(monomial), len(monomial), monomial))
    rest = {monomial: number for monomial, number in matrix.items() if monomial != lead}
    return (Relation(lead, matrix[lead], rest, matrix, None, lead),)


def contracted(relation: Relation, key: tuple[int, Indices], bag: Bag, place: int) -> tuple[Bag, int] | None:
    """What remains of a product without an entry of an inverse and the lead that it is summed with, and the lead's
    other index; `place` is the slot of the inverse that is summed. None where there is no such lead.
    """
    index = key[1][place]
    others = {other: exponent for other, exponent in bag.items() if other != key}
    known, open_slot = (-1, -2) if place == 1 else (-2, -1)
    for other in sorted({i for _, indices in others for i in indices} - {index}):
        names = {known: index, open_slot: other}
        for remaining in _matches(list(relation.pattern), names, {}, others, (0, (index, other))):
            if not any(index in indices for _, indices in remaining):
                return remaining, other
    return None


def _is_bound(monomial: Monomial) -> bool:
    return any(index >= 0 for _, indices, _ in monomial for index in indices)


def _lead(heads: Heads, whole: Form) -> Monomial | None:
    plain = [monomial for monomial in whole if monomial and not _is_bound(monomial)]
    if any(exponent < 0 for monomial in whole for _, _, exponent in monomial if not _is_bound(monomial)):
        return None
    alone = [monomial for monomial in plain if len(monomial) == 1 and _stands_alone(monomial, whole)]
    if alone:
        return max(alone, key=lambda monomial: (heads[monomial[0][0]].kind in ("symbol", "cut"), monomial))
    if plain and len(plain) + (() in whole) == len(whole):
        degrees = sorted((sum(exponent for _, _, exponent in monomial), monomial) for monomial in plain)
        return degrees[-1][1] if len(degrees) == 1 or degrees[-1][0] > degrees[-2][0] else None
    summed = [monomial for monomial in whole if _is_bound(monomial)]
    if plain or not summed:
        return None
    return min(summed, key=lambda monomial: (len(monomial), monomial))


def _stands_alone(monomial: Monomial, whole: Form) -> bool:
    head, indices, _ = monomial[0]
    uses = sum((h, i) == (head, indices) or (h == head and any(x >= 0 for x in i)) for m in whole for h, i, _ in m)
    return uses == 1


def _below(whole: Form) -> Monomial | None:
    """What shows that a product has negative powers to be raised: the inverse of what all terms but 1 share."""
    others = [monomial for monomial in whole if monomial]
    if () not in whole or any(_is_bound(monomial) for monomial in others):
        return None
    shared: dict[tuple[int, Indices], Number] = {(h, i): e for h, i, e in others[0]}
    for monomial in others[1:]:
        here = {(h, i): e for h, i, e in monomial}
        shared = {key: min(e, here[key]) for key, e in shared.items() if key in here}
    if not shared:
        return None
    return tuple((head, indices, -exponent) for (head, indices), exponent in shared.items())


def find(relation: Relation, key: tuple[int, Indices], bag: Bag) -> Bag | None:
    """What remains of a product without the lead and without the factor `key` that has the relation; None if no lead.

    For a pattern that only shows negative powers, everything but the factor remains.
    """
    names = dict(zip(range(-1, -1 - len(key[1]), -1), key[1], strict=True))
    others = {other: exponent for other, exponent in bag.items() if other != key}
    for remaining in _matches(list(relation.pattern), names, {}, others, key):
        return others if relation.pattern != relation.lead else remaining
    return None


def _matches(
    pattern: list[Factor], names: Mapping[int, int], chosen: dict[int, int], bag: Bag, key: tuple[int, Indices]
) -> Iterator[Bag]:
    """Every way to take the factors of a pattern out of a product; summed indices must then be gone."""
    if not pattern:
        left = {index for _, indices in bag for index in indices} | set(key[1])
        if not left.intersection(chosen.values()):
            yield bag
        return
    (head, indices, exponent), *others = pattern
    for candidate, present in list(bag.items()):
        if candidate[0] != head:
            continue
        more = _assigned(indices, candidate[1], names, chosen)
        if more is None:
            continue
        summed = any(index >= 0 for index in indices)
        if present != exponent and (summed or (present < exponent if exponent > 0 else present > exponent)):
            continue
        rest = dict(bag)
        del rest[candidate]
        if present != exponent:
            rest[candidate] = present - exponent
        yield from _matches(others, names, more, rest, key)


def _assigned(
    pattern: Indices, actual: Indices, names: Mapping[int, int], chosen: dict[int, int]
) -> dict[int, int] | None:
    """The summed indices of a pattern with what they stand for, if its indices can be the actual ones."""
    found = chosen
    for wanted, index in zip(pattern, actual, strict=True):
        if wanted < 0:
            if names.get(wanted, wanted) != index:
                return None
        elif wanted in found:
            if found[wanted] != index:
                return None
        else:
            if index < 0 or index in found.values():
                return None
            found = {**found, wanted: index}
    return found
