"""A session on its way through a document: each chain is judged with all that stands before it."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from derive.checking.memory import Memory
from derive.checking.session import Session
from derive.notation.symbols import SymbolTable
from derive.records import dataclass

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Found(Generic[Answer]):
    """What was found of a question; it is certain unless more time might have brought something else."""

    answer: Answer
    is_certain: bool = True


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
    def rest(self) -> Hashable:
        """By what all but what was proved is the same in another document; null where nothing is remembered."""
        memory = self._session.memory
        return None if memory is None else self._session.rest(memory)

    def knows(self, question: Hashable) -> bool:
        """Whether nothing has to be looked for to answer a question."""
        memory = self._session.memory
        return memory is not None and memory.recall(self._key(memory, question)) is not None

    def found(self, question: Hashable, look: Callable[[Session], Found[Answer]]) -> Answer:
        """What a session there finds that learns nothing by it; not looked for again where that would find the same.

        Raises what `look` raises.
        """
        memory = self._session.memory
        if memory is None:
            return look(self._session).answer
        key = self._key(memory, question)
        known: Found[Answer] | None = memory.recall(key)
        if known is None:
            known = look(self._session)
            if known.is_certain:
                memory.keep(key, known)
        return known.answer

    def _key(self, memory: Memory, question: Hashable) -> Hashable:
        return "found", question, self._session.state(memory), self._session.known().key


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
