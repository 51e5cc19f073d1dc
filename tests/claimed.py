"""Formulas under a setting -> the steps that they are judged as, for tests of one notation each."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from remembering import check_document

from derive.checking.results import StepResult
from derive.documents import read_document

ACCEPTED = frozenset({"definition", "proved", "convention"})


def judged(setting: str, *formulas: str) -> list[StepResult]:
    """The steps of a document whose displays are these formulas, in order."""
    body = "\n\n".join(f"$${formula}$$" for formula in formulas)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.md"
        path.write_text(f"---\n{setting.strip()}\n---\n\n{body}\n", encoding="utf-8")
        return list(check_document(read_document(path)).steps)


def told(steps: Sequence[StepResult]) -> list[str]:
    """Each step as `verdict convention, convention`."""
    return [" ".join((step.verdict, ", ".join(step.conventions))).strip() for step in steps]


def last(setting: str, *formulas: str) -> StepResult:
    """The last step of a document whose displays are these formulas."""
    return judged(setting, *formulas)[-1]
