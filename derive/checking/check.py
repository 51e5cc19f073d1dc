"""A document -> the verdict on every one of its relations."""

from collections.abc import Callable, Iterator
from functools import partial

from derive.certificates import Store, key_of
from derive.checking.added_terms import judge_added
from derive.checking.certification import certified_names, definitions_for
from derive.checking.claims import Judgement
from derive.checking.hints import LaterDefinitions, hinted
from derive.checking.results import DocumentResult, StepResult
from derive.checking.second_reading import Compare, SecondLook
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
Hint = Callable[[Judgement], Judgement]


def check_document(
    document: Document,
    *,
    progress: Progress | None = None,
    certify: bool = False,
    store: Store | None = None,
    second_reader: Compare | None = None,
) -> DocumentResult:
    """The verdict on every relation of a document. Raises `DocumentError` where its setting cannot be used.

    With `certify` nothing is believed that an earlier run has certified, and what is proved is confirmed by SymPy.
    `store` remembers what is certified. A `second_reader` reads every formula too; it changes no verdict.
    """
    model = build_model(document.setting)
    names = certified_names(model, key_of(document.setting), store or Store(None), anew=certify)
    trust = Trust(names, confirms=certify)
    session = _session(document, model, trust)
    other = None
    if counts_by_size(session, document):
        other = OtherSizes(lambda: _session(document, build_model(document.setting, at_other_sizes=True), trust))
    second_look = None if second_reader is None else SecondLook(second_reader)
    definitions = LaterDefinitions(document.passages, session.table.words)
    steps: list[StepResult] = []
    equations = 0
    for number, passage in enumerate(document.passages):
        if progress is not None:
            progress(number, len(document.passages))
        hint = partial(hinted, number=number, definitions=definitions)
        for chain in _chains(session, passage):
            if second_look is not None:
                second_look.look(session, passage, chain)
            results = _results(session, other, passage, chain, equations + 1, hint)
            equations += bool(results)
            steps += results
    if progress is not None:
        progress(len(document.passages), len(document.passages))
    dims = {shown(name): dim.size or 0 for name, dim in session.table.dims.items()}
    second_reading = None if second_look is None else second_look.result()
    title, exercise = document.setting.title, document.exercise
    return DocumentResult(document.source.name, title, dims, tuple(steps), exercise, second_reading)


def _session(document: Document, model: Model, trust: Trust) -> Session:
    session = Session(model, frozenset(document.setting.allow), trust, definitions_for(trust))
    _learn_added_terms(session, document)
    return session


def _chains(session: Session, passage: Passage) -> Iterator[Chain]:
    """The chains of a passage that have a relation, split with the names that are known when the passage begins."""
    text = passage.text.value
    elaborator = Elaborator.plain(session.table, {})
    words = session.table.words | new_words(text, elaborator)
    for chain in split(text, words, lambda name: session.table.find(name) is None):
        if chain.tag is None:
            chain.tag = passage.label
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
    session: Session, other: OtherSizes | None, passage: Passage, chain: Chain, equation: int, hint: Hint
) -> list[StepResult]:
    is_inline = passage.kind == "inline"
    if passage.problem is not None:
        message = passage.problem[:1].upper() + passage.problem[1:].rstrip(".") + "."
        judgements = [Judgement("unreadable", message)] * len(chain.relations)
    else:
        judgements = Statement(session, chain, is_inline).judgements()
        judgements = [hint(judgement) for judgement in judgements]
        if other is not None:
            judgements = other.held(judgements, chain, is_inline)
    return [
        _result(passage, chain, equation, number, judgement)
        for number, judgement in enumerate(judgements)
        if not (is_inline and _is_silent(kind_of(chain.relations[number]), judgement))
    ]


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
