"""What marking finds, as data: one `PartResult` a part of an exercise, one `Marked` a submission.

Writers only arrange these; no writer decides anything.
"""

from fractions import Fraction
from typing import Literal

from derive.checking.results import Diagnosis, DocumentResult
from derive.records import dataclass

Status = Literal["right", "partial", "wrong", "review", "missing"]
STATUSES: tuple[Status, ...] = ("right", "partial", "wrong", "review", "missing")


@dataclass(frozen=True)
class PartResult:
    """The marks of one part, with their reason in one sentence for the student.

    `ask` is the LaTeX of what was asked, `answer` that of the student's final form, null where none was found.
    `step` is the `[equation, step]` of the report that the answer stands in, `where` its place in the file.
    `follows_from` is the earlier refuted step from which the answer correctly follows.
    """

    id: str
    ask: str
    prompt: str
    status: Status
    points: Fraction
    max_points: Fraction
    message: str
    answer: str | None = None
    step: tuple[int, int] | None = None
    where: str | None = None
    diagnosis: tuple[Diagnosis, ...] = ()
    conventions: tuple[str, ...] = ()
    follows_from: tuple[int, int] | None = None


@dataclass(frozen=True)
class Marked:
    """A submission with its marks. `result` is null where nothing of it could be read; `problem` then says why.

    `problem`, one sentence, is there as well where a person must look at the submission as a whole.
    """

    submission: str
    exercise: str
    parts: tuple[PartResult, ...]
    result: DocumentResult | None = None
    problem: str | None = None

    @property
    def points(self) -> Fraction:
        """All points that were earned; those of parts under review count as none until a person has decided."""
        return sum((part.points for part in self.parts), Fraction(0))

    @property
    def max_points(self) -> Fraction:
        """All points that there are."""
        return sum((part.max_points for part in self.parts), Fraction(0))

    @property
    def needs_review(self) -> bool:
        """Whether a person must look at it before the marks are final."""
        return self.problem is not None or any(part.status == "review" for part in self.parts)
