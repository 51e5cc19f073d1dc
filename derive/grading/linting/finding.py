"""One thing that is wrong with an exercise: where it is, what it is, what to do."""

from derive.records import dataclass
from derive.source import Place, Text


@dataclass(frozen=True)
class Found:
    """What a check finds: a place, the problem, what to do, and the id of the part that it is about.

    `cell` is that of a place in a notebook; a text knows its own.
    """

    at: Text | Place
    problem: str
    advice: str
    part: str | None = None
    cell: int | None = None


@dataclass(frozen=True)
class Finding:
    """The same under its code, its place as people see it; `cell` is that of a notebook."""

    code: str
    line: int
    column: int
    problem: str
    advice: str
    part: str | None = None
    cell: int | None = None

    @classmethod
    def of(cls, code: str, found: Found) -> "Finding":
        """A finding with its code."""
        place = found.at.place() if isinstance(found.at, Text) else found.at
        cell = found.at.source.cell if isinstance(found.at, Text) else found.cell
        return cls(code, place.line, place.column, found.problem, found.advice, found.part, cell)

    @property
    def where(self) -> str:
        """Its place in the file."""
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{cell}{self.line}:{self.column}"
