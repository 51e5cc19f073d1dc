"""The jobs of the HTTP interface: a report on a document, an exercise as it is marked, a submission's marks.

What stands in their content is described in `openapi.yaml`; texts have the names of files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from derive.checking.check import check_document
from derive.checking.results import Diagnosis, DocumentResult
from derive.documents.reading import read_sources
from derive.grading.by_path import blank_parts
from derive.grading.entries import Job
from derive.grading.marking import mark_source
from derive.grading.parts import ExerciseDocument, exercise_in
from derive.grading.results import Marked
from derive.grading.run import for_review
from derive.source import Source
from derive.web.desk import Desk
from derive.web.live import Content, Tell, source_of
from derive.writing.html import to_html
from derive.writing.marks import marks_report
from derive.writing.report import to_json

MOST_EXERCISES = 8
"""A worker keeps so many exercises, those used last, with what was found of claims made in submissions to them."""


def judge(content: Content, desk: Desk, tell: Tell) -> None:
    """The report on `document`, as text: JSON as `derive check --json` prints it, or the page of `derive check --html`.

    `setting` and `exercise` are texts as well, or null.
    """
    source, setting, exercise = (
        None if content[name] is None else source_of(content[name]) for name in ("document", "setting", "exercise")
    )
    assert source is not None
    document = read_sources(source, setting, exercise)
    result = check_document(document, store=desk.store)
    if exercise is not None:
        result = replace(result, exercise=document.exercise)
    if not content["shows_fixes"]:
        result = _without_fixes(result)
    tell({"event": "report", "text": to_html([result]) if content["as_page"] else to_json(result)})


def prepare(content: Content, _desk: Desk, tell: Tell) -> None:
    """What is said of a submission to `exercise` that can not be marked: all parts are for a person."""
    exercise = _exercise(content["exercise"])
    unmarked = for_review(Job("", exercise.name, ""), "", blank_parts(exercise))
    tell({"event": "exercise", "for_review": _marks(unmarked)})


def mark(content: Content, desk: Desk, tell: Tell) -> None:
    """The marks of `submission` to `exercise`."""
    exercise = _exercise(content["exercise"])
    marked = mark_source(exercise, source_of(content["submission"]), desk.store)
    if not content["shows_fixes"]:
        parts = tuple(replace(part, diagnosis=_unfixed(part.diagnosis)) for part in marked.parts)
        marked = replace(marked, parts=parts, result=marked.result and _without_fixes(marked.result))
    tell({"event": "marks", "marks": _marks(marked)})


def _marks(marked: Marked) -> Mapping[str, Any]:
    """The report as `derive grade` writes it, save what it notes for its own next run."""
    found = marks_report(marked)
    del found["remembered"]
    return found


def _without_fixes(result: DocumentResult) -> DocumentResult:
    """The same without what gives answers away."""
    return replace(result, steps=tuple(replace(step, diagnosis=_unfixed(step.diagnosis)) for step in result.steps))


def _unfixed(found: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    return tuple(replace(each, fix="") for each in found)


def _exercise(content: Content) -> ExerciseDocument:
    source = source_of(content)
    return _exercise_of(source.name, source.text)


@lru_cache(maxsize=MOST_EXERCISES)
def _exercise_of(name: str, text: str) -> ExerciseDocument:
    return exercise_in(Source(name, text))
