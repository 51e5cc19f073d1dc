"""What is said of code as a whole: what it does to its inputs, what it remembers, how it behaves at large scores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from derive.implementations.calls import Conversation, Failure, Returned, Value, Warned
from derive.implementations.comparing import agrees
from derive.implementations.in_place import ChangedInPlace
from derive.implementations.quantities import CodeSetting, listed
from derive.implementations.results import Finding
from derive.implementations.source import Code, line_of
from derive.implementations.undefined import UndefinedName

FIRST, OTHER, AGAIN, SIZES, LARGE, TURNS = "first", "other", "again", "sizes", "large", "turns"
"""The rounds of calls: at an example, at others, at the first again, at other sizes, at large scores, and in turns.

Where there are several of a kind, the second and all behind it have their number at the end of the name.
"""

NOT_HERE = ("ModuleNotFoundError", "ImportError", "FileNotFoundError", "PermissionError", "OSError")
"""What a student's own machine may have and the sandbox has not: other packages, files, a network."""

SLOW_SECONDS = 0.02
OUT_OF_PROPORTION = 3.0

MESSAGES: Mapping[str, str] = {
    "undefined-name": "The name {name} is used, and nothing defines it.",
    "exception": "It ends with {error}.",
    "not-imported": "The module cannot be imported: {error}.",
    "input-changed": "It changes {names}, which belongs to its caller.",
    "hidden-state": "The same inputs give other results when they come again: {labels}.",
    "calls-between": "Calls with other inputs in between change the results: {labels}.",
    "result-overwritten": "A later call changes what an earlier one returned: {labels}.",
    "overflow": "At scores of about 10000 it is not finite: {labels}.",
    "numerical-warning": "NumPy warns: {message}.",
    "overflow-warning": "At scores of about 10000 NumPy warns, though the results are finite: {message}.",
    "shared-memory": "{label} is the memory of {name}: who changes one changes the other.",
    "two-names": "{other} and {name} are one array, and what changes it under one name changes both.",
    "cache-changed": "It changes {names}, which an earlier call returned: given once more, it may give other results.",
    "slow-growth": "With {dim} 8 times as large a call takes {times} times as long; the work grows {work} times.",
    "parameters": "Its parameters have other names than {names}; they are given in this order.",
    "earlier-inputs": "What was given to an earlier call changes the results: {labels}.",
    "left-out": "This cannot be run here, and is passed over: {error}.",
    "refused": "While it ran, {what}.",
    "stopped": "It was stopped: {why}.",
}
"""What is said of each finding, by its code."""


class Observer:
    """Makes findings of what came back from one student's code.

    `can_be_finite` are the numbers of the results that can be, by the name of each round with large scores.
    """

    def __init__(self, setting: CodeSetting, code: Code, can_be_finite: Mapping[str, frozenset[int]]) -> None:
        self.setting = setting
        self.code = code
        self.can_be_finite = can_be_finite

    def findings(self, said: Conversation) -> Iterator[Finding]:
        """All that was seen at run time, the faults first."""
        first = said.returned.get(FIRST)
        yield from self._loading(said)
        if first is not None and not first.is_empty:
            yield from self._faults(said, first)
            yield from self._remarks(said, first)
        told = [error.message for one in said.returned.values() for error in one.errors]
        for attempt in said.finished.attempts:
            if not any(attempt.rstrip(".") in message for message in told):
                yield self._finding("refused", None, what=attempt.rstrip("."))

    # ── what makes the code wrong ──

    def _loading(self, said: Conversation) -> Iterator[Finding]:
        """What went wrong before anything was called; a cell of a notebook that fails may be another exercise's.

        What fails behind something that cannot be run here may fail for the lack of it, and is not told.
        """
        is_left_out = False
        for error in said.errors:
            if error.kind in NOT_HERE:
                is_left_out = True
                yield self._finding("left-out", error, error=shown_error(error))
            elif not is_left_out:
                code = "exception" if self.code.is_notebook else "not-imported"
                yield self._finding(code, error, not self.code.is_notebook, error=shown_error(error))

    def _faults(self, said: Conversation, first: Returned) -> Iterator[Finding]:
        changed = list(dict.fromkeys(name for one in said.returned.values() for name in one.changed))
        if changed:
            yield self._finding("input-changed", None, True, names=listed(changed))
        yield from self._state(said, first)
        if said.overwritten:
            labels = listed([self.setting.results[at].label for at in said.overwritten])
            yield self._finding("result-overwritten", None, True, labels=labels)
        large = [one for name, one in said.returned.items() if name.startswith(LARGE)]
        yield from self._at_large_scores(first, large)

    def _state(self, said: Conversation, first: Returned) -> Iterator[Finding]:
        """Whether the same inputs give the same; one of the calls at which they do not is told."""
        several = [one for name, one in said.returned.items() if name.startswith(AGAIN)]
        found = [finding for again in several if (finding := self._other(first, again, "hidden-state")) is not None]
        found += self._in_turns(said)
        yield from found[:1]

    def _in_turns(self, said: Conversation) -> Iterator[Finding]:
        """Whether calls at some inputs give the same where calls at others come in between."""
        for name in (FIRST, OTHER):
            alone, between = said.returned.get(name), said.returned.get(f"{TURNS} {name}")
            if alone is not None and between is not None:
                finding = self._other(alone, between, "calls-between")
                if finding is not None:
                    yield replace(finding, code="hidden-state")

    def _other(self, first: Returned, again: Returned, code: str) -> Finding | None:
        error = _new_error(first, again)
        if error is not None:
            when = "the second time" if code == "hidden-state" else "then"
            return self._finding(code, error, True, labels=f"{when} it ends with {shown_error(error)}")
        pairs = zip(self.setting.results, first.results, again.results, strict=False)
        other = [expected.label for expected, one, two in pairs if not _same(one, two)]
        return self._finding(code, None, True, labels=listed(other)) if other else None

    def _at_large_scores(self, first: Returned, several: Sequence[Returned]) -> Iterator[Finding]:
        """Whether it holds at scores that are far too large for an exponential: what is worst is told."""
        found = [finding for one in several if (finding := self._large(first, one)) is not None]
        found.sort(key=lambda finding: not finding.is_fault)
        yield from found[:1]

    def _large(self, first: Returned, large: Returned) -> Finding | None:
        finite = self.can_be_finite[large.id]
        error = _new_error(first, large)
        if error is not None and any(at in finite for at, value in enumerate(large.results) if value.kind == "ended"):
            labels = f"it ends with {shown_error(error)}"
            return self._finding("overflow", error, True, labels=labels)
        lost = [
            expected.label
            for at, (expected, value) in enumerate(zip(self.setting.results, large.results, strict=False))
            if at in finite and value.numbers is not None and not np.all(np.isfinite(value.numbers))
        ]
        where = _telling(large.warnings)
        if lost:
            return self._finding("overflow", where, True, labels=listed(lost))
        if where is None or len(finite) < len(self.setting.results):
            return None
        return self._finding("overflow-warning", where, message=where.message)

    # ── what costs nothing ──

    def _remarks(self, said: Conversation, first: Returned) -> Iterator[Finding]:
        if not first.is_by_name:
            yield self._finding("parameters", None, names=self._parameters())
        rewritten = list(dict.fromkeys(name for one in said.returned.values() for name in one.rewritten))
        if rewritten:
            yield self._finding("cache-changed", None, names=listed(rewritten))
        for warning in first.warnings:
            yield self._finding("numerical-warning", warning, message=warning.message)
        for at, name in first.shared:
            if at < len(self.setting.results):
                label = self.setting.results[at].label
                yield self._finding("shared-memory", None, label=label[:1].upper() + label[1:], name=name)

    def _parameters(self) -> str:
        """The names of the parameters, of several calls with what is called."""
        calls = [(call.name, ", ".join(one.name for one in call.arguments)) for call in self.setting.calls]
        if len(calls) == 1:
            return calls[0][1]
        return listed(list(dict.fromkeys(f"{name}({arguments})" for name, arguments in calls if arguments)))

    def two_names(self, found: Sequence[ChangedInPlace]) -> Iterator[Finding]:
        """Arrays that are changed in place under one of two names."""
        for one in found:
            place = Warned("", one.cell.name, one.line)
            yield self._finding("two-names", place, name=one.name, other=one.other)

    def undefined(self, found: Sequence[UndefinedName], meant: Mapping[str, str]) -> Iterator[Finding]:
        """Names that nothing defines, with what may be meant; `meant` are those with which the code runs."""
        for one in found:
            place = Warned("", one.cell.name, one.line)
            hint = ""
            if one.name in meant:
                hint = f" With {meant[one.name]} in its place the code runs."
            elif one.nearest:
                hint = f" Is {one.nearest[0]} meant?"
            made = self._finding("undefined-name", place, True, name=one.name)
            yield Finding(made.code, made.message + hint, True, made.cell, made.line, made.text)

    def growth(self, dim: str, seconds: tuple[float, float], work: float) -> Finding | None:
        """Time that grows more than the work does."""
        times = seconds[1] / max(seconds[0], 1e-4)
        if seconds[1] < SLOW_SECONDS or times < OUT_OF_PROPORTION * work:
            return None
        return self._finding("slow-growth", None, dim=dim, times=f"{times:.0f}", work=f"{work:.0f}")

    def stopped(self, why: str, *, is_fault: bool) -> Finding:
        """The run came to no end; it is no fault where only larger sizes were left, at which its time is taken."""
        return self._finding("stopped", None, is_fault, why=why.rstrip("."))

    def remembers(self, labels: Sequence[str]) -> Finding:
        """Results that are right only where nothing was called before."""
        return replace(self._finding("earlier-inputs", None, True, labels=listed(labels)), code="hidden-state")

    def raised(self, error: Failure) -> Finding:
        """An exception where results were expected."""
        return self._finding("exception", error, True, error=shown_error(error))

    def _finding(self, code: str, place: Failure | Warned | None, is_fault: bool = False, **words: str) -> Finding:
        message = MESSAGES[code].format(**words)
        if place is None or place.cell is None or place.line is None:
            return Finding(code, message, is_fault)
        number = next((cell.number for cell in self.code.cells if cell.name == place.cell), None)
        return Finding(code, message, is_fault, number, place.line, line_of(self.code, place.cell, place.line))


def shown_error(error: Failure) -> str:
    """An exception as Python says it, on one line; of a call that was not made, why."""
    if not error.kind:
        return error.message
    return f"{error.kind}: {error.message}".rstrip(". ") if error.message else error.kind


def numbered(name: str, number: int) -> tuple[str, ...]:
    """The names of so many calls of a kind."""
    return (name, *(f"{name} {one}" for one in range(2, number + 1)))


def _same(first: Value, again: Value) -> bool:
    """Whether two results are one, up to rounding: sums may be taken in another order."""
    if first.numbers is None or again.numbers is None:
        return first.kind == again.kind
    if first.shape != again.shape:
        return False
    if not np.all(np.isfinite(first.numbers)):
        return bool(np.array_equal(first.numbers, again.numbers, equal_nan=True))
    return agrees(again.numbers, first.numbers, first.dtype)


def _new_error(before: Returned, after: Returned) -> Failure | None:
    """What ended a call that came to its end before."""
    pairs = zip(before.failures, after.failures, strict=True)
    return next((error for earlier, error in pairs if error is not None and earlier is None), None)


def _telling(warnings: Sequence[Warned]) -> Warned | None:
    """The warning that says most: an overflow before what follows from it, one with a line before one without."""
    ranked = sorted(warnings, key=lambda one: ("overflow" not in one.message, one.line is None))
    return ranked[0] if ranked else None
