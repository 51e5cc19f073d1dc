"""What is said of a class on standard output: a few lines for people, or one JSON object."""

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from statistics import mean, median
from typing import Any

from derive.grading.entries import Change, Entry
from derive.records import dataclass
from derive.writing.cells import printable
from derive.writing.everything import Class
from derive.writing.marks import to_number

SCHEMA = "derive.grades/1"
MOST_NAMES = 8


@dataclass(frozen=True)
class Summary:
    """A class with what happened around it: where its files are, what was taken over, passed over or is nobody's.

    `skipped` are paths, each with the reason; `strangers` the submissions that no student of the table handed in.
    """

    marked: Class
    folder: str
    recalled: int
    skipped: tuple[tuple[str, str], ...] = ()
    strangers: tuple[str, ...] = ()

    def entries(self, standing: str) -> list[Entry]:
        """The entries with a standing."""
        return [entry for entry in self.marked.entries if entry.standing == standing]

    @property
    def totals(self) -> list[Fraction]:
        """The points of all submissions whose marks are final."""
        return [entry.points for entry in self.entries("graded")]

    @property
    def max_points(self) -> Fraction:
        """All points that there are."""
        return sum((part.max_points for part in self.marked.blank), Fraction(0))


# --- For people ----------------------------------------------------------------------------------


def to_lines(summary: Summary) -> Iterator[str]:
    """The summary as lines of text."""
    yield f"{printable(summary.marked.title)}: {_submissions(summary)}"
    if summary.totals:
        middle, average = median(summary.totals), mean(summary.totals)
        yield (
            f"  mean {_short(average)}, median {_short(middle)} of {_short(summary.max_points)} points"
            f" ({_number(len(summary.totals), 'submission')} with final marks)"
        )
    waiting = [entry.submission for entry in summary.entries("review")]
    if waiting:
        yield f"  {len(waiting)} to review: {_names(waiting)}"
    missing = [entry.student.id for entry in summary.entries("missing")]
    if missing:
        yield f"  {len(missing)} missing: {_names(missing)}"
    if summary.strangers:
        yield f"  {len(summary.strangers)} of no student in the table: {_names(summary.strangers)}"
    if summary.skipped:
        said = [f"{Path(path).name} ({reason})" for path, reason in summary.skipped]
        yield f"  {_number(len(said), 'file')} passed over: {_names(said)}"
    if summary.marked.was_regraded:
        yield from _changes(summary.marked.changes)
    yield f"  written to {summary.folder}: {', '.join(summary.marked.files)}"


def _submissions(summary: Summary) -> str:
    said = _number(len(summary.marked.marked), "submission")
    return f"{said}, {summary.recalled} of them marked before" if summary.recalled else said


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    """Who gained and who lost since the exercise, or the program, was another; then the same part by part."""
    totals: dict[str, Fraction] = {}
    for change in changes:
        totals[change.submission] = totals.get(change.submission, Fraction(0)) + change.gain
    yield f"  marked anew: {_gained_and_lost(list(totals.items())) or 'nobody gained or lost'}"
    for part in dict.fromkeys(change.part for change in changes):
        gains = [(change.submission, change.gain) for change in changes if change.part == part]
        yield f"    part {part}: {_gained_and_lost(gains) or f'{len(gains)} judged otherwise, for as many points'}"


def _gained_and_lost(gains: Sequence[tuple[str, Fraction]]) -> str:
    said = []
    for word, sign, own in (
        ("gained", "+", [(name, gain) for name, gain in gains if gain > 0]),
        ("lost", "-", [(name, -gain) for name, gain in gains if gain < 0]),
    ):
        if own:
            said.append(f"{len(own)} {word} ({_names([f'{name} {sign}{_short(gain)}' for name, gain in own])})")
    return ", ".join(said)


def _names(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _short(points: Fraction) -> str:
    """Points with at most two places."""
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


# --- For programs --------------------------------------------------------------------------------


def to_json(summary: Summary) -> str:
    """The summary on one line of ASCII, without the line's end."""
    return json.dumps(_data(summary), separators=(", ", ": "), allow_nan=False)


def _data(summary: Summary) -> Mapping[str, Any]:
    totals = summary.totals
    return {
        "schema": SCHEMA,
        "exercise": summary.marked.exercise,
        "title": summary.marked.title,
        "directory": summary.folder,
        "files": list(summary.marked.files),
        "submissions": len(summary.marked.marked),
        "marked_before": summary.recalled,
        "graded": len(totals),
        "review": [{"submission": entry.submission, "why": _why(entry)} for entry in summary.entries("review")],
        "missing": [entry.student.id for entry in summary.entries("missing")],
        "strangers": list(summary.strangers),
        "skipped": [{"path": path, "reason": reason} for path, reason in summary.skipped],
        "mean": to_number(mean(totals)) if totals else None,
        "median": to_number(median(totals)) if totals else None,
        "max_points": to_number(summary.max_points),
        "changes": [_change(change) for change in summary.marked.changes] if summary.marked.was_regraded else None,
    }


def _why(entry: Entry) -> str | None:
    return None if entry.marked is None else entry.marked.problem


def _change(change: Change) -> Mapping[str, Any]:
    return {
        "submission": change.submission,
        "part": change.part,
        "before": None if change.before is None else to_number(change.before.points),
        "after": None if change.after is None else to_number(change.after.points),
        "status_before": None if change.before is None else change.before.status,
        "status_after": None if change.after is None else change.after.status,
    }
