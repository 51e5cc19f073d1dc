"""Right numbers in the wrong place: a result where another one belongs, or with rows and columns exchanged."""

from collections.abc import Mapping, Sequence

import numpy as np

from derive.implementations.calls import Value
from derive.implementations.comparing import agrees, compare
from derive.implementations.truth import Array

Call = tuple[Sequence[Value], Sequence[Array]]
"""What one call gave, and what it should have given, result by result."""


def transposed(wrong: frozenset[int], calls: Sequence[Call]) -> frozenset[int]:
    """The wrong results that have the right numbers at every call, and are turned at one of them at least."""
    found = set()
    for at in wrong:
        outcomes = {compare(values[at], right[at]).outcome for values, right in calls}
        if "turned" in outcomes and outcomes <= {"turned", "right"}:
            found.add(at)
    return frozenset(found)


def exchanged(wrong: frozenset[int], calls: Sequence[Call], among: Sequence[range]) -> Mapping[int, int]:
    """For a wrong result the one that it is, at every call; `among` are the results that come back together.

    Two results of one shape must stand for each other; where the shapes differ it is enough that one stands for the
    other.
    """
    if not calls:
        return {}
    pairs = {
        (at, other)
        for others in among
        for at in others
        for other in others
        if at in wrong and at != other and all(_is(found[at], right[other]) for found, right in calls)
    }
    found: dict[int, int] = {}
    for at, other in sorted(pairs):
        differ = any(right[at].shape != right[other].shape for _, right in calls)
        if differ or (other, at) in pairs:
            found.setdefault(at, other)
    return found


def _is(found: Value, right: Array) -> bool:
    """Whether a result has the numbers of another one, which are not all zero."""
    if found.numbers is None or not np.any(right) or not np.all(np.isfinite(found.numbers)):
        return False
    return agrees(found.numbers, right, found.dtype)
