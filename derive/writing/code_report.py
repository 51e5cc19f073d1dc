"""A `CodeResult` as JSON.

    {"schema": "derive.code/1", "exercise": "ex.md", "submission": "net.py", "called": "loss",
     "right": false, "problem": null, "sizes": {"N": 5}, "example": {"X": [["0.5"]]},
     "results": [{"result": "result 2['W1']", "formula": "...", "verdict": "wrong", "message": "...",
                  "conventions": [], "differences": [{"entry": [0, 0], "found": 1.5, "expected": 0.3}],
                  "differing": 6, "diagnosis": [{"code": "missing-mean", "message": "..."}], "follows_from": null}],
     "findings": [{"code": "input-changed", "message": "...", "fault": true, "cell": null, "line": 7, "text": "..."}],
     "summary": {"right": 1, "convention": 0, "wrong": 1, "missing": 0, "error": 0}}

Entries count from 0, as in NumPy. A number that is not finite is a string: `"nan"`, `"inf"`, `"-inf"`.
"""

import json
import math
from collections import Counter
from typing import Any

from derive.implementations.results import VERDICTS, CodeResult, Finding, ResultVerdict

SCHEMA = "derive.code/1"


def to_json(result: CodeResult) -> str:
    """The report on one line."""
    return json.dumps(code_report(result), ensure_ascii=False, allow_nan=False)


def code_report(result: CodeResult) -> dict[str, Any]:
    """The report as a JSON object."""
    counts = Counter(one.verdict for one in result.results)
    return {
        "schema": SCHEMA,
        "exercise": result.exercise,
        "submission": result.submission,
        "called": result.called,
        "right": result.is_right,
        "problem": result.problem,
        "sizes": dict(result.sizes or {}),
        "example": dict(result.example or {}),
        "results": [_verdict(one) for one in result.results],
        "findings": [_finding(one) for one in result.findings],
        "summary": {verdict: counts[verdict] for verdict in VERDICTS},
    }


def _verdict(one: ResultVerdict) -> dict[str, Any]:
    return {
        "result": one.label,
        "formula": one.latex,
        "verdict": one.verdict,
        "message": one.message,
        "conventions": list(one.conventions),
        "differences": [
            {"entry": list(found.entry), "found": _number(found.found), "expected": _number(found.expected)}
            for found in one.differences
        ],
        "differing": one.differing,
        "diagnosis": [{"code": found.code, "message": found.message} for found in one.diagnosis],
        "follows_from": one.follows_from,
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code,
        "message": one.message,
        "fault": one.is_fault,
        "cell": one.cell,
        "line": one.line,
        "text": one.text,
    }


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)
