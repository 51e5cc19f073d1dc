"""A submission's marks as the `results.json` that PrairieLearn takes of an external grader.

What a person must decide first is not gradable there: the attempt does not count, and the student reads why.
"""

from typing import Any

from derive.grading.results import Marked, PartResult
from derive.writing.marks import to_number
from derive.writing.remarks import heading, remark, under_review


def to_prairielearn(marked: Marked) -> dict[str, Any]:
    """The share of the points as the score, and one test a part."""
    found: dict[str, Any] = {"gradable": not marked.needs_review}
    if marked.needs_review:
        found["format_errors"] = [line for line in under_review(marked).split("\n") if line]
    else:
        found["score"] = _share(marked)
        found["succeeded"] = True
    return {
        **found,
        "message": ""
        if marked.needs_review
        else f"{to_number(marked.points)} of {to_number(marked.max_points)} points",
        "max_points": to_number(marked.max_points),
        "tests": [_test(part) for part in marked.parts],
    }


def _share(marked: Marked) -> float:
    """The score between 0 and 1; an exercise without points is solved."""
    if not marked.max_points:
        return 1.0
    return min(max(float(marked.points / marked.max_points), 0.0), 1.0)


def _test(part: PartResult) -> dict[str, Any]:
    return {
        "name": heading(part),
        "description": part.prompt,
        "points": to_number(part.points),
        "max_points": to_number(part.max_points),
        "message": remark(part),
        "output": "",
    }
