"""A document -> the verdict on every one of its relations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from derive.checking.claims import Judgement, Side
from derive.checking.results import DocumentResult, StepResult
from derive.checking.session import STEP_SECONDS, Session
from derive.checking.statements import Statement, added_term
from derive.deciding.limits import Deadline
from derive.documents.document import Document, Passage
from derive.errors import FormulaError, Undecidable, Unreadable
from derive.expressions.tree import Derivative, Symbol
from derive.models import build_model
from derive.notation.chains import Chain, kind_of, slice_of, split
from derive.notation.elaboration import elaborated
from derive.notation.syntax import parse
from derive.notation.words import new_words

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Located:
    """A chain and the passage in which it stands."""

    passage: Passage
    chain: Chain


def check_document(document: Document, *, progress: Progress | None = None) -> DocumentResult:
    """The verdict on every relation of a document. Raises `DocumentError` where its setting cannot be used."""
    model = build_model(document.setting)
    session = Session(model, frozenset(document.setting.allow))
    _learn_added_terms(session, document)
    steps: list[StepResult] = []
    equations = 0
    for number, passage in enumerate(document.passages):
        if progress is not None:
            progress(number, len(document.passages))
        for chain in _chains(session, passage):
            results = _results(session, _Located(passage, chain), equations + 1)
            if results:
                equations += 1
                steps += results
    if progress is not None:
        progress(len(document.passages), len(document.passages))
    return DocumentResult(document.source.name, document.setting.title, model.dims, tuple(steps), document.exercise)


def _chains(session: Session, passage: Passage) -> Iterator[Chain]:
    """The chains of a passage, split with the names that are known when each passage begins."""
    text = passage.text.value
    words = session.table.words
    for chain in split(text, words | new_words(text, session.table), lambda name: session.table.find(name) is None):
        if chain.tag is None:
            chain.tag = passage.label
        yield chain


def _learn_added_terms(session: Session, document: Document) -> None:
    """The terms of the loss that the document adds in steps of their own, known before the steps that leave them out."""
    for passage in document.passages:
        for chain in split(passage.text.value, session.table.words):
            if [kind_of(relation) for relation in chain.relations] != ["adds"]:
                continue
            try:
                left = elaborated(session.table, parse(chain.members[0].tokens), session.options()).value
                right = Side(parse(chain.members[1].tokens))
                if isinstance(left, Derivative) and isinstance(left.of, Symbol) and isinstance(left.by, Symbol):
                    added_term(session, left, right, {}, Deadline(STEP_SECONDS))
            except (FormulaError, Undecidable):
                continue


def _results(session: Session, located: _Located, equation: int) -> list[StepResult]:
    chain, passage = located.chain, located.passage
    if not chain.relations:
        return []
    judgements = _judgements(session, located)
    if passage.kind == "inline":
        judgements = _of_inline(chain, judgements)
    results = []
    for number, judgement in enumerate(judgements):
        if judgement is not None:
            results.append(_result(located, equation, number, judgement))
    return results


def _judgements(session: Session, located: _Located) -> list[Judgement]:
    if located.passage.problem is not None:
        return [Judgement("unreadable", located.passage.problem)] * len(located.chain.relations)
    try:
        return Statement(session, located.chain, located.passage.text.value).judgements()
    except Undecidable as error:
        return [Judgement("unknown", f"{error}.")] * len(located.chain.relations)
    except Unreadable as error:
        return [Judgement("unreadable", error.problem, span=error.span)] * len(located.chain.relations)


def _of_inline(chain: Chain, judgements: list[Judgement]) -> list[Judgement | None]:
    """Inline mathematics declares, and claims only what can be read: a declaration is a step only if it is refuted."""
    kept: list[Judgement | None] = []
    for relation, judgement in zip(chain.relations, judgements, strict=True):
        declares = kind_of(relation) == "member"
        silent = (
            judgement.verdict in ("unreadable", "definition")
            or (declares and judgement.verdict == "proved")
            or kind_of(relation) not in ("claim", "define", "member")
        )
        kept.append(None if silent else judgement)
    return kept


def _result(located: _Located, equation: int, number: int, judgement: Judgement) -> StepResult:
    chain, text = located.chain, located.passage.text
    relation = chain.relations[number]
    place = text.place(relation.start)
    excerpt = None
    if (
        judgement.span is not None
        and judgement.verdict in ("unreadable", "refuted")
        and judgement.counterexample is None
    ):
        place = text.place(judgement.span.start)
        excerpt = " ".join(text.value[judgement.span.start : judgement.span.end].split()) or None
    return StepResult(
        tag=chain.tag,
        equation=equation,
        step=number + 1,
        line=place.line,
        column=place.column,
        lhs=slice_of(text.value, chain.members[number]) or _before_shape(located, number),
        relation=relation.text if relation.kind != "COLON" else ":",
        rhs=slice_of(text.value, chain.members[number + 1]),
        verdict=judgement.verdict,
        message=judgement.message,
        conventions=judgement.conventions,
        shapes=judgement.shapes,
        counterexample=judgement.counterexample,
        excerpt=excerpt,
    )


def _before_shape(located: _Located, number: int) -> str:
    return ""
