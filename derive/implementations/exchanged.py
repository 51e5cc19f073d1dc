"""Results that are each other's: what came back in one place is what belongs in another."""

from collections.abc import Mapping, Sequence

import numpy as np

from derive.implementations.calls import Value
from derive.implementations.comparing import agrees
from derive.implementations.truth import Array

Call = tuple[Sequence[Value], Sequence[Array]]
"""What one call gave, and what it should have given, result by result."""


def exchanged(wrong: frozenset[int], calls: Sequence[Call]) -> Mapping[int, int]:
    """For a wrong result the one that it is, at every call.

    Two results of one shape must stand for each other; where the shapes differ it is enough that one stands for the
    other.
    """
    if not calls:
        return {}
    others = range(len(calls[0][1]))
    pairs = {
        (at, other)
        for at in wrong
        for other in others
        if at != other and all(_is(found[at], right[other]) for found, right in calls)
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
