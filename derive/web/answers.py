"""Answers to an exercise: checked as they are typed, and marked when they are handed in.

What is told of an answer never holds the right one: no repair of a mistake is shown, and nothing under which another
form would be right. In an exam nothing is told that depends on a verdict, but for what could not be read: the steps go
by the places at which they were written, and those that stand in lines of text, which are steps only under some
verdicts, are not told.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from derive.checking.check import check_document
from derive.checking.observing import Observed
from derive.checking.placing import waiting
from derive.checking.results import StepResult, WaitingStep
from derive.documents.document import Document
from derive.documents.reading import submission_of
from derive.grading.marking import mark_source
from derive.grading.parts import ExerciseDocument
from derive.grading.results import Marked, PartResult
from derive.source import Source
from derive.web.desk import Desk
from derive.web.live import Content, Tell, Teller, drawn_before, in_one_line, source_of, tell_headings
from derive.web.places import Units
from derive.writing.equations import View, equation_html
from derive.writing.feedback import feedback_fragment, feedback_page
from derive.writing.pages import words
from derive.writing.remarks import remark
from derive.writing.statuses import FOR_STUDENTS, MARKS, number, of_points

PREFIX = "live-"
PRACTICE = View(shows_fixes=False, prefix=PREFIX)
LIVE_WORDS = {**FOR_STUDENTS, "review": "not decided", "missing": "no answer yet"}
EXAM = View(shows_verdicts=False, shows_fixes=False, prefix=PREFIX)


def check(content: Content, desk: Desk, tell: Tell) -> None:
    """Check an answer again: `folder`, `exercise`, `page`, `name`, `text`; then the parts, one after the other."""
    began = time.perf_counter()
    exercise, source = _asked(content, desk)
    submission = submission_of(source, exercise.document, exercise.entries)
    teller = Teller(submission.document, PRACTICE, tell, drawn_before(content, desk))
    result = desk.checker(content["page"], exercise.memory).check(submission.document, teller)
    took = round((time.perf_counter() - began) * 1e3)
    tell({"event": "done", "summary": result.summary(), "equations": teller.number, "milliseconds": took})
    marked = mark_source(exercise, source, desk.store, lambda part: tell(_part(part)))
    tell({"event": "marks", **_marks(marked)})


def check_in_exam(content: Content, desk: Desk, tell: Tell) -> None:
    """Read an answer again: the same, without a verdict in it and without the parts."""
    exercise, source = _asked(content, desk)
    submission = submission_of(source, exercise.document, exercise.entries)
    readings = _Readings(submission.document, tell)
    check_document(submission.document, store=desk.store, observer=readings.note, memory=exercise.memory)
    counted = {"written": readings.written, "unreadable": readings.unreadable}
    tell({"event": "done", "summary": counted, "equations": readings.number})


def marks(content: Content, desk: Desk, tell: Tell) -> None:
    """The marks of an answer that was handed in: `folder`, `exercise`, `name`, `text`, `student`."""
    exercise, source = _asked(content, desk)
    marked = mark_source(exercise, source, desk.store)
    html = feedback_fragment(marked, title=_title(exercise, content), name=content["student"])
    tell({"event": "marked", "html": html, **_marks(marked), "parts": [_part(part) for part in marked.parts]})


def report(content: Content, desk: Desk, tell: Tell) -> None:
    """The feedback on an answer as a page to keep: `folder`, `exercise`, `name`, `text`."""
    exercise, source = _asked(content, desk)
    marked = mark_source(exercise, source, desk.store)
    tell({"event": "report", "html": feedback_page(marked, title=_title(exercise, content))})


def _asked(content: Content, desk: Desk) -> tuple[ExerciseDocument, Source]:
    return desk.shelf(content["folder"]).exercise(content["exercise"]), source_of(content)


def _title(exercise: ExerciseDocument, content: Content) -> str:
    title: str = exercise.document.setting.title or content["exercise"]
    return title


def _part(part: PartResult) -> Mapping[str, Any]:
    """A part as its student sees it."""
    return {
        "event": "part",
        "id": part.id,
        "status": part.status,
        "mark": MARKS[part.status],
        "words": LIVE_WORDS[part.status],
        "points": f"{number(part.points)} of {of_points(part.max_points)}",
        "html": "" if part.status == "missing" else str(words(remark(part))),
    }


def _marks(marked: Marked) -> Mapping[str, Any]:
    """All marks together, and why a person must look at the answer as a whole."""
    points = f"{number(marked.points)} of {of_points(marked.max_points)}"
    return {"points": points, "problem": marked.problem, "needs_review": marked.needs_review}


class _Readings:
    """Tells the headings and displayed equations of an answer as they were read; counts these and their steps."""

    def __init__(self, document: Document, tell: Tell) -> None:
        self._units, self._tell = Units(document.source.text), tell
        self._outline = tell_headings(document, tell)
        self.number = self.written = self.unreadable = 0

    def note(self, observed: Observed) -> None:
        """Tell one equation."""
        if observed.passage.kind != "display" or not observed.steps:
            return
        self.number += 1
        written = waiting(observed.passage, observed.chain, self.number)
        steps = [_as_read(place, found) for place, found in zip(written, observed.steps, strict=True)]
        told = [self._step(step) for step in steps]
        self.unreadable += sum(step["verdict"] == "unreadable" for step in told)
        self.written += sum(step["verdict"] == "written" for step in told)
        html = equation_html(steps, replace(EXAM, level=self._outline.level_of(steps[0])))
        line = steps[0].line
        self._tell(
            {"event": "equation", "number": self.number, "line": line, "html": html, "final": True, "steps": told}
        )

    def _step(self, step: StepResult) -> Mapping[str, Any]:
        if step.verdict != "unreadable":
            return {"step": step.step, "verdict": "written", "message": "", "start": None, "end": None}
        start, end = (None, None) if step.span is None else map(self._units.offset, step.span)
        return {"step": step.step, "verdict": "unreadable", "message": in_one_line(step), "start": start, "end": end}


def _as_read(written: WaitingStep, found: StepResult) -> StepResult:
    """A step at the place where it is written, with nothing of its verdict but that it could not be read."""
    equation, line, column = written.equation, written.line, written.column
    if found.verdict == "unreadable":
        return replace(found, equation=equation, line=line, column=column)
    return StepResult(
        tag=written.tag,
        equation=equation,
        step=written.step,
        line=line,
        column=column,
        lhs=written.lhs,
        relation=written.relation,
        rhs=written.rhs,
        verdict="definition",
        message="",
        cell=written.cell,
    )
