"""What a submission says: its chains as they were judged, cut where a sign is none of equality.

A checker's observer notes each chain. Then a `Line` is a stretch `a = b = c` of it: its members are said to be equal.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from derive.checking.candidates import Restriction
from derive.checking.claims import Judgement
from derive.checking.observing import Observed, decide, first_value
from derive.checking.results import DocumentResult, StepResult
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.checking.sizes import OtherSizes
from derive.documents.document import Passage
from derive.expressions.tree import AllOf, Comparison, Expr, IndexValue, Node, Number, Size, Symbol
from derive.expressions.walk import walk
from derive.notation.chains import kind_of, slice_of
from derive.notation.symbols import Computed, SymbolTable

Condition = Literal["indices", "values"]

EQUALITIES = frozenset({"claim", "define", "names"})


@dataclass(frozen=True)
class Member:
    """One member of a chain: its number there, its syntax, its value (null where it is not readable), its LaTeX."""

    number: int
    side: Side
    value: Expr | None
    written: str


@dataclass(frozen=True)
class Link:
    """The relation before a member: its verdict, and its step in the report, null in a line of text that has none."""

    judgement: Judgement
    step: StepResult | None

    @property
    def verdict(self) -> str:
        """The verdict on the relation."""
        return self.judgement.verdict if self.step is None else self.step.verdict


@dataclass(frozen=True)
class Line:
    """Members that are said to be equal, in order, with the relations between them: one fewer.

    `roughly` are members behind it that are only said to be about the same. `condition`: it is said for some indices
    only, or for some numbers of layers; or for some values only.
    """

    passage: Passage
    members: tuple[Member, ...]
    links: tuple[Link, ...]
    formal: Mapping[str, Expr]
    condition: Condition | None
    roughly: tuple[Member, ...] = ()

    @property
    def is_conditional(self) -> bool:
        """Whether it is not said in general."""
        return self.condition is not None

    def between(self, first: int, second: int) -> tuple[Link, ...]:
        """The relations from one of its members to another, by their positions in the line."""
        return self.links[min(first, second) : max(first, second)]

    def step_of(self, position: int) -> StepResult | None:
        """The step in which a member stands on the right, the first one for the first member."""
        return self.links[max(position - 1, 0)].step if self.links else None

    def where(self, position: int) -> str:
        """The place of a member in the file as its author sees it."""
        step = self.step_of(position)
        if step is not None:
            return step.where
        place, cell = self.passage.text.place(), self.passage.text.source.cell
        return f"{place.line}:{place.column}" if cell is None else f"cell {cell}:{place.line}:{place.column}"


@dataclass
class Workings:
    """What was observed of a submission while it was checked. After `finish` its lines can be asked for."""

    observed: list[tuple[Observed, SymbolTable]] = field(default_factory=list)
    lines: tuple[Line, ...] = ()
    unseen: tuple[Passage, ...] = ()
    _numbers: dict[tuple[int, int], StepResult] = field(default_factory=dict)

    def note(self, observed: Observed) -> None:
        """To be called with every chain."""
        self.observed.append((observed, observed.session.table))

    def finish(self, passages: Sequence[Passage], result: DocumentResult) -> None:
        """Take the chains apart, the results of their steps as they stand in the report."""
        self._numbers = {(step.equation, step.step): step for step in result.steps}
        found: list[Line] = []
        for observed, table in self.observed:
            found += _lines(observed, table, self._numbers)
        self.lines = tuple(found)
        seen = {id(observed.passage) for observed, _ in self.observed}
        self.unseen = tuple(one for one in passages if one.kind == "display" and id(one) not in seen)

    @property
    def session(self) -> Session | None:
        """What is known at the end of the submission; null where it says nothing."""
        return self.observed[-1][0].session if self.observed else None

    @property
    def other(self) -> OtherSizes | None:
        """The same at other sizes, if these count."""
        return self.observed[-1][0].other if self.observed else None

    def decide(self, left: Side, right: Side, formal: Mapping[str, Expr]) -> Judgement:
        """Whether two sides are equal, with all that the submission defines anywhere."""
        assert self.session is not None
        return decide(self.session, self.other, left, right, formal)

    def step(self, number: tuple[int, int]) -> StepResult | None:
        """A step of the report by its equation and its number there."""
        return self._numbers.get(number)

    def value_of(self, name: str) -> Expr | None:
        """What a name of the submission's own stands for, null where it is not its own or has no value."""
        table = self.session.table if self.session is not None else None
        meaning = table.meanings.get(name) if table is not None else None
        if table is None or name not in table.introduced:
            return None
        return meaning.value if isinstance(meaning, Computed) else None

    @property
    def own_names(self) -> frozenset[str]:
        """The names that the submission defines."""
        return self.session.table.introduced if self.session is not None else frozenset()


# ── a chain -> lines ──


def _lines(observed: Observed, table: SymbolTable, steps: Mapping[tuple[int, int], StepResult]) -> Iterator[Line]:
    judgements, chain = observed.judgements, observed.chain
    claimed = [judgement.claimed for judgement in judgements]
    if not claimed or any(one is None for one in claimed):
        return
    sides = [one.right for one in claimed if one is not None]
    first = claimed[0]
    assert first is not None
    members = [
        Member(number, side, _value(observed, table, side, first.formal), slice_of(observed.passage.text.value, member))
        for number, (side, member) in enumerate(zip([first.left, *sides], chain.members, strict=True))
    ]
    results = {step.step: steps.get((step.equation, step.step), step) for step in observed.steps}
    links = [Link(judgement, results.get(number + 1)) for number, judgement in enumerate(judgements)]
    kinds = [kind_of(relation) for relation in chain.relations]
    restrictions = [restriction for one in claimed if one is not None for restriction in one.restrictions]
    condition = _condition(restrictions, has_numbers=bool(first.numbers))
    yield from _cut(observed.passage, members, links, kinds, first.formal, condition)


def _cut(
    passage: Passage,
    members: Sequence[Member],
    links: Sequence[Link],
    kinds: Sequence[str],
    formal: Mapping[str, Expr],
    condition: Condition | None,
) -> Iterator[Line]:
    """Lines of members joined by signs of equality; what is a shape or a set is passed over."""
    current, joined = [members[0]], list[Link]()
    roughly: list[Member] = []
    for member, link, kind in zip(members[1:], links, kinds, strict=True):
        if kind == "member":
            continue
        if kind in EQUALITIES and not roughly:
            current.append(member)
            joined.append(link)
        elif kind in EQUALITIES or kind == "nothing":
            roughly.append(member)
        else:
            yield Line(passage, tuple(current), tuple(joined), formal, condition, tuple(roughly))
            current, joined, roughly = [member], [], []
    yield Line(passage, tuple(current), tuple(joined), formal, condition, tuple(roughly))


def _value(observed: Observed, table: SymbolTable, side: Side, formal: Mapping[str, Expr]) -> Expr | None:
    """What a member is as it was read there, or with what the submission says later where it was not readable."""
    session = observed.session
    last = session.table
    session.learn(table)
    found = first_value(session, side, formal)
    session.learn(last)
    return found if found is not None else first_value(session, side, formal)


# ── conditions ──


def _condition(restrictions: Sequence[Restriction], *, has_numbers: bool) -> Condition | None:
    """What limits a chain; null where it is said in general, if only through the whole range of an index.

    A condition that compares something else than indices is one on values.
    """
    limits = [one.condition for one in restrictions if not _is_whole_range(one.condition)]
    if any(isinstance(node, Symbol) for limit in limits for node in walk(limit)):
        return "values"
    return "indices" if limits or has_numbers else None


def _is_whole_range(condition: Node) -> bool:
    """`i = 1, …, N`: from the first index to the size of a dimension."""
    match condition:
        case AllOf((Comparison(IndexValue(), ">=", Number(first)), Comparison(IndexValue(), "<=", Size()))):
            return first <= 1
    return False
