"""Where a thing was written: a source text and places in it.

Everything that is read keeps its `Span`, so that every message can point at
the author's own characters. Offsets count characters of `Source.text` from 0;
a `Place` is what people see: line and column, both from 1.

>>> notes = Source("notes.md", "a = b\\nc = d\\n")
>>> notes.place(6)
Place(line=2, column=1)
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import field
from functools import cached_property
from typing import NamedTuple

from derive.records import dataclass


@dataclass(frozen=True)
class Place:
    """A line and a column, both counted from 1."""

    line: int
    column: int


class Span(NamedTuple):
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
    """A text with the name under which a person knows it; of a cell of a notebook, the cell's number too, from 1."""

    name: str
    text: str = field(repr=False)
    cell: int | None = None

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(at + 1 for at, character in enumerate(self.text) if character == "\n")]

    def place(self, offset: int) -> Place:
        """The line and column of a character."""
        line = bisect_right(self._line_starts, offset)
        return Place(line, offset - self._line_starts[line - 1] + 1)


@dataclass(frozen=True)
class Run:
    """Characters of a text from number `at` on, which stand for the characters `start` to `end` of its source.

    Copied ones are these very characters; others stand for all of them together, as what a macro yields does for
    its call.
    """

    at: int
    start: int
    end: int
    is_copied: bool


@dataclass(frozen=True)
class Text:
    """A piece of a source, with the offset at which it begins there.

    Without runs it stands there character by character; else the runs say where each of its characters comes from.
    """

    value: str
    source: Source
    start: int
    runs: tuple[Run, ...] = ()

    def place(self, offset: int = 0) -> Place:
        """The place of the piece's character number `offset`."""
        return self.source.place(self.offset(offset))

    def offset(self, at: int) -> int:
        """The offset in the source of the piece's character number `at`."""
        if not self.runs:
            return self.start + at
        run = self.runs[self._run_at(at)]
        return run.start + (at - run.at) * run.is_copied

    @property
    def end(self) -> int:
        """The offset in the source behind the piece."""
        return self.runs[-1].end if self.runs else self.start + len(self.value)

    def part(self, start: int, end: int) -> "Text":
        """The characters `start` to `end` of this piece."""
        if not self.runs:
            return Text(self.value[start:end], self.source, self.start + start)
        runs = tuple(self._cut(start, end))
        return Text(self.value[start:end], self.source, self.offset(start), runs)

    def written(self, start: int, end: int) -> str:
        """What stands in the source for the characters `start` to `end`: of what a macro yields, the whole call."""
        if not self.runs or start >= end:
            return self.value[start:end]
        extent = self.extent(start, end)
        return self.source.text[extent.start : extent.end]

    def extent(self, start: int, end: int) -> Span:
        """Where in the source the characters `start` to `end` stand, at least one: of what a macro yields, its call."""
        if not self.runs:
            return Span(self.start + start, self.start + end)
        runs = list(self._cut(start, end))
        return Span(min(run.start for run in runs), max(run.end for run in runs))

    def _run_at(self, at: int) -> int:
        """The number of the run that holds a character."""
        return max(0, bisect_right(self.runs, at, key=lambda run: run.at) - 1)

    def _cut(self, start: int, end: int) -> Iterator[Run]:
        """The runs of the characters `start` to `end`, counted from `start`."""
        first, last = self._run_at(start), self._run_at(max(start, end - 1))
        for number in range(first, last + 1):
            run = self.runs[number]
            begin = max(start, run.at)
            if run.is_copied:
                behind = self.runs[number + 1].at if number < last else end
                yield Run(begin - start, run.start + begin - run.at, run.start + behind - run.at, True)
            else:
                yield Run(begin - start, run.start, run.end, False)
