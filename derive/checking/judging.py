"""The chains of a document, judged one after the other: each with all that stands before it."""

from collections.abc import Iterator, Mapping, Sequence

from derive.checking.claims import Judgement
from derive.checking.classes_in_words import of_classes
from derive.checking.continuing import Displays, complete
from derive.checking.course import Course, Standing
from derive.checking.implications import Implications
from derive.checking.inference import Inference
from derive.checking.inference.prose import before
from derive.checking.inference.stated import Signs, Stated, stated_by
from derive.checking.premises import judgements as judgements_on
from derive.checking.premises import read_premises
from derive.checking.properties_in_words import PropertiesInWords
from derive.checking.second_reading import SecondLook
from derive.checking.sentences import Premise, Surroundings
from derive.checking.session import Session
from derive.checking.set_to_zero import SetToZero
from derive.checking.sizes import OtherSizes
from derive.documents.document import Document, Passage
from derive.errors import as_sentence
from derive.notation.chains import Chain, kind_of, split
from derive.notation.elaboration import Elaborator
from derive.notation.symbols import SymbolTable
from derive.notation.tokens import Token
from derive.notation.words import new_words
from derive.records import dataclass

Found = tuple[list[Judgement], list[list[Token]]]
"""Judgements on a chain, and the conditions that the text makes, as they were read."""


@dataclass(frozen=True)
class Judged:
    """A chain, one judgement for each of its relations, and where its document stands behind it.

    `number` is that of its passage, of which the text says `around`.
    """

    number: int
    passage: Passage
    around: Surroundings
    chain: Chain
    judgements: tuple[Judgement, ...]
    standing: Standing


class Judging:
    """The chains of one document on their way to a verdict; nothing that is refuted is explained yet.

    `now` is the chain that is judged.
    """

    def __init__(
        self,
        document: Document,
        inference: Inference,
        said: Sequence[Surroundings],
        course: Course,
        other: OtherSizes | None = None,
        second_look: SecondLook | None = None,
    ) -> None:
        self.document = document
        self.said = said
        self.course = course
        self.other = other
        self.now: tuple[Passage, Chain] | None = None
        self._second_look = second_look
        self._stated = Stated(inference)
        self._displays = Displays()
        self._implications = Implications()
        self._set_to_zero = SetToZero()
        self._properties = PropertiesInWords(document)

    def chains(self, number: int) -> Iterator[Judged]:
        """The chains of the passage of that number which have a relation, each judged when it is asked for."""
        passage, around = self.document.passages[number], self.said[number]
        for chain in self._whole_chains(number, around):
            self.now = passage, chain
            if self._second_look is not None:
                self._second_look.look(self.course.session, passage, chain)
            judgements, premises = self._found(number, passage, around, chain)
            if self.other is not None and passage.problem is None:
                judgements = self.other.held(judgements, chain, passage.kind == "inline", premises)
            if passage.kind == "display":
                self._displays.close(passage, chain, judgements)
            judgements = self._implications.judged(self.course, chain, judgements)
            judgements = self._set_to_zero.judged(self.course, chain, judgements, before(passage), passage.kind)
            judgements = self._properties.held(self.course, judgements)
            judgements = self._stated.held(judgements, chain, number, passage)
            yield Judged(number, passage, around, chain, tuple(judgements), self.course.standing())

    def _found(self, number: int, passage: Passage, around: Surroundings, chain: Chain) -> Found:
        """What is found of a chain by itself."""
        if passage.problem is not None:
            return [Judgement("unreadable", as_sentence(passage.problem))] * len(chain.relations), []
        is_inline = passage.kind == "inline"
        said = around.premises if is_inline else self._displays.premises
        signs = self._stated.of(chain, number)
        return self.course.asked(
            lambda: (chain.key, is_inline, said, signs),
            lambda session: _judged(session, chain, is_inline, said, signs),
        )

    def _whole_chains(self, number: int, around: Surroundings) -> Iterator[Chain]:
        """The chains of a passage that have a relation, those that go on over several displays made whole.

        An equation in the text that is a condition is left out.
        """
        passages = self.document.passages
        passage, table = passages[number], self.course.table
        if passage.kind == "inline":
            is_condition = around.role == "condition"
            yield from (chain for chain in chains_of(table, passage) if not (is_condition and _is_claim(chain)))
            return
        chains = _all_chains(table, passage)
        self._displays.open(passage, chains, around)
        following = next((other for other in passages[number + 1 :] if other.kind == "display"), None)
        if chains and following is not None and chains[-1].relations and not chains[-1].last.tokens:
            complete(passage, chains[-1], following, _all_chains(table, following))
        for chain in chains:
            if chain.relations:
                yield chain
            else:
                self._displays.close(passage, chain, ())


def _judged(session: Session, chain: Chain, is_inline: bool, said: tuple[Premise, ...], signs: Signs) -> Found:
    """One judgement for each relation of a chain, under the premises that the text before makes.

    `signs` are those from which the setting was inferred.
    """
    known: Mapping[int, Judgement] = stated_by(session, chain, signs)
    premises = read_premises(said, session.table.words) + of_classes(said, session, chain)
    return judgements_on(session, chain, is_inline, known, premises), premises


def chains_of(table: SymbolTable, passage: Passage) -> Iterator[Chain]:
    """The chains of a passage that have a relation."""
    return (chain for chain in _all_chains(table, passage) if chain.relations)


def _all_chains(table: SymbolTable, passage: Passage) -> list[Chain]:
    """The chains of a passage, split with the names that are known when the passage begins."""
    text = passage.text.value
    words = table.words | new_words(text, Elaborator.plain(table, {}))
    chains = split(text, words, lambda name: table.find(name) is None, passage.unread, table.is_hot)
    for chain in chains:
        if chain.label is None:
            chain.label = passage.label
        if chain.tag is None:
            chain.tag = chain.label
    return chains


def _is_claim(chain: Chain) -> bool:
    return any(kind_of(relation) in ("claim", "define") for relation in chain.relations)
