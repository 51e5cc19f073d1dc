"""A `DocumentResult` as the report that programs read: `derive.report/1`.

The keys and their order are a promise to others; see `report` for them.
"""

import json
from typing import Any

from derive.checking.results import (
    Counterexample,
    Diagnosis,
    DocumentResult,
    Inferred,
    Question,
    SecondReading,
    StepResult,
    TwoReadings,
)

SCHEMA = "derive.report/1"


def report(result: DocumentResult) -> dict[str, Any]:
    """The report on one document, as data for JSON."""
    found = {
        "schema": SCHEMA,
        "document": result.document,
        "exercise": result.exercise,
        "dims": dict(result.dims),
        "steps": [_step(step) for step in result.steps],
        "summary": dict(result.summary()),
        "inferred": [_inferred(found) for found in result.inferred],
        "questions": [_question(found) for found in result.questions],
        **_left_out(result),
    }
    if result.second_reading is not None:
        found["second_reader"] = _second_reading(result.second_reading)
    return found


def to_json(result: DocumentResult) -> str:
    """The report on one document, on one line of ASCII, without the line's end."""
    return json.dumps(report(result), separators=(", ", ": "), allow_nan=False)


def _left_out(result: DocumentResult) -> dict[str, Any]:
    """The commands of LaTeX that take other files, in a document that has any."""
    commands = [{"command": command, "line": line} for command, line in result.left_out]
    return {"left_out": commands} if commands else {}


def _step(step: StepResult) -> dict[str, Any]:
    """What is said of one relation; of one in a notebook the number of its cell too, in which line and column count."""
    return {
        "tag": step.tag,
        "equation": step.equation,
        "step": step.step,
        **({} if step.cell is None else {"cell": step.cell}),
        "line": step.line,
        "column": step.column,
        "lhs": step.lhs,
        "relation": step.relation,
        "rhs": step.rhs,
        "verdict": step.verdict,
        "conventions": list(step.conventions),
        "message": step.message,
        "scope": step.scope,
        "ground": step.ground,
        "side_conditions": list(step.side_conditions),
        "shapes": None if step.shapes is None else {"lhs": step.shapes[0], "rhs": step.shapes[1]},
        "counterexample": None if step.counterexample is None else _counterexample(step.counterexample),
        "diagnosis": [_diagnosis(finding) for finding in step.diagnosis],
        "follows_from": None if step.follows_from is None else list(step.follows_from),
        **({} if step.is_as_expected is None else {"expected": step.is_as_expected}),
    }


def _inferred(found: Inferred) -> dict[str, Any]:
    """A declaration that was taken from the text."""
    return {
        "name": found.name,
        "declaration": found.declaration,
        "because": found.because,
        "line": found.line,
        "column": found.column,
    }


def _question(found: Question) -> dict[str, Any]:
    """A name of which nothing is known, with what to add."""
    return {"name": found.name, "message": found.message, "line": found.line, "column": found.column}


def _counterexample(found: Counterexample) -> dict[str, Any]:
    """Values at which the sides differ, and where."""
    return {
        "at": dict(found.at),
        "entry": None if found.entry is None else list(found.entry),
        "lhs": found.lhs,
        "rhs": found.rhs,
    }


def _second_reading(found: SecondReading) -> dict[str, Any]:
    """How many formulas were read twice, and each that was read in two ways."""
    return {"compared": found.compared, "differences": [_two_readings(difference) for difference in found.differences]}


def _two_readings(found: TwoReadings) -> dict[str, Any]:
    """A formula with its place and both readings."""
    return {
        "line": found.line,
        "column": found.column,
        "formula": found.formula,
        "reading": found.reading,
        "second_reading": found.second_reading,
    }


def _diagnosis(finding: Diagnosis) -> dict[str, str]:
    """A named mistake."""
    return {"code": finding.code, "message": finding.message, "fix": finding.fix}
