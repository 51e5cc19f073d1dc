"""A class as data: its students, what is to be marked, the line of each in the table of marks, and what changed.

Writers only arrange these; no writer decides anything.
"""

from fractions import Fraction
from typing import Literal

from derive.grading.results import Marked, PartResult, Status
from derive.records import dataclass

Standing = Literal["graded", "review", "missing"]


@dataclass(frozen=True)
class Student:
    """A line of the table of students; what it does not say is empty."""

    id: str
    name: str = ""
    email: str = ""
    file: str = ""


@dataclass(frozen=True)
class Job:
    """One submission to be marked: its name in the class, the exercise's path and its own."""

    name: str
    exercise: str
    path: str


@dataclass(frozen=True)
class Entry:
    """One line of the table of marks: a student, or a submission that is nobody's. Without marks the work is missing.

    `blank` are the parts of the exercise without marks.
    """

    student: Student
    blank: tuple[PartResult, ...]
    marked: Marked | None = None

    @property
    def parts(self) -> tuple[PartResult, ...]:
        """The parts of the exercise with the marks that there are."""
        return self.blank if self.marked is None else self.marked.parts

    @property
    def submission(self) -> str:
        """The submission's name; empty where there is none."""
        return "" if self.marked is None else self.marked.submission

    @property
    def points(self) -> Fraction:
        """What was earned; nothing where the work is missing."""
        return sum((part.points for part in self.parts), Fraction(0))

    @property
    def max_points(self) -> Fraction:
        """All points that there are."""
        return sum((part.max_points for part in self.parts), Fraction(0))

    @property
    def standing(self) -> Standing:
        """Whether the marks are final."""
        if self.marked is None:
            return "missing"
        return "review" if self.marked.needs_review else "graded"


@dataclass(frozen=True)
class Mark:
    """The mark of one part."""

    status: Status
    points: Fraction


@dataclass(frozen=True)
class Change:
    """A part of a submission that is marked otherwise than before; null where the exercise had no such part."""

    submission: str
    part: str
    before: Mark | None
    after: Mark | None

    @property
    def gain(self) -> Fraction:
        """Points that were gained; negative where they were lost."""
        before, after = (mark.points if mark is not None else Fraction(0) for mark in (self.before, self.after))
        return after - before
