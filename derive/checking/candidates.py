"""What two sides may mean as equal: their plain readings, then those of conventions, the fewest conventions first."""

import itertools
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import field, replace

from derive.checking.session import Session
from derive.checking.sides import Readings, Side
from derive.errors import FormulaError, Unreadable
from derive.expressions.shapes import Dim, row
from derive.expressions.tree import (
    ChainRule,
    Comparison,
    Condition,
    Derivative,
    EntryFormula,
    Expr,
    Fill,
    Identity,
    IndexValue,
    IndexVariable,
    Layout,
    MatMul,
    Node,
    Number,
    Reduce,
    Symbol,
    Transpose,
)
from derive.expressions.walk import walk
from derive.notation.elaboration import Reading
from derive.notation.elaboration.products import resized
from derive.notation.symbols import IndexUse
from derive.records import dataclass

MAX_READINGS = 24
MAX_LAYOUT_READINGS = 6
LAYOUTS: tuple[Layout, ...] = ("gradient", "numerator", "denominator")

Uses = dict[str, list[IndexUse]]


@dataclass(frozen=True)
class Candidate:
    """Two values of one shape that a claim may mean to be equal, and the conventions that this costs.

    `free` are the indices for all of whose values the claim is made, except those in `last`: a letter that names a
    dimension and stands on one side only is the last index, as in `x_n`.
    """

    left: Expr
    right: Expr
    conventions: frozenset[str]
    free: Uses = field(default_factory=dict)
    last: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Restriction:
    """A condition behind a claim, and where free indices were used in it."""

    condition: Condition
    free: Uses

    @property
    def key(self) -> Hashable:
        """The condition and where its indices run, by which it is the same in another document."""
        uses = ((letter, tuple((use.dim, use.by, use.of) for use in found)) for letter, found in self.free.items())
        return self.condition, tuple(uses)


class Claim:
    """Both sides of a claim with their readings, and the chain that it is a part of."""

    def __init__(
        self,
        session: Session,
        left: Side,
        right: Side,
        formal: dict[str, Expr],
        chain: Sequence[Side] = (),
        *,
        is_restricted: bool = False,
    ) -> None:
        self.session = session
        self.sides = (left, right)
        self.chain = chain
        self.is_restricted = is_restricted
        self.formal = formal
        self.left = left.read(session, None, formal)
        self.right = right.read(session, None, formal)

    @property
    def shapes(self) -> tuple[str, str]:
        """The shapes of both sides as they are plainly read."""
        left, right = sized(self.left.found[0].value, self.right.found[0].value)
        return str(left.shape), str(right.shape)

    def in_layout(self, layout: Layout) -> tuple[Readings, Readings]:
        """Both sides read again with derivatives in another layout."""
        left, right = self.sides
        return left.read(self.session, layout, self.formal), right.read(self.session, layout, self.formal)

    def with_ranges(self, candidate: Candidate) -> Candidate:
        """A candidate in which an index that stands at nothing with a size runs as it does elsewhere in the chain."""
        bare = [letter for letter, uses in candidate.free.items() if all(use.dim.size is None for use in uses)]
        if not bare:
            return candidate
        found: Uses = {}
        for side in self.chain:
            for reading in side.read(self.session, None, self.formal).upto(1):
                found = joined(found, reading.free)
        ranged = {letter: [use for use in found.get(letter, []) if use.dim.size and not use.by] for letter in bare}
        nowhere = not self.is_restricted and not any(ranged.values())
        if nowhere and all(_only_compared(side, bare) for side in (candidate.left, candidate.right)):
            ranged = {letter: [IndexUse(Dim(len(bare)), None)] for letter in bare}
        return replace(candidate, free={**candidate.free, **ranged})


def _only_compared(value: Expr, letters: Sequence[str]) -> bool:
    """Whether some indices stand in `i = j` and `i \\neq j` alone: then so many values of each show every case."""
    indices = {IndexVariable(letter) for letter in letters}
    places = [node for node in walk(value) if node in indices]
    compared = [
        node
        for node in walk(value)
        if isinstance(node, Comparison)
        and node.comparator in ("=", "!=")
        and {_index(node.left), _index(node.right)} <= indices
    ]
    return len(places) == 2 * len(compared)


def is_only_compared(value: Expr, index: IndexVariable) -> bool:
    """Whether an index stands in comparisons alone, as the one side of them."""
    nodes = list(walk(value))
    sides = [side for node in nodes if isinstance(node, Comparison) for side in (node.left, node.right)]
    compared = [side for side in sides if _index(side) == index]
    return bool(compared) and nodes.count(index) == len(compared)


def _index(value: Expr) -> Node | None:
    return value.index if isinstance(value, IndexValue) else None


def candidates(claim: Claim) -> Iterator[Candidate]:
    """What the two sides may mean; other readings are made only when the plain one fails."""
    return map(claim.with_ranges, _candidates(claim))


def _candidates(claim: Claim) -> Iterator[Candidate]:
    seen: set[tuple[Expr, Expr]] = set()
    for first, second in itertools.product(claim.left.upto(1), claim.right.upto(1)):
        for candidate in _closed(claim.session, first, second):
            if not candidate.conventions:
                seen.add((candidate.left, candidate.right))
                yield candidate
    others = sorted(_all_candidates(claim), key=lambda candidate: len(candidate.conventions))
    for candidate in others:
        if (candidate.left, candidate.right) not in seen:
            seen.add((candidate.left, candidate.right))
            yield candidate
    if "distinct-index" in claim.session.allow:
        for candidate in others:
            if candidate.free:
                yield replace(candidate, conventions=candidate.conventions | {"distinct-index"})


def _all_candidates(claim: Claim) -> Iterator[Candidate]:
    for layout in _other_layouts(claim):
        left, right = claim.in_layout(layout)
        for first, second in itertools.product(left.upto(MAX_LAYOUT_READINGS), right.upto(MAX_LAYOUT_READINGS)):
            for candidate in _closed(claim.session, first, second, plain_only=True):
                yield replace(candidate, conventions=candidate.conventions | {"layout"})
    plainly = [side.found[0] for side in (claim.left, claim.right) if not side.found[0].conventions]
    fits = len(plainly) == 2 and plainly[0].value.shape == plainly[1].value.shape
    for first, second in itertools.product(claim.left.upto(MAX_READINGS), claim.right.upto(MAX_READINGS)):
        if not (fits and "entrywise-product" in first.conventions & second.conventions):
            yield from _closed(claim.session, first, second)


def _other_layouts(claim: Claim) -> list[Layout]:
    """The layouts that would change something."""
    found = (*claim.left.found[:1], *claim.right.found[:1])
    if not any(isinstance(node, (Derivative, ChainRule)) for reading in found for node in walk(reading.value)):
        return []
    return [layout for layout in LAYOUTS if layout != claim.session.table.layout]


def _closed(session: Session, first: Reading, second: Reading, plain_only: bool = False) -> Iterator[Candidate]:
    """The ways in which two readings may be meant as equal."""
    conventions = first.conventions | second.conventions
    if "one-term" in conventions and any(_takes_whole_loss(session, reading) for reading in (first, second)):
        return
    free = joined(first.free, second.free)
    left, right = sized(first.value, second.value)
    if left.shape.is_open and right.shape.is_open:
        raise Unreadable("no side says how large it is; write the size, as in I_n", left.span)
    if left.shape == right.shape and not left.shape.is_open:
        one_sided = (letter for letter in free if (letter in first.free) != (letter in second.free))
        last = frozenset(letter for letter in one_sided if session.table.find_dim(letter) is not None)
        yield Candidate(left, right, conventions, free, last)
        return
    if plain_only:
        return
    yield from _identity_as_one(left, right, conventions, free)
    if "broadcast" in session.allow:
        yield from _broadcast(left, right, conventions, free)
    if left.shape.is_matrix and right.shape.is_matrix and left.shape == right.shape.transposed:
        yield Candidate(Transpose(left), right, conventions | {"transposed"}, free)
    for vector, formula, swapped in ((left, second, False), (right, first, True)):
        for entry in _entrywise(vector, formula):
            pair = (entry, vector) if swapped else (vector, entry)
            outside = {letter: uses for letter, uses in free.items() if letter not in formula.free}
            yield Candidate(*pair, conventions | {"entrywise"}, outside)


def _takes_whole_loss(session: Session, reading: Reading) -> bool:
    """Whether a derivative of the whole loss stands in a reading, by a variable for which terms are treated apart."""
    return any(
        isinstance(node, Derivative)
        and isinstance(node.of, Symbol)
        and isinstance(node.by, Symbol)
        and f"{node.of.name} by {node.by.name}" in session.treated_apart
        for node in walk(reading.value)
    )


def sized(left: Expr, right: Expr) -> tuple[Expr, Expr]:
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


def _broadcast(left: Expr, right: Expr, conventions: frozenset[str], free: Uses) -> Iterator[Candidate]:
    """A row equated with a matrix of rows: the sum of the rows; likewise columns, and a scalar with a vector."""
    for small, large, swapped in ((left, right, False), (right, left, True)):
        shape = large.shape
        if not shape.is_matrix:
            continue
        if small.shape.is_scalar and shape.is_vector:
            total: Expr = Reduce("sum", large)
        elif small.shape.is_row and small.shape.columns == shape.columns:
            total = _sum_of_rows(shape.rows, large)
        elif small.shape.is_column and small.shape.rows == shape.rows:
            total = Transpose(_sum_of_rows(shape.columns, Transpose(large)))
        else:
            continue
        yield Candidate(total if swapped else small, small if swapped else total, conventions | {"broadcast"}, free)


def _identity_as_one(left: Expr, right: Expr, conventions: frozenset[str], free: Uses) -> Iterator[Candidate]:
    """A Jacobian equated with 1, the factor by which the chain rule multiplies where it is the identity."""
    for jacobian, one, swapped in ((left, right, False), (right, left, True)):
        if isinstance(jacobian, Derivative) and jacobian.shape.is_square and isinstance(one, Number) and one.value == 1:
            unit = Identity(jacobian.shape.rows)
            first, second = (unit, jacobian) if swapped else (jacobian, unit)
            yield Candidate(first, second, conventions | {"local-factor"}, free)


def _sum_of_rows(dim: Dim, matrix: Expr) -> Expr:
    return MatMul(Fill(1, row(dim)), matrix)


def _entrywise(vector: Expr, formula: Reading) -> Iterator[Expr]:
    """The vector or matrix whose entries a formula with free indices gives, where its indices run along that vector.

    The index that comes first in the alphabet is that of the rows, unless only the other order fits.
    """
    if not (vector.shape.is_matrix and formula.value.shape.is_scalar and formula.free):
        return
    used = sorted(letter for letter, uses in formula.free.items() if uses)
    dims: Sequence[Dim] = [vector.shape.length] if vector.shape.is_vector else vector.shape.dims
    for letters in itertools.permutations(used):
        if len(letters) == len(dims) and all(_runs_along(formula, *pair) for pair in zip(letters, dims, strict=True)):
            first, *second = (IndexVariable(letter) for letter in letters)
            if second:
                yield EntryFormula(first, second[0], formula.value, vector.shape)
            elif vector.shape.is_column:
                yield EntryFormula(first, None, formula.value, vector.shape)
            else:
                yield EntryFormula(None, first, formula.value, vector.shape)
            return


def _runs_along(formula: Reading, letter: str, dim: Dim) -> bool:
    return all(use.dim == dim and not use.by for use in formula.free[letter] if use.dim.size is not None)


def uses_under(free: Uses, restrictions: Sequence[Restriction]) -> Uses:
    """Where free indices were used in a claim and its conditions; one that is only compared, where the other was."""
    for restriction in restrictions:
        free = joined(free, restriction.free)
    for restriction in restrictions:
        condition = restriction.condition
        if isinstance(condition, Comparison):
            indices = [side.index for side in (condition.left, condition.right) if isinstance(side, IndexValue)]
            names = [index.name for index in indices if isinstance(index, IndexVariable) and index.name in free]
            uses = next((free[name] for name in names if free[name]), [])
            free = {**free, **{name: uses for name in names if not free[name]}}
    return free


def joined(first: Uses, second: Uses) -> Uses:
    """Where free indices were used in either of two."""
    letters = dict.fromkeys((*first, *second))
    return {letter: [*first.get(letter, []), *second.get(letter, [])] for letter in letters}
