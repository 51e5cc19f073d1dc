"""The marks of a code submission: parts, policy and points as for a written one.

A result whose formula is what a part asks for is the answer to that part. Where one mistake explains several parts, the
first of them carries it and the others follow. A fault of the code as a whole is told with every part, and costs what
the policy says of its code under `mistake`: nothing, if it does not name it.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from derive.checking.conventions import CONVENTIONS
from derive.checking.results import Diagnosis
from derive.documents.reading import read_source, shown_name
from derive.errors import DocumentError
from derive.grading.asked import alike, core_of
from derive.grading.credit import Outcome, for_a_person, nothing, right, wrong
from derive.grading.marking import part_result
from derive.grading.parts import Part, read_exercise
from derive.grading.results import Marked, PartResult
from derive.implementations.marking import mark_code
from derive.implementations.preparing import Prepared, prepare
from derive.implementations.results import DIGITS, CodeResult, Finding, ResultVerdict
from derive.implementations.source import SUFFIXES, Code, definitions, read_code, read_code_file
from derive.sandbox import NoSandboxError
from derive.source import Source

NO_RESULT = "The code does not return this."
STOPPED = "stopped"


def takes_as_code(exercise_path: str | Path, submission_path: str | Path) -> bool:
    """Whether a submission is code: a module, or a notebook that defines what the exercise's `code` names.

    Raises `DocumentError` where the exercise cannot be used.
    """
    suffix = Path(submission_path).suffix.lower()
    if suffix != ".ipynb":
        return suffix in SUFFIXES
    try:
        prepared = _prepared(os.fspath(exercise_path), _state_of(exercise_path))
        return is_code_for(prepared, read_source(submission_path))
    except DocumentError:
        return False


def is_code_for(prepared: Prepared, source: Source) -> bool:
    """Whether a text is code: a module, or a notebook that defines what the exercise's `code` names."""
    suffix = Path(source.name).suffix.lower()
    if suffix != ".ipynb":
        return suffix in SUFFIXES
    setting = prepared.setting
    try:
        code = read_code(source)
    except DocumentError:
        return False
    return any(True for name in setting.wanted for _ in definitions(code, name))


def mark_code_file(exercise_path: str | Path, submission_path: str | Path, *, trust: bool = False) -> Marked:
    """The marks of a code submission in a file; an exercise is prepared once in a process.

    Raises `DocumentError` where the exercise cannot be used, or there is no sandbox.
    """
    prepared = _prepared(os.fspath(exercise_path), _state_of(exercise_path))
    return _marked(prepared, shown_name(submission_path), partial(read_code_file, submission_path), trust)


def mark_code_source(prepared: Prepared, source: Source) -> Marked:
    """The marks of a code submission that is in no file. Raises `DocumentError` where there is no sandbox."""
    return _marked(prepared, source.name, partial(read_code, source), trust=False)


@lru_cache(maxsize=8)
def _prepared(path: str, _state: tuple[int, int] | None) -> Prepared:
    return prepare(read_exercise(path))


def _state_of(path: str | Path) -> tuple[int, int] | None:
    """What changes when a file does; null where there is none, which reading it will say."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size


def _marked(prepared: Prepared, name: str, read: Callable[[], Code], trust: bool) -> Marked:
    """The marks of some code; what cannot be read or run goes to a person."""
    exercise = prepared.exercise
    try:
        code = read()
    except DocumentError as error:
        unread = tuple(part_result(part, for_a_person("The code could not be read.")) for part in exercise.parts)
        return Marked(name, exercise.name, unread, None, str(error))
    try:
        result = mark_code(prepared, code, trust=trust)
    except NoSandboxError as error:
        raise DocumentError(name, str(error)) from None
    return Marked(name, exercise.name, tuple(part_results(prepared, result)), None, result.problem)


def part_results(prepared: Prepared, result: CodeResult) -> Iterator[PartResult]:
    """The marks of every part of the exercise."""
    carriers: dict[str, str] = {}
    for part in prepared.exercise.parts:
        if result.problem is not None:
            yield part_result(part, for_a_person("The code could not be run."))
            continue
        verdicts = _of_part(prepared, part, result.results)
        if not verdicts:
            yield replace(part_result(part, nothing(NO_RESULT)), status="missing")
            continue
        verdict = min(verdicts, key=lambda one: _points(part, result, one))
        outcome = _outcome(part, result, verdict)
        root = verdict.label if verdict.diagnosis else verdict.follows_from
        if root is not None and verdict.verdict == "wrong":
            if root in carriers:
                outcome = _following(part, carriers[root])
            else:
                carriers[root] = part.id
                outcome = _carrying(part, verdict, _named(result.results, root))
        told = replace(outcome, message=f"{_at_start(verdict.label)}: {outcome.message}")
        yield part_result(part, _with_faults(part, told, result.faults))


def _of_part(prepared: Prepared, part: Part, verdicts: Sequence[ResultVerdict]) -> list[ResultVerdict]:
    """The results that are what a part asks for."""
    asked = core_of(part.value, lambda name: None)
    return [
        verdict
        for expected, verdict in zip(prepared.setting.results, verdicts, strict=True)
        if alike(core_of(expected.quantity.value, lambda name: None).value, asked.value) and not asked.indices
    ]


def _points(part: Part, result: CodeResult, verdict: ResultVerdict) -> float:
    return float(_outcome(part, result, verdict).points(part))


def _outcome(part: Part, result: CodeResult, verdict: ResultVerdict) -> Outcome:
    match verdict.verdict:
        case "right":
            return right()
        case "convention":
            known = tuple(name for name in verdict.conventions if name in CONVENTIONS)
            return Outcome(part.policy.convention, verdict.message, (), known)
        case "error" if any(fault.code == STOPPED for fault in result.faults):
            return for_a_person(verdict.message)
        case "wrong" if DIGITS in verdict.conventions:
            return for_a_person(verdict.message)
        case "wrong":
            return _carrying(part, verdict, verdict.diagnosis)
    return nothing(verdict.message)


def _named(verdicts: Sequence[ResultVerdict], label: str) -> tuple[Diagnosis, ...]:
    return next((one.diagnosis for one in verdicts if one.label == label), ())


def _carrying(part: Part, verdict: ResultVerdict, diagnosis: tuple[Diagnosis, ...]) -> Outcome:
    """A wrong result, with the mistake that explains it if there is one."""
    return replace(wrong(part, diagnosis, len(diagnosis) == 1, None), message=verdict.message)


def _following(part: Part, carrier: str) -> Outcome:
    message = f"The one mistake that is named with the part {carrier} makes this wrong, and nothing else does."
    return Outcome(part.policy.follow_through, message)


def _with_faults(part: Part, outcome: Outcome, faults: Sequence[Finding]) -> Outcome:
    """What is wrong with the code as a whole, told with a part, and what the policy takes for it."""
    if not faults or outcome.credit == "review":
        return outcome
    told = Outcome(
        outcome.credit,
        outcome.message,
        (*outcome.diagnosis, *(Diagnosis(fault.code, fault.message, "") for fault in faults)),
        outcome.conventions,
    )
    codes = [fault.code for fault in faults if fault.code in part.policy.mistake]
    limit = part.policy.for_mistakes(codes) if codes else outcome.credit
    if limit == "review":
        return replace(told, credit="review")
    return replace(told, credit=min(limit, outcome.credit))


def _at_start(label: str) -> str:
    return f"{label[:1].upper()}{label[1:]}"
