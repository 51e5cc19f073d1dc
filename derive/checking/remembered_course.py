"""Courses through one document that is checked again and again: what was judged where they stand is not judged again.

Where a course stands is known by a number, one for each content. A question that was asked there before has the answer
that it had, and the course goes on to where it went then. Only for a question that is new there is a session, made from
what is known at that place. Nothing that may have run out of time is remembered.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from typing import Any

from derive.checking.beginning import Ground
from derive.checking.claims import Judgement
from derive.checking.course import Answer, Course, Found, Standing
from derive.checking.memory import Fact, Memory
from derive.checking.sameness import in_full
from derive.checking.session import STEP_SECONDS, Known, Session
from derive.deciding.limits import clock
from derive.indexed.prover import Rests
from derive.notation.symbols import SymbolTable
from derive.records import dataclass

ANSWERS = 600
"""So many answers are remembered of one document; those that were not asked for the longest time are forgotten."""

VERSIONS = 4
"""Of a long document the answers of at least so many versions are remembered."""

MOST_ELSEWHERE = 4
"""Answers to one question that are remembered for other places."""

MOST_SESSIONS = 6
"""Sessions that are kept where they stand: the next question is mostly asked where the last one was."""

MOST_GROUNDS = 20
"""Settings of which the models are kept."""

CERTAINLY_IN_TIME = STEP_SECONDS / 8
"""Seconds: what took no longer has used up no share of the time that a step has."""


@dataclass(frozen=True)
class Place:
    """Where a course may stand: its number, what is known there, and by what that is the same in another document.

    `rest` is the number of all but what was proved; `settled` are the names that proofs open to what was proved of
    them, each with the number of that.
    """

    number: int
    rest: int
    known: Known
    state: tuple[Hashable, ...]
    settled: Mapping[str, int]


@dataclass(frozen=True)
class Given:
    """An answer that was given at some place, where the course stood behind it, and what was proved on the way.

    `opened` and `followed` are the names on which it rests, each with the number of what was proved of it; null where
    it may rest on anything.
    """

    answer: Any
    behind: Place
    proved: tuple[Fact, ...] = ()
    opened: Mapping[str, int | None] | None = None
    followed: Mapping[str, int | None] = field(default_factory=dict)

    def holds_at(self, place: Place) -> bool:
        """Whether it is the answer at another place, too, at which nothing but what was proved is different."""
        settled = place.settled
        return (
            self.opened is not None
            and all(settled.get(name) == number for name, number in self.opened.items())
            and all(settled.get(name) in (None, number) for name, number in self.followed.items())
        )

    def also_resting_on(self, others: Sequence["Given"]) -> "Given":
        """The same answer, found with the help of other ones at the same place."""
        opened, followed = self.opened, self.followed
        for other in others:
            opened = None if opened is None or other.opened is None else {**opened, **other.opened}
            followed = {**followed, **other.followed}
        return replace(self, opened=opened, followed=followed)


@dataclass
class Remembered:
    """The answers that were found for one document, and some sessions that can be asked more.

    `is_shared` says that other documents use the memory as well.
    `asked` counts the questions of a check, `most` is how many answers are remembered.
    `elsewhere` are the last answers to a question wherever nothing but what was proved may be different.
    """

    memory: Memory
    is_shared: bool = False
    answers: "OrderedDict[Hashable, Given]" = field(default_factory=OrderedDict)
    elsewhere: "OrderedDict[Hashable, tuple[Given, ...]]" = field(default_factory=OrderedDict)
    sessions: "OrderedDict[int, tuple[Ground, Known, Session]]" = field(default_factory=OrderedDict)
    grounds: "OrderedDict[Hashable, Ground]" = field(default_factory=OrderedDict)
    asked: int = 0
    most: int = ANSWERS
    _beside: list[list[Given]] = field(default_factory=list)

    @property
    def shared(self) -> Memory | None:
        """The memory, if other documents find things there as well."""
        return self.memory if self.is_shared else None

    def make_room(self, chains: int) -> None:
        """Remember enough for a document of so many chains."""
        self.most = max(ANSWERS, VERSIONS * chains)

    def same(self, ground: Ground) -> Ground:
        """The ground of that content that was there first: its model is the one of which tables are made."""
        known = self.grounds.setdefault(ground.content, ground)
        _forget_first(self.grounds, MOST_GROUNDS)
        return known

    def recall(self, place: Place, question: Hashable) -> Given | None:
        """The answer to a question at a place, and where the course stands behind it."""
        self.asked += 1
        found = self.answers.get((place.number, question))
        if found is not None:
            self.answers.move_to_end((place.number, question))
            return found
        for other in self.elsewhere.get((place.rest, question), ()):
            if other.holds_at(place):
                self.elsewhere.move_to_end((place.rest, question))
                return self.keep(place, question, replace(other, behind=self._moved(other, place)))
        return None

    def keep(self, place: Place, question: Hashable, given: Given) -> Given:
        """Remember the answer to a question at a place."""
        self.answers[place.number, question] = given
        _forget_first(self.answers, self.most)
        others = self.elsewhere.pop((place.rest, question), ())
        self.elsewhere[place.rest, question] = (given, *others[: MOST_ELSEWHERE - 1])
        _forget_first(self.elsewhere, self.most)
        return given

    def given(self, session: Session, rests: Rests, answer: Any, behind: Place, proved: tuple[Fact, ...] = ()) -> Given:
        """An answer of a session that rests on what was proved there."""
        if session.prover.lowering.has_versions:
            return Given(answer, behind, proved)
        opened, followed = (
            {name: None if at is None else self.memory.number_of_fact(session.facts[at]) for name, at in said.items()}
            for said in (rests.opened, rests.followed)
        )
        return Given(answer, behind, proved, opened, followed)

    @contextmanager
    def gathered(self) -> Iterator[list[Given]]:
        """The answers that are asked for inside."""
        self._beside.append([])
        try:
            yield self._beside[-1]
        finally:
            self._beside.pop()

    def rest_on(self, given: Given) -> None:
        """An answer on which the one rests that is looked for now."""
        if self._beside:
            self._beside[-1].append(given)

    def _moved(self, given: Given, place: Place) -> Place:
        """Where the course stands behind an answer that was given elsewhere."""
        behind = given.behind
        if behind.rest == place.rest and not given.proved:
            return place
        numbers = {self.memory.number_of_fact(fact) for fact in given.proved}
        new = {name: number for name, number in behind.settled.items() if number in numbers}
        known = replace(behind.known, facts=place.known.facts + given.proved)
        last = self.memory.number_behind(place.state[-1], given.proved)  # type: ignore[arg-type]
        return self._place(behind.rest, known, (*behind.state[:-1], last), {**place.settled, **new})

    def place_of(self, ground: int, session: Session) -> Place:
        """Where a session stands."""
        known, state = session.known(), session.state(self.memory)
        said = _added(known.table, session.model.table)
        rest = self.memory.number(("place", ground, state[:-1], known.key, said))
        number_of = self.memory.number_of_fact
        settled = {name: number_of(known.facts[at]) for name, at in session.prover.settled.items()}
        return self._place(rest, known, state, settled)

    def _place(self, rest: int, known: Known, state: tuple[Hashable, ...], settled: Mapping[str, int]) -> Place:
        return Place(self.memory.number(("place", rest, state[-1])), rest, known, state, settled)

    def park(self, ground: Ground, place: Place, session: Session) -> None:
        """Keep a session that stands at a place."""
        self.sessions[place.number] = ground, place.known, session
        self.sessions.move_to_end(place.number)
        _forget_first(self.sessions, MOST_SESSIONS)

    def session_at(self, ground: Ground, place: Place) -> Session:
        """A session that stands at a place, not to be given away a second time before it is parked again."""
        if place.number in self.sessions:
            return self.sessions.pop(place.number)[-1]
        number = self._nearest_before(ground, place)
        session = ground.session() if number is None else self.sessions.pop(number)[-1]
        session.memory = None
        session.know(place.known)
        return session

    def _nearest_before(self, ground: Ground, place: Place) -> int | None:
        """The number of the session that has only some proofs less than is known at a place, and the fewest."""
        before = {
            number: len(known.facts)
            for number, (its_ground, known, _) in self.sessions.items()
            if its_ground is ground and known.is_continued_by(place.known)
        }
        return max(before, key=before.__getitem__, default=None)


def _forget_first(things: "OrderedDict[Any, Any]", most: int) -> None:
    while len(things) > most:
        things.popitem(last=False)


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
        self._remembered.park(self._ground, self._place, session)
        return session

    @property
    def table(self) -> SymbolTable:
        """All names that are known there."""
        return self._place.known.table

    @property
    def rest(self) -> Hashable:
        """By what all but what was proved is the same in another document."""
        return self._place.rest

    def knows(self, question: Hashable) -> bool:
        """Whether nothing has to be looked for to answer a question."""
        return self._remembered.recall(self._place, question) is not None

    def found(self, question: Hashable, look: Callable[[Session], Found[Answer]]) -> Answer:
        """What a session there finds that learns nothing by it; it is found as well wherever that rests on the same.

        Raises what `look` raises.
        """
        given = self._remembered.recall(self._place, question)
        if given is None:
            given = self._looked_for(question, look)
        self._remembered.rest_on(given)
        return given.answer  # type: ignore[no-any-return]

    def _looked_for(self, question: Hashable, look: Callable[[Session], Found[Answer]]) -> Given:
        remembered, shared = self._remembered, self._remembered.shared
        key = "found", question, self._place.state, self._place.known.key
        elsewhere: Found[Answer] | None = None if shared is None else shared.recall(key)
        if elsewhere is not None:
            return remembered.keep(self._place, question, Given(elsewhere.answer, self._place))
        session = self.session
        with remembered.gathered() as beside, _rests_of(session) as rests:
            found = look(session)
        given = remembered.given(session, rests, found.answer, self._place).also_resting_on(beside)
        if found.is_certain:
            remembered.keep(self._place, question, given)
            if shared is not None:
                shared.keep(key, found)
        return given


@contextmanager
def _rests_of(session: Session) -> Iterator[Rests]:
    """On what of the proofs in a session rests what is found inside."""
    prover = session.prover
    before, prover.rests = prover.rests, Rests()
    try:
        yield prover.rests
    finally:
        prover.rests = before


class RememberedCourse(StandingThere, Course):
    """A way through a document of which other versions were checked before. `at_work` hears of every new question."""

    def __init__(
        self, remembered: Remembered, ground: Ground, begun: Session, at_work: Callable[[], None] = lambda: None
    ) -> None:
        self._number = remembered.memory.number(("ground", ground.content))
        begun.memory = None
        super().__init__(remembered, ground, remembered.place_of(self._number, begun))
        remembered.park(ground, self._place, begun)
        self._at_work = at_work

    def asked(self, key: Callable[[], Hashable] | None, judge: Callable[[Session], Answer]) -> Answer:
        """The answer of a session to a question; without a key it is asked anew each time."""
        question = None if key is None else key()
        known = None if question is None else self._remembered.recall(self._place, question)
        if known is not None:
            self._place = known.behind
            return known.answer  # type: ignore[no-any-return]
        self._at_work()
        before = self._place
        session = self._remembered.session_at(self._ground, before)
        began = clock()
        given = self._given(session, judge)
        in_time = clock() - began < CERTAINLY_IN_TIME or is_certain(given.answer)
        self._remembered.park(self._ground, given.behind, session)
        self._place = given.behind
        if question is not None and in_time:
            self._remembered.keep(before, question, given)
        return given.answer  # type: ignore[no-any-return]

    def _given(self, session: Session, judge: Callable[[Session], Answer]) -> Given:
        """The answer of a session that stands at the place of this course."""
        known, prover = len(session.facts), session.prover
        with _rests_of(session) as rests:
            answer = judge(session)
        behind, proved = self._behind(session), tuple(session.facts[known:])
        if session.prover is not prover:
            return Given(answer, behind, proved)
        return self._remembered.given(session, rests, answer, behind, proved)

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
