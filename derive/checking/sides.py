"""One side of a claim, and its readings, made as they are needed."""

from collections.abc import Iterator
from dataclasses import dataclass

from derive.checking.session import Session
from derive.errors import FormulaError, Unreadable
from derive.expressions.tree import Expr, Layout
from derive.notation.elaboration import Reading, readings
from derive.notation.syntax import List

Attempt = Reading | FormulaError


@dataclass
class Side:
    """One side of a claim: its syntax, or why it has none; `fixed` where its meaning is settled already."""

    content: List | None
    error: FormulaError | None = None
    fixed: Reading | None = None

    def read(self, session: Session, layout: Layout | None, formal: dict[str, Expr]) -> "Readings":
        """The readings of this side, the plainest first."""
        if self.fixed is not None:
            return Readings(iter([self.fixed]))
        if self.content is None:
            return Readings(iter([self.error or Unreadable("something is missing here")]))
        return Readings(readings(session.table, self.content, session.options(layout, formal)))


class Readings:
    """The readings of a side by their cost, and the errors of the attempts that failed, the plain one's first."""

    def __init__(self, attempts: Iterator[Attempt]) -> None:
        self._attempts = attempts
        self.found: list[Reading] = []
        self.errors: list[FormulaError] = []
        self._plain_fits = False

    def upto(self, count: int) -> list[Reading]:
        """The first readings, at most so many. What is unreadable at the first attempt has no other reading."""
        while len(self.found) < count:
            attempt = next(self._attempts, None)
            if attempt is None:
                break
            if isinstance(attempt, FormulaError):
                self.errors.append(attempt)
                if isinstance(attempt, Unreadable) and not self.found and len(self.errors) == 1:
                    self._attempts = iter(())
            elif not ("operator-scope" in attempt.conventions and self._plain_fits):
                self._plain_fits = self._plain_fits or (not attempt.conventions and not self.errors)
                self.found.append(attempt)
        return self.found[:count]

    @property
    def failure(self) -> FormulaError | None:
        """Why there is no reading at all, or None where there is one."""
        if self.upto(1):
            return None
        return self.errors[0] if self.errors else Unreadable("this could not be read")
