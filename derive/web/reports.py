"""The jobs of the HTTP interface: a report on a document, an exercise as it is marked, a submission's marks.

What stands in their content is described in `openapi.yaml`; texts have the names of files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from derive.checking.check import check_document
from derive.checking.results import Diagnosis, DocumentResult
from derive.documents.reading import READERS, read_source, read_sources
from derive.grading.by_path import blank_parts
from derive.grading.entries import Job
from derive.grading.marking import mark_source
from derive.grading.parts import ExerciseDocument, exercise_in
from derive.grading.results import Marked
from derive.grading.run import for_review
from derive.implementations.marks import is_code_for, mark_code_source
from derive.source import Source
from derive.web.desk import Desk
from derive.web.live import Content, Tell, source_of
from derive.writing.html import to_html
from derive.writing.marks import marks_report, to_number
from derive.writing.report import to_json

CODE = frozenset({".py", ".ipynb"})
"""What may be code; a notebook may be written work as well."""
MOST_EXERCISES = 8
"""A worker keeps so many exercises, those used last, with what was found of claims made in submissions to them."""


def offered(content: Content, desk: Desk, tell: Tell) -> None:
    """The exercises in a `folder`, with what is wrong with those that can not be used."""
    found = [
        {
            "id": line.id,
            "title": None if line.problem else line.title,
            "parts": line.parts,
            "max_points": to_number(line.points),
            "problem": line.problem,
        }
        for line in desk.shelf(content["folder"]).listed()
    ]
    tell({"event": "offered", "exercises": found})


def judge(content: Content, desk: Desk, tell: Tell) -> None:
    """The report on `document`, as text: JSON as `derive check --json` prints it, or the page of `derive check --html`.

    `setting` is a text as well, or null; so is `exercise`, unless it says where one is found: `folder`, `id`.
    """
    setting, exercise = content["setting"], content["exercise"]
    given = None if exercise is None else _exercise_source(exercise, desk)
    document = read_sources(source_of(content["document"]), None if setting is None else source_of(setting), given)
    result = check_document(document, store=desk.store)
    if exercise is not None:
        result = replace(result, exercise=document.exercise)
    if content["as_page"]:
        tell({"event": "report", "text": to_html([result], shows_fixes=content["shows_fixes"])})
    else:
        tell({"event": "report", "text": to_json(result if content["shows_fixes"] else _without_fixes(result))})


def prepare(content: Content, desk: Desk, tell: Tell) -> None:
    """What is said of a submission to `exercise` that can not be marked: all parts are for a person."""
    exercise, name = _exercise(content["exercise"], desk)
    tell({"event": "exercise", "for_review": _marks(for_review(Job("", name, ""), "", blank_parts(exercise)))})


def mark(content: Content, desk: Desk, tell: Tell) -> None:
    """The marks of `submission` to `exercise`."""
    exercise, name = _exercise(content["exercise"], desk)
    marked = replace(_marked(exercise, source_of(content["submission"]), desk), exercise=name)
    if not content["shows_fixes"]:
        parts = tuple(replace(part, diagnosis=_unfixed(part.diagnosis)) for part in marked.parts)
        marked = replace(marked, parts=parts, result=marked.result and _without_fixes(marked.result))
    tell({"event": "marks", "marks": _marks(marked)})


def _marked(exercise: ExerciseDocument, source: Source, desk: Desk) -> Marked:
    """The marks of written work, or of code. Raises `DocumentError` where code is not asked for, or can not be run."""
    suffix = PurePath(source.name).suffix.lower()
    if suffix in CODE and (suffix not in READERS or exercise.document.setting.aside.get("code") is not None):
        prepared = desk.prepared(exercise)
        if is_code_for(prepared, source):
            return mark_code_source(prepared, source)
    return mark_source(exercise, source, desk.store)


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


def _exercise(content: Content, desk: Desk) -> tuple[ExerciseDocument, str]:
    """An exercise, and the name by which it was asked for."""
    if "folder" in content:
        return desk.shelf(content["folder"]).exercise(content["id"]), content["id"]
    source = source_of(content)
    return _exercise_of(source.name, source.text), source.name


def _exercise_source(content: Content, desk: Desk) -> Source:
    """The text of an exercise, under a name without the folders in which it lies."""
    if "folder" not in content:
        return source_of(content)
    path = desk.shelf(content["folder"]).path(content["id"])
    return replace(read_source(path), name=f"{content['id']}{path.suffix}")


@lru_cache(maxsize=MOST_EXERCISES)
def _exercise_of(name: str, text: str) -> ExerciseDocument:
    return exercise_in(Source(name, text))
