"""The answer to a part: the final form in the last line of a submission that says what is asked.

A line says it where what is asked is one of its members; or where a member is a name that stands for it: one that is
said to be equal to it, one whose spelling says so (`dW_2`), one whose value is proved to be what is asked and can be
the answer to no other part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from typing import Literal

from derive.checking.claims import Judgement
from derive.checking.sides import Side
from derive.expressions.tree import Derivative, Entry, Expr, Fill, IndexVariable, Number, Symbol
from derive.grading.asked import AskedSide, Presence, core_of, is_one_entry, names_of, presence, undressed
from derive.grading.coverage import Coverage
from derive.grading.forms import Form, Forms
from derive.grading.parts import Part
from derive.grading.workings import Line, Link, Member, Workings
from derive.notation.elaboration import Reading
from derive.notation.symbols import IndexUse
from derive.records import dataclass

Basis = Literal["equation", "name", "perhaps a name", "value"]
"""By what a line is known to be about a part."""


MOST_NAMES = 100
"""So many names are held against what is asked: more than these no derivation needs."""


@dataclass(frozen=True)
class Place:
    """A line that says what is asked: at which position it stands there, by itself or as a name, and how.

    `entry` is what an entry of a name then is, as in `dW_{ij} = …`; null where the name stands there as a whole.
    """

    line: Line
    at: int
    basis: Basis
    presence: Presence = "whole"
    entry: Reading | None = None

    @property
    def says(self) -> bool:
        """Whether what is asked stands there by itself, as a whole or as some of its entries."""
        return self.basis == "equation" and self.presence != "chain rule"

    @property
    def side(self) -> Side | None:
        """What the line says something of, where it is what is asked or an entry of it; null for a whole name."""
        if self.entry is not None:
            return Side(None, fixed=self.entry)
        return self.line.members[self.at].side if self.says else None

    @property
    def quantity(self) -> Expr | None:
        """The same as an expression."""
        return self.line.members[self.at].value if self.entry is None else self.entry.value

    @property
    def behind(self) -> tuple[int, ...]:
        """The positions of the other members, the last one first, those before what is asked at the end."""
        return (*range(len(self.line.members) - 1, self.at, -1), *range(self.at - 1, -1, -1))


@dataclass(frozen=True)
class Answer:
    """A final form: the line it stands in, its position there, what it leaves open."""

    place: Place
    at: int
    member: Member
    form: Form

    @property
    def value(self) -> Expr:
        """What was read of it."""
        assert self.member.value is not None
        return self.member.value

    @property
    def is_case(self) -> bool:
        """Whether it is for some of what is asked: for some indices, or under a condition."""
        return self.place.presence == "one entry" or bool(self.place.line.restrictions)

    @property
    def path(self) -> tuple[Link, ...]:
        """The relations from what is asked to it."""
        return self.place.line.between(self.place.at, self.at)

    @property
    def is_zero(self) -> bool:
        """Whether it says that what is asked is 0: mostly an equation that is to be solved."""
        return (isinstance(self.value, Number) and self.value.value == 0) or (
            isinstance(self.value, Fill) and self.value.value == 0
        )

    @property
    def unread_behind(self) -> int | None:
        """The position behind it in its line of what has no value, as it could not be read; null where all has one."""
        members = self.place.line.members
        first = max(self.at, self.place.at) + 1
        return next((at for at in range(first, len(members)) if members[at].value is None), None)


@dataclass(frozen=True)
class Found:
    """What a submission says of one part: the answer, other answers, lines that say it but hold no answer.

    `cases` are answers for some of what is asked each, in the order of the submission. `unclear` are lines that might
    be meant: single entries that hold no answer, and names of the submission's own.
    """

    answer: Answer | None = None
    others: tuple[Answer, ...] = ()
    empty: tuple[Place, ...] = ()
    unclear: tuple[Place, ...] = ()
    cases: tuple[Answer, ...] = ()


@dataclass
class Answers:
    """Finds the answers of one submission."""

    workings: Workings
    parts: Sequence[Part]
    coverage: Coverage
    forms: Forms = field(init=False)
    _truths: dict[tuple[str, str], Judgement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.forms = Forms(self.workings, self.parts, self.coverage)

    def find(self) -> dict[str, Found]:
        """What the submission says of every part."""
        found = {part.id: self._said(part) for part in self.parts}
        taken = self._names_of_others(found)
        for part in self.parts:
            said = found[part.id]
            is_open = said.answer is None and not said.empty
            if is_open or (said.answer is not None and said.answer.form.problem is not None):
                other = self._by_value(part, taken)
                is_unsaid = is_open and not said.cases
                found[part.id] = other if is_unsaid or other.answer is not None or other.cases else said
        return found

    def _said(self, part: Part) -> Found:
        """What is said of a part by its equations and by names; by less certain names only where these say nothing."""
        certain, perhaps = self._names(part)
        found = self._in(part, tuple(self._places(part, certain, "name")))
        if found.answer is None and not found.empty and not found.cases:
            return self._in(part, tuple(self._places(part, perhaps, "perhaps a name")))
        return found

    def _in(self, part: Part, places: Sequence[Place]) -> Found:
        """The answer among lines that say what is asked, in the order of the submission."""
        answers: list[Answer] = []
        cases: list[Answer] = []
        empty = []
        for place in reversed(places):
            forms = self._forms_in(place, part)
            if forms and all(self._speaks_of_another(form, part) for form in forms):
                continue
            if forms:
                best = min(forms, key=_rank)
                (cases if best.is_case else answers).append(best)
            elif place.presence != "one entry":
                empty.append(place)
        said = Found(empty=tuple(empty), cases=tuple(reversed(cases)))
        if not answers:
            return said
        chosen = min(answers, key=_rank)
        return replace(said, answer=chosen, others=tuple(one for one in answers if one is not chosen))

    def _forms_in(self, place: Place, part: Part) -> list[Answer]:
        """The members that may be the answer, the one that counts first at the head."""
        members = [(at, place.line.members[at]) for at in place.behind]
        return [
            Answer(place, at, member, self.forms.of(member.value, part))
            for at, member in members
            if member.value is not None and self._says(member.value, part) in (None, "chain rule")
        ]

    def _speaks_of_another(self, answer: Answer, part: Part) -> bool:
        """Whether a line says something of what another part asks for, and this part's quantity is what it says."""
        if answer.at > answer.place.at or answer.member.value is None:
            return False
        others = (other for other in self.parts if other is not part)
        return any(self._says(answer.member.value, other) not in (None, "chain rule") for other in others)

    def _says(self, value: Expr, part: Part) -> Presence | None:
        return presence(value, part, self.workings.value_of)

    # ── lines about a part ──

    def _places(self, part: Part, names: frozenset[str], basis: Basis) -> Iterator[Place]:
        """Lines in which what is asked is a member, or else one of some names."""
        for line in self.workings.lines:
            said = [
                (at, how)
                for at, member in enumerate(line.members)
                if member.value is not None and (how := self._says(member.value, part)) is not None
            ]
            if said:
                at, how = min(said, key=lambda pair: pair[1] == "chain rule")
                yield Place(line, at, "equation", how)
                continue
            entry = self._single_entry(part, line)
            if entry is not None:
                yield entry
                continue
            named = [at for at, member in enumerate(line.members) if _name(member) in names]
            if named:
                yield _named(part, line, named[0], basis)

    def _names(self, part: Part) -> tuple[frozenset[str], frozenset[str]]:
        """Own names whose spelling says that they stand for a part and for no other; those that may stand for it."""
        elsewhere = {name for other in self.parts if other is not part for names in names_of(other) for name in names}
        certain, perhaps = (spelled - elsewhere for spelled in names_of(part))
        own = self.workings.own_names
        return (
            frozenset(name for name in own if undressed(self.workings.spelled(name)) in certain),
            frozenset(name for name in own if undressed(self.workings.spelled(name)) in perhaps),
        )

    def _lines_of(self, name: str, part: Part) -> Iterator[Place]:
        for line in self.workings.lines:
            at = next((at for at, member in enumerate(line.members) if _name(member) == name), None)
            if at is not None:
                yield _named(part, line, at, "value")

    def _by_value(self, part: Part, taken: frozenset[str]) -> Found:
        """A name with the value of what is asked and of nothing else that is; else the names that might be meant."""
        unclear = [place for line in self.workings.lines if (place := self._single_entry(part, line)) is not None]
        for name in sorted(self.workings.own_names - taken):
            places = tuple(self._lines_of(name, part))
            meaning = self.workings.value_of(name)
            if not places or meaning is None or isinstance(core_of(meaning, self.workings.value_of).value, Derivative):
                continue
            if self._is_true(part, places[0], meaning):
                others = (other for other in self.parts if other is not part)
                if not any(self._is_true(other, places[0], meaning) for other in others):
                    return self._in(part, places)
            elif meaning.shape in (part.value.shape, part.value.shape.transposed):
                unclear.append(places[-1])
        return Found(unclear=tuple(unclear))

    def _single_entry(self, part: Part, line: Line) -> Place | None:
        """The first member of a line that is some entry of what is asked, and not the general one."""
        for at, member in enumerate(line.members):
            if member.value is not None and is_one_entry(member.value, part, self.workings.value_of):
                return Place(line, at, "equation", "one entry")
        return None

    def _is_true(self, part: Part, place: Place, meaning: Expr) -> bool:
        """Whether a name has the value of what is asked; so many are looked at, and no more."""
        name = _name(place.line.members[place.at])
        key = part.id, str(name)
        if key not in self._truths and meaning.shape == part.value.shape and len(self._truths) < MOST_NAMES:
            whole = Side(None, fixed=Reading(Symbol(str(name), meaning.shape)))
            self._truths[key] = self.workings.compare(AskedSide(part.content), whole)
        return key in self._truths and self._truths[key].verdict == "proved"

    def _names_of_others(self, found: dict[str, Found]) -> frozenset[str]:
        """The names under which the answers so far stand."""
        places = [one.answer.place for one in found.values() if one.answer is not None]
        members = [member for place in places for member in place.line.members]
        return frozenset(name for member in members if (name := _name(member)) is not None)


def _name(member: Member) -> str | None:
    """The name that a member is, or of which it is an entry; null where it is more than a name."""
    value = member.value.operand if isinstance(member.value, Entry) else member.value
    return value.name if isinstance(value, Symbol) else None


def _named(part: Part, line: Line, at: int, basis: Basis) -> Place:
    """A line in which a name stands for what is asked, or entries of it do."""
    value = line.members[at].value
    if not isinstance(value, Entry) or value.operand.shape != part.value.shape or part.free:
        return Place(line, at, basis)
    pairs = zip((value.row, value.column), part.value.shape.dims, strict=True)
    free = {index.name: [IndexUse(dim, None)] for index, dim in pairs if isinstance(index, IndexVariable)}
    entry = Reading(Entry(part.value, value.row, value.column), frozenset(), free)
    is_general = len(free) == sum(dim.size != 1 for dim in part.value.shape.dims)
    return Place(line, at, basis, "entries" if is_general else "one entry", entry)


def _rank(answer: Answer) -> tuple[bool, bool, bool]:
    """The first of the lowest rank counts: not one that only says, from right to left, what another part asks for.

    Nor an equation to be solved, or another form.
    """
    is_of_another = bool(answer.form.uses) and answer.at < answer.place.at
    return is_of_another, answer.is_zero, answer.form.problem is not None
