"""Places in a text as a browser counts them: in units of UTF-16, of which letters beyond U+FFFF take two."""

from bisect import bisect_left
from functools import cached_property

from derive.records import dataclass


@dataclass(frozen=True)
class Units:
    r"""A text whose characters are counted as a browser counts them.

    >>> Units("a𝛿b").offset(2)
    3
    """

    text: str

    @cached_property
    def _wide(self) -> list[int]:
        if self.text.isascii():
            return []
        return [at for at, character in enumerate(self.text) if ord(character) > 0xFFFF]

    def offset(self, at: int) -> int:
        """The number of units before a character."""
        return at + bisect_left(self._wide, at)
