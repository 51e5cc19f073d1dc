"""What is found by giving answers: the text of the exercise holds one, or one takes long to check."""

from collections.abc import Iterator
from time import process_time

from derive.checking.observing import decide
from derive.checking.results import DocumentResult
from derive.checking.sides import Side
from derive.expressions.tree import Expr
from derive.grading.linting.finding import Found
from derive.grading.linting.subject import Subject, has_derivative
from derive.grading.marking import mark
from derive.notation.elaboration import Reading
from derive.source import Place

MOST_SECONDS = 2.0
"""So long a right answer may keep a processor busy."""

ANSWERED = ("right", "partial")


def given_in_text(subject: Subject) -> Iterator[Found]:
    """Parts that the exercise earns points for, were it handed in as it stands."""
    if not subject.asked:
        return
    marked = mark(subject.exercise, subject.path, subject.store)
    for part in marked.parts:
        if part.status in ANSWERED and part.step is not None and marked.result is not None:
            problem = f"the text gives the answer to part {part.id}"
            advice = "take the equation out, or ask for something else"
            yield _at_step(marked.result, part.step, problem, advice, part.id)


def _at_step(result: DocumentResult, step: tuple[int, int], problem: str, advice: str, part: str) -> Found:
    found = next(one for one in result.steps if (one.equation, one.step) == step)
    return Found(Place(found.line, found.column), problem, advice, part, found.cell)


def slow_to_check(subject: Subject) -> Iterator[Found]:
    """Parts whose right answer takes long to decide, or is not decided."""
    for asked in subject.asked:
        form = subject.closed_form(asked.part)
        if not isinstance(form, Expr) or not has_derivative(asked.part.value):
            continue
        session, question = subject.session, subject.question(asked.part, Side(None, fixed=Reading(form)))
        started = process_time()
        verdict = decide(session, None, question).verdict
        seconds = process_time() - started
        if verdict not in ("proved", "convention"):
            problem = f"part {asked.part.id}: even the program's own answer is not decided"
            advice = "expect answers that a person must mark, or ask for less"
            yield Found(asked.at("ask"), problem, advice, asked.part.id)
        elif seconds > MOST_SECONDS:
            problem = f"part {asked.part.id}: a right answer takes {seconds:.0f} s to check"
            yield Found(asked.at("ask"), problem, "choose smaller sizes, or ask for a step before it", asked.part.id)
