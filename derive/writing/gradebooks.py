"""The marks of a class as the tables of other graders, for those who have tools for these.

`nbgrader.csv` has the columns of nbgrader's export, `otter.csv` those of Otter-Grader's final grades. A score that a
person must still decide is empty.
"""

from collections.abc import Sequence
from fractions import Fraction

from derive.grading.entries import Entry
from derive.grading.results import PartResult
from derive.writing.marks import to_number
from derive.writing.table import to_csv

NBGRADER = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def to_nbgrader_csv(entries: Sequence[Entry], assignment: str) -> str:
    """One row a student."""
    return to_csv([NBGRADER, *(_nbgrader_row(entry, assignment) for entry in entries)])


def _nbgrader_row(entry: Entry, assignment: str) -> list[object]:
    first, last = _first_and_last(entry.student.name)
    score = None if entry.standing == "review" else float(to_number(entry.points))
    return [
        assignment, None, None, entry.student.id, last, first, entry.student.email, score,
        0.0, score, float(to_number(entry.max_points)),
    ]  # fmt: skip


def _first_and_last(name: str) -> tuple[str, str]:
    """A name taken apart: behind its comma stands the first name, or before its last space.

    >>> _first_and_last("Lovelace, Ada"), _first_and_last("Ada Lovelace"), _first_and_last("Ada")
    (('Ada', 'Lovelace'), ('Ada', 'Lovelace'), ('', 'Ada'))
    """
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()


def to_otter_csv(entries: Sequence[Entry], blank: Sequence[PartResult]) -> str:
    """The points that each question can bring, then one row a submission; who handed in nothing has no row."""
    parts = sorted(blank, key=lambda part: part.id)
    most = sum((part.max_points for part in parts), Fraction(0))
    head = ["file", *(part.id for part in parts), "total_points_earned", "percent_correct", "grading_status"]
    points = ["points-per-question", *(float(to_number(part.max_points)) for part in parts), _float(most), None, None]
    rows = [_otter_row(entry, parts) for entry in entries if entry.marked is not None]
    return to_csv([head, points, *rows])


def _otter_row(entry: Entry, blank: Sequence[PartResult]) -> list[object]:
    own = {part.id: part for part in entry.parts}
    scores = [_decided(own.get(part.id)) for part in blank]
    if entry.standing == "review":
        return [entry.submission, *scores, None, None, "Needs review"]
    share = round(float(entry.points / entry.max_points), 4) if entry.max_points else None
    return [entry.submission, *scores, _float(entry.points), share, "Completed"]


def _decided(part: PartResult | None) -> float | None:
    return None if part is None or part.status == "review" else _float(part.points)


def _float(points: Fraction) -> float:
    return float(to_number(points))
