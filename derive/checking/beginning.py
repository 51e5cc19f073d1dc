"""What a check begins with: the model of a document's setting, and what is known before its first chain."""

from collections.abc import Hashable
from dataclasses import replace

from derive.certificates import Store, key_of
from derive.checking.added_terms import judge_added
from derive.checking.built import built
from derive.checking.certification import certified_names, definitions_for
from derive.checking.differentials import learn_differentials, mentions_differentials
from derive.checking.hot_letters import hot_letters
from derive.checking.inference import Inference
from derive.checking.judging import chains_of
from derive.checking.memory import Memory
from derive.checking.names_with_e import learn_names_with_e, may_hold_name_with_e
from derive.checking.session import STEP_SECONDS, Session, Trust
from derive.checking.sides import Side
from derive.deciding.limits import Deadline
from derive.documents.document import Document
from derive.errors import FormulaError, Undecidable
from derive.models import Model
from derive.notation.chains import kind_of
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.records import dataclass


@dataclass(frozen=True)
class Ground:
    """What all chains of a document stand on, whatever they say: its setting's model, and what is trusted.

    `key` is the content of the setting; `memory` is what was found under such settings before.
    """

    model: Model
    key: str
    trust: Trust
    allow: frozenset[str]
    memory: Memory | None = None

    @property
    def content(self) -> Hashable:
        """All that it says; grounds with one content are the same."""
        model = self.model
        sizes = tuple(dim.size for dim in model.table.dims.values())
        said = sizes, model.has_open_dims, model.from_text, model.table.einstein
        return self.key, self.allow, self.trust, said

    def session(self) -> Session:
        """A session that knows the model alone."""
        return Session(self.model, self.allow, self.trust, definitions_for(self.trust), self.memory, self.key)


def ground_of(
    document: Document, inference: Inference, store: Store, memory: Memory | None = None, *, certify: bool = False
) -> Ground:
    """What the chains of a document stand on. Raises `DocumentError` where its setting cannot be used."""
    model = built(inference.setting, memory) if inference.model is None else inference.model
    model = _of_document(model, document, inference)
    key = key_of(inference.setting)
    trust = Trust(certified_names(model, key, store, anew=certify), confirms=certify)
    return Ground(model, key, trust, frozenset(document.setting.allow), memory)


def at_other_sizes(document: Document, inference: Inference, ground: Ground) -> Ground:
    """The same with every size changed."""
    model = built(inference.setting, ground.memory, at_other_sizes=True)
    return replace(ground, model=_of_document(model, document, inference))


def _of_document(model: Model, document: Document, inference: Inference) -> Model:
    return replace(model, has_open_dims=not document.setting.dims, from_text=frozenset(inference.defines.values()))


def begun(document: Document, ground: Ground) -> Session:
    """A session that knows what is to be known before the first chain of a document."""
    session = ground.session()
    _learn_added_terms(session, document)
    for letter, meaning in hot_letters(session.table, document.passages).items():
        session.learn(session.table.with_meaning(letter, meaning))
    with_e = [passage for passage in document.passages if may_hold_name_with_e(passage.text.value)]
    learn_names_with_e(session, (chain for passage in with_e for chain in chains_of(session.table, passage)))
    written = [passage for passage in document.passages if mentions_differentials(passage.text.value)]
    learn_differentials(session, (chains_of(session.table, passage) for passage in written))
    return session


def _learn_added_terms(session: Session, document: Document) -> None:
    """The terms of the loss that the document adds in steps of their own, known before any step leaves them out."""
    for passage in document.passages:
        tokens = tokenize(passage.text.value, session.table.words, passage.unread)
        if not any(token.kind == "RELATION" and kind_of(token) == "adds" for token in tokens):
            continue
        for chain in chains_of(session.table, passage):
            if [kind_of(relation) for relation in chain.relations] != ["adds"]:
                continue
            deadline = Deadline(STEP_SECONDS)
            try:
                left, right = (Side(parse(member.tokens)) for member in chain.members)
                with deadline.enforced():
                    judge_added(session, left, right, {}, deadline)
            except (FormulaError, Undecidable):
                continue
