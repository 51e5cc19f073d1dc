"""One side of a claim, and its readings, made as they are needed."""

from collections.abc import Iterator
from dataclasses import field

from derive.checking.session import Session
from derive.errors import FormulaError, Unreadable
from derive.expressions.tree import Expr, Layout
from derive.notation.elaboration import Options, Reading, readings
from derive.notation.symbols import SymbolTable
from derive.notation.syntax import List
from derive.records import dataclass

Attempt = Reading | FormulaError


@dataclass
class Side:
    """One side of a claim: its syntax, or why it has none; `fixed` where its meaning is settled already."""

    content: List | None
    error: FormulaError | None = None
    fixed: Reading | None = None
    _read: "list[tuple[SymbolTable, Options, Readings]]" = field(default_factory=list, repr=False, compare=False)

    def read(self, session: Session, layout: Layout | None, formal: dict[str, Expr]) -> "Readings":
        """The readings of this side, the plainest first; what is asked for again is not made again."""
        if self.fixed is not None:
            return Readings(iter([self.fixed]))
        if self.content is None:
            return Readings(iter([self.error or Unreadable("something is missing here")]))
        table, options = session.table, session.options(layout, formal)
        for other_table, other_options, found in self._read:
            if other_table is table and other_options == options and not found.was_interrupted:
                return found
        made = Readings(readings(table, self.content, options))
        self._read.append((table, options, made))
        return made


class Readings:
    """The readings of a side by their cost, and the errors of the attempts that failed, the plain one's first.

    `was_interrupted`: the time was over while a reading was made, so that there may be more than are known.
    """

    def __init__(self, attempts: Iterator[Attempt]) -> None:
        self._attempts = attempts
        self.found: list[Reading] = []
        self.errors: list[FormulaError] = []
        self.was_interrupted = False
        self._plain_fits = False

    def upto(self, count: int) -> list[Reading]:
        """The first readings, at most so many. What is unreadable at the first attempt has no other reading."""
        while len(self.found) < count:
            self.was_interrupted = True
            attempt = next(self._attempts, None)
            self.was_interrupted = False
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
