"""The marks of a class as `grades.csv`, one line a student; and what a correction changed as `changes.csv`."""

from collections.abc import Iterator, Mapping, Sequence

from derive.grading.entries import Change, Entry, Mark
from derive.grading.results import PartResult
from derive.writing.marks import to_number
from derive.writing.table import to_csv

BEFORE_PARTS = ("id", "name", "submission")
BEHIND_PARTS = ("total", "max", "status", "problem")


def to_grades_csv(entries: Sequence[Entry], blank: Sequence[PartResult]) -> str:
    """One row a student in the order of the entries; a part that nobody has decided, or that is missing, is empty."""
    columns = [_column(part.id) for part in blank]
    return to_csv([[*BEFORE_PARTS, *columns, *BEHIND_PARTS], *(_row(entry, blank) for entry in entries)])


def _column(part: str) -> str:
    """The part's own name, if no other column has it."""
    return f"part {part}" if part.strip().lower() in {*BEFORE_PARTS, *BEHIND_PARTS} else part


def _row(entry: Entry, blank: Sequence[PartResult]) -> list[object]:
    parts = {part.id: part for part in entry.parts}
    return [
        entry.student.id,
        entry.student.name,
        entry.submission,
        *(_points(entry, parts.get(part.id)) for part in blank),
        to_number(entry.points),
        to_number(entry.max_points),
        entry.standing,
        entry.marked.problem if entry.marked is not None else None,
    ]


def _points(entry: Entry, part: PartResult | None) -> object:
    if part is None or entry.marked is None or part.status == "review":
        return None
    return to_number(part.points)


def to_changes_csv(changes: Sequence[Change], students: Mapping[str, str]) -> str:
    """One row a part that is marked otherwise than before; `students` are the ids by the submissions' names."""
    head = ("id", "submission", "part", "before", "after", "gain", "status before", "status after")
    return to_csv([head, *_changed(changes, students)])


def _changed(changes: Sequence[Change], students: Mapping[str, str]) -> Iterator[list[object]]:
    for change in changes:
        yield [
            students.get(change.submission, change.submission),
            change.submission,
            change.part,
            _number(change.before),
            _number(change.after),
            to_number(change.gain),
            None if change.before is None else change.before.status,
            None if change.after is None else change.after.status,
        ]


def _number(mark: Mark | None) -> object:
    return None if mark is None else to_number(mark.points)
