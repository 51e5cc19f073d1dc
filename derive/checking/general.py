"""A candidate -> a proof for all dimensions, if the index form finds one."""

import itertools
from collections.abc import Sequence

from derive.checking.candidates import Candidate, Restriction, uses_under
from derive.checking.session import Session
from derive.deciding.limits import Deadline
from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    Comparison,
    Condition,
    Derivative,
    Expr,
    IndexValue,
    IndexVariable,
    Label,
    Symbol,
)
from derive.expressions.walk import symbols_of, walk
from derive.indexed.prover import STEPS, GeneralProof, Impatient, NoProof
from derive.notation.symbols import Computed, Given

AT_ONCE = 20
"""Products that are settled while names are opened: what takes longer may as well be false, which balls see first."""


class GeneralAttempt:
    """A candidate that may hold for every size of every dimension: the proof is looked for when it is asked for."""

    def __init__(
        self, session: Session, candidate: Candidate, restrictions: Sequence[Restriction], deadline: Deadline
    ) -> None:
        self._session = session
        self._candidate = candidate
        self._restrictions = restrictions
        self._deadline = deadline
        self._was_made = False
        self.proof: GeneralProof | None = None

    def holds(self) -> bool:
        """Whether there is a proof. If not, nothing is refuted."""
        return self._looked_for(STEPS) is not None

    def holds_at_once(self) -> bool:
        """Whether a proof is quickly found, and both sides always have a value, so that nothing else is needed."""
        if self._restrictions:
            return False
        proof = self._looked_for(AT_ONCE)
        return proof is not None and proof.is_total

    def _looked_for(self, patience: int) -> GeneralProof | None:
        if not self._was_made and is_trusted(self._session, self._candidate):
            found = self._attempt(patience)
            if isinstance(found, GeneralProof):
                self.proof = found
            self._was_made = not isinstance(found, Impatient)
        return self.proof

    def _attempt(self, patience: int) -> GeneralProof | NoProof | Impatient:
        candidate = self._candidate
        uses_of = uses_under(candidate.free, self._restrictions)
        free: dict[str, Dim] = {}
        for letter, uses in uses_of.items():
            dims = {str(use.dim): use.dim for use in uses if use.dim.size is not None}
            if len(dims) != 1 or any(use.by for use in uses):
                return NoProof("an index that is moved")
            (free[letter],) = dims.values()
        conditions: list[Condition] = [restriction.condition for restriction in self._restrictions]
        if "distinct-index" in candidate.conventions:
            conditions += _distinct(self._session, free)
        return self._session.prover.prove(
            candidate.left, candidate.right, free, candidate.last, conditions, self._deadline.check, patience
        )


def is_trusted(session: Session, candidate: Candidate) -> bool:
    """Whether all derivatives of the loss in a claim, and in what its names stand for, are by certified names."""
    trust, loss = session.trust, session.table.loss
    if trust.none_at_all:
        return False
    if trust.names is None or loss is None:
        return True
    waiting: list[Expr] = [candidate.left, candidate.right]
    seen: set[str] = set()
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, Derivative) and not _is_certified(session, node, loss, trust.names):
                return False
            if isinstance(node, Symbol) and node.name not in seen and node.name not in session.trusted:
                seen.add(node.name)
                meaning = session.table.meanings.get(node.name)
                if isinstance(meaning, Computed) and meaning.value is not None:
                    waiting.append(meaning.value)
    session.trusted |= seen
    return True


def _is_certified(session: Session, node: Derivative, loss: str, names: frozenset[str]) -> bool:
    """Whether a derivative is none of the loss, or by names that are certified or that the document introduced."""
    if all(symbol.name != loss for symbol in symbols_of(node.of)):
        return True
    return all(symbol.name in names or symbol.name in session.table.introduced for symbol in symbols_of(node.by))


def _distinct(session: Session, free: dict[str, Dim]) -> list[Condition]:
    """Different letters that run along one dimension are different indices; a label is such a letter too."""
    letters = {letter: IndexValue(IndexVariable(letter)) for letter in free}
    pairs: list[Condition] = [
        Comparison(letters[first], "!=", letters[second])
        for first, second in itertools.combinations(free, 2)
        if str(free[first]) == str(free[second])
    ]
    for name, meaning in session.table.meanings.items():
        if isinstance(meaning, Given) and meaning.kind == "labels" and meaning.shape.is_scalar:
            pairs += [
                Comparison(value, "!=", IndexValue(Label(name)))
                for letter, value in letters.items()
                if str(free[letter]) == str(meaning.classes)
            ]
    return pairs
