"""What can be wrong with what people wrote, by whose text it is in.

`DocumentError` stops one document: its file, its encoding, its setting.
`Unreadable` and `Meaningless` concern one formula; the step that holds it
gets the verdict, and every other step is still checked. Anything else that
is raised is a defect of the program and is not caught.
"""

import re

from derive.source import Place, Source, Span

_WORD = re.compile(r"(?:[a-z][a-z-]+|a)\b(?![_^])")


def as_sentence(problem: str) -> str:
    """A problem as a sentence by itself: its first word with a capital, but for the name of a symbol, as y_i."""
    head = problem[:1].upper() if _WORD.match(problem) else problem[:1]
    return f"{head}{problem[1:].rstrip('.')}."


class DocumentError(Exception):
    """A document or its setting that cannot be used: one line for its author."""

    def __init__(self, name: str, problem: str, place: Place | None = None) -> None:
        self.name = name
        self.problem = problem
        self.place = place
        where = name if place is None else f"{name}:{place.line}:{place.column}"
        super().__init__(f"{where}: {problem}")

    @classmethod
    def at(cls, source: Source, offset: int, problem: str) -> "DocumentError":
        """The error that points at one character of a source."""
        return cls(source.name, problem, source.place(offset))


class FormulaError(Exception):
    """Something about one formula, with the characters that it is about."""

    def __init__(self, problem: str, span: Span | None = None) -> None:
        self.problem = problem
        self.span = span
        super().__init__(problem)


class Unreadable(FormulaError):
    """Notation that has no certain meaning here: a broken bracket, an unknown name."""


class UnknownName(Unreadable):
    """A name that nothing defines or declares before this place; `name` is its canonical form."""

    def __init__(self, name: str, problem: str, span: Span | None = None) -> None:
        self.name = name
        super().__init__(problem, span)


class NotAmong(Unreadable):
    """A name with a number that no name of its kind has: `h_{T+1}` where the times end with T."""

    def __init__(self, problem: str, span: Span | None = None, name: str | None = None) -> None:
        self.name = name
        super().__init__(problem, span)


class Meaningless(FormulaError):
    """Notation with a certain meaning that cannot be: shapes or index ranges that disagree."""


class MissingExtraError(Exception):
    """What was asked for needs a package that is not installed here, or cannot be loaded."""


class Undecidable(Exception):
    """A limit was reached (size, time) before a question could be answered."""


class ServingError(Exception):
    """An address at which no server can be started: why, in one line."""
