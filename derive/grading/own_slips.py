"""Slips that belong to the part that follows from them: the gradient of one example's loss by what the part asks for.

What is left to do after such a slip is to take the mean. Where no part asks for it, it is a mistake in the work for
this part, as one in any other line of it.
"""

from collections.abc import Iterable

from derive.checking.following.expressed import is_summed
from derive.checking.results import StepResult
from derive.expressions.tree import Derivative, Expr, Symbol
from derive.expressions.walk import walk
from derive.grading.asked import alike, core_of
from derive.grading.parts import Part
from derive.grading.workings import Line, Workings


def is_own(slip: StepResult, part: Part, workings: Workings, answers: Iterable[Line]) -> bool:
    """Whether a slip is in the gradient of a part of the loss by what a part of an exercise asks for, in no answer."""
    if any(_holds(line, slip) for line in answers):
        return False
    return any(_holds(line, slip) and _says_as_much(line, part, workings) for line in workings.lines)


def _holds(line: Line, slip: StepResult) -> bool:
    return any(link.step == slip for link in line.links)


def _says_as_much(line: Line, part: Part, workings: Workings) -> bool:
    def derivative(name: str) -> Expr | None:
        meaning = workings.value_of(name)
        return meaning if meaning is not None and any(isinstance(node, Derivative) for node in walk(meaning)) else None

    said, asked = line.members[0].value, core_of(part.value, lambda name: None).value
    core = None if said is None else core_of(said, derivative).value
    if not isinstance(core, Derivative) or not isinstance(asked, Derivative) or not isinstance(core.of, Symbol):
        return False
    is_by_the_same = alike(core.by, asked.by) and not alike(core.of, asked.of)
    return is_by_the_same and workings.session is not None and is_summed(workings.session, core.of.name)
