"""What a submission says: its chains as they were judged, cut where a sign is none of equality.

A checker's observer notes each chain. Then a `Line` is a stretch `a = b = c` of it: its members are said to be equal.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from itertools import pairwise

from derive.checking.candidates import Restriction
from derive.checking.claims import Claimed, Judgement
from derive.checking.observing import Observed, Question, decide, first_value, knowing, mistakes
from derive.checking.results import Diagnosis, DocumentResult, StepResult
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.checking.sizes import OtherSizes
from derive.checking.unrolling import numbers_of
from derive.documents.document import Passage
from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    AllOf,
    Comparison,
    Condition,
    Entry,
    Expr,
    Index,
    IndexValue,
    Node,
    Number,
    Size,
    Slice,
    Symbol,
)
from derive.expressions.walk import walk
from derive.notation.chains import kind_of, slice_of
from derive.notation.symbols import Computed, SymbolTable
from derive.records import dataclass
from derive.source import Span

EQUALITIES = frozenset({"claim", "define", "names"})


@dataclass(frozen=True)
class Member:
    """One member of a chain: its number there, its syntax, its value (null where it is not readable), its LaTeX.

    `span` is its place in its passage, null where it stands elsewhere or nothing stands there.
    """

    number: int
    side: Side
    value: Expr | None
    written: str
    span: Span | None = None


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

    `roughly` are members behind it that are only said to be about the same. `restrictions` are the conditions under
    which alone it is said. `numbers`: for which numbers its letters stand, of what is said for every layer or time.
    """

    passage: Passage
    members: tuple[Member, ...]
    links: tuple[Link, ...]
    formal: Mapping[str, Expr]
    restrictions: tuple[Restriction, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    roughly: tuple[Member, ...] = ()

    @property
    def limits(self) -> tuple[Condition, ...]:
        """The conditions alone."""
        return tuple(one.condition for one in self.restrictions)

    @property
    def is_for_some_values(self) -> bool:
        """Whether a condition compares more than indices."""
        return any(isinstance(node, Symbol) for limit in self.limits for node in walk(limit))

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

    def decide(self, left: Side, line: Line, member: Member, restrictions: tuple[Restriction, ...] = ()) -> Judgement:
        """Whether a member of a line equals something, with all that the submission defines anywhere."""
        assert self.session is not None
        return decide(self.session, self.other, Question(left, member.side, line.formal, line.numbers, restrictions))

    def compare(self, left: Side, right: Side) -> Judgement:
        """Whether two formulas that stand nowhere are equal."""
        assert self.session is not None
        return decide(self.session, self.other, Question(left, right, {}, {}))

    def mistakes(
        self, left: Side, line: Line, member: Member, restrictions: tuple[Restriction, ...] = ()
    ) -> tuple[Diagnosis, ...]:
        """The mistakes that were made in a member of a line that differs from something."""
        assert self.session is not None
        return mistakes(self.session, Question(left, member.side, line.formal, line.numbers, restrictions))

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

    def spelled(self, name: str) -> str:
        """A name as it is written, without the indices of a name that is defined entry by entry."""
        families = self.session.table.families if self.session is not None else {}
        return next((base for base, holder in families.items() if holder == name), name)

    @property
    def own_names(self) -> frozenset[str]:
        """The names that the submission defines."""
        return self.session.table.introduced if self.session is not None else frozenset()

    @property
    def own_or_declared(self) -> frozenset[str]:
        """The names that are not the exercise's, defined or only declared."""
        if self.session is None:
            return frozenset()
        return frozenset(self.session.table.meanings) - frozenset(self.session.model.table.meanings)


# ── a chain -> lines ──


@dataclass(frozen=True)
class _Row:
    """A part of a chain that has conditions of its own: its members, the relation before each but the first."""

    members: list[Member]
    links: list[Link]
    kinds: list[str]
    restrictions: tuple[Restriction, ...]


def _lines(observed: Observed, table: SymbolTable, steps: Mapping[tuple[int, int], StepResult]) -> Iterator[Line]:
    """The lines of a chain, for every number that its letters may have."""
    claimed = [judgement.claimed for judgement in observed.judgements if judgement.claimed is not None]
    if not claimed or len(claimed) < len(observed.judgements):
        return
    session = observed.session
    for numbers in numbers_of(session, observed.chain) if claimed[0].numbers else [{}]:
        for row in _rows(observed, table, steps, claimed, numbers):
            for members, links, roughly in _cut(row):
                yield Line(observed.passage, members, links, claimed[0].formal, row.restrictions, numbers, roughly)


def _rows(
    observed: Observed,
    table: SymbolTable,
    steps: Mapping[tuple[int, int], StepResult],
    claimed: Sequence[Claimed],
    numbers: Mapping[str, int],
) -> Iterator[_Row]:
    """The rows of a chain that exclude each other, each with the first member in front; else all of it."""
    text, chain = observed.passage.text.value, observed.chain
    members = [
        Member(
            at,
            side,
            _value(observed, table, side, claimed[0].formal, numbers),
            slice_of(text, written),
            None if written.written is not None else written.span,
        )
        for at, (side, written) in enumerate(
            zip([claimed[0].left, *(one.right for one in claimed)], chain.members, strict=True)
        )
    ]
    results = {step.step: steps.get((step.equation, step.step), step) for step in observed.steps}
    links = [Link(judgement, results.get(at + 1)) for at, judgement in enumerate(observed.judgements)]
    kinds = [kind_of(relation) for relation in chain.relations]
    starts = [first for first, _ in chain.alternatives] or [0]
    for first, end in pairwise([*starts, len(links)]):
        said = {one.key: one for claim in claimed[first:end] for one in claim.restrictions}
        values = [member.value for member in members if member.value is not None]
        limits = tuple(one for one in said.values() if not _is_whole_range(one.condition, values))
        yield _Row([members[0], *members[first + 1 : end + 1]], links[first:end], kinds[first:end], limits)


def _cut(row: _Row) -> Iterator[tuple[tuple[Member, ...], tuple[Link, ...], tuple[Member, ...]]]:
    """Lines of members joined by signs of equality; what is a shape or a set is passed over."""
    current, joined, roughly = [row.members[0]], list[Link](), list[Member]()
    for member, link, kind in zip(row.members[1:], row.links, row.kinds, strict=True):
        if kind == "member":
            continue
        if kind in EQUALITIES and not roughly:
            current.append(member)
            joined.append(link)
        elif kind in EQUALITIES or kind == "nothing":
            roughly.append(member)
        else:
            yield tuple(current), tuple(joined), tuple(roughly)
            current, joined, roughly = [member], [], []
    yield tuple(current), tuple(joined), tuple(roughly)


def _value(
    observed: Observed, table: SymbolTable, side: Side, formal: Mapping[str, Expr], numbers: Mapping[str, int]
) -> Expr | None:
    """What a member is as it was read there, or with what the submission says later where it was not readable."""
    session = observed.session
    for known in (table, session.table):
        with knowing(session, known, numbers):
            found = first_value(session, side, formal)
        if found is not None:
            return found
    return None


def _is_whole_range(condition: Condition, values: Sequence[Expr]) -> bool:
    """`i = 1, …, N`: from the first index to the size of the dimension along which it runs wherever it stands."""
    match condition:
        case AllOf((Comparison(IndexValue(index), ">=", Number(first)), Comparison(IndexValue(), "<=", Size(dim)))):
            places = (
                dim_at for value in values for node in walk(value) for at, dim_at in _indexed(node) if at == index
            )
            return first <= 1 and all(str(found) == str(dim) for found in places)
    return False


def _indexed(node: Node) -> Iterator[tuple[Index, Dim]]:
    """The indices of an entry, a row or a column, and along which dimensions they run."""
    match node:
        case Entry(operand, row, column):
            yield from zip((row, column), operand.shape.dims, strict=False)
        case Slice(operand, index, along):
            yield index, operand.shape.dims[0 if along == "row" else 1]
