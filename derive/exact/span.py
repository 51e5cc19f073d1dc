"""Linear independence over the rational numbers, one vector after another.

If `combination(v)` is a dictionary, `v = Σ c_k b_k` exactly, where `b_k` is the k-th vector that had no combination.
"""

from fractions import Fraction
from typing import Generic, TypeVar

Key = TypeVar("Key")


class Span(Generic[Key]):
    """The vectors seen so far, in echelon form, each with its combination of the vectors that were new."""

    def __init__(self) -> None:
        self._rows: list[tuple[Key, dict[Key, Fraction], dict[int, Fraction]]] = []

    def combination(self, vector: dict[Key, Fraction]) -> dict[int, Fraction] | None:
        """The coefficients of `vector` in the new vectors; None if it is new itself, and the next of them."""
        rest = {key: part for key, part in vector.items() if part}
        found: dict[int, Fraction] = {}
        for pivot, row, parts in self._rows:
            factor = rest.get(pivot)
            if factor is None:
                continue
            _add(rest, row, -factor)
            _add(found, parts, factor)
        if not rest:
            return found
        pivot = next(iter(rest))
        scale = 1 / rest[pivot]
        parts = {at: -part * scale for at, part in found.items()}
        parts[len(self._rows)] = scale
        self._rows.append((pivot, {key: part * scale for key, part in rest.items()}, parts))
        return None


def _add(total: dict[Key, Fraction], other: dict[Key, Fraction], factor: Fraction) -> None:
    """`total += factor · other`, without zeros."""
    for key, part in other.items():
        value = total.get(key, Fraction(0)) + factor * part
        if value:
            total[key] = value
        else:
            total.pop(key, None)
