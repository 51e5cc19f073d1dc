"""Where a thing was written: a source text and places in it.

Everything that is read keeps its `Span`, so that every message can point at
the author's own characters. Offsets count characters of `Source.text` from 0;
a `Place` is what people see: line and column, both from 1.

>>> notes = Source("notes.md", "a = b\\nc = d\\n")
>>> notes.place(6)
Place(line=2, column=1)
"""

from bisect import bisect_right
from dataclasses import field
from functools import cached_property

from derive.records import dataclass


@dataclass(frozen=True)
class Place:
    """A line and a column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Span:
    """The characters `start` to `end` (exclusive) of a source text."""

    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """The span that reaches from this one to the end of another."""
        return Span(min(self.start, other.start), max(self.end, other.end))

    def shifted(self, offset: int) -> "Span":
        """The same span, counted from a point `offset` characters earlier."""
        return Span(self.start + offset, self.end + offset)


@dataclass(frozen=True)
class Source:
    """A text with the name under which a person knows it."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(at + 1 for at, character in enumerate(self.text) if character == "\n")]

    def place(self, offset: int) -> Place:
        """The line and column of a character."""
        line = bisect_right(self._line_starts, offset)
        return Place(line, offset - self._line_starts[line - 1] + 1)


@dataclass(frozen=True)
class Text:
    """A piece of a source, with the offset at which it begins there."""

    value: str
    source: Source
    start: int

    def place(self, offset: int = 0) -> Place:
        """The place of the piece's character number `offset`."""
        return self.source.place(self.start + offset)

    def part(self, start: int, end: int) -> "Text":
        """The characters `start` to `end` of this piece."""
        return Text(self.value[start:end], self.source, self.start + start)
