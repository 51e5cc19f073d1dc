"""A document as pytest sees it: a file that is collected by checking it, and an item for each of its steps."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest._code.code import ReprEntryNative, ReprExceptionInfo, ReprFileLocation, ReprTraceback, TerminalRepr

from derive.certificates import Store, default_directory
from derive.checking.check import check_document
from derive.checking.results import DocumentResult, StepResult
from derive.documents import read_document
from derive.errors import DocumentError
from derive.writing.findings import step_names
from derive.writing.lines import step_to_text

WIDTH = 80


class DerivationFile(pytest.File):
    """A document. Which steps it has is known once it is checked, so that is done to collect them."""

    def collect(self) -> Iterator[pytest.Item]:
        try:
            result = check_document(read_document(_shown(self.path)), store=Store(default_directory()))
        except Exception as error:  # also a defect of the program: it must not keep others' tests from running
            yield Refusal.from_parent(self, name="document", error=error)
            return
        for step, name in zip(result.steps, step_names(result), strict=True):
            yield Step.from_parent(self, name=name, result=result, step=step)


def _shown(path: Path) -> str:
    """A path as people write it where they are."""
    here = Path.cwd()
    return os.fspath(path.relative_to(here) if path.is_relative_to(here) else path)


class Step(pytest.Item):
    """One step: `notes.md::21`, `notes.md::21/2` in a chain, `notes.md::#7` where the equation has no name.

    `-k` selects by its verdict and conventions, too, and by `equation-7`.
    """

    def __init__(self, *, result: DocumentResult, step: StepResult, **others: Any) -> None:
        super().__init__(**others)
        self.result, self.step = result, step
        self.extra_keyword_matches.update((step.verdict, *step.conventions, f"equation-{step.equation}"))
        if step.concern == "unknown" and not _is_strict(self.config):
            self.add_marker(pytest.mark.skip(reason=f"{self.name} in line {step.line} is unknown: {step.message}"))

    def runtest(self) -> None:
        if self.step.concern is not None:
            raise _WrongStepError

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        if not isinstance(excinfo.value, _WrongStepError):
            return super().repr_failure(excinfo, style)
        step = self.step
        encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
        summary = step.surprise or f"{step.verdict}: {step.message}"
        return _failure(step_to_text(self.result, step, WIDTH, encoding), summary, self.path, step.line)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.step.line - 1, f"{self.path.name}: {self.name}"


class _WrongStepError(Exception):
    """A step is not as it should be."""


class Refusal(pytest.Item):
    """What stands for the steps of a document that can not be checked."""

    def __init__(self, *, error: Exception, **others: Any) -> None:
        super().__init__(**others)
        self.error = error

    def runtest(self) -> None:
        raise self.error

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        error = excinfo.value
        if not isinstance(error, DocumentError):
            return super().repr_failure(excinfo, style)
        return _failure(f"{error}\n", error.problem, self.path, self._line)

    @property
    def _line(self) -> int:
        place = self.error.place if isinstance(self.error, DocumentError) else None
        return 1 if place is None else place.line

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._line - 1, f"{self.path.name}: {self.name}"


def _is_strict(config: pytest.Config) -> bool:
    return bool(config.getoption("derive_strict") or config.getini("derive_strict"))


def _failure(text: str, summary: str, path: Path, line: int) -> TerminalRepr:
    """A failure that is a text, with what pytest's short summary says of it."""
    entries = ReprTraceback([ReprEntryNative([text])], None, style="native")
    return ReprExceptionInfo(entries, ReprFileLocation(os.fspath(path), line, summary))
