"""A document -> the verdict on every one of its relations."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from derive.certificates import Store
from derive.checking.beginning import at_other_sizes, begun, ground_of
from derive.checking.course import Course
from derive.checking.expectations import with_expectations
from derive.checking.inference import Inference, infer
from derive.checking.judging import Judging
from derive.checking.memory import Memory
from derive.checking.observing import Observed, Observer
from derive.checking.placing import on_one_line
from derive.checking.reporting import Reporting
from derive.checking.results import DocumentResult, Question, StepResult
from derive.checking.second_reading import Compare, SecondLook
from derive.checking.sentences import surroundings
from derive.checking.sizes import OtherSizes, counts_by_size
from derive.documents.document import Document
from derive.notation.symbols import SymbolTable, shown

Progress = Callable[[int, int], None]


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
    inference = infer(document, memory)
    ground = ground_of(document, inference, store or Store(None), memory, certify=certify)
    course = Course(begun(document, ground))
    other = None
    if counts_by_size(course.table, document):
        other = OtherSizes(lambda: Course(begun(document, at_other_sizes(document, inference, ground))))
    second_look = None if second_reader is None else SecondLook(second_reader)
    reporting = Reporting(document, inference, course.table.words, memory)
    judging = Judging(document, inference, surroundings(document.passages), course, other, second_look)
    steps: list[StepResult] = []
    for number, passage in enumerate(document.passages):
        if progress is not None:
            progress(number, len(document.passages))
        for judged in judging.chains(number):
            reported = reporting.heard(judged)
            results = reporting.steps(reported)
            steps += results
            if observer is not None:
                observer(Observed(course.session, other, passage, judged.chain, reported.judged.judgements, results))
    if progress is not None:
        progress(len(document.passages), len(document.passages))
    result = result_of(document, inference, course.table, steps, reporting.questions)
    return result if second_look is None else replace(result, second_reading=second_look.result())


def result_of(
    document: Document,
    inference: Inference,
    table: SymbolTable,
    steps: Sequence[StepResult],
    questions: tuple[Question, ...],
) -> DocumentResult:
    """All that was found in a document, at the end of which so much is known.

    Raises `DocumentError` where something is expected of a step that there is not.
    """
    return DocumentResult(
        document.source.name,
        document.setting.title,
        {shown(name): dim.size or 0 for name, dim in table.dims.items()},
        with_expectations(document.setting.expect, steps),
        document.exercise,
        inference.inferred,
        questions,
        tuple((on_one_line(text.value), text.place().line) for text in document.left_out),
        headings=document.headings,
    )
