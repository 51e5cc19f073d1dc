"""What is wrong with an exercise: a line for each finding, one JSON object, or workflow commands of GitHub."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from derive.grading.linting import Finding
from derive.writing.cells import printable
from derive.writing.github import command

SCHEMA = "derive.lint/1"


def to_lines(exercise: str, findings: Sequence[Finding]) -> Iterator[str]:
    """`exercise.md:12:5: always-zero: what is wrong; what to do`."""
    for one in findings:
        yield printable(f"{exercise}:{one.where}: {one.code}: {said(one)}")


def to_json(exercise: str, findings: Sequence[Finding]) -> str:
    """One object for one exercise."""
    listed = [asdict(one) for one in findings]
    return json.dumps({"schema": SCHEMA, "exercise": exercise, "findings": listed}, ensure_ascii=False)


def to_github(exercise: str, findings: Sequence[Finding]) -> Iterator[str]:
    """A warning for each finding, beside its line; the lines of a notebook are not those of its file."""
    for one in findings:
        place = (one.line, one.column) if one.cell is None else None
        message = said(one) if one.cell is None else f"{one.where}: {said(one)}"
        yield command("warning", exercise, place, f"derive lint ({one.code})", message)


def said(finding: Finding) -> str:
    """The problem and what to do, on one line."""
    return " ".join(f"{finding.problem}; {finding.advice}".split())
