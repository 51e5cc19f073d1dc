"""Courses through one document that is checked again and again: what was judged where they stand is not judged again.

Where a course stands is known by a number, one for each content. A question that was asked there before has the answer
that it had, and the course goes on to where it went then. Only for a question that is new there is a session, made from
what is known at that place. Nothing that may have run out of time is remembered.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import field
from typing import Any

from derive.checking.beginning import Ground
from derive.checking.claims import Judgement
from derive.checking.course import Answer, Course, Standing
from derive.checking.memory import Memory
from derive.checking.sameness import in_full
from derive.checking.session import STEP_SECONDS, Known, Session
from derive.deciding.limits import clock
from derive.notation.symbols import SymbolTable
from derive.records import dataclass

MOST_ANSWERS = 4_000
"""So many answers are remembered of one document; those that were not asked for the longest time are forgotten."""

MOST_SESSIONS = 6
"""Sessions that are kept where they stand: the next question is mostly asked where the last one was."""

MOST_GROUNDS = 20
"""Settings of which the models are kept."""

CERTAINLY_IN_TIME = STEP_SECONDS / 8
"""Seconds: what took no longer has used up no share of the time that a step has."""


@dataclass(frozen=True)
class Place:
    """Where a course may stand: its number, what is known there, and by what that is the same in another document."""

    number: int
    known: Known
    state: Hashable


@dataclass
class Remembered:
    """The answers that were found for one document, and some sessions that can be asked more."""

    memory: Memory
    answers: "OrderedDict[Hashable, tuple[Any, Place]]" = field(default_factory=OrderedDict)
    sessions: "OrderedDict[int, Session]" = field(default_factory=OrderedDict)
    grounds: "OrderedDict[Hashable, Ground]" = field(default_factory=OrderedDict)

    def same(self, ground: Ground) -> Ground:
        """The ground of that content that was there first: its model is the one of which tables are made."""
        known = self.grounds.setdefault(ground.content, ground)
        if len(self.grounds) > MOST_GROUNDS:
            self.grounds.popitem(last=False)
        return known

    def recall(self, key: Hashable) -> tuple[Any, Place] | None:
        """The answer to a question, and where the course stood behind it."""
        found = self.answers.get(key)
        if found is not None:
            self.answers.move_to_end(key)
        return found

    def keep(self, key: Hashable, answer: Any, place: Place) -> None:
        """Remember an answer."""
        self.answers[key] = answer, place
        if len(self.answers) > MOST_ANSWERS:
            self.answers.popitem(last=False)

    def place_of(self, ground: int, session: Session) -> Place:
        """Where a session stands."""
        known, state = session.known(), session.state(self.memory)
        said = _added(known.table, session.model.table)
        return Place(self.memory.number(("place", ground, state, known.key, said)), known, state)

    def park(self, place: Place, session: Session) -> None:
        """Keep a session that stands at a place."""
        self.sessions[place.number] = session
        self.sessions.move_to_end(place.number)
        if len(self.sessions) > MOST_SESSIONS:
            self.sessions.popitem(last=False)

    def session_at(self, ground: Ground, place: Place) -> Session:
        """A session that stands at a place, not to be given away a second time before it is parked again."""
        session = self.sessions.pop(place.number, None)
        if session is None:
            session = ground.session()
            session.know(place.known)
        return session


def _added(table: SymbolTable, given: SymbolTable) -> Hashable:
    """What a table has beside those that is given, in every respect: places in formulas, names of dimensions."""
    names = table.__dataclass_fields__
    changed = [name for name in names if getattr(table, name) is not getattr(given, name)]
    return tuple([(name, _more(getattr(table, name), getattr(given, name))) for name in changed])


def _more(value: Any, given: Any) -> Hashable:
    if not isinstance(value, Mapping):
        return in_full(value)
    return tuple(value), tuple([(name, in_full(one)) for name, one in value.items() if given.get(name) is not one])


class StandingThere(Standing):
    """A place of a course that has gone on since."""

    def __init__(self, remembered: Remembered, ground: Ground, place: Place) -> None:
        self._remembered = remembered
        self._ground = ground
        self._place = place

    @property
    def session(self) -> Session:
        """A session that knows all of the document up to there, until another one is asked for."""
        session = self._remembered.session_at(self._ground, self._place)
        self._remembered.park(self._place, session)
        return session

    @property
    def table(self) -> SymbolTable:
        """All names that are known there."""
        return self._place.known.table

    @property
    def state(self) -> Hashable:
        """By what it is the same in another document."""
        return self._place.state


class RememberedCourse(StandingThere, Course):
    """A way through a document of which other versions were checked before. `at_work` hears of every new question."""

    def __init__(
        self, remembered: Remembered, ground: Ground, begun: Session, at_work: Callable[[], None] = lambda: None
    ) -> None:
        self._number = remembered.memory.number(("ground", ground.content))
        super().__init__(remembered, ground, remembered.place_of(self._number, begun))
        remembered.park(self._place, begun)
        self._at_work = at_work

    def asked(self, key: Callable[[], Hashable] | None, judge: Callable[[Session], Answer]) -> Answer:
        """The answer of a session to a question; without a key it is asked anew each time."""
        asked = None if key is None else (self._place.number, key())
        known = None if asked is None else self._remembered.recall(asked)
        if known is not None:
            answer, self._place = known
            return answer  # type: ignore[no-any-return]
        self._at_work()
        session = self._remembered.session_at(self._ground, self._place)
        began = clock()
        answer = judge(session)
        in_time = clock() - began < CERTAINLY_IN_TIME or is_certain(answer)
        self._place = self._behind(session)
        self._remembered.park(self._place, session)
        if asked is not None and in_time:
            self._remembered.keep(asked, answer, self._place)
        return answer

    def _behind(self, session: Session) -> Place:
        """Where a session stands that was at the place of this course."""
        if session.table is self._place.known.table and session.known() == self._place.known:
            return self._place
        return self._remembered.place_of(self._number, session)

    def standing(self) -> Standing:
        """Where it stands now."""
        return StandingThere(self._remembered, self._ground, self._place)


def is_certain(answer: object) -> bool:
    """Whether more time would have brought nothing else: no judgement in an answer leaves anything open."""
    if isinstance(answer, Judgement):
        return answer.verdict != "unknown"
    return all(map(is_certain, answer)) if isinstance(answer, (list, tuple)) else True
