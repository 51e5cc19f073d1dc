"""Marking by the names of files alone, as workers do it: each reads the exercise once, and knows its certificates."""

from fractions import Fraction

from derive.certificates import Store, default_directory
from derive.grading import marking
from derive.grading.parts import ExerciseDocument
from derive.grading.results import Marked, PartResult


def mark_file(exercise: str, submission: str) -> Marked:
    """The marks of a submission. Raises `DocumentError` where the exercise cannot be used."""
    return marking.mark_file(exercise, submission, Store(default_directory()))


def blank_parts(exercise: ExerciseDocument) -> tuple[PartResult, ...]:
    """The parts of an exercise without marks."""
    return tuple(
        PartResult(part.id, part.ask, part.prompt, "missing", Fraction(0), part.points, "Nothing was handed in.")
        for part in exercise.parts
    )
