"""A session on its way through a document: each chain is judged with all that stands before it."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from derive.checking.session import Session
from derive.notation.symbols import SymbolTable

Answer = TypeVar("Answer")


class Standing:
    """Where a course stands: a session that knows all of the document so far, until the course goes on."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def session(self) -> Session:
        """A session that knows all of the document so far."""
        return self._session

    @property
    def table(self) -> SymbolTable:
        """All names that are known."""
        return self._session.table

    @property
    def state(self) -> Hashable:
        """By what it is the same in another document; null where nothing is remembered."""
        memory = self._session.memory
        return None if memory is None else self._session.state(memory)


class Course(Standing):
    """A way through one document. What is asked on it may add to what is known."""

    def asked(self, key: Callable[[], Hashable] | None, judge: Callable[[Session], Answer]) -> Answer:
        """The answer of a session to a question; `key` is all beside the session on which it depends, if that is said.

        Raises what the question raises.
        """
        return judge(self.session)

    def standing(self) -> Standing:
        """Where it stands now."""
        return self
