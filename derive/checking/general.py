"""A candidate -> a proof for all dimensions, if the index form finds one."""

import itertools
from collections.abc import Sequence

from derive.checking.candidates import Candidate, Restriction, joined
from derive.checking.session import Session
from derive.deciding.limits import Deadline
from derive.expressions.shapes import Dim
from derive.expressions.tree import Comparison, Condition, IndexValue, IndexVariable, Label
from derive.indexed.prover import GeneralProof
from derive.notation.symbols import Given


def general_proof(
    session: Session, candidate: Candidate, restrictions: Sequence[Restriction], deadline: Deadline
) -> GeneralProof | None:
    """A proof that holds for every size of every dimension; None where there is none, which refutes nothing."""
    free: dict[str, Dim] = {}
    uses_of = candidate.free
    for restriction in restrictions:
        uses_of = joined(uses_of, restriction.free)
    for letter, uses in uses_of.items():
        dims = {str(use.dim): use.dim for use in uses if use.dim.size is not None}
        if len(dims) != 1 or any(use.by for use in uses):
            return None
        (free[letter],) = dims.values()
    conditions: list[Condition] = [restriction.condition for restriction in restrictions]
    if "distinct-index" in session.allow:
        conditions += _distinct(session, free)
    proof = session.prover.prove(
        candidate.left, candidate.right, free, candidate.last, conditions, deadline.check
    )
    return proof if isinstance(proof, GeneralProof) else None


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
