"""A document -> the verdict on every one of its relations."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from derive.certificates import Store, key_of
from derive.checking.added_terms import judge_added
from derive.checking.certification import certified_names, definitions_for
from derive.checking.claims import Judgement
from derive.checking.classes_in_words import of_classes
from derive.checking.continuing import Displays, complete
from derive.checking.differentials import learn_differentials, mentions_differentials
from derive.checking.expectations import with_expectations
from derive.checking.explaining import Explainer
from derive.checking.hints import LaterDefinitions, hinted
from derive.checking.hot_letters import hot_letters
from derive.checking.implications import Implications
from derive.checking.inference import Inference, infer
from derive.checking.inference.questions import Questions
from derive.checking.inference.stated import Stated
from derive.checking.memory import Memory
from derive.checking.names_with_e import learn_names_with_e, may_hold_name_with_e
from derive.checking.observing import Observed, Observer
from derive.checking.placing import on_one_line, placed
from derive.checking.premises import judgements as judgements_on
from derive.checking.premises import read_premises
from derive.checking.results import DocumentResult, StepResult
from derive.checking.second_reading import Compare, SecondLook
from derive.checking.sentences import Role, Surroundings, surroundings
from derive.checking.session import STEP_SECONDS, Session, Trust
from derive.checking.sides import Side
from derive.checking.sizes import OtherSizes, counts_by_size
from derive.deciding.limits import Deadline
from derive.documents.document import Document, Passage
from derive.errors import FormulaError, Undecidable
from derive.models import Model, build_model
from derive.notation.chains import Chain, kind_of, split
from derive.notation.elaboration import Elaborator
from derive.notation.symbols import shown
from derive.notation.syntax import parse
from derive.notation.tokens import Token, tokenize
from derive.notation.words import new_words
from derive.source import Text

Progress = Callable[[int, int], None]
Hint = Callable[[Judgement], Judgement]


def check_document(
    document: Document,
    *,
    progress: Progress | None = None,
    certify: bool = False,
    store: Store | None = None,
    second_reader: Compare | None = None,
    observer: Observer | None = None,
    memory: Memory | None = None,
) -> DocumentResult:
    """The verdict on every relation of a document. Raises `DocumentError` where its setting cannot be used.

    With `certify` nothing is believed that an earlier run has certified, and what is proved is confirmed by SymPy.
    `store` remembers what is certified. A `second_reader` reads every formula too; it changes no verdict.
    An `observer` is shown every chain when it was judged. A `memory` holds what was found in documents before.
    """
    inference = infer(document)
    model = _model(document, inference)
    key = key_of(inference.setting)
    names = certified_names(model, key, store or Store(None), anew=certify)
    trust = Trust(names, confirms=certify)
    begin = partial(_session, document, trust=trust, memory=memory, key=key)
    session = begin(model)
    other = None
    if counts_by_size(session, document):
        other = OtherSizes(lambda: begin(_model(document, inference, at_other_sizes=True)))
    second_look = None if second_reader is None else SecondLook(second_reader)
    definitions = LaterDefinitions(document.passages, session.table.words)
    steps: list[StepResult] = []
    equations = 0
    stated = Stated(inference, session)
    questions = Questions(inference)
    displays = Displays()
    implications = Implications()
    explainer = Explainer(session, document.setting.expect)
    said = surroundings(document.passages)
    for number, passage in enumerate(document.passages):
        if progress is not None:
            progress(number, len(document.passages))
        hint = partial(hinted, number=number, definitions=definitions)
        for chain in _whole_chains(session, document, number, said[number], displays):
            if second_look is not None:
                second_look.look(session, passage, chain)
            said_before = said[number].premises if passage.kind == "inline" else displays.premises
            premises = read_premises(said_before, session.table.words) + of_classes(said_before, session, chain)
            judgements = _judgements(session, other, passage, chain, stated.by(chain, number), premises, hint)
            if passage.kind == "display":
                displays.close(passage, chain, judgements)
            judgements = implications.judged(session, chain, judgements)
            judgements = stated.held(judgements, chain, number, passage)
            results = _results(
                passage, chain, equations + 1, judgements, document.left_out, said[number].role, explainer
            )
            questions.ask_for(judgements, passage, session.table)
            equations += bool(results)
            steps += results
            if observer is not None:
                observer(Observed(session, other, passage, chain, tuple(judgements), tuple(results)))
    if progress is not None:
        progress(len(document.passages), len(document.passages))
    expected = with_expectations(document.setting.expect, steps)
    dims = {shown(name): dim.size or 0 for name, dim in session.table.dims.items()}
    return DocumentResult(
        document.source.name,
        document.setting.title,
        dims,
        expected,
        document.exercise,
        inference.inferred,
        tuple(questions.asked.values()),
        tuple((on_one_line(text.value), text.place().line) for text in document.left_out),
        None if second_look is None else second_look.result(),
    )


def _model(document: Document, inference: Inference, *, at_other_sizes: bool = False) -> Model:
    model = None if at_other_sizes else inference.model
    if model is None:
        model = build_model(inference.setting, at_other_sizes=at_other_sizes)
    return replace(
        model,
        has_open_dims=not document.setting.dims,
        from_text=frozenset(inference.defines.values()),
    )


def _session(document: Document, model: Model, *, trust: Trust, memory: Memory | None, key: str) -> Session:
    session = Session(model, frozenset(document.setting.allow), trust, definitions_for(trust), memory, key)
    _learn_added_terms(session, document)
    for letter, meaning in hot_letters(session.table, document.passages).items():
        session.learn(session.table.with_meaning(letter, meaning))
    with_e = [passage for passage in document.passages if may_hold_name_with_e(passage.text.value)]
    learn_names_with_e(session, (chain for passage in with_e for chain in _chains(session, passage)))
    written = [passage for passage in document.passages if mentions_differentials(passage.text.value)]
    learn_differentials(session, (chain for passage in written for chain in _chains(session, passage)))
    return session


def _whole_chains(
    session: Session, document: Document, number: int, around: Surroundings, displays: Displays
) -> Iterator[Chain]:
    """The chains of a passage that have a relation, those that go on over several displays made whole.

    An equation in the text that is a condition is left out.
    """
    passage = document.passages[number]
    if passage.kind == "inline":
        is_condition = around.role == "condition"
        yield from (chain for chain in _chains(session, passage) if not (is_condition and _is_claim(chain)))
        return
    chains = _all_chains(session, passage)
    displays.open(passage, chains, around)
    following = next((other for other in document.passages[number + 1 :] if other.kind == "display"), None)
    if chains and following is not None and chains[-1].relations and not chains[-1].last.tokens:
        complete(passage, chains[-1], following, _all_chains(session, following))
    for chain in chains:
        if chain.relations:
            yield chain
        else:
            displays.close(passage, chain, ())


def _is_claim(chain: Chain) -> bool:
    return any(kind_of(relation) in ("claim", "define") for relation in chain.relations)


def _chains(session: Session, passage: Passage) -> Iterator[Chain]:
    """The chains of a passage that have a relation."""
    return (chain for chain in _all_chains(session, passage) if chain.relations)


def _all_chains(session: Session, passage: Passage) -> list[Chain]:
    """The chains of a passage, split with the names that are known when the passage begins."""
    text = passage.text.value
    elaborator = Elaborator.plain(session.table, {})
    words = session.table.words | new_words(text, elaborator)
    chains = split(text, words, lambda name: session.table.find(name) is None, passage.unread, session.table.is_hot)
    for chain in chains:
        if chain.label is None:
            chain.label = passage.label
        if chain.tag is None:
            chain.tag = chain.label
    return chains


def _learn_added_terms(session: Session, document: Document) -> None:
    """The terms of the loss that the document adds in steps of their own, known before any step leaves them out."""
    for passage in document.passages:
        tokens = tokenize(passage.text.value, session.table.words, passage.unread)
        if not any(token.kind == "RELATION" and kind_of(token) == "adds" for token in tokens):
            continue
        for chain in _chains(session, passage):
            if [kind_of(relation) for relation in chain.relations] != ["adds"]:
                continue
            deadline = Deadline(STEP_SECONDS)
            try:
                left, right = (Side(parse(member.tokens)) for member in chain.members)
                with deadline.enforced():
                    judge_added(session, left, right, {}, deadline)
            except (FormulaError, Undecidable):
                continue


def _judgements(
    session: Session,
    other: OtherSizes | None,
    passage: Passage,
    chain: Chain,
    known: Mapping[int, Judgement],
    premises: Sequence[Sequence[Token]],
    hint: Hint,
) -> list[Judgement]:
    """One judgement for each relation of a chain; `known` are those that the setting was inferred from.

    `premises` are the conditions that the text before makes.
    """
    is_inline = passage.kind == "inline"
    if passage.problem is not None:
        message = passage.problem[:1].upper() + passage.problem[1:].rstrip(".") + "."
        return [Judgement("unreadable", message)] * len(chain.relations)
    judgements = [hint(judgement) for judgement in judgements_on(session, chain, is_inline, known, premises)]
    return judgements if other is None else other.held(judgements, chain, is_inline, premises)


def _results(
    passage: Passage,
    chain: Chain,
    equation: int,
    judgements: Sequence[Judgement],
    left_out: Sequence[Text],
    role: Role,
    explainer: Explainer,
) -> list[StepResult]:
    """The steps of a chain."""
    is_inline = passage.kind == "inline"
    steps = []
    for number, judgement in enumerate(judgements):
        if not (is_inline and _is_silent(kind_of(chain.relations[number]), judgement, role)):
            explained = explainer.explained(judgement, (equation, number + 1), chain.tag, chain.label)
            steps.append(placed(passage, chain, equation, number, explained, left_out))
    return steps


def _is_silent(kind: str, judgement: Judgement, role: Role) -> bool:
    """Whether it is no step: mathematics in a line of text is one only if it can be read, a declaration if refuted.

    An equation behind `where` declares; it is no claim.
    """
    if kind == "member":
        return judgement.verdict != "refuted"
    return role != "claim" or kind not in ("claim", "define") or judgement.verdict in ("unreadable", "definition")
