"""Choices that depend on a key alone: the same on every machine, under every version of Python.

>>> Choices("a key", 7).one_of("abc") == Choices("a key", 7).one_of("abc")
True
>>> Choices("a key", 7).in_turn("abc")
'b'
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")

_BYTES = 8


class Choices:
    """A row of choices, each the next number that the key yields; `number` is that of the variant."""

    def __init__(self, key: str, number: int) -> None:
        self._key = f"{key}\0{number}"
        self._number = number
        self._made = 0

    def below(self, bound: int) -> int:
        """A number from 0 up to the bound, which it stays below."""
        digest = sha256(f"{self._key}\0{self._made}".encode()).digest()
        self._made += 1
        return int.from_bytes(digest[:_BYTES], "big") % bound

    def one_of(self, options: Sequence[T]) -> T:
        """One of some options, of which there is at least one."""
        return options[self.below(len(options))]

    def in_turn(self, options: Sequence[T]) -> T:
        """The option whose turn it is, so that variants with numbers in a row share out all of them."""
        return options[self._number % len(options)]

    def in_any_order(self, options: Sequence[T]) -> list[T]:
        """All options, in an order that was chosen."""
        left, ordered = list(options), []
        while left:
            ordered.append(left.pop(self.below(len(left))))
        return ordered
