"""Equations and declarations that the setting was inferred from: each is where its names become known."""

from collections.abc import Mapping

from derive.checking.claims import Judgement
from derive.checking.inference.prose import is_condition
from derive.checking.inference.settings import Inference
from derive.checking.members import has_holder
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.checking.spaces import judge_membership
from derive.documents.document import Passage
from derive.errors import FormulaError
from derive.models.families import family_letters
from derive.notation.chains import Chain, Member
from derive.notation.symbols import Computed, SymbolTable, shown
from derive.notation.syntax import parse
from derive.records import dataclass

Signs = tuple[tuple[int, str | None, str | None, str | None], ...]
"""For some relations of a chain, by their number: the name that is defined there, the words of a declaration that the
setting was taken from, or what is declared as one of many."""

_INSTEAD = "declare the matrix of which they are the rows or columns"


@dataclass(frozen=True)
class Stated:
    """The judgements on the relations that say what the setting says."""

    inference: Inference

    def of(self, chain: Chain, passage: int) -> Signs:
        """What the setting was inferred from in a chain."""
        found = []
        for number, relation in enumerate(chain.relations):
            sign = (passage, relation.start)
            key, words = self.inference.defines.get(sign), self.inference.declares.get(sign)
            many = self.inference.withheld.get(sign)
            if not (key is None and words is None and many is None):
                found.append((number, key, words, many))
        return tuple(found)

    def held(self, judgements: list[Judgement], chain: Chain, number: int, passage: Passage) -> list[Judgement]:
        """The judgements on a chain, one withdrawn that refutes that a given name has the value of an equation.

        In a line of text nothing is said of it, nor of a condition, `if $x = y$`.
        """
        first = judgements[0]
        if not self.inference.asks or first.verdict != "refuted" or first.counterexample is None:
            return judgements
        key = self.inference.values.get((number, chain.relations[0].start))
        if passage.kind == "inline" and (key is not None or is_condition(passage)):
            return [Judgement("definition", "A value is supposed in the text."), *judgements[1:]]
        if key is None:
            return judgements
        message = f"{shown(key)} is given; whether something holds where it has this value is not decided."
        return [Judgement("unknown", message, shapes=first.shapes), *judgements[1:]]


def stated_by(session: Session, chain: Chain, signs: Signs) -> Mapping[int, Judgement]:
    """The judgements on some of a chain's relations, by their number in the chain."""
    found = {}
    for number, key, words, many in signs:
        if many is not None and (chain.conditions or has_holder(session.table, many)):
            continue
        if many is not None:
            found[number] = Judgement("unreadable", f"{shown(many)} is one of many; {_INSTEAD}.")
        elif key is not None:
            found[number] = _definition(session.table, key)
        elif words is not None:
            judgement = _declaration(session, chain.members[number], chain.members[number + 1], words)
            if judgement is not None:
                found[number] = judgement
    return found


def _definition(table: SymbolTable, key: str) -> Judgement:
    base = key if table.find(key) is not None else family_letters(key)[0]
    name = table.find(key) or table.find_family(base)
    meaning = None if name is None else table.meanings[name]
    assert isinstance(meaning, Computed)
    shape = meaning.shape
    described = "a scalar" if shape.is_scalar else str(shape)
    return Judgement("definition", f"{shown(key)} is introduced, {described}.", shapes=(str(shape), str(shape)))


def _declaration(session: Session, left: Member, right: Member, words: str) -> Judgement | None:
    """A declaration is one unless it contradicts what is known, as where the name has a value of another shape."""
    if words:
        return Judgement("definition", words)
    try:
        judgement = judge_membership(session, Side(parse(left.tokens)), Side(parse(right.tokens)), {})
    except FormulaError:
        return None
    if judgement.verdict == "refuted" or judgement.shapes is None:
        return None
    return Judgement("definition", f"{_written(left)} is declared as {judgement.shapes[1]}.")


def _written(member: Member) -> str:
    return "".join(token.text for token in member.tokens)
