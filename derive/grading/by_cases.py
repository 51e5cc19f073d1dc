"""An answer that is given case by case -> what all of it earns: no more than its worst case does."""

from collections.abc import Sequence
from dataclasses import replace

from derive.checking.results import Diagnosis
from derive.grading.answers import Answer
from derive.grading.coverage import Coverage, Said, asked_by
from derive.grading.credit import Outcome
from derive.grading.parts import Part
from derive.grading.places import place_of
from derive.records import dataclass

JOINED = r",\quad "
"""Between the cases of one answer."""


@dataclass(frozen=True)
class Credited:
    """One case of an answer and what it would earn by itself."""

    answer: Answer
    outcome: Outcome


def said_of(answer: Answer) -> Said:
    """The line of an answer and what it speaks of."""
    return answer.place.line, answer.place.quantity


def counting(coverage: Coverage, part: Part, cases: Sequence[Answer]) -> tuple[list[Answer], list[Answer]]:
    """The cases that count, and those after which the same case is given another time."""
    last: dict[object, Answer] = {}
    earlier: list[Answer] = []
    for answer in cases:
        case = coverage.case(asked_by(part), said_of(answer))
        key: object = id(answer) if case is None else case.condition
        if key in last and last[key].value != answer.value:
            earlier.append(last[key])
        last.pop(key, None)
        last[key] = answer
    return list(last.values()), earlier


def together(cases: Sequence[Credited]) -> Credited:
    """What the cases earn that are all of what is asked: that which decides, with the mistakes of all that are wrong.

    A wrong case is wrong whatever the others are; then one that a person must look at; then the one that earns least.
    """
    lost = [one for one in cases if one.outcome.credit == 0]
    open_ones = [one for one in cases if one.outcome.credit == "review"]
    if open_ones and not lost:
        return open_ones[0]
    decisive = min(lost or cases, key=lambda one: one.outcome.credit)
    names = tuple(dict.fromkeys(name for one in cases for name in one.outcome.conventions))
    found = [mistake for one in cases for mistake in one.outcome.diagnosis]
    return Credited(decisive.answer, replace(_with(decisive.outcome, found), conventions=names))


def _with(outcome: Outcome, found: Sequence[Diagnosis]) -> Outcome:
    """An outcome with the mistakes of other cases that it does not have yet."""
    known = {one.code for one in outcome.diagnosis}
    more = {one.code: one for one in found if one.code not in known}
    told = " ".join(one.message for one in more.values())
    return replace(outcome.with_note(told), diagnosis=(*outcome.diagnosis, *more.values()))


def contradicted(outcome: Outcome, contrary: Sequence[Answer]) -> Outcome:
    """What is added where the same case is answered otherwise before."""
    if not contrary:
        return outcome
    where = place_of(contrary[0].place.line.where(contrary[0].at))
    return outcome.with_note(f"Another answer ({where}) contradicts this one; the last one counts.")


def written(cases: Sequence[Answer]) -> str:
    """The final forms of the cases beside each other."""
    return JOINED.join(answer.member.written for answer in cases)
