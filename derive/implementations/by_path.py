"""Marking by the names of files alone, written work and code alike, as workers do it."""

from derive.grading import by_path
from derive.grading.results import Marked
from derive.implementations.marks import mark_code_file, takes_as_code


def mark_file(exercise: str, submission: str, *, trust: bool = False) -> Marked:
    """The marks of a submission. Raises `DocumentError` where the exercise cannot be used, or no code can be run."""
    if takes_as_code(exercise, submission):
        return mark_code_file(exercise, submission, trust=trust)
    return by_path.mark_file(exercise, submission)


def mark_trusted_file(exercise: str, submission: str) -> Marked:
    """The same where code may run without a sandbox."""
    return mark_file(exercise, submission, trust=True)
