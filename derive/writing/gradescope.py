"""A submission's marks as the `results.json` that Gradescope takes.

Gradescope has no word for what a person must still decide: such a part has no score, and the text at the top says so.
A student sees the messages, and never a repaired formula: that would give the answer away.
"""

from typing import Any

from derive.grading.results import Marked, PartResult
from derive.writing.marks import to_number
from derive.writing.remarks import heading, remark, under_review


def to_gradescope(marked: Marked) -> dict[str, Any]:
    """One test a part, and the sum of what was decided."""
    return {
        "score": to_number(marked.points),
        "output": under_review(marked),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "after_published",
        "stdout_visibility": "hidden",
        "tests": [_test(number, part) for number, part in enumerate(marked.parts, 1)],
        "extra_data": {"submission": marked.submission, "needs_review": marked.needs_review},
    }


def _test(number: int, part: PartResult) -> dict[str, Any]:
    decided = part.status != "review"
    return {
        **({"score": to_number(part.points)} if decided else {}),
        "max_score": to_number(part.max_points),
        **({"status": "passed" if part.points == part.max_points else "failed"} if decided else {}),
        "name": heading(part),
        "number": str(number),
        "output": remark(part),
        "tags": [part.status, *dict.fromkeys(finding.code for finding in part.diagnosis)],
        "extra_data": {"part": part.id, "status": part.status},
    }
