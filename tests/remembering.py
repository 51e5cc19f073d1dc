"""Documents checked, marked and looked through as the commands do it: SymPy certifies a model once in a run."""

from pathlib import Path
from typing import Any

from derive.certificates import Store, default_directory
from derive.checking import check
from derive.checking.results import DocumentResult
from derive.documents.document import Document
from derive.grading import linting, marking
from derive.grading.parts import ExerciseDocument
from derive.grading.results import Marked


def check_document(document: Document, **options: Any) -> DocumentResult:
    """The verdicts on a document, with the folder of certificates that all tests of a run share."""
    return check.check_document(document, store=Store(default_directory()), **options)


def mark(exercise: ExerciseDocument, submission: str | Path) -> Marked:
    """The marks of a submission, with the same folder."""
    return marking.mark(exercise, submission, Store(default_directory()))


def mark_file(exercise: str | Path, submission: str | Path) -> Marked:
    """The marks of a submission to an exercise in a file, with the same folder."""
    return marking.mark_file(exercise, submission, Store(default_directory()))


def lint(path: str | Path) -> tuple[linting.Finding, ...]:
    """What is found in an exercise, with the same folder."""
    return linting.lint(path, Store(default_directory()))
