"""A document -> the verdict on every one of its relations."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from derive.certificates import Store, key_of
from derive.checking.added_terms import judge_added
from derive.checking.certification import certified_names, definitions_for
from derive.checking.claims import Judgement
from derive.checking.differentials import learn_differentials, may_hold_differentials
from derive.checking.expectations import with_expectations
from derive.checking.inference import Inference, infer
from derive.checking.inference.questions import Questions
from derive.checking.inference.stated import Stated
from derive.checking.results import DocumentResult, StepResult
from derive.checking.session import STEP_SECONDS, Session, Trust
from derive.checking.sides import Side
from derive.checking.sizes import OtherSizes, counts_by_size
from derive.checking.statements import Statement
from derive.deciding.limits import Deadline
from derive.documents.document import Document, Passage
from derive.errors import FormulaError, Undecidable
from derive.models import Model, build_model
from derive.notation.chains import Chain, kind_of, slice_of, split
from derive.notation.elaboration import Elaborator
from derive.notation.symbols import shown
from derive.notation.syntax import parse
from derive.notation.words import new_words

Progress = Callable[[int, int], None]


def check_document(
    document: Document, *, progress: Progress | None = None, certify: bool = False, store: Store | None = None
) -> DocumentResult:
    """The verdict on every relation of a document. Raises `DocumentError` where its setting cannot be used.

    With `certify` nothing is believed that an earlier run has certified, and what is proved is confirmed by SymPy.
    `store` remembers what is certified.
    """
    inference = infer(document)
    model = _model(document, inference)
    names = certified_names(model, key_of(inference.setting), store or Store(None), anew=certify)
    trust = Trust(names, confirms=certify)
    session = _session(document, model, trust)
    other = None
    if counts_by_size(session, document):
        other = OtherSizes(lambda: _session(document, _model(document, inference, at_other_sizes=True), trust))
    steps: list[StepResult] = []
    equations = 0
    stated = Stated(inference, session)
    questions = Questions(inference)
    for number, passage in enumerate(document.passages):
        if progress is not None:
            progress(number, len(document.passages))
        for chain in _chains(session, passage):
            known = stated.by(chain, number)
            results = _results(session, other, passage, chain, equations + 1, known, questions)
            equations += bool(results)
            steps += results
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
    )


def _model(document: Document, inference: Inference, *, at_other_sizes: bool = False) -> Model:
    model = build_model(inference.setting, at_other_sizes=at_other_sizes)
    return replace(
        model,
        has_open_dims=not document.setting.dims,
        from_text=frozenset(inference.defines.values()),
    )


def _session(document: Document, model: Model, trust: Trust) -> Session:
    session = Session(model, frozenset(document.setting.allow), trust, definitions_for(trust))
    _learn_added_terms(session, document)
    written = [passage for passage in document.passages if may_hold_differentials(passage.text.value)]
    learn_differentials(session, (chain for passage in written for chain in _chains(session, passage)))
    return session


def _chains(session: Session, passage: Passage) -> Iterator[Chain]:
    """The chains of a passage that have a relation, split with the names that are known when the passage begins."""
    text = passage.text.value
    elaborator = Elaborator.plain(session.table, {})
    words = session.table.words | new_words(text, elaborator)
    for chain in split(text, words, lambda name: session.table.find(name) is None):
        if chain.label is None:
            chain.label = passage.label
        if chain.tag is None:
            chain.tag = chain.label
        if chain.relations:
            yield chain


def _learn_added_terms(session: Session, document: Document) -> None:
    """The terms of the loss that the document adds in steps of their own, known before any step leaves them out."""
    for passage in document.passages:
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


def _results(
    session: Session,
    other: OtherSizes | None,
    passage: Passage,
    chain: Chain,
    equation: int,
    known: Mapping[int, Judgement],
    questions: Questions,
) -> list[StepResult]:
    is_inline = passage.kind == "inline"
    if passage.problem is not None:
        message = passage.problem[:1].upper() + passage.problem[1:].rstrip(".") + "."
        judgements = [Judgement("unreadable", message)] * len(chain.relations)
    else:
        judgements = Statement(session, chain, is_inline, known).judgements()
        if other is not None:
            judgements = other.held(judgements, chain, is_inline)
    shown_ones = [
        (number, judgement)
        for number, judgement in enumerate(judgements)
        if not (is_inline and _is_silent(kind_of(chain.relations[number]), judgement))
    ]
    for _, judgement in shown_ones:
        if judgement.unknown_name is not None and judgement.span is not None:
            questions.ask(judgement.unknown_name, passage.text.place(judgement.span.start), session.table)
    return [_result(passage, chain, equation, number, judgement) for number, judgement in shown_ones]


def _is_silent(kind: str, judgement: Judgement) -> bool:
    """Whether it is no step: mathematics in a line of text is one only if it can be read, a declaration if refuted."""
    if kind == "member":
        return judgement.verdict != "refuted"
    return kind not in ("claim", "define") or judgement.verdict in ("unreadable", "definition")


def _result(passage: Passage, chain: Chain, equation: int, number: int, judgement: Judgement) -> StepResult:
    text = passage.text
    relation = chain.relations[number]
    place, excerpt = text.place(relation.start), None
    if judgement.span is not None and judgement.counterexample is None:
        place = text.place(judgement.span.start)
        excerpt = " ".join(text.value[judgement.span.start : judgement.span.end].split()) or None
    return StepResult(
        tag=chain.tag,
        label=chain.label,
        equation=equation,
        step=number + 1,
        line=place.line,
        column=place.column,
        lhs=slice_of(text.value, chain.members[number]),
        relation=relation.text,
        rhs=slice_of(text.value, chain.members[number + 1]),
        verdict=judgement.verdict,
        message=judgement.message,
        conventions=judgement.conventions,
        shapes=judgement.shapes,
        counterexample=judgement.counterexample,
        excerpt=excerpt,
        scope=judgement.scope,
        ground=judgement.ground,
        side_conditions=judgement.side_conditions,
    )
