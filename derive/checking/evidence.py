"""A candidate -> evidence: its free indices are run through their ranges, its entries lowered and decided."""

import itertools
from collections.abc import Iterator, Sequence

from derive.checking.candidates import Candidate, Restriction, uses_under
from derive.checking.general import GeneralAttempt
from derive.checking.open_powers import check_open_powers
from derive.checking.session import Session
from derive.deciding.evidence import Different, Equal, EqualOffKinks, Evidence, Undecided
from derive.deciding.facts import EntryEquation
from derive.deciding.limits import Deadline
from derive.errors import Undecidable
from derive.exact.entries import Array
from derive.exact.scalars import ONE, ZERO, Scalar, mul
from derive.expressions.tree import ChainRule, Derivative, EntryByEntry, IndexVariable, LocalFactor, Node
from derive.expressions.walk import walk
from derive.indexed.prover import GeneralProof
from derive.notation.elaboration import Elaborator
from derive.notation.elaboration.base import Choices
from derive.notation.symbols import Computed, Given
from derive.records import dataclass

MAX_EQUATIONS = 4_000

NOWHERE = "what has to be positive in a root, a logarithm or below an open exponent never is"

Place = tuple[dict[str, int], tuple[int, ...]]
"""Where an equation stands: the values of the free indices as the document counts them, the position of its entry."""


@dataclass(frozen=True)
class Found:
    """Evidence with the place of each equation that it speaks of; `has_gaps` where a side has no value at kinks.

    `sizes` are those of both sides, none for scalars and where nothing was evaluated.
    """

    evidence: Evidence
    places: tuple[Place, ...]
    has_gaps: bool = False
    general: GeneralProof | None = None
    sizes: tuple[int, ...] = ()


class NoLocalFactorError(Exception):
    """A reading took a matrix for the factor of the chain rule that is none."""


def evidence(
    session: Session,
    candidate: Candidate,
    restrictions: Sequence[Restriction],
    deadline: Deadline,
    *,
    is_believed: bool = False,
) -> Found:
    """What is found of a candidate. Raises `Undecidable`, `NoLocalFactorError`, and what lowering raises.

    What `is_believed` is to be proved by the entries alone: a proof is looked for before counterexamples are.
    """
    ranges = _ranges(session, candidate, restrictions)
    general = GeneralAttempt(session, candidate, restrictions, deadline)
    if not (is_believed or session.trust.confirms) and general.holds_at_once():
        return Found(Equal("index form", is_general=True), (), False, general.proof)
    equations: list[EntryEquation] = []
    places: list[Place] = []
    entries = session.entries
    entries.obligations.clear()
    requirements: list[tuple[Scalar, ...]] = []
    off_kinks = False
    for environment in _environments(ranges):
        entries.domain.clear()
        entries.required.clear()
        entries.required_behind.clear()
        deadline.check()
        left, right = entries.lower(candidate.left, environment), entries.lower(candidate.right, environment)
        domain, has_gaps = _domain(session, general, deadline)
        off_kinks = off_kinks or has_gaps
        required = tuple(dict.fromkeys(entries.required))
        requirements.append(tuple(dict.fromkeys((*required, *entries.required_behind))))
        where = mul(*domain, *required, *_conditions(session, candidate, restrictions, environment, ranges))
        if where is ZERO:
            continue
        if not (is_believed or equations or domain or entries.obligations):
            failing = _refuted_at_once(session, left, right, where, deadline)
            if failing is not None:
                different, position = failing
                return Found(different, ((_as_counted(session, environment), position),), sizes=left.sizes)
        for position in left.positions():
            equations.append(EntryEquation(left.at(*position), right.at(*position), where))
            places.append((_as_counted(session, environment), position))
        if len(equations) > MAX_EQUATIONS:
            raise Undecidable(f"this claim has more than {MAX_EQUATIONS} entries at these dimensions")
    if not equations:
        raise Undecidable("the condition of this step holds nowhere" if restrictions else NOWHERE)
    _check_obligations(session, general, deadline)
    found = session.decide(equations, deadline, None if is_believed else general)
    if isinstance(found, (Equal, EqualOffKinks)):
        _check_requirements(session, requirements, deadline)
        check_open_powers(session, equations)
    if isinstance(found, Equal) and found.is_general:
        if session.trust.confirms:
            _confirm(session, equations, deadline)
        return Found(found, tuple(places), False, general.proof)
    if isinstance(found, Equal) and off_kinks:
        found = EqualOffKinks(found.method, ())
    return Found(found, tuple(places), off_kinks, sizes=left.sizes)


def _refuted_at_once(
    session: Session, left: Array, right: Array, where: Scalar, deadline: Deadline
) -> tuple[Different, tuple[int, ...]] | None:
    """A counterexample in the first entry or the last: what is wrong is mostly wrong in every entry."""
    positions = left.positions()
    for position in dict.fromkeys((positions[0], positions[-1])):
        equation = EntryEquation(left.at(*position), right.at(*position), where)
        different = session.refuted_at_once(equation, deadline)
        if different is not None:
            return different, position
    return None


def _confirm(session: Session, equations: Sequence[EntryEquation], deadline: Deadline) -> None:
    """What is proved for all dimensions is proved by the entries as well, else it is `unknown`."""
    found = session.decide(equations, deadline)
    if isinstance(found, Different):
        raise Undecidable("a proof for all dimensions was found, but the entries differ; please report this")
    if not isinstance(found, Equal):
        reason = found.reason if isinstance(found, Undecided) else "at kinks the entries may differ"
        raise Undecidable(f"a proof for all dimensions was found, which the entries did not confirm: {reason}")


def _check_obligations(session: Session, general: GeneralAttempt, deadline: Deadline) -> None:
    """What was taken for a local factor must be one, exactly. A proof for all dimensions has shown that it is."""
    obligations = [EntryEquation(left, right) for left, right in session.entries.obligations]
    if not obligations or general.holds():
        return
    found = session.decide(obligations, deadline)
    if isinstance(found, Different):
        raise NoLocalFactorError
    if not isinstance(found, (Equal, EqualOffKinks)):
        raise Undecidable(found.reason)


def _check_requirements(session: Session, requirements: Sequence[tuple[Scalar, ...]], deadline: Deadline) -> None:
    """An equation proves nothing where a root or a logarithm in it has a value nowhere."""
    for required in dict.fromkeys(requirements):
        nowhere = EntryEquation(mul(*required), ZERO)
        if not required or session.refuted_at_once(nowhere, deadline) is not None:
            continue
        if isinstance(session.decide([nowhere], deadline), (Equal, EqualOffKinks)):
            raise Undecidable(NOWHERE)


# ── where a claim is made ──


def _domain(session: Session, general: GeneralAttempt, deadline: Deadline) -> tuple[list[Scalar], bool]:
    """Where cases written out have a value, and whether they leave out values at kinks only.

    Raises `Undecidable` where they leave out more: then one side has a value where the other has none.
    """
    factors: list[Scalar] = []
    has_gaps = False
    if session.entries.domain and general.holds():
        return [], False
    for indicator in dict.fromkeys(session.entries.domain):
        found = session.decide([EntryEquation(indicator, ONE)], deadline)
        if isinstance(found, EqualOffKinks):
            factors.append(indicator)
            has_gaps = True
        elif not isinstance(found, Equal):
            raise Undecidable("the cases on one side leave out values for which the other side is meant")
    return factors, has_gaps


def _conditions(
    session: Session,
    candidate: Candidate,
    restrictions: Sequence[Restriction],
    environment: dict[IndexVariable, int],
    ranges: dict[str, range],
) -> list[Scalar]:
    """0/1 factors that say where the conditions behind a claim hold."""
    factors: list[Scalar] = []
    for restriction in restrictions:
        factors += session.entries.condition(restriction.condition, environment).entries
    if "distinct-index" in candidate.conventions:
        factors += _distinct(session, environment, ranges)
    return factors


def _distinct(session: Session, environment: dict[IndexVariable, int], ranges: dict[str, range]) -> Iterator[Scalar]:
    """Different letters are different indices; a label is such a letter too."""
    named = [(letter, environment[IndexVariable(letter)]) for letter in ranges]
    for (first, i), (second, j) in itertools.combinations(named, 2):
        if ranges[first] == ranges[second] and i == j:
            yield ZERO
    for letter, position in named:
        for name, meaning in session.table.meanings.items():
            if isinstance(meaning, Given) and meaning.kind == "labels" and meaning.shape.is_scalar:
                array = session.entries.label_array(name)
                if array.sizes[1] == len(ranges[letter]):
                    yield 1 - array.at(0, position)


# ── free indices ──


def _ranges(session: Session, candidate: Candidate, restrictions: Sequence[Restriction]) -> dict[str, range]:
    """The range of every free index. Raises `Meaningless` where its uses disagree, `Unreadable` where it has none."""
    free = uses_under(candidate.free, restrictions)
    helper = Elaborator(session.table, Choices(), session.table.layout)
    found = {}
    for letter, uses in free.items():
        dim = helper.common_range(letter, uses, uses[0].span if uses else None)
        low = max([0, *(-use.by for use in uses)])
        named_end = letter in candidate.last and session.table.index_base == 0
        high = (dim.size or 1) - max([-1 if named_end else 0, *(use.by for use in uses)])
        found[letter] = range(high - 1, high) if letter in candidate.last else range(low, high)
    return found


def environments(
    session: Session, candidate: Candidate, restrictions: Sequence[Restriction]
) -> Iterator[dict[IndexVariable, int]]:
    """The values of the free indices for which a claim is made, from 0. Raises as `evidence` does."""
    return _environments(_ranges(session, candidate, restrictions))


def _environments(ranges: dict[str, range]) -> Iterator[dict[IndexVariable, int]]:
    for values in itertools.product(*ranges.values()):
        yield {IndexVariable(letter): value for letter, value in zip(ranges, values, strict=True)}


def _as_counted(session: Session, environment: dict[IndexVariable, int]) -> dict[str, int]:
    return {index.name: value + session.table.index_base for index, value in environment.items()}


# ── kinks ──


def involves_derivative(session: Session, candidate: Candidate) -> bool:
    """Whether a derivative stands in a claim or in what its names are defined by: only then is a kink a choice."""
    waiting: list[Node] = [candidate.left, candidate.right]
    seen: set[str] = set()
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, (Derivative, ChainRule, LocalFactor, EntryByEntry)) or getattr(node, "order", None):
                return True
            name = getattr(node, "name", None)
            if not isinstance(name, str) or name in seen:
                continue
            seen.add(name)
            meaning = session.table.meanings.get(name)
            if isinstance(meaning, Computed) and meaning.value is not None:
                waiting.append(meaning.value)
    return False


__all__ = ["Found", "NoLocalFactorError", "Place", "environments", "evidence", "involves_derivative"]
