"""Marks as the report that programs read, and back: a report on the steps, with the marks of the parts beside it.

| key | holds |
| --- | --- |
| those of `derive.report/1` | the verdicts on the steps; no step where nothing could be read |
| `submission` | its name in the class |
| `parts` | the marks of each part, with their reason |
| `points`, `max_points` | their sums |
| `problem` | why a person must look at the whole; else null |
| `remembered` | what a later run needs besides, to take these marks over as they are |

A report that was read is the same as the one that was written: a class that was interrupted gets the same marks.
"""

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

from derive.checking.results import DocumentResult, StepResult
from derive.documents.document import Heading
from derive.grading.results import Marked, PartResult
from derive.writing.reading_back import DamagedError, read
from derive.writing.report import report

PLACES = 4


def to_number(points: Fraction) -> int | float:
    """Points as they are written: whole, or as a decimal with at most four places.

    >>> to_number(Fraction(3)), to_number(Fraction(5, 2)), to_number(Fraction(2, 3))
    (3, 2.5, 0.6667)
    """
    return points.numerator if points.denominator == 1 else round(float(points), PLACES)


# --- Writing -------------------------------------------------------------------------------------


def marks_report(marked: Marked, key: str | None = None) -> dict[str, Any]:
    """The report on one submission, as data for JSON. By its `key` a later run knows whether the marks still hold."""
    result = marked.result or DocumentResult(marked.submission, None, {}, exercise=marked.exercise)
    return {
        **report(result),
        "exercise": marked.exercise,
        "submission": marked.submission,
        "parts": [_part(part) for part in marked.parts],
        "points": to_number(marked.points),
        "max_points": to_number(marked.max_points),
        "problem": marked.problem,
        "remembered": {
            "key": key,
            "was_read": marked.result is not None,
            "title": result.title,
            "exercise": result.exercise,
            "points": [[str(part.points), str(part.max_points)] for part in marked.parts],
            "steps": [_beside(step) for step in result.steps],
            "headings": [_heading(heading) for heading in result.headings],
        },
    }


def marks_json(marked: Marked, key: str | None = None) -> str:
    """The report on one submission, on one line of ASCII with its end."""
    return json.dumps(marks_report(marked, key), separators=(", ", ": "), allow_nan=False) + "\n"


def _part(part: PartResult) -> dict[str, Any]:
    """The marks of one part."""
    return {
        "id": part.id,
        "status": part.status,
        "points": to_number(part.points),
        "max_points": to_number(part.max_points),
        "step": None if part.step is None else list(part.step),
        "diagnosis": [{"code": one.code, "message": one.message, "fix": one.fix} for one in part.diagnosis],
        "message": part.message,
        "prompt": part.prompt,
        "ask": part.ask,
        "answer": part.answer,
        "where": part.where,
        "conventions": list(part.conventions),
        "follows_from": None if part.follows_from is None else list(part.follows_from),
    }


def _beside(step: StepResult) -> dict[str, Any]:
    """What a step holds and its report does not."""
    said: dict[str, Any] = {"label": step.label, "excerpt": step.excerpt, "expectation": list(step.expectation)}
    said["span"] = None if step.span is None else list(step.span)
    found = step.counterexample
    said["size"] = None if found is None or found.size is None else list(found.size)
    return {key: value for key, value in said.items() if value}


def _heading(heading: Heading) -> dict[str, Any]:
    """The heading of a section."""
    runs = [[text, is_formula] for text, is_formula in heading.runs]
    return {"level": heading.level, "runs": runs, "line": heading.line, "cell": heading.cell}


# --- Reading -------------------------------------------------------------------------------------


def read_marks(text: str) -> tuple[Marked, str | None]:
    """The marks in a report, and their key. Raises `DamagedError` where the text is no such report."""
    try:
        data = json.loads(text)
        remembered = data["remembered"]
        points = remembered["points"]
        parts = [{**part, "points": own, "max_points": most} for part, (own, most) in _pairs(data["parts"], points)]
        result = _result(data, remembered) if remembered["was_read"] else None
        head = {key: data[key] for key in ("submission", "exercise", "problem")}
        marked: Marked = read(Marked, {**head, "parts": parts})
        key = read(str | None, remembered["key"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DamagedError(f"not a report on marks ({error})") from None
    return replace(marked, result=result), key


def _result(data: dict[str, Any], remembered: dict[str, Any]) -> DocumentResult:
    """The verdicts on the steps."""
    steps = [_whole(step, beside) for step, beside in _pairs(data["steps"], remembered["steps"])]
    kept = {"document", "dims", "inferred", "questions", "left_out"}
    found: DocumentResult = read(
        DocumentResult,
        {
            **{key: value for key, value in data.items() if key in kept},
            "title": remembered["title"],
            "exercise": remembered["exercise"],
            "steps": [{key: value for key, value in step.items() if key != "expected"} for step in steps],
            "headings": remembered["headings"],
        },
    )
    return found


def _whole(step: dict[str, Any], beside: dict[str, Any]) -> dict[str, Any]:
    """A step as its report has it, with what stands beside that; the size of a counterexample belongs to that."""
    known = {key: value for key, value in beside.items() if key != "size"}
    if "size" in beside:
        known["counterexample"] = {**step["counterexample"], "size": beside["size"]}
    return {**step, **known}


def _pairs(one: list[Any], other: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(one, other, strict=True))
