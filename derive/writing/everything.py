"""All that is written of a class besides the marks of each submission: tables, files for platforms, pages."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from derive.grading.entries import Change, Entry
from derive.grading.results import Marked, PartResult
from derive.records import dataclass
from derive.writing.class_report import write_class_report
from derive.writing.feedback_folder import write_class_feedback
from derive.writing.files import write_whole
from derive.writing.gradebooks import to_nbgrader_csv, to_otter_csv
from derive.writing.grades_csv import to_changes_csv, to_grades_csv
from derive.writing.gradescope import to_gradescope
from derive.writing.prairielearn import to_prairielearn

PLATFORMS = ("gradescope/", "prairielearn/")


@dataclass(frozen=True)
class Class:
    """A class that was marked: its exercise, the parts of that without marks, one entry a student, what changed."""

    exercise: str
    title: str
    blank: tuple[PartResult, ...]
    entries: tuple[Entry, ...]
    changes: tuple[Change, ...] = ()
    was_regraded: bool = False

    @property
    def marked(self) -> tuple[Marked, ...]:
        """The submissions in the order of the entries."""
        return tuple(entry.marked for entry in self.entries if entry.marked is not None)

    @property
    def files(self) -> tuple[str, ...]:
        """What is written that a person may look for, relative to the folder."""
        return ("index.html", *_tables(self), "feedback/", "results/", *PLATFORMS)


def write_everything(marked: Class, folder: Path, *, processes: int = 1) -> None:
    """Write all files of a class into a folder. Raises `OSError` where that cannot be done.

    Feedback that was written of the same marks is not written again.
    """
    for name, text in _tables(marked).items():
        write_whole(folder / name, text)
    names = {entry.submission: entry.student.name for entry in marked.entries if entry.marked and entry.student.name}
    write_class_feedback(marked.marked, folder, title=marked.title, names=names, processes=processes)
    write_class_report(marked.marked, folder, title=marked.title, names=names)
    for one in marked.marked:
        _write_json(folder / "gradescope" / one.submission / "results.json", to_gradescope(one))
        _write_json(folder / "prairielearn" / one.submission / "results.json", to_prairielearn(one))


def _tables(marked: Class) -> Mapping[str, str]:
    """The tables, by the names of their files."""
    tables = {
        "grades.csv": to_grades_csv(marked.entries, marked.blank),
        "nbgrader.csv": to_nbgrader_csv(marked.entries, Path(marked.exercise).stem),
        "otter.csv": to_otter_csv(marked.entries, marked.blank),
    }
    if marked.was_regraded:
        tables["changes.csv"] = to_changes_csv(marked.changes, _ids(marked.entries))
    return tables


def _ids(entries: Sequence[Entry]) -> Mapping[str, str]:
    return {entry.submission: entry.student.id for entry in entries if entry.marked is not None}


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(data, indent=1, allow_nan=False) + "\n")
