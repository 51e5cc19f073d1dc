"""A submission -> its marks: every part's answer found, held against what the exercise's model says, and credited."""

import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path

from derive.certificates import Store
from derive.checking.check import check_document
from derive.checking.claims import Judgement
from derive.checking.results import DocumentResult, StepResult
from derive.documents.reading import Submission, read_submission, shown_name, submission_of
from derive.errors import DocumentError
from derive.grading.answers import Answer, Answers, Found, Place
from derive.grading.asked import AskedSide
from derive.grading.by_cases import Credited, contradicted, counting, said_of, together, written
from derive.grading.coverage import Coverage, asked_by
from derive.grading.credit import (
    Outcome,
    following,
    for_a_person,
    in_another_form,
    nothing,
    right,
    right_by,
    undecided,
    unread,
    wrong,
)
from derive.grading.doubts import doubt
from derive.grading.hidden import hidden_text
from derive.grading.leftovers import beside_others, leftover, names_below_a_brace
from derive.grading.own_slips import is_own
from derive.grading.parts import ExerciseDocument, Part, read_exercise
from derive.grading.places import line_of, place_of
from derive.grading.results import Marked, PartResult
from derive.grading.workings import Line, Workings
from derive.source import Source

ACCEPTED = ("proved", "convention")
Told = Callable[[PartResult], None]
HELD_FIXED = "held-fixed"
"""The one convention that changes what is asked, by what a submission says elsewhere."""


def mark_file(exercise_path: str | Path, submission_path: str | Path, store: Store | None = None) -> Marked:
    """The marks of a submission in a file; an exercise is read once in a process, and again when its file changes.

    Raises `DocumentError` where the exercise cannot be used.
    """
    return mark(_exercise(os.fspath(exercise_path), _state_of(exercise_path)), submission_path, store)


@lru_cache(maxsize=8)
def _exercise(path: str, _state: tuple[int, int] | None) -> ExerciseDocument:
    return read_exercise(path)


def _state_of(path: str | Path) -> tuple[int, int] | None:
    """What changes when a file does; null where there is none, which reading it will say."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size


def mark(exercise: ExerciseDocument, submission_path: str | Path, store: Store | None = None) -> Marked:
    """The marks of a submission in a file. One that cannot be read at all goes to a person."""
    read = partial(read_submission, submission_path, exercise.document, exercise.entries)
    return _marked(exercise, shown_name(submission_path), read, store, _nothing)


def mark_source(
    exercise: ExerciseDocument, source: Source, store: Store | None = None, told: Told | None = None
) -> Marked:
    """The marks of a submission that is in no file; each part is told as soon as it has its marks."""
    read = partial(submission_of, source, exercise.document, exercise.entries)
    return _marked(exercise, source.name, read, store, told or _nothing)


def _nothing(_part: PartResult) -> None:
    """Nobody waits for the parts."""


def _marked(
    exercise: ExerciseDocument, name: str, read: Callable[[], Submission], store: Store | None, told: Told
) -> Marked:
    try:
        submission = read()
        workings = Workings()
        result = check_document(submission.document, store=store, observer=workings.note, memory=exercise.memory)
    except DocumentError as error:
        unmarked = for_a_person("The submission could not be read.")
        return Marked(
            name, exercise.name, tuple(part_result(part, unmarked) for part in exercise.parts), None, str(error)
        )
    workings.finish(submission.document.passages, result)
    coverage = Coverage(workings)
    found = Answers(workings, exercise.parts, coverage).find()
    marker = _Marker(exercise, submission, result, workings, found, coverage)
    parts = []
    for part in exercise.parts:
        parts.append(marker.part(part))
        told(parts[-1])
    return Marked(name, exercise.name, tuple(parts), result, _problem(submission, parts))


def _problem(submission: Submission, parts: Sequence[PartResult]) -> str | None:
    """Why a person must look at the submission as a whole: nothing was found in it, it has settings, or hides text."""
    said = []
    if parts and all(part.status == "missing" for part in parts) and submission.document.source.text.strip():
        said.append("No answer to any part was found in it, and it is not empty.")
    if submission.unread is not None:
        said.append(f"Its own setting could not be read and is not followed ({submission.unread}).")
    if submission.ignored:
        keys = ", ".join(f"{key.value} in line {key.place().line}" for key in submission.ignored)
        said.append(f"It has a setting of its own, which belongs to the exercise and is not followed: {keys}.")
    hidden = hidden_text(submission.document.source)
    if hidden is not None:
        said.append(hidden)
    return " ".join(said) or None


class _Marker:
    """Credits the parts of one submission."""

    def __init__(
        self,
        exercise: ExerciseDocument,
        submission: Submission,
        result: DocumentResult,
        workings: Workings,
        found: dict[str, Found],
        coverage: Coverage,
    ) -> None:
        self.exercise = exercise
        self.submission = submission
        self.result = result
        self.workings = workings
        self.found = found
        self.coverage = coverage

    def part(self, part: Part) -> PartResult:
        """The marks of one part."""
        found = self.found[part.id]
        if found.cases and self._are_the_answer(part, found):
            return self._by_cases(part, found)
        if found.answer is not None:
            return self._answered(part, found, found.answer)
        if found.cases:
            return self._by_cases(part, found)
        if found.empty:
            return self._empty(part, found.empty[0])
        if found.unclear:
            return self._unclear(part, found.unclear[-1])
        beside = beside_others(part, self.workings, self._attributed())
        if beside is not None:
            message = f"Line {beside.where(0)} speaks of ${part.ask}$, but not of it alone."
            return part_result(part, for_a_person(message), beside)
        left = leftover(part, self.submission.document, self.result, self.workings, self._attributed())
        if left is not None:
            return part_result(part, unread(part, *left))
        return _missing(part)

    def _attributed(self) -> list[Line]:
        """The lines in which an answer stands, or should."""
        places = [one.answer.place for one in self.found.values() if one.answer is not None]
        places += [case.place for one in self.found.values() for case in one.cases]
        places += [place for one in self.found.values() for place in one.empty]
        return [place.line for place in places]

    # ── a part that has an answer ──

    def _answered(self, part: Part, found: Found, answer: Answer) -> PartResult:
        outcome = self._outcome(part, answer)
        if outcome.credit != "review":
            outcome = self._with_rivals(part, found, answer, outcome)
        doubtful = doubt(answer.place.line) if outcome.credit not in ("review", 0) else None
        if doubtful is not None:
            outcome = for_a_person(doubtful)
        return part_result(part, outcome, answer.place.line, answer.at)

    def _outcome(self, part: Part, answer: Answer) -> Outcome:
        line = answer.place.line
        if answer.unread_behind is not None:
            return _without_value(part, line, answer.unread_behind)
        judgement = self._verdict(part, answer)
        if judgement.verdict == "unknown":
            return undecided(part, judgement.message)
        if judgement.verdict == "unreadable":
            return unread(part, line.where(answer.at), judgement.message)
        if judgement.verdict == "refuted":
            return self._refuted(part, answer, judgement)
        return self._accepted(part, answer, judgement)

    def _verdict(self, part: Part, answer: Answer) -> Judgement:
        """Whether the final form is what is asked, whatever was said on the way."""
        line = answer.place.line
        verdicts = [link.verdict for link in answer.path]
        says = answer.place.says
        if says and all(verdict == "proved" for verdict in verdicts):
            return answer.path[0].judgement
        if says and len(answer.path) == 1 and not line.numbers and verdicts[0] in ("convention", "refuted", "unknown"):
            return answer.path[0].judgement
        left = answer.place.side or AskedSide(part.content)
        found = self.workings.decide(left, line, answer.member, line.restrictions)
        if found.verdict == "unknown" and says and all(verdict in ACCEPTED for verdict in verdicts):
            names = (name for link in answer.path for name in link.judgement.conventions)
            return Judgement("convention", "", tuple(dict.fromkeys(names)))
        return found

    def _accepted(self, part: Part, answer: Answer, judgement: Judgement) -> Outcome:
        form = answer.form
        if form.problem is not None:
            return in_another_form(part, form.problem)
        circle = self._circle(part, answer)
        if circle:
            return in_another_form(part, f"it is said by the answer to {circle}, which is said by this one in turn")
        if form.partly is not None:
            where = line_of(form.partly.where(0))
            return for_a_person(
                f"It rests on {where}; whether what is said there is for all that is needed is for a person."
            )
        slips = [step for step in form.relies_on if step.verdict == "refuted"]
        if slips:
            return self._behind(part, slips[0])
        if form.relies_on:
            return undecided(part, f"it rests on {line_of(form.relies_on[0].where)}, where that could not be done.")
        if HELD_FIXED in judgement.conventions:
            return for_a_person("This holds only while something that varies is held fixed; is that meant?")
        outcome = right_by(part, judgement.conventions) if judgement.verdict == "convention" else right()
        return outcome.with_note(_on_the_way([link.step for link in answer.path if link.step is not None]))

    def _refuted(self, part: Part, answer: Answer, judgement: Judgement) -> Outcome:
        if answer.place.basis == "perhaps a name":
            where = line_of(answer.place.line.where(answer.place.at))
            return for_a_person(f"A name in {where} might be meant for this; what it stands for is not what is asked.")
        failing = [link.step for link in answer.path if link.step is not None and link.step.verdict == "refuted"]
        slips = [self.workings.step(step.follows_from) for step in failing if step.follows_from is not None]
        if failing and len(slips) == len(failing) and slips[0] is not None:
            if answer.form.problem is not None:
                return in_another_form(part, answer.form.problem, slips[0])
            return self._behind(part, slips[0])
        new = [step for step in failing if step.follows_from is None]
        diagnosis = tuple(one for step in new for one in step.diagnosis)
        explained = bool(new) and all(step.diagnosis for step in new)
        if not diagnosis:
            line = answer.place.line
            left = answer.place.side if answer.place.presence in ("entries", "one entry") else None
            left = left or AskedSide(part.content)
            diagnosis = self.workings.mistakes(left, line, answer.member, line.restrictions)
            explained = bool(diagnosis)
        explained = explained and answer.form.problem is None
        return wrong(part, diagnosis, explained, None if judgement.counterexample else judgement.shapes)

    def _behind(self, part: Part, slip: StepResult) -> Outcome:
        """An answer that is right but for a slip before it, which may have been made in the work for this very part."""
        answers = (found.answer for name, found in self.found.items() if name != part.id)
        others = [answer.place.line for answer in answers if answer is not None]
        if is_own(slip, part, self.workings, others):
            return wrong(part, slip.diagnosis, bool(slip.diagnosis), None)
        return following(part, slip)

    def _circle(self, part: Part, answer: Answer) -> str | None:
        """The part by whose answer this one is said, where that one is said by this in turn."""
        waiting, seen = [*answer.form.uses], set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            other = self.found[name]
            said = [one for one in (other.answer, *other.cases) if one is not None]
            uses = frozenset(use for one in said for use in one.form.uses)
            if part.id in uses:
                return name
            waiting += uses
        return None

    def _with_rivals(self, part: Part, found: Found, answer: Answer, outcome: Outcome) -> Outcome:
        """What is added where the submission gives other answers that contradict the one that counts."""
        is_right = outcome.status == "right"
        rivals = [one for one in found.others if one.form.problem is None and not one.is_zero]
        rivals = [one for one in rivals if one.value != answer.value]
        contrary = [one for one in rivals if (self._verdict(part, one).verdict in ACCEPTED) != is_right]
        if is_right:
            contrary += [one for one in found.cases if self._verdict(part, one).verdict == "refuted"]
        if not contrary:
            return outcome
        if len(contrary) > 1 and is_right:
            where = "; ".join(place_of(one.place.line.where(one.at)) for one in reversed(contrary))
            return for_a_person(f"There are other answers that differ from this one ({where}); which one is meant?")
        where = place_of(contrary[0].place.line.where(contrary[0].at))
        return outcome.with_note(f"Another answer ({where}) contradicts this one; the last one counts.")

    # ── a part that is answered case by case ──

    def _are_the_answer(self, part: Part, found: Found) -> bool:
        """Whether cases count, and not an answer for all of them at once: they are all, and said last."""
        if not self.coverage.covers(asked_by(part), map(said_of, found.cases)):
            return False
        answer = found.answer
        if answer is None or answer.is_zero or answer.form.problem is not None:
            return True
        order = {id(line): at for at, line in enumerate(self.workings.lines)}
        return all(order[id(case.place.line)] > order[id(answer.place.line)] for case in found.cases)

    def _by_cases(self, part: Part, found: Found) -> PartResult:
        """Answers that are given for some indices each: right if together they are for all, wrong if one is wrong."""
        cases, earlier = counting(self.coverage, part, found.cases)
        decisive = together([Credited(case, self._of_case(part, case, cases)) for case in cases])
        answer, outcome = decisive.answer, decisive.outcome
        if outcome.credit in ("review", 0):
            return part_result(part, outcome, answer.place.line, answer.at)
        if not self.coverage.covers(asked_by(part), map(said_of, cases)):
            return self._incomplete(part, cases)
        doubts = [reason for case in cases if (reason := doubt(case.place.line)) is not None]
        if doubts:
            return part_result(part, for_a_person(doubts[0]), answer.place.line, answer.at)
        contrary = [one for one in earlier if self._outcome(part, one).status != "right"]
        outcome = contradicted(outcome, contrary)
        return part_result(part, outcome, answer.place.line, answer.at, written(cases))

    def _of_case(self, part: Part, case: Answer, cases: Sequence[Answer]) -> Outcome:
        """What one case would earn by itself; it may be said by the other cases, which a person follows."""
        outcome = self._outcome(part, case)
        is_by_others = case.form.problem is not None and any(one.form.problem is None for one in cases)
        if is_by_others and outcome == in_another_form(part, case.form.problem or ""):
            where = line_of(case.place.line.where(case.at))
            return for_a_person(f"What is said in {where} may follow from the other cases, which is for a person.")
        return outcome

    def _incomplete(self, part: Part, cases: Sequence[Answer]) -> PartResult:
        """Right as far as it goes, but perhaps not for all that is asked."""
        last = cases[-1]
        line = last.place.line
        by_itself = self.workings.decide(last.place.side or AskedSide(part.content), line, last.member)
        for_values = sum(case.place.line.is_for_some_values for case in cases)
        if last.place.presence != "one entry" and by_itself.verdict in ACCEPTED:
            outcome = self._accepted(part, last, by_itself)
        elif len(cases) == 1 and not line.restrictions:
            where = line_of(line.where(last.place.at))
            outcome = for_a_person(f"Only one entry is given, in {where}; what is asked is ${part.ask}$.")
        elif for_values == len(cases) == 1:
            outcome = nothing("This is said under a condition only; what is asked is the answer for every value.")
        else:
            what = "values each" if for_values else "indices only"
            outcome = for_a_person(f"This is said for some {what}; whether that is all that is asked is for a person.")
        return part_result(part, outcome, line, last.at)

    # ── a part that is mentioned, but not answered ──

    def _unclear(self, part: Part, place: Place) -> PartResult:
        where = line_of(place.line.where(place.at))
        message = f"Nothing says what ${part.ask}$ is, but a name in {where} might be meant for it."
        if place.presence == "one entry":
            message = f"Only one entry is given, in {where}; what is asked is ${part.ask}$."
        return part_result(part, for_a_person(message), place.line, place.at)

    def _empty(self, part: Part, place: Place) -> PartResult:
        line = place.line
        at = next((at for at, member in enumerate(line.members) if member.value is None), None)
        if at is not None:
            return part_result(part, self._unread(part, line, at), line, at)
        if line.roughly:
            member = line.roughly[0]
            if member.value is None:
                outcome = unread(part, line.where(place.at), "what stands behind the sign of approximation.")
            elif self.workings.decide(AskedSide(part.content), line, member).verdict == "refuted":
                outcome = wrong(part, (), False, None)
            else:
                outcome = for_a_person("This is only said to be approximately so; what is asked is an equality.")
            return part_result(part, outcome, line, place.at, member.written)
        if not line.links:
            return part_result(part, nothing("Nothing is said to be equal to it here."), line, place.at)
        outcome = in_another_form(part, "it says what is asked by what is asked itself")
        return part_result(part, outcome, line, place.at)

    def _unread(self, part: Part, line: Line, at: int) -> Outcome:
        """A member that could not be read; a name alone that nothing in the submission could define is no answer."""
        judgement = line.links[max(at - 1, 0)].judgement
        name = judgement.unknown_name
        alone = line.members[at].written.strip().rstrip(".,;")
        can_define = any(step.verdict == "unreadable" and step.lhs.strip() == alone for step in self.result.steps)
        others = (other for other in self.workings.lines if other is not line and other.links)
        can_define = can_define or any(other.members[0].written.strip() == alone for other in others)
        is_name = name is not None and len(alone) <= 40 and not any(sign in alone for sign in "+-=/ ")
        can_define = can_define or names_below_a_brace(self.submission.document, alone)
        if is_name and not can_define and not self.submission.document.left_out:
            return nothing(f"The answer is the name ${alone}$, which nothing in the submission defines.")
        return _without_value(part, line, at)


def _without_value(part: Part, line: Line, at: int) -> Outcome:
    """A member that has no value: one that could not be read, or one whose shapes cannot be."""
    judgement = line.links[max(at - 1, 0)].judgement
    if judgement.verdict == "refuted" and not line.numbers:
        step = line.step_of(at)
        return wrong(part, () if step is None else step.diagnosis, True, None).with_note(judgement.message)
    return unread(part, line.where(at), judgement.message)


def _on_the_way(steps: Sequence[StepResult]) -> str:
    """What is said of steps that are false, where the final form is right all the same."""
    false = [step for step in steps if step.verdict == "refuted"]
    if not false:
        return ""
    return f"But a step on the way to it is false, in {line_of(false[0].where)}."


def part_result(
    part: Part, outcome: Outcome, line: Line | None = None, at: int = 0, answer: str | None = None
) -> PartResult:
    """The marks of a part whose answer is a member of a line, if it is in one."""
    step = None if line is None else line.step_of(at)
    return PartResult(
        part.id,
        part.ask,
        part.prompt,
        outcome.status,
        outcome.points(part),
        part.points,
        outcome.message,
        answer or (None if line is None else line.members[at].written),
        None if step is None else (step.equation, step.step),
        None if line is None else line.where(at),
        outcome.diagnosis,
        outcome.conventions,
        outcome.follows_from,
    )


def _missing(part: Part) -> PartResult:
    """Nothing was found that could be the answer."""
    message = f"Nothing in the submission says what ${part.ask}$ is."
    return PartResult(part.id, part.ask, part.prompt, "missing", Fraction(0), part.points, message)
