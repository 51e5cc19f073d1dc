"""The jobs that a worker does, by name. Each takes the content of a request, the worker's desk, and tells events."""

from collections.abc import Callable, Mapping
from typing import Any

from derive.web import answers, exercises, live, reports, settings
from derive.web.desk import Desk

Job = Callable[[Mapping[str, Any], Desk, Callable[[Mapping[str, Any]], None]], None]

JOBS: Mapping[str, Job] = {
    "check": live.check,
    "open": live.open_file,
    "report": live.report,
    "setting": settings.correct,
    "list exercises": exercises.listed,
    "question": exercises.question,
    "solution": exercises.solution,
    "pictures": exercises.pictures,
    "check answer": answers.check,
    "check answer in exam": answers.check_in_exam,
    "marks": answers.marks,
    "report answer": answers.report,
    "offered": reports.offered,
    "judge": reports.judge,
    "prepare": reports.prepare,
    "mark": reports.mark,
}
