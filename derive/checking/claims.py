"""Whether one side equals the other: readings of both, the conventions that may join them, the verdict.

The order of trial is by the number of conventions: a step is `proved` if its plain reading is, else `convention` under the
fewest conventions that work, else `refuted` if its plain reading certainly fails and no convention saves it.
A reading that could not be decided makes the step `unknown`, never `refuted`.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import sympy

from derive.checking.conventions import in_order, sentence
from derive.checking.counterexamples import counterexample
from derive.checking.results import Counterexample, Verdict
from derive.checking.session import Session
from derive.deciding.evidence import Different, Equal, EqualOffKinks, Undecided
from derive.deciding.facts import EntryEquation
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Meaningless, Undecidable, Unreadable
from derive.exact.entries import Array
from derive.expressions.shapes import Dim, row
from derive.expressions.tree import (
    ChainRule,
    Condition,
    Derivative,
    EntryByEntry,
    EntryFormula,
    Expr,
    Fill,
    IndexVariable,
    Layout,
    LocalFactor,
    MatMul,
    Node,
    Number,
    Transpose,
)
from derive.expressions.walk import walk
from derive.notation.elaboration import Elaborator, Reading, readings
from derive.notation.elaboration.base import Choices
from derive.notation.elaboration.products import resized
from derive.notation.symbols import Computed, IndexUse
from derive.notation.syntax import List
from derive.source import Span

MAX_EQUATIONS = 4_000
MAX_READINGS = 24
MAX_LAYOUT_READINGS = 6


@dataclass(frozen=True)
class Restriction:
    """A condition behind a claim, and where free indices were used in it."""

    condition: Condition
    free: dict[str, list[IndexUse]]


@dataclass(frozen=True)
class Judgement:
    """The verdict on a claim with its grounds, before it is placed in a document."""

    verdict: Verdict
    message: str
    conventions: tuple[str, ...] = ()
    shapes: tuple[str, str] | None = None
    counterexample: Counterexample | None = None
    span: Span | None = None


@dataclass
class Side:
    """One side of a claim: its syntax, or why it has none; `fixed` where its meaning is settled already."""

    content: List | None
    error: FormulaError | None = None
    fixed: Reading | None = None

    def read(self, session: Session, layout: Layout | None, formal: dict[str, Expr]) -> "Readings":
        """The readings of this side, made as they are needed."""
        if self.fixed is not None:
            return Readings(iter([self.fixed]))
        if self.content is None:
            return Readings(iter([self.error or Unreadable("something is missing here")]))
        return Readings(readings(session.table, self.content, session.options(layout, formal)))


class Readings:
    """The readings of a side by their cost, and the errors of the attempts that failed, the plain one's first."""

    def __init__(self, attempts: Iterator[Reading | Unreadable | Meaningless]) -> None:
        self._attempts = attempts
        self.found: list[Reading] = []
        self.errors: list[FormulaError] = []

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
            else:
                self.found.append(attempt)
        return self.found[:count]


@dataclass(frozen=True)
class Candidate:
    """Two values of one shape that a claim may mean to be equal, and the conventions that this costs."""

    left: Expr
    right: Expr
    conventions: frozenset[str]
    free: dict[str, list[IndexUse]] = field(default_factory=dict)


def judge(
    session: Session,
    left: Side,
    right: Side,
    restrictions: Sequence[Restriction],
    formal: dict[str, Expr],
    deadline: Deadline,
) -> Judgement:
    """The verdict on `left = right`."""
    claim = _Claim(session, left, right, formal)
    failed = _failure(claim.left) or _failure(claim.right)
    if failed is not None:
        return failed
    try:
        return _decided(claim, restrictions, deadline)
    except Unreadable as error:
        return Judgement("unreadable", _capital(error.problem) + ".", span=error.span)


class _Claim:
    """Both sides of a claim with their readings."""

    def __init__(self, session: Session, left: Side, right: Side, formal: dict[str, Expr]) -> None:
        self.session = session
        self.sides = (left, right)
        self.formal = formal
        self.left = left.read(session, None, formal)
        self.right = right.read(session, None, formal)

    @property
    def shapes(self) -> tuple[str, str]:
        return str(self.left.found[0].value.shape), str(self.right.found[0].value.shape)

    def in_layout(self, layout: Layout) -> tuple[Readings, Readings]:
        """Both sides read again with derivatives in another layout."""
        left, right = self.sides
        return left.read(self.session, layout, self.formal), right.read(self.session, layout, self.formal)


def _failure(side: Readings) -> Judgement | None:
    """The verdict where a side has no reading at all: notation that is not known, or shapes that cannot be."""
    if side.upto(1):
        return None
    first = side.errors[0] if side.errors else Unreadable("this could not be read")
    verdict: Verdict = "refuted" if isinstance(first, Meaningless) else "unreadable"
    return Judgement(verdict, _capital(first.problem) + ".", span=first.span)


def _decided(claim: _Claim, restrictions: Sequence[Restriction], deadline: Deadline) -> Judgement:
    session, shapes = claim.session, claim.shapes
    plain: tuple[Candidate, Different] | None = None
    undecided: list[str] = []
    index_error: Meaningless | None = None
    for candidate in _candidates(claim):
        try:
            found = _evidence(session, candidate, restrictions, deadline)
        except Undecidable as error:
            undecided.append(str(error))
            continue
        except Meaningless as error:
            index_error = index_error or error
            continue
        except _NotALocalFactor:
            continue
        if isinstance(found, EqualOffKinks) and not _involves_derivative(session, candidate):
            undecided.append("the sides agree except, perhaps, where an argument of a step function is zero")
        elif isinstance(found, (Equal, EqualOffKinks)):
            return _holds(candidate, isinstance(found, EqualOffKinks), shapes)
        elif isinstance(found, Different):
            plain = plain or (candidate, found)
        elif isinstance(found, Undecided):
            undecided.append(found.reason)
    return _not_equal(session, plain, undecided, shapes, index_error)


def _holds(candidate: Candidate, off_kinks: bool, shapes: tuple[str, str]) -> Judgement:
    names = in_order(candidate.conventions | (frozenset({"kink"}) if off_kinks else frozenset()))
    if not names:
        return Judgement(
            "proved",
            "Both sides are equal for every value of the symbols.",
            shapes=(str(candidate.left.shape), str(candidate.right.shape)),
        )
    return Judgement("convention", sentence(names), names, shapes)


def _not_equal(
    session: Session,
    plain: "tuple[Candidate, Different] | None",
    undecided: list[str],
    shapes: tuple[str, str],
    index_error: Meaningless | None,
) -> Judgement:
    if undecided:
        return Judgement("unknown", f"Neither a proof nor a counterexample was found: {undecided[0]}.", shapes=shapes)
    if plain is not None:
        candidate, found = plain
        example, where = counterexample(session, found, _layout_of(session, candidate))
        return Judgement(
            "refuted",
            f"The two sides differ{where}: {example.lhs} on the left, {example.rhs} on the right.",
            (),
            shapes,
            example,
        )
    if index_error is not None:
        return Judgement("refuted", _capital(index_error.problem) + ".", shapes=shapes, span=index_error.span)
    return Judgement(
        "refuted",
        f"The left side is {shapes[0]} and the right side {shapes[1]}: these shapes cannot be equal.",
        (),
        shapes,
    )


# ── candidates ──


def _candidates(claim: _Claim) -> Iterator[Candidate]:
    """What the two sides may mean, the fewest conventions first; other readings are made only when the plain one fails."""
    seen: set[tuple[Expr, Expr]] = set()
    for first, second in itertools.product(claim.left.upto(1), claim.right.upto(1)):
        for candidate in _closed(claim.session, first, second):
            if not candidate.conventions:
                seen.add((candidate.left, candidate.right))
                yield candidate
    for candidate in sorted(_all_candidates(claim), key=lambda candidate: len(candidate.conventions)):
        if (candidate.left, candidate.right) not in seen:
            seen.add((candidate.left, candidate.right))
            yield candidate


def _all_candidates(claim: _Claim) -> Iterator[Candidate]:
    for layout in _other_layouts(claim.session, (*claim.left.found[:1], *claim.right.found[:1])):
        left, right = claim.in_layout(layout)
        for first, second in itertools.product(left.upto(MAX_LAYOUT_READINGS), right.upto(MAX_LAYOUT_READINGS)):
            for candidate in _closed(claim.session, first, second, plain_only=True):
                yield replace(candidate, conventions=candidate.conventions | {"layout"})
    for first, second in itertools.product(claim.left.upto(MAX_READINGS), claim.right.upto(MAX_READINGS)):
        yield from _closed(claim.session, first, second)


def _other_layouts(session: Session, found: Sequence[Reading]) -> list[Layout]:
    """The layouts that would change something."""
    if not any(isinstance(node, (Derivative, ChainRule)) for reading in found for node in walk(reading.value)):
        return []
    return [layout for layout in _LAYOUTS if layout != session.table.layout]


_LAYOUTS: tuple[Layout, ...] = ("gradient", "numerator", "denominator")


def _closed(session: Session, first: Reading, second: Reading, plain_only: bool = False) -> Iterator[Candidate]:
    """The ways in which two readings may be meant as equal."""
    conventions = first.conventions | second.conventions
    free = _joined(first.free, second.free)
    left, right = _sized(first.value, second.value)
    if left.shape == right.shape and not left.shape.is_open:
        yield Candidate(left, right, conventions, free)
        if left.shape.is_square and not left.shape.is_scalar and not plain_only:
            yield Candidate(Transpose(left), right, conventions | {"transposed"}, free)
        return
    if plain_only:
        return
    if left.shape.is_matrix and right.shape.is_matrix:
        if left.shape == right.shape.transposed:
            yield Candidate(Transpose(left), right, conventions | {"transposed"}, free)
        if "broadcast" in session.allow:
            yield from _broadcast(left, right, conventions, free)
    for vector, formula, swapped in ((left, second, False), (right, first, True)):
        entry = _entrywise(session, vector, formula)
        if entry is not None:
            pair = (entry, vector) if swapped else (vector, entry)
            yield Candidate(
                *pair,
                conventions | {"entrywise"},
                {letter: uses for letter, uses in free.items() if letter not in formula.free},
            )


def _sized(left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """Both sides with open sizes filled in from the other; a plain 0 is the zero matrix."""
    try:
        if left.shape.is_open and right.shape.is_matrix:
            left = resized(left, right.shape)
        if right.shape.is_open and left.shape.is_matrix:
            right = resized(right, left.shape)
    except FormulaError:
        return left, right
    if isinstance(right, Number) and right.value == 0 and not left.shape.is_scalar:
        right = Fill(0, left.shape, span=right.span)
    if isinstance(left, Number) and left.value == 0 and not right.shape.is_scalar:
        left = Fill(0, right.shape, span=left.span)
    return left, right


def _broadcast(
    left: Expr, right: Expr, conventions: frozenset[str], free: dict[str, list[IndexUse]]
) -> Iterator[Candidate]:
    """A row equated with a matrix of rows: the sum of the rows; likewise for columns."""
    for small, large, swapped in ((left, right, False), (right, left, True)):
        shape = large.shape
        if small.shape.is_row and small.shape.columns == shape.columns:
            total: Expr = _ones_row(shape.rows, large)
        elif small.shape.is_column and small.shape.rows == shape.rows:
            total = Transpose(_ones_row(shape.columns, Transpose(large)))
        else:
            continue
        yield Candidate(total if swapped else small, small if swapped else total, conventions | {"broadcast"}, free)


def _ones_row(dim: Dim, matrix: Expr) -> Expr:
    return MatMul(Fill(1, row(dim)), matrix)


def _entrywise(session: Session, vector: Expr, formula: Reading) -> Expr | None:
    """The vector or matrix whose entries a formula with free indices gives, where its indices run along that vector."""
    if not (vector.shape.is_matrix and formula.value.shape.is_scalar and formula.free):
        return None
    letters = [letter for letter, uses in formula.free.items() if uses]
    if vector.shape.is_vector and len(letters) == 1:
        index = IndexVariable(letters[0])
        at = (index, None) if vector.shape.is_column else (None, index)
        lengths = [vector.shape.length]
    elif not vector.shape.is_vector and len(letters) == 2:
        first, second = sorted(letters)
        at, lengths = (IndexVariable(first), IndexVariable(second)), list(vector.shape.dims)
        letters = [first, second]
    else:
        return None
    for letter, length in zip(letters, lengths, strict=True):
        if any(use.dim != length for use in formula.free[letter] if use.dim.size is not None):
            return None
    return EntryFormula(at[0], at[1], formula.value, vector.shape)


def _joined(first: dict[str, list[IndexUse]], second: dict[str, list[IndexUse]]) -> dict[str, list[IndexUse]]:
    return {
        letter: [*first.get(letter, []), *second.get(letter, [])]
        for letter in (*first, *(other for other in second if other not in first))
    }


# ── evidence ──


class _NotALocalFactor(Exception):
    """A reading took a matrix for the factor of the chain rule that is none."""


def _evidence(
    session: Session, candidate: Candidate, restrictions: Sequence[Restriction], deadline: Deadline
) -> object:
    ranges = _ranges(session, candidate, restrictions)
    equations: list[EntryEquation] = []
    session.entries.obligations.clear()
    for environment in _environments(ranges):
        session.entries.domain.clear()
        deadline.check()
        left, right = (
            session.entries.lower(candidate.left, environment),
            session.entries.lower(candidate.right, environment),
        )
        where = _where(session, restrictions, environment, ranges, deadline)
        if where != 0:
            equations += [
                EntryEquation(left.at(*position), right.at(*position), where) for position in left.positions()
            ]
        if len(equations) > MAX_EQUATIONS:
            raise Undecidable(f"this claim has more than {MAX_EQUATIONS} entries at these dimensions")
    if not equations:
        raise Undecidable("the condition of this step holds for no index at these dimensions")
    _check_obligations(session, deadline)
    return session.decide(equations, deadline)


def _check_obligations(session: Session, deadline: Deadline) -> None:
    obligations = [EntryEquation(left, right) for left, right in session.entries.obligations]
    if obligations and not isinstance(session.decide(obligations, deadline), (Equal, EqualOffKinks)):
        raise _NotALocalFactor


def _where(
    session: Session,
    restrictions: Sequence[Restriction],
    environment: dict[IndexVariable, int],
    ranges: dict[str, range],
    deadline: Deadline,
) -> sympy.Expr:
    """1 where the claim is made: where its conditions hold and both sides have a value."""
    factors = [part for part in dict.fromkeys(session.entries.domain) if not _always(session, part, deadline)]
    for restriction in restrictions:
        factors += _indicator(session.entries.condition(restriction.condition, environment))
    if "distinct-index" in session.allow:
        factors += _distinct(session, environment, ranges)
    return sympy.Mul(*factors)


def _always(session: Session, indicator: sympy.Expr, deadline: Deadline) -> bool:
    """Whether the cases of a formula leave nothing out."""
    return isinstance(session.decide([EntryEquation(indicator, sympy.S.One)], deadline), Equal)


def _indicator(array: Array) -> list[sympy.Expr]:
    return list(array.entries)


def _distinct(session: Session, environment: dict[IndexVariable, int], ranges: dict[str, range]) -> list[sympy.Expr]:
    """Different letters are different indices; a label without an index of its own is such a letter too."""
    factors: list[sympy.Expr] = []
    named = [(letter, environment[IndexVariable(letter)]) for letter in ranges]
    for (first, i), (second, j) in itertools.combinations(named, 2):
        if ranges[first] == ranges[second] and i == j:
            factors.append(sympy.S.Zero)
    for letter, position in named:
        for name, array in list(session.entries.arrays.items()):
            meaning = session.table.meanings.get(name)
            kind = getattr(meaning, "kind", "")
            if kind == "labels" and array.sizes[0] == 1 and array.sizes[1] == len(ranges[letter]):
                factors.append(1 - array.at(0, position))
    return factors


def _ranges(session: Session, candidate: Candidate, restrictions: Sequence[Restriction]) -> dict[str, range]:
    """The range of every free index. Raises `Meaningless` where its uses disagree, `Unreadable` where it has none."""
    free = candidate.free
    for restriction in restrictions:
        free = _joined(free, restriction.free)
    helper = Elaborator(session.table, Choices(), session.table.layout)
    found = {}
    for letter, uses in free.items():
        dim = helper.common_range(letter, uses, uses[0].span if uses else None)
        low = max([0, *(-use.by for use in uses)])
        high = (dim.size or 1) - max([0, *(use.by for use in uses)])
        found[letter] = range(low, high)
    return found


def _environments(ranges: dict[str, range]) -> Iterator[dict[IndexVariable, int]]:
    letters = list(ranges)
    for values in itertools.product(*ranges.values()):
        yield {IndexVariable(letter): value for letter, value in zip(letters, values, strict=True)}


def _layout_of(session: Session, candidate: Candidate) -> list[tuple[str, tuple[int, ...]]]:
    """For each equation in order, the values of the free indices in words and the position of its entry."""
    try:
        ranges = _ranges(session, candidate, ())
    except FormulaError:
        ranges = {}
    base = session.table.index_base
    positions = (
        [()]
        if candidate.left.shape.is_scalar
        else list(itertools.product(*(range(size) for size in candidate.left.shape.sizes())))
    )
    places = []
    for environment in _environments(ranges):
        words = ", ".join(f"{index.name} = {value + base}" for index, value in environment.items())
        places += [(words, position) for position in positions]
    return places


def _involves_derivative(session: Session, candidate: Candidate) -> bool:
    """Whether a derivative stands in a claim or in what its names are defined by."""
    waiting: list[Node] = [candidate.left, candidate.right]
    seen: set[str] = set()
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, (Derivative, ChainRule, LocalFactor, EntryByEntry)) or getattr(node, "order", 0):
                return True
            name = getattr(node, "name", None)
            meaning = session.table.meanings.get(name) if isinstance(name, str) and name not in seen else None
            if isinstance(name, str) and isinstance(meaning, Computed) and meaning.value is not None:
                seen.add(name)
                waiting.append(meaning.value)
    return False


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
