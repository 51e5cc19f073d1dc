"""Whether one side equals the other: the verdict on a claim, with its grounds.

A step is `proved` if its plain reading is, else `convention` under the fewest conventions that work, else `refuted` if
every reading certainly fails. A reading that could not be decided makes the step `unknown`, never `refuted`.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field

from derive.checking.candidates import Candidate, Claim, Restriction, candidates, is_only_compared
from derive.checking.conventions import in_order, sentence
from derive.checking.counterexamples import counterexample
from derive.checking.evidence import Found, NoLocalFactorError, evidence, involves_derivative
from derive.checking.memory import key_of_options
from derive.checking.results import Counterexample, Diagnosis, Ground, Scope, Verdict
from derive.checking.session import Session
from derive.checking.sides import Readings, Side
from derive.deciding.evidence import Different, Equal, EqualOffKinks
from derive.deciding.limits import Deadline
from derive.errors import (
    FormulaError,
    Meaningless,
    NotAmong,
    Undecidable,
    UnknownName,
    Unreadable,
    as_sentence,
)
from derive.expressions.tree import Expr, IndexVariable
from derive.notation.names import plain
from derive.records import dataclass
from derive.source import Span


@dataclass(frozen=True)
class Claimed:
    """What a judgement is on: both sides, the names that the statement binds, its conditions.

    `numbers`: for which numbers of layers or times its letters stand, where it is judged for each of them.
    """

    left: Side
    right: Side
    formal: Mapping[str, Expr]
    restrictions: tuple[Restriction, ...]
    numbers: Mapping[str, int]

    @property
    def key(self) -> Hashable:
        """How it is written, for which names and numbers, and under which conditions."""
        bound = tuple(self.formal.items()), tuple(self.numbers.items())
        return self.left.content, self.right.content, bound, tuple(one.key for one in self.restrictions)


@dataclass(frozen=True)
class Judgement:
    """The verdict on a claim with its grounds, before it is placed in a document.

    `is_missing`: it is unreadable since a name has a number that no name of its kind has.
    `claimed` is there where it is on a relation that was read.
    """

    verdict: Verdict
    message: str
    conventions: tuple[str, ...] = ()
    shapes: tuple[str, str] | None = None
    counterexample: Counterexample | None = None
    span: Span | None = None
    scope: Scope | None = None
    ground: Ground | None = None
    side_conditions: tuple[str, ...] = ()
    unknown_name: str | None = None
    is_missing: bool = False
    claimed: Claimed | None = field(default=None, compare=False, repr=False)
    diagnosis: tuple[Diagnosis, ...] = ()
    follows_from: tuple[int, int] | None = None


def _worded(shape: str) -> str:
    """A shape in words: that of an identity or of ones is open where nothing beside them tells it."""
    return shape if "?" not in shape else "a matrix or vector whose size nothing tells"


def failed(error: FormulaError, shapes: tuple[str, str] | None = None) -> Judgement:
    """The verdict on what cannot be read (`unreadable`), or cannot be (`refuted`)."""
    verdict: Verdict = "refuted" if isinstance(error, Meaningless) else "unreadable"
    message = as_sentence(error.problem)
    name = error.name if isinstance(error, (UnknownName, NotAmong)) else None
    missing = isinstance(error, NotAmong)
    return Judgement(verdict, message, shapes=shapes, span=error.span, unknown_name=name, is_missing=missing)


def judge(
    session: Session,
    left: Side,
    right: Side,
    restrictions: Sequence[Restriction],
    formal: dict[str, Expr],
    deadline: Deadline,
    chain: Sequence[Side] = (),
) -> Judgement:
    """The verdict on `left = right`, a part of a chain."""
    key = _key(session, left, right, restrictions, formal, chain)
    known = None if key is None or session.memory is None else session.memory.recall(key)
    if known is not None:
        judgement, facts = known
        for fact in facts:
            session.remember(*fact)
        return judgement  # type: ignore[no-any-return]
    before = len(session.facts)
    judgement = _judged(session, left, right, restrictions, formal, deadline, chain)
    if session.memory is not None and key is not None and _is_for_ever(judgement):
        session.memory.keep(key, (judgement, tuple(session.facts[before:])))
    return judgement


def _key(
    session: Session,
    left: Side,
    right: Side,
    restrictions: Sequence[Restriction],
    formal: dict[str, Expr],
    chain: Sequence[Side],
) -> Hashable | None:
    """All on which the verdict on a claim depends; null where nothing is to be remembered."""
    memory = session.memory
    if memory is None or any(side.content is None for side in (left, right, *chain)):
        return None
    written = left.content, right.content, tuple(side.content for side in chain)
    conditions = tuple(restriction.key for restriction in restrictions)
    return written, session.state(memory), key_of_options(session.options(None, formal)), conditions


def _is_for_ever(judgement: Judgement) -> bool:
    """Whether a verdict is certain, and points at no place in this document."""
    return judgement.span is None and judgement.verdict in ("proved", "convention", "refuted")


def _judged(
    session: Session,
    left: Side,
    right: Side,
    restrictions: Sequence[Restriction],
    formal: dict[str, Expr],
    deadline: Deadline,
    chain: Sequence[Side],
) -> Judgement:
    claim = Claim(session, left, right, formal, chain, is_restricted=bool(restrictions))
    failure = _failure(claim.left) or _failure(claim.right)
    failure = failure or _summed_and_free(claim) or _size_or_index(claim)
    if failure is not None:
        return failure
    try:
        return _Trial(claim).verdict(restrictions, deadline)
    except Unreadable as error:
        return failed(error)


def _failure(side: Readings) -> Judgement | None:
    error = side.failure
    return None if error is None else failed(error)


def _summed_and_free(claim: Claim) -> Judgement | None:
    """An index that stands twice on one side and is free on the other: whether it is summed over is not certain."""
    for one, other in ((claim.left, claim.right), (claim.right, claim.left)):
        letters = one.found[0].summed & set(other.found[0].free)
        if letters:
            letter = min(letters)
            message = f"The index {letter} stands twice on one side and is free on the other; write the sum over it."
            return Judgement("unreadable", message, span=one.found[0].value.span)
    return None


def _size_or_index(claim: Claim) -> Judgement | None:
    """A letter that is compared with indices on one side alone, and names a size: it may as well be that size."""
    if claim.is_restricted:
        return None
    sizes = {plain(key) for key in claim.session.table.dims}
    for one, other in ((claim.left, claim.right), (claim.right, claim.left)):
        for letter in sorted(sizes & one.found[0].free.keys() - other.found[0].free.keys()):
            if is_only_compared(one.found[0].value, IndexVariable(letter)):
                message = (
                    f"Here {letter} may be the size {letter}, or an index that the other side does not have; write the "
                    "number for the size, or another letter for the index."
                )
                return Judgement("unreadable", message, span=one.found[0].value.span)
    return None


class _Trial:
    """Tries the candidates of a claim in order, and remembers why those failed that did."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.refuted: tuple[Candidate, Found, Different] | None = None
        self.undecided: list[str] = []
        self.impossible: Meaningless | None = None
        self.restrictions: Sequence[Restriction] = ()
        self.deadline = Deadline(0)

    def verdict(self, restrictions: Sequence[Restriction], deadline: Deadline) -> Judgement:
        self.restrictions, self.deadline = restrictions, deadline
        for candidate in candidates(self.claim):
            try:
                found = evidence(self.claim.session, candidate, restrictions, deadline)
            except Undecidable as error:
                self.undecided.append(str(error))
            except Meaningless as error:
                self.impossible = self.impossible or error
            except NoLocalFactorError:
                continue
            else:
                judgement = self._weighed(candidate, found)
                if judgement is not None:
                    return judgement
        return self._not_equal()

    def _weighed(self, candidate: Candidate, found: Found) -> Judgement | None:
        """The verdict if this candidate is proved; else what it says is remembered."""
        match found.evidence:
            case Equal():
                return self._holds(candidate, found, frozenset())
            case EqualOffKinks():
                chosen = self._by_another_choice(candidate, found)
                if chosen is not None:
                    return self._holds(candidate, chosen, frozenset({"kink"}))
                self.undecided.append("the sides agree except, perhaps, where the argument of a step function is zero")
            case Different() as different:
                self.refuted = self.refuted or (candidate, found, different)
            case undecided:
                self.undecided.append(undecided.reason)
        return None

    def _by_another_choice(self, candidate: Candidate, found: Found) -> Found | None:
        """What is found for another value of a derivative where there is none, if the sides are equal then.

        Where a side has no value at kinks, it is enough that they are equal elsewhere.
        """
        session = self.claim.session
        if not involves_derivative(session, candidate):
            return None
        for other_session in session.with_other_kinks():
            other = evidence(other_session, candidate, self.restrictions, self.deadline)
            if isinstance(other.evidence, Equal) or (found.has_gaps and isinstance(other.evidence, EqualOffKinks)):
                return other
        return None

    def _holds(self, candidate: Candidate, found: Found, more: frozenset[str]) -> Judgement:
        names = in_order(candidate.conventions | more)
        message = sentence(names) if names else "Both sides are equal for every value of the symbols."
        verdict: Verdict = "convention" if names else "proved"
        if found.general is None:
            return Judgement(verdict, message, names, self.claim.shapes, scope="these dimensions", ground="entries")
        if not names and not self.restrictions and not candidate.free:
            self.claim.session.remember(candidate.left, candidate.right, found.general)
        return Judgement(
            verdict,
            message,
            names,
            self.claim.shapes,
            scope="all dimensions",
            ground="index form",
            side_conditions=found.general.conditions,
        )

    def _not_equal(self) -> Judgement:
        shapes = self.claim.shapes
        if self.undecided:
            message = f"Neither a proof nor a counterexample was found: {self.undecided[0]}."
            return Judgement("unknown", message, shapes=shapes)
        if self.refuted is not None and (not self.refuted[0].conventions or shapes[0] == shapes[1]):
            return self._differs(*self.refuted)
        if self.impossible is not None:
            return failed(self.impossible, shapes)
        left, right = map(_worded, shapes)
        message = f"The left side is {left} and the right side {right}: these shapes cannot be equal"
        beside = ", and no convention makes the sides equal." if self.refuted is not None else "."
        return Judgement("refuted", message + beside, shapes=shapes)

    def _differs(self, candidate: Candidate, found: Found, different: Different) -> Judgement:
        example, where = counterexample(self.claim.session, different, found)
        message = f"The two sides differ{where}: {example.lhs} on the left, {example.rhs} on the right."
        return Judgement("refuted", message, (), self.claim.shapes, example)
